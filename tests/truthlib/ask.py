# SPDX-License-Identifier: Apache-2.0
"""Asks a running rialtod: through the command line, and through the endpoint-cost path vector."""
import email.parser
import email.policy
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

from .capture import canonical

PARAMS = 'application/alto-endpointcostparams+json'
PROPERTIES = [
    'max-reservable-bandwidth',
    'priv:link',
    'priv:ingress',
    'priv:routers',
    'priv:class',
]


class Failure(Exception):
    """something did not run at all"""


class Programs:
    """where rialto, rialtod and rialto-agent are"""

    def __init__(self, folder=None):
        here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        choices = [folder] if folder else [os.environ.get('RIALTO_BIN'), f'{here}/build/bin']
        for c in choices:
            if c and os.access(os.path.join(c, 'rialtod'), os.X_OK):
                self.dir = os.path.abspath(c)
                break
        else:
            raise Failure(
                'no rialtod found: build first, or name its folder with --bin or RIALTO_BIN'
            )
        self.rialto = os.path.join(self.dir, 'rialto')
        self.rialtod = os.path.join(self.dir, 'rialtod')
        self.agent = os.path.join(self.dir, 'rialto-agent')


class Server:
    """rialtod on a free port of loopback, while the block lasts"""

    def __init__(self, program, stores, work):
        self.program, self.work, self.url, self.process = program, work, None, None
        self.conf = os.path.join(work, 'rialtod.conf')
        self.log = os.path.join(work, 'rialtod.log')
        with open(self.conf, 'w', encoding='utf-8') as f:
            yaml.safe_dump({'listen': '127.0.0.1:0', 'stores': sorted(stores), 'poll': '1s'}, f)

    def __enter__(self):
        ready = os.path.join(self.work, 'ready')
        if os.path.exists(ready):
            os.remove(ready)
        command = [
            self.program,
            '-c',
            self.conf,
            '--listen',
            '127.0.0.1:0',
            '--ready-file',
            ready,
        ]
        with open(self.log, 'w', encoding='utf-8') as f:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=f, stdout=f
            )
        end = time.monotonic() + 120
        while not (os.path.exists(ready) and os.path.getsize(ready)):
            if self.process.poll() is not None or time.monotonic() > end:
                code = self.process.poll()
                self.stop()
                raise Failure(f'rialtod did not become ready (code {code}):\n{self.said()}')
            time.sleep(0.05)
        with open(ready, encoding='utf-8') as f:
            self.url = f.read().strip().rstrip('/')
        return self

    def __exit__(self, kind=None, *_):
        code = self.stop()
        if kind is None and code not in (0, -signal.SIGTERM):
            raise Failure(f'rialtod ended with code {code}:\n{self.said()}')

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def said(self):
        with open(self.log, encoding='utf-8', errors='replace') as f:
            return f.read()[-3000:]

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as r:
            return json.load(r)

    def generation(self):
        return self.get('/api/v1/status')['generation']


def json_values(text):
    """the JSON documents in a text, one after the other; lists are taken apart"""
    dec, pos = json.JSONDecoder(), 0
    while pos < len(text):
        if text[pos].isspace():
            pos += 1
            continue
        v, pos = dec.raw_decode(text, pos)
        yield from v if isinstance(v, list) else [v]


# ---- the command line
def ask_single(programs, url, pair):
    r = subprocess.run(
        [programs.rialto, '--server', url, 'path', '--json', *pair],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if r.returncode == 2:
        raise Failure(f'rialto path --json {" ".join(pair)}: {r.stderr.strip()}')
    docs = [d for d in json_values(r.stdout) if 'src' in d]
    return docs[0] if docs else None


def ask_batch(programs, url, pairs):
    """the answer to every pair, by `rialto path --batch -`; None where there was none"""
    r = subprocess.run(
        [programs.rialto, '--server', url, 'path', '--json', '--batch', '-'],
        input=''.join(f'{s} {d}\n' for s, d in pairs),
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    if not r.stdout.strip():
        raise Failure(
            f'rialto path --batch: exit code {r.returncode}: {r.stderr.strip()[-500:]}'
        )
    got = {(canonical(d.get('src')), canonical(d.get('dst'))): d for d in json_values(r.stdout)}
    return {p: got.get((canonical(p[0]), canonical(p[1]))) for p in pairs}


# ---- the path vector
class PathVector:
    """RFC 9275 on the endpoint cost service"""

    def __init__(self, server):
        self.uri = None
        req = urllib.request.Request(f'{server.url}/directory')
        with urllib.request.urlopen(req, timeout=60) as r:
            ird = json.load(r)
        for res in ird['resources'].values():
            media = res.get('media-type', '')
            if media.startswith('multipart/related') and 'endpointcost' in media:
                self.uri = urllib.parse.urljoin(f'{server.url}/directory', res['uri'])
        if not self.uri:
            raise Failure('the directory offers no path vector on endpoint costs')

    def ask(self, source, destinations):
        """{destination: [properties of each ANE in order]}; absent: no path"""
        name = lambda a: ('ipv6:' if ':' in a else 'ipv4:') + a
        body = {
            'cost-type': {'cost-mode': 'array', 'cost-metric': 'ane-path'},
            'endpoints': {'srcs': [name(source)], 'dsts': [name(d) for d in destinations]},
            'ane-property-names': PROPERTIES,
        }
        req = urllib.request.Request(
            self.uri,
            json.dumps(body).encode(),
            {
                'Content-Type': PARAMS,
                'Accept': 'multipart/related;type=application/alto-endpointcost+json,'
                'application/alto-error+json',
            },
        )
        try:
            with urllib.request.urlopen(req, timeout=120) as r:
                parts = multipart(r.headers['Content-Type'], r.read())
        except urllib.error.HTTPError as e:
            raise Failure(f'path vector: {e.code} {e.read()[:500]!r}') from e
        costs = next(p['endpoint-cost-map'] for p in parts if 'endpoint-cost-map' in p)
        props = next(p['property-map'] for p in parts if 'property-map' in p)
        anes = {k.rsplit(':', 1)[-1]: v for k, v in props.items()}
        row = next(iter(costs.values()), {})
        return {
            canonical(d.split(':', 1)[1]): [anes.get(a, {}) for a in path]
            for d, path in row.items()
        }


def multipart(content_type, body):
    head = f'MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n'.encode()
    msg = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return [json.loads(p.get_payload(decode=True)) for p in msg.iter_parts()]


def ask_vectors(server, pairs):
    """the path vector of every pair, one request for each source and family"""
    pv, by = PathVector(server), {}
    for s, d in pairs:
        by.setdefault(s, []).append(d)
    out = {}
    for s, dests in by.items():
        got = pv.ask(s, dests)
        out.update({(s, d): got.get(canonical(d)) for d in dests})
    return out
