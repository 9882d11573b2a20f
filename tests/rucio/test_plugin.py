# SPDX-License-Identifier: Apache-2.0
"""The plugin for Rucio against recorded calls, without Rucio."""
import json
import logging
import sys
import threading
import types
import unittest
from unittest import mock

import data

sys.path.insert(0, str(data.ROOT / 'deploy' / 'rucio'))
from rialto_rucio import ask, patch, selection, sorter  # noqa: E402

logging.disable(logging.CRITICAL)

CLIENT = {'ip': '128.142.32.10', 'fqdn': 'wn1.cern.ch', 'site': 'CERN', 'latitude': None}
HOSTS = ['dcache-bnl', 'dcache-kit', 'eos-cern', 'nowhere.example', 'storm-cnaf']


def replicas(hosts, wrap='root://{}:1094//f'):
    """As Rucio has them: PFN to (domain, priority, RSE, client_extract), worst priority first."""
    n = len(hosts)
    return {
        wrap.format(h): ('wan', n - i, h.upper(), False) for i, h in enumerate(hosts)
    }


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Rialto:
    """Answers as recorded, and counts."""

    def __init__(self):
        self.bodies = []
        self.gate = threading.Event()
        self.gate.set()
        self.fail = None

    def __call__(self, url, body, timeout, ca_file):
        self.bodies.append(body)
        self.gate.wait(30)
        if self.fail:
            raise self.fail
        status, reply = data.play(body)
        return ask.read(status, json.dumps(reply).encode())


class NotSupported(Exception):
    """Stands for Rucio's."""


class PluginTest(unittest.TestCase):
    def setUp(self):
        self.rialto, self.clock = Rialto(), Clock()
        sorter._asker = ask.Asker('http://x', 5.0, None, self.rialto, self.clock)
        config = types.ModuleType('rucio.common.config')
        config.config_get = lambda section, name, raise_exception, default: default
        exception = types.ModuleType('rucio.common.exception')
        exception.SortingAlgorithmNotSupported = NotSupported
        for name, module in {
            'rucio': types.ModuleType('rucio'),
            'rucio.common': types.ModuleType('rucio.common'),
            'rucio.common.config': config,
            'rucio.common.exception': exception,
        }.items():
            sys.modules[name] = module
        self.own = []
        self.sort = sorter.wrap_sorter(self.original)

    def tearDown(self):
        self.rialto.gate.set()
        for name in [n for n in sys.modules if n.split('.')[0] == 'rucio']:
            del sys.modules[name]

    def original(self, dictreplica, client_location, selection=None):
        self.own.append(selection)
        return ['own order']

    def hosts(self, text, given=None):
        return [sorter.host_of(p) for p in self.sort(given or replicas(HOSTS), CLIENT, text)]

    def test_the_published_statement(self):
        self.assertEqual(
            self.hosts('alto;stmt="By as_hopcount,rc"'),
            ['eos-cern', 'storm-cnaf', 'dcache-kit', 'dcache-bnl', 'nowhere.example'],
        )
        self.assertEqual(self.own, [])

    def test_directions_and_conditions(self):
        self.assertEqual(
            self.hosts('alto;stmt=BY rc DESC;where="rc < 300"'),
            ['dcache-kit', 'storm-cnaf', 'eos-cern', 'dcache-bnl', 'nowhere.example'],
        )
        self.assertEqual(self.hosts('alto;stmt=BY rc DESC')[0], 'dcache-bnl')

    def test_proxies_are_unwrapped_and_equals_keep_their_priority(self):
        given = {
            'root://proxy//root://eos-cern//b': ('wan', 2, 'E', False),
            'davs://dcache-bnl:443/x': ('wan', 1, 'B', False),
            'root://eos-cern:1094//a': ('wan', 3, 'E', False),
        }
        location = {'ip': '128.142.32.10'}
        self.assertEqual(
            self.sort(given, location, 'alto;stmt=BY rc'),
            [
                'root://proxy//root://eos-cern//b',
                'root://eos-cern:1094//a',
                'davs://dcache-bnl:443/x',
            ],
        )
        # GET /replicas and /redirect have bare names of RSEs
        plain = {pfn: value[2] for pfn, value in given.items()}
        self.assertEqual(len(self.sort(plain, location, 'alto;stmt=BY rc')), 3)
        self.assertEqual(len(self.rialto.bodies), 1)

    def test_answers_are_kept_as_long_as_rialto_says(self):
        def sort():
            self.sort(replicas(['dcache-bnl', 'eos-cern']), {'ip': CLIENT['ip']},
                      'alto;stmt=BY rc')

        for _ in range(3):
            sort()
        self.assertEqual(len(self.rialto.bodies), 1)
        self.clock.now += 299
        sort()
        self.assertEqual(len(self.rialto.bodies), 1)
        self.clock.now += 2
        sort()
        self.assertEqual(len(self.rialto.bodies), 2)

    def test_unknown_hosts_are_asked_for_again_soon(self):
        document = {'metrics': [{'name': 'rc', 'order': 'ascend'}], 'max-age': 300}
        costs, asked = {'a': [1]}, []

        def answer(_url, body, _timeout, _ca_file):
            asked.append(body['hosts'])
            if costs is None:
                raise ask.RialtoError('no')
            return {**document, 'costs': costs,
                    'unknown': [h for h in body['hosts'] if h not in costs]}

        asker = ask.Asker('http://x', 5.0, None, answer, self.clock)

        def keys():
            return asker.keys(('q',), {}, ['a', 'b'])

        self.assertEqual(keys(), {'a': (ask.GOOD, (0, 1)), 'b': (ask.UNKNOWN,)})
        keys()
        self.assertEqual(asked, [['a', 'b']])
        self.clock.now += 2
        costs = None
        # who can't be asked leaves the order as it was, as long as it holds
        self.assertEqual(keys(), {'a': (ask.GOOD, (0, 1)), 'b': (ask.UNKNOWN,)})
        self.clock.now += ask.PAUSE
        costs = {'b': [2]}
        self.assertEqual(keys()['b'], (ask.GOOD, (0, 2)))
        self.assertEqual(asked, [['a', 'b'], ['b'], ['b']])
        self.clock.now += 290
        keys()
        self.assertEqual(len(asked), 3)

    def test_only_new_hosts_are_asked_for(self):
        asker = sorter.asker()
        question, body = ('q',), {'client': {'ip': '128.142.32.10'}, 'statement': 'BY rc'}
        asker.keys(question, body, ['dcache-bnl', 'eos-cern'])
        asker.keys(question, body, ['dcache-bnl', 'eos-cern', 'dcache-kit'])
        self.assertEqual([b['hosts'] for b in self.rialto.bodies],
                         [['dcache-bnl', 'eos-cern'], ['dcache-kit']])

    def test_after_the_deadline_rucios_own_order_stands(self):
        sorter._asker.deadline = 0.01
        self.rialto.gate.clear()
        self.assertEqual(self.sort(replicas(HOSTS), CLIENT, 'alto;stmt=BY rc DESC'),
                         ['own order'])
        self.assertEqual(self.own, ['geoip'])
        # nobody waits again meanwhile: a listing of many files would take for ever
        self.assertIsNone(sorter._asker.start(('x',), {}, ('eos-cern',)))
        # the same question is not put twice, and its answer comes in handy later
        self.sort(replicas(HOSTS), CLIENT, 'alto;stmt=BY rc DESC')
        self.assertEqual(len(self.rialto.bodies), 1)
        future = next(iter(sorter._asker.waiting.values()))
        self.rialto.gate.set()
        future.result(30)
        self.assertEqual(self.hosts('alto;stmt=BY rc DESC')[0], 'dcache-bnl')
        self.assertEqual(len(self.rialto.bodies), 1)

    def test_a_failing_server_is_left_alone_for_a_while(self):
        self.rialto.fail = ask.RialtoError('connection refused')
        for _ in range(3):
            self.assertEqual(self.sort(replicas(HOSTS), CLIENT, 'alto;stmt=BY rc DESC'),
                             ['own order'])
        self.assertEqual(len(self.rialto.bodies), 1)
        self.rialto.fail = None
        self.clock.now += ask.PAUSE
        self.assertEqual(self.hosts('alto;stmt=BY rc DESC')[0], 'dcache-bnl')

    def test_if_rucios_own_order_fails_priority_counts(self):
        def broken(*_, **__):
            raise OSError('no GeoIP data base')

        self.rialto.fail = ask.RialtoError('x')
        given = replicas(HOSTS)
        self.assertEqual(sorter.wrap_sorter(broken)(given, CLIENT, 'alto'), list(given)[::-1])

    def test_wrong_statements_are_the_clients_fault(self):
        with self.assertRaisesRegex(NotSupported, "1:4: unknown metric 'nonsense'"):
            self.sort(replicas(HOSTS), CLIENT, 'alto;stmt=BY nonsense')
        for text in ('alto;stmt="BY a', 'alto;by=a', 'alto;stmt=BY a;stmt=BY b'):
            with self.assertRaises(NotSupported):
                self.sort(replicas(HOSTS), CLIENT, text)
        self.assertEqual(self.own, [])

    def test_other_selections_are_rucios(self):
        for text in (None, 'geoip', 'random', 'altogether'):
            self.assertEqual(self.sort(replicas(HOSTS), CLIENT, text), ['own order'])
        self.assertEqual(self.sort({}, CLIENT, 'alto'), [])
        self.assertEqual(self.rialto.bodies, [])

    def test_a_listing_is_asked_for_at_once(self):
        files = [{'pfns': replicas(HOSTS[:i + 1])} for i in range(len(HOSTS))]
        got = list(sorter.in_batches(files, CLIENT, 'alto;stmt=BY rc DESC'))
        self.assertEqual(got, files)
        self.assertEqual(len(self.rialto.bodies), 1)
        for f in files:
            self.sort(f['pfns'], CLIENT, 'alto;stmt=BY rc DESC')
        self.assertEqual(len(self.rialto.bodies), 1)

    def test_locations_are_cleaned(self):
        self.assertEqual(
            sorter.client_of({'ip': '192.0.2.1, 10.0.0.1', 'fqdn': 'a b', 'site': None}),
            {'ip': '192.0.2.1'},
        )
        self.assertEqual(sorter.client_of({'ip': 'unknown', 'fqdn': 'H.example.', 'site': 'S'}),
                         {'fqdn': 'h.example', 'site': 'S'})
        self.assertEqual(sorter.client_of(None), {})
        for text, ip in {
            '192.0.2.1:53122': '192.0.2.1', '[2001:DB8::1]:443': '2001:db8::1',
            '[2001:db8::1]': '2001:db8::1', '192.0.2.1:53122, 10.0.0.1:1': '192.0.2.1',
            '2001:db8::1:443': '2001:db8::1:443', '192.0.2.1:': None, '192.0.2.1:x': None,
            '[2001:db8::1]443': None, 'host:443': None,
        }.items():
            self.assertEqual(sorter.address(text), ip, text)

    def test_without_a_client_rucios_own_order_stands(self):
        for location in ({'ip': 'unknown'}, {}, None):
            self.assertEqual(self.sort(replicas(HOSTS), location, 'alto;stmt=BY rc DESC'),
                             ['own order'])
            files = [{'pfns': replicas(HOSTS)}]
            self.assertEqual(list(sorter.in_batches(files, location, 'alto')), files)
        self.assertEqual((self.own, self.rialto.bodies), (['geoip'] * 3, []))
        with self.assertRaises(NotSupported):
            self.sort(replicas(HOSTS), None, 'alto;nonsense')

    def test_hosts_of_pfns(self):
        for pfn, host in {
            'root://A.example:1094//x': 'a.example',
            'root://p//root://q//root://r:1//x': 'r',
            'https://[2001:db8::1]:443/x': '2001:db8::1',
            'srm://s.example:8446/srm?SFN=/x': 's.example',
            '/x': None, 'root://': None, 'https://[::1/x': None, 'root://a..b//x': None,
        }.items():
            self.assertEqual(sorter.host_of(pfn), host, pfn)

    def test_selections(self):
        self.assertEqual(selection.parse('alto'), {})
        self.assertEqual(
            selection.query(selection.parse('alto;stmt="By a,b";where="x = \'y;z\'";order=ascend')),
            {'statement': '"By a,b"', 'where': "x = 'y;z'", 'order': 'ascend'},
        )

    def test_replies_that_are_none(self):
        for status, text in ((200, b'[]'), (200, b'{}'), (200, b'nonsense'), (500, b''),
                             (200, b' ' * (ask.MAX_REPLY + 1))):
            with self.assertRaises(ask.RialtoError):
                ask.read(status, text)
        with self.assertRaisesRegex(ask.Refused, 'HTTP 400: why'):
            ask.read(400, b'{"error":{"message":"why"}}')
        with self.assertRaises(ask.NothingKnown):
            ask.read(404, b'{"error":{"message":"why"}}')
        with self.assertRaises(ask.RialtoError) as other:
            ask.read(404, b'<html>')
        self.assertNotIsInstance(other.exception, ask.NothingKnown)

    def test_a_client_that_is_not_known_silences_nobody(self):
        def answer(url, body, timeout, ca_file):
            if 'site' in body['client']:
                raise ask.NothingKnown('HTTP 404: nothing is known of the client')
            return data.play(body)[1]

        asker = ask.Asker('http://x', 5.0, None, answer, self.clock)
        with self.assertRaises(ask.NothingKnown):
            asker.keys(('nowhere',), {'client': {'site': 'NOWHERE'}, 'statement': 'BY rc'},
                       ['eos-cern'])
        keys = asker.keys(('q',), {'client': {'ip': '128.142.32.10'}, 'statement': 'BY rc'},
                          ['eos-cern', 'dcache-bnl'])
        self.assertLess(keys['eos-cern'], keys['dcache-bnl'])

    def test_over_http(self):
        def answer(method, path, headers, body):
            self.assertEqual((method, path), ('POST', '/rialto/rucio/sort'))
            status, reply = data.play(json.loads(body))
            return status, {'Content-Type': 'application/json'}, json.dumps(reply)

        with data.Server(answer) as server:
            asker = ask.Asker(server.url + '/rialto/', 30.0)
            body = {'client': {'ip': '128.142.32.10'}, 'statement': 'BY rc'}
            keys = asker.keys(('q',), body, ['eos-cern', 'dcache-bnl'])
        self.assertLess(keys['eos-cern'], keys['dcache-bnl'])
        with self.assertRaises(ask.RialtoError):
            ask.post('ftp://x', {}, 1)

    def test_other_versions_of_rucio_are_refused(self):
        version = types.ModuleType('rucio.vcsversion')
        sys.modules['rucio.vcsversion'] = version
        before = list(sys.meta_path)
        for text in ('37.7.1', '42.0.0', 'x', None):
            version.VERSION = text
            self.assertFalse(patch.install(38, 41))
        self.assertEqual(sys.meta_path, before)

    def test_versions_are_read_as_any_rucio_writes_them(self):
        """Up to 38 in a dictionary, later as a name of its own."""
        version = types.ModuleType('rucio.vcsversion')
        sys.modules['rucio.vcsversion'] = version
        version.VERSION_INFO = {'final': True, 'version': '35.9.0'}
        self.assertEqual(patch.rucio_version(), ('35.9.0', 35))
        with mock.patch.object(patch.LOGGER, 'error') as error:
            self.assertFalse(patch.install(38, 41))
        text, *values = error.call_args.args
        self.assertIn('tested with Rucio 38 to 41, this is 35.9.0', text % tuple(values))
        for wrong in ({}, None, {'version': 38}):
            version.VERSION_INFO = wrong
            self.assertEqual(patch.rucio_version(), (None, None))
        version.VERSION = '41.0.0'
        self.assertEqual(patch.rucio_version(), ('41.0.0', 41))


if __name__ == '__main__':
    unittest.main()
