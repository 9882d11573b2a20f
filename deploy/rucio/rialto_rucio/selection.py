# SPDX-License-Identifier: Apache-2.0
"""The text behind --sort: `alto;stmt="BY a, b";where=a < 5;order=ascend`."""

KEYS = ('stmt', 'where', 'order')


class SelectionError(ValueError):
    """What is wrong with a selection."""


def split(text):
    """The parts between semicolons that stand outside of quotes."""
    parts, quote, start = [], None, 0
    for i, c in enumerate(text):
        if quote:
            quote = None if c == quote else quote
        elif c in '"\'':
            quote = c
        elif c == ';':
            parts.append(text[start:i])
            start = i + 1
    if quote:
        raise SelectionError(f'a quote {quote} is not closed')
    return parts + [text[start:]]


def is_alto(text):
    return isinstance(text, str) and text.split(';', 1)[0].strip() == 'alto'


def parse(text):
    """{'stmt': ..., 'where': ..., 'order': ...} of those that are there."""
    result = {}
    for part in split(text)[1:]:
        if not part.strip():
            continue
        key, equals, value = part.partition('=')
        key = key.strip()
        if not equals or key not in KEYS:
            raise SelectionError(f"'{part.strip()}' where one of {', '.join(KEYS)} is expected")
        if key in result:
            raise SelectionError(f'{key} is there twice')
        result[key] = value.strip()
    return result


def query(options):
    """The members that they become in a request to Rialto."""
    names = {'stmt': 'statement', 'where': 'where', 'order': 'order'}
    result = {names[k]: v for k, v in options.items()}
    where = result.get('where', '')
    if len(where) >= 2 and where[0] == where[-1] and where[0] in '"\'':
        result['where'] = where[1:-1]
    return result
