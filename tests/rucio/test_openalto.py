# SPDX-License-Identifier: Apache-2.0
"""The Rucio metrics of OpenALTO's Python client, as it is, against a rialtod over real facts.

    test_openalto.py RIALTOD RIALTO-AGENT

What the client asks is recorded (openalto.json) and always asked; answers are read here by the
client's own rules, which are narrower than the RFCs'. With OPENALTO_SOURCE, a checkout of
openalto/alto, the client itself asks, and must ask what is recorded.
"""
import http.client
import importlib.util
import ipaddress
import json
import os
import pathlib
import sys
import tempfile
import types
import unittest

import data

sys.path.insert(0, str(data.ROOT / 'tests'))
from truthlib import agents, ask, capture  # noqa: E402

RIALTOD, AGENT = sys.argv.pop(1), sys.argv.pop(1)
SOURCE = os.environ.get('OPENALTO_SOURCE')
RECORDED = data.FOLDER / 'openalto.json'
ECS = 'application/alto-endpointcost+json'
HEADERS = ('Accept', 'Accepts', 'Content-Type')
# Addresses of storage at sites of examples/lhcone, and how many borders between autonomous
# systems packets cross from there, as its network is built (network.yaml): BNL and FNAL are
# behind ESnet, CNAF and KIT behind GEANT, ESnet and GEANT meet each other and CERN, SURF meets
# CERN and KIT.
BORDERS = {
    '128.142.32.10': {'192.12.12.10': 2, '131.225.204.10': 2, '131.154.128.10': 2,
                      '192.108.45.10': 2, '145.107.4.10': 1, '128.142.32.10': 0},
    '192.108.45.10': {'192.12.12.10': 3, '131.225.204.10': 3, '131.154.128.10': 2,
                      '145.107.4.10': 1, '128.142.32.10': 2, '192.108.45.10': 0},
    '2001:1458:301:1::a': {'2620:0:210:9::a': 2, '2620:6a:0:4812::a': 2,
                           '2001:760:4205:128::a': 2, '2a00:139c:5:45::a': 2,
                           '2a07:8504:120:e06a::a': 1, '2001:1458:301:1::a': 0},
}
METRICS = {
    'as_hopcount': {'resource_type': 'path-vector', 'url': '/pathvector/endpointcost',
                    'prop_names': ['as_path']},
    'as_map': {'resource_type': 'cost-map', 'url': '/costmap/num/priv:as-hopcount',
               'dependent_network_map': '/networkmap'},
    'as_between': {'resource_type': 'endpoint-cost', 'url': '/endpointcost',
                   'cost_metric': 'priv:as-hopcount'},
}


def named(address):
    return f'ipv{ipaddress.ip_address(address).version}:{address}'


def setUpModule():
    global WORK, SERVER
    WORK = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(WORK.cleanup)
    plan = agents.Plan(capture.Capture(str(data.ROOT / 'examples' / 'lhcone' / 'recording')))
    complaints = agents.collect(AGENT, plan.write(WORK.name))
    if complaints:
        raise RuntimeError(complaints)
    stores = [str(p) for p in pathlib.Path(WORK.name).glob('*.db')]
    SERVER = unittest.enterModuleContext(ask.Server(RIALTOD, stores, WORK.name))


def forward(method, path, headers, body):
    """(status, type, text) of the server."""
    connection = http.client.HTTPConnection(SERVER.url.partition('://')[2], timeout=60)
    connection.request(method, path, body or None, headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, reply.getheader('Content-Type'), text


def multipart(media, text):
    """{type: document} of the parts, read as the client does: parameters at each semicolon and
    equals sign, none with quotes; bodies line by line."""
    media, *parameters = media.split(';')
    parameters = dict(p.strip().split('=') for p in parameters)
    assert (media, parameters['type']) == ('multipart/related', ECS), (media, parameters)
    parts = text.split('--' + parameters['boundary'])
    assert parts[0] == '' and parts[-1].strip() == '--', (parts[0], parts[-1])
    read = {}
    for part in parts[1:-1]:
        head, _, body = part.strip().partition('\r\n\r\n')
        names = dict(line.split(': ', 1) for line in head.split('\r\n'))
        read[names['Content-Type']] = json.loads(body)
    return read


def count_as(media, text):
    """{(source, destination): ASes named by the elements of the path}"""
    parts = multipart(media, text)
    properties = parts['application/alto-propmap+json']['property-map']
    assert set(parts[ECS]['meta']['vtag']) == {'resource-id', 'tag'}
    return {(s, d): sum(len(properties['.ane:' + a].get('as_path', '').split()) for a in path)
            for s, row in parts[ECS]['endpoint-cost-map'].items() for d, path in row.items()}


class RecordedTest(unittest.TestCase):
    def test_what_the_client_asks(self):
        expected = {(named(s), named(d)): n for d, row in BORDERS.items() for s, n in row.items()}
        vectors, costs, media = {}, {}, set()
        for call in json.loads(RECORDED.read_text(encoding='utf-8')):
            body = json.dumps(call['body']) if call['body'] else None
            status, kind, text = forward(call['method'], call['path'], call['headers'], body)
            self.assertEqual(status, 200, text)
            if kind.startswith('multipart/'):
                vectors.update(count_as(kind, text))
                continue
            media.add(kind)  # compared as it stands: without charset
            reply = json.loads(text)
            if kind == ECS:
                self.assertEqual(set(reply['meta']['vtag']), {'resource-id', 'tag'})
                costs.update({(s, d): n for s, row in reply['endpoint-cost-map'].items()
                              for d, n in row.items()})
        self.assertEqual(vectors, expected)
        self.assertEqual(costs, expected)
        self.assertEqual(media, {ECS, 'application/alto-networkmap+json',
                                 'application/alto-costmap+json'})


class Prefixes:
    """Of pytricia what the client uses, with IPv4 and IPv6 apart."""

    def __init__(self, _bits):
        self.known = {}

    def __setitem__(self, prefix, value):
        self.known[ipaddress.ip_network(prefix)] = value

    def __getitem__(self, address):
        address = ipaddress.ip_address(address)
        inside = [p for p in self.known if p.version == address.version and address in p]
        if not inside:
            raise KeyError(str(address))
        return self.known[max(inside, key=lambda p: p.prefixlen)]


@unittest.skipUnless(SOURCE, 'OPENALTO_SOURCE is not set')
class ClientTest(unittest.TestCase):
    def setUp(self):
        self.asked = []
        self.front = self.enterContext(data.Server(self.answer))
        config = pathlib.Path(WORK.name) / 'alto.conf'
        metrics = {name: {key: self.front.url + value if str(value).startswith('/') else value
                          for key, value in spec.items()} for name, spec in METRICS.items()}
        config.write_text('[client]\nmetrics = ' + json.dumps(metrics))
        os.environ['ALTO_CONFIG'] = str(config)
        if importlib.util.find_spec('pytricia') is None:
            sys.modules['pytricia'] = types.SimpleNamespace(PyTricia=Prefixes)
        sys.path.insert(0, str(pathlib.Path(SOURCE) / 'src'))
        self.addCleanup(sys.path.pop, 0)
        from alto.client import Client

        self.client = Client()

    def answer(self, method, path, headers, body):
        headers = {name: headers[name] for name in HEADERS if headers[name]}
        self.asked.append({'method': method, 'path': path, 'headers': headers,
                           'body': json.loads(body) if body else None})
        status, kind, text = forward(method, path, headers, body)
        return status, {'Content-Type': kind}, text

    def test_metrics_of_the_client(self):
        for destination, row in BORDERS.items():
            for metric in METRICS:
                got = self.client.get_multiple_costs(list(row), [destination], [metric])
                self.assertEqual({s: got[s][destination][metric] for s in row}, row, metric)
        recorded = json.loads(RECORDED.read_text(encoding='utf-8'))
        self.assertEqual(self.asked, recorded)


if __name__ == '__main__':
    if not SOURCE:
        print('SKIPPED in part: OPENALTO_SOURCE is not set, OpenALTO\'s client itself did not ask')
    elif importlib.util.find_spec('requests') is None:
        sys.exit('python3-requests is missing, which OpenALTO\'s client needs')
    unittest.main()
