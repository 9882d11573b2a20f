# SPDX-License-Identifier: Apache-2.0
"""The part of FTS's REST API that `rialto fts apply` uses, as FTS's own code has it
(fts3rest/controllers/config/links.py, optimizer.py, config/middleware.py)."""
import json
import re
import threading
import urllib.parse

JSON = {'Content-Type': 'application/json'}
FIELDS = ('source', 'destination', 'symbolicname', 'min_active', 'max_active', 'optimizer_mode',
          'tcp_buffer_size', 'nostreams', 'no_delegation')
NAMES = {400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
         405: 'Method Not Allowed',
         500: 'Internal Server Error', 503: 'Service Unavailable'}


def error(status, message):
    return status, JSON, json.dumps({'status': f'{status} {NAMES[status]}', 'message': message})


class FTS:
    """`links`: rows by (source, destination), as the primary key of t_link_config.
    `plant(number, method, path)`, with the number of the request that changes something, may give
    (status, headers, body) to answer instead, 'drop' to answer what follows it no more, or 'obey'
    to do as asked and then say 500."""

    def __init__(self):
        self.links, self.optimizer, self.evolution, self.shares = {}, [], [], set()
        self.token = None
        self.plant = lambda number, method, path: None
        self.changes, self.asked = [], []
        self.lock = threading.Lock()
        self.link('*', '*', '*', 2, 130, optimizer_mode=2, nostreams=0)

    def link(self, name, source, destination, least, most, **more):
        row = dict.fromkeys(FIELDS)
        row.update(source=source, destination=destination, symbolicname=name, min_active=least,
                   max_active=most, no_delegation=False, **more)
        self.links[source.lower(), destination.lower()] = row

    def decided(self, source, dest, active, time, ema=0.0):
        self.optimizer.append({'source_se': source, 'dest_se': dest, 'ema': ema,
                               'active': active, 'datetime': time, 'nostreams': 1})

    def saw(self, source, dest, time, throughput, active, queue):
        """The optimizer looked at a pair: bytes per second, transfers."""
        self.evolution.insert(0, {
            'datetime': time, 'source_se': source, 'dest_se': dest, 'active': 1, 'success': 100.0,
            'throughput': throughput, 'rationale': 'x', 'diff': 0, 'actual_active': active,
            'queue_size': queue, 'ema': 1.0, 'filesize_avg': 1.0, 'filesize_stddev': 0.0})

    def named(self, name):
        return [r for r in self.links.values() if r['symbolicname'].lower() == name.lower()]

    def state(self):
        return json.dumps(sorted(self.links.items()), indent=1, sort_keys=True)

    def pins(self, prefix='rialto-'):
        """{(source, destination): number} of those with that prefix."""
        return {(r['source'], r['destination']): r['min_active'] for r in self.links.values()
                if r['symbolicname'].startswith(prefix) and r['min_active'] == r['max_active']}

    def __call__(self, method, path, headers, body):
        with self.lock:
            self.asked.append((method, path))
            if self.token and headers.get('Authorization') != f'Bearer {self.token}':
                # the middleware for authentication answers in HTML
                return 401, {'Content-Type': 'text/html'}, '<!doctype html>\n<h1>Unauthorized</h1>'
            planted = None
            if method != 'GET':
                self.changes.append((method, path, body))
                planted = self.plant(len(self.changes), method, path)
            else:
                planted = self.plant(0, method, path)
        if planted and planted != 'obey':
            return planted() if callable(planted) else planted
        with self.lock:
            done = self.answer(method, path, body)
        return error(500, 'after the fact') if planted == 'obey' else done

    def answer(self, method, path, body):
        name = re.fullmatch(r'/config/links/(.+)', urllib.parse.unquote(path))
        if path == '/config/links' and method == 'GET':
            return 200, JSON, json.dumps(list(self.links.values()), indent=2)
        if path == '/config/links' and method == 'POST':
            return self.set_link(json.loads(body))
        if path == '/optimizer/current' and method == 'GET':
            return 200, JSON, json.dumps(self.optimizer)
        path, _, query = path.partition('?')
        if path == '/optimizer/evolution' and method == 'GET':
            wanted = urllib.parse.parse_qsl(query)
            rows = [r for r in self.evolution if all(r[key] == value for key, value in wanted)]
            return 200, JSON, json.dumps(rows[:50])
        if name and '/' not in name[1] and method == 'DELETE':
            return self.delete_link(name[1])
        if name:  # a slash, also when it is escaped, is one more part of the path
            return error(405, 'The method is not allowed for the requested URL.')
        return error(404, 'The requested URL was not found on the server. If you entered the URL '
                          'manually please check your spelling and try again.')

    def set_link(self, asked):
        if not asked.get('symbolicname'):
            return error(400, 'Missing symbolicname')
        asked = {'min_active': 2, 'max_active': 2, **asked}
        if asked['min_active'] > asked['max_active']:
            return error(400, 'max_active is lower than min_active')
        for key, value in asked.items():
            wanted = str if key in FIELDS[:3] else bool if key == 'no_delegation' else int
            if key not in FIELDS:
                return error(400, f'Field {key} unknown')
            if not isinstance(value, wanted):
                return error(400, f'Field {key} is expected to be {wanted.__name__}')
        rows = self.named(asked['symbolicname'])
        told = {**(rows[0] if rows else {}), **asked}
        for old in rows:
            del self.links[old['source'].lower(), old['destination'].lower()]
        # merged by its primary key: whoever's it was, and what was not asked for stays
        key = told['source'].lower(), told['destination'].lower()
        row = {**dict.fromkeys(FIELDS), 'no_delegation': False, **self.links.get(key, {}), **told}
        self.links[key] = row
        return 201, {'Content-Type': 'text/html; charset=utf-8'}, json.dumps(told)

    def delete_link(self, name):
        for row in self.named(name):
            key = row['source'].lower(), row['destination'].lower()
            if key in self.shares:  # ON DELETE RESTRICT of t_share_config
                return 500, {'Content-Type': 'text/html'}, '<h1>Internal Server Error</h1>'
            del self.links[key]
        return 204, {'Content-Type': 'text/html'}, ''


class Rialto:
    """POST /fts/plan with a canned plan: {(source, dest): connections}."""

    def __init__(self):
        self.plan, self.as_of, self.questions = {}, '2026-01-01T00:00:00Z', []
        self.unused, self.trust = [], {}
        self.refuse = None

    def __call__(self, method, path, headers, body):
        self.questions.append(json.loads(body))
        if self.refuse:
            return self.refuse
        rows = [{'source_se': s, 'dest_se': d, 'rate': 1e9, 'connections': n,
                 'bottlenecks': ['e0'], **self.trust} for (s, d), n in self.plan.items()]
        links = [{'id': 'e0', 'name': 'r1|r2', 'capacity': 1e10, 'load': None, 'residual': None,
                  'limit': 1e10}]
        as_of = self.as_of() if callable(self.as_of) else self.as_of
        return 200, JSON, json.dumps({
            'tag': 't', 'as_of': as_of, 'settled': True, 'plan': rows, 'links': links,
            'unused_grants': [], 'unused_links': self.unused, 'unknown': [
                {'source_se': 'davs://a.example', 'dest_se': 'davs://elsewhere',
                 'why': 'host is not known'}]})
