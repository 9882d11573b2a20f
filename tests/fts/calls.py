# SPDX-License-Identifier: Apache-2.0
"""Calls to FTS's REST API as they were recorded from the real one (recorded.json)."""
import json
import pathlib

FILE = pathlib.Path(__file__).resolve().parent / 'recorded.json'
X, Y, Z = (f'davs://{name}.example' for name in 'xyz')
AT = '2026-01-01T00:04:30'


def prepare(fts):
    """What is there before the first call, beside the row for all pairs."""
    fts.decided(X, Y, 20, AT, 1e6)
    fts.decided(Y, X, 8, AT, 2.5e6)
    fts.saw(X, Y, AT, 3e6, 18, 300)
    fts.saw(Y, X, AT, 4e6, 7, 0)


def read(status, headers, text):
    """A reply without what does not count: order of members and rows, and whether FTS tells what
    it never stored as null; of errors beyond JSON the words."""
    media = (headers.get('Content-Type') or '').partition(';')[0]
    try:
        value = json.loads(text)
    except ValueError:
        return {'status': status, 'type': media}
    if isinstance(value, dict):
        value = {key: v for key, v in value.items() if v is not None}
    elif isinstance(value, list):
        value.sort(key=lambda row: json.dumps(row, sort_keys=True))
    return {'status': status, 'type': media, 'reply': value}


def play(fts):
    """Each recorded call, and what this FTS answers to it."""
    prepare(fts)
    for call in json.loads(FILE.read_text(encoding='utf-8')):
        body = call.get('body')
        body = json.dumps(body) if body is not None else None
        got = read(*fts(call['method'], call['path'], {'Content-Type': 'application/json'}, body))
        yield call, got
