# SPDX-License-Identifier: Apache-2.0
"""The plugin in Rucio's own code: its sorter, its REST views, its check of policy packages.

RUCIO_SOURCE names a checkout of Rucio. What of it can't be imported here (the data base, and
packages that are not installed) is replaced by modules that can do nothing.
"""
import importlib.abc
import importlib.machinery
import importlib.util
import json
import logging
import os
import pathlib
import sys
import tempfile
import types
import unittest
from unittest import mock

import data

SOURCE = os.environ.get('RUCIO_SOURCE')
if not SOURCE:
    print('SKIPPED: RUCIO_SOURCE is not set, the plugin was not tried with Rucio\'s own code')
    sys.exit(77)
LIB = pathlib.Path(SOURCE) / 'lib'
try:
    import flask
except ImportError:
    flask = None
if not (LIB / 'rucio' / 'core' / 'replica_sorter.py').is_file():
    sys.exit(f'{SOURCE} is no checkout of Rucio: lib/rucio/core/replica_sorter.py is missing')

logging.disable(logging.CRITICAL)
HOSTS = ['dcache-bnl', 'dcache-kit', 'eos-cern', 'nowhere.example', 'storm-cnaf']
CLIENT = {'ip': '128.142.32.10', 'fqdn': 'wn1.cern.ch', 'site': 'CERN'}
BEST_FIRST = ['eos-cern', 'storm-cnaf', 'dcache-kit', 'dcache-bnl', 'nowhere.example']
LISTING = 'alto;stmt="By as_hopcount,rc"'
# Of Rucio: what needs a data base.
EMPTY = ('rucio.db', 'rucio.gateway', 'rucio.core.rse_expression_parser',
         'rucio.core.authentication',
         'rucio.core.did', 'rucio.core.rse', 'rucio.core.vo', 'rucio.core.identity',
         'rucio.core.account', 'rucio.core.credential', 'rucio.core.monitor', 'rucio.core.config')


class Empty(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        value = mock.MagicMock(name=f'{self.__name__}.{name}')
        setattr(self, name, value)
        return value


class SpecifierSet:
    """Of python3-packaging, what Rucio uses: whole numbers between two others."""

    def __init__(self, text):
        low, high = text.split(',')
        assert low[:2] == '>=' and high[:2] == '<='
        self.low, self.high = int(low[2:]), int(high[2:])

    def __contains__(self, version):
        return self.low <= int(version) <= self.high


class EmptyFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Empty modules for those parts, and for packages that nobody has."""

    def find_spec(self, name, path, target=None):
        top = name.split('.')[0]
        ours = any(name == e or name.startswith(e + '.') for e in EMPTY)
        # `top` is looked for without importing; our own finder comes last
        if ours or (top != 'rucio' and top in MISSING):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = Empty(spec.name)
        if spec.name == 'packaging.specifiers':
            module.SpecifierSet = SpecifierSet
        return module

    def exec_module(self, module):
        pass


MISSING = {n for n in ('sqlalchemy', 'dogpile', 'geoip2', 'packaging', 'pymemcache', 'alembic',
                       'jsonschema', 'oic', 'jwkest', 'prometheus_client', 'statsd', 'magic',
                       'argcomplete', 'tabulate', 'rich', 'boto3', 'paramiko', 'gfal2',
                       'cryptography', 'dateutil', 'requests', 'urllib3', 'typing_extensions',
                       'flask', 'werkzeug')
           if importlib.util.find_spec(n) is None}


def start():
    """Rucio with the plugin as its policy package. The configuration is a file of our own."""
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, 'rucio.cfg'), 'w', encoding='utf-8') as f:
        f.write('[common]\nmulti_vo = False\n[policy]\npackage = rialto_rucio\n'
                '[rialto]\ndeadline_ms = 30000\nfallback = random\n'
                '[core]\n[cache]\nurl = 127.0.0.1:11211\n[client]\nvo = def\n')
    os.environ['RUCIO_CONFIG'] = os.path.join(folder, 'rucio.cfg')
    sys.path[:0] = [str(LIB), str(data.ROOT / 'deploy' / 'rucio')]
    sys.meta_path.insert(0, EmptyFinder())


start()
import rialto_rucio  # noqa: E402
from rialto_rucio import ask, sorter  # noqa: E402


def replicas():
    n = len(HOSTS)
    return {f'root://{h}:1094//f': ('wan', n - i, h.upper(), False) for i, h in enumerate(HOSTS)}


def hosts(pfns):
    return [sorter.host_of(p) for p in pfns]


class RucioTest(unittest.TestCase):
    def setUp(self):
        self.bodies = []

        def answer(url, body, timeout, ca_file):
            self.bodies.append(body)
            status, reply = data.play(body)
            return ask.read(status, json.dumps(reply).encode())

        sorter._asker = ask.Asker('http://x', 30.0, None, answer)

    def test_this_version_is_taken(self):
        self.assertTrue(rialto_rucio.INSTALLED)

    def test_rucio_checks_the_versions_that_we_name(self):
        from rucio.common import plugins

        plugins.check_policy_module_version(rialto_rucio)
        with mock.patch.object(plugins, 'current_version', return_value='37'):
            with self.assertRaises(Exception):
                plugins.check_policy_module_version(rialto_rucio)

    def test_core_sorts_as_rialto_says(self):
        from rucio.core import replica_sorter

        got = replica_sorter.sort_replicas(replicas(), CLIENT, selection=LISTING)
        self.assertEqual(hosts(got), BEST_FIRST)
        self.assertEqual(sorted(replica_sorter.sort_replicas(replicas(), CLIENT, 'random')),
                         sorted(replicas()))

    def test_core_refuses_what_rialto_refuses(self):
        from rucio.common.exception import SortingAlgorithmNotSupported
        from rucio.core import replica_sorter

        for text in ('alto;stmt=BY nonsense', 'alto;what=x', 'nonsense'):
            with self.assertRaises(SortingAlgorithmNotSupported):
                replica_sorter.sort_replicas(replicas(), CLIENT, selection=text)

    def test_core_keeps_its_own_order_without_rialto(self):
        from rucio.core import replica_sorter

        def broken(*_):
            raise ask.RialtoError('connection refused')

        sorter._asker = ask.Asker('http://x', 30.0, None, broken)
        got = replica_sorter.sort_replicas(replicas(), CLIENT, selection=LISTING)
        self.assertEqual(sorted(got), sorted(replicas()))

    def sort_by_table(self, table, site):
        """Rucio's own order by its table, which it downloads first."""
        from rucio.core import replica_sorter

        kept, reply = {}, types.SimpleNamespace(status_code=200, text=table)
        region = types.SimpleNamespace(get=kept.get, set=kept.__setitem__)
        with tempfile.TemporaryDirectory() as folder, \
                mock.patch.object(replica_sorter, 'REGION', region), \
                mock.patch.object(replica_sorter, 'Path',
                                  lambda _: pathlib.Path(folder) / 'table.csv'), \
                mock.patch.object(replica_sorter, 'config_get', return_value='http://x/table'), \
                mock.patch.object(replica_sorter, 'requests') as requests, \
                mock.patch('builtins.print'):
            requests.get.return_value = reply
            got = replica_sorter.sort_replicas(replicas(), {**CLIENT, 'site': site},
                                               selection='custom_table')
            requests.get.assert_called_once()
        return hosts(got)

    def test_stock_rucio_sorts_by_our_table(self):
        """The form of GET /rucio/custom-distance.csv: no head, six digits, None and ROAMING."""
        near, far = (f'{n * 0.99 / 4:.6f}' for n in (0, 4))
        distances = {h: f'{i * 0.99 / 4:.6f}' for i, h in enumerate(BEST_FIRST)}
        table = ''.join(f'{site},{host.upper()},{distance}\n' for site in ('CERN', 'None')
                        for host, distance in distances.items())
        table += ''.join(f'ROAMING,{h.upper()},{near if h == HOSTS[0] else far}\n'
                         for h in HOSTS)
        for site in ('CERN', None):
            self.assertEqual(self.sort_by_table(table, site), BEST_FIRST)
        self.assertEqual(self.sort_by_table(table, 'ROAMING')[0], HOSTS[0])
        for wrong in ('CERN,DCACHE-BNL,1.01\n', 'CERN,DCACHE-BNL\n', 'site,rse,distance\n'):
            with self.assertRaises(Exception):
                self.sort_by_table(wrong, 'CERN')

    def listing(self, query='', **body):
        """What POST /replicas/list answers for three files."""
        if not flask:
            self.skipTest('python3-flask is missing: Rucio\'s REST views were not tried')
        from rucio.web.rest.flaskapi.v1 import replicas as view

        files = [{'scope': 's', 'name': f'f{i}', 'rses': {}, 'pfns': {
            pfn.replace('//f', f'//f{i}'): {
                'domain': d, 'priority': p, 'rse': r, 'client_extract': x, 'type': 'DISK'}
            for pfn, (d, p, r, x) in replicas().items()}} for i in range(3)]
        app = flask.Flask('test')
        self.assertTrue(view.list_replicas.is_rialto is True)
        with mock.patch.object(view, 'list_replicas',
                               sorter.wrap_listing(lambda **_: iter(files))):
            with app.test_request_context(
                    '/replicas/list' + query, method='POST',
                    headers={'X-Forwarded-For': CLIENT['ip'],
                             'Accept': 'application/x-json-stream'},
                    data=json.dumps({'dids': [], 'client_location': CLIENT, **body}),
                    environ_overrides={'issuer': 'root', 'vo': 'def'}):
                post = view.ListReplicas.post
                reply = getattr(post, '__wrapped__', post)(view.ListReplicas())
                text = reply.get_data(as_text=True)
        return reply.status_code, text

    def test_rest_listings_are_sorted_with_one_question(self):
        status, text = self.listing(sort=LISTING)
        self.assertEqual(status, 200, text)
        files = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(len(files), 3)
        for f in files:
            self.assertEqual(hosts(f['pfns']), BEST_FIRST)
            self.assertEqual([p['priority'] for p in f['pfns'].values()], [1, 2, 3, 4, 5])
        self.assertEqual(len(self.bodies), 1)

    def test_rest_tells_the_client_what_is_wrong(self):
        status, text = self.listing(sort='alto;stmt=BY nonsense')
        self.assertEqual(status, 400)
        self.assertIn('unknown metric', text)

    def test_redirects_are_patched(self):
        if not flask:
            self.skipTest('python3-flask is missing: Rucio\'s REST views were not tried')
        from rucio.web.rest.flaskapi.v1 import redirect

        self.assertTrue(redirect.sort_replicas.is_rialto)


if __name__ == '__main__':
    unittest.main()
