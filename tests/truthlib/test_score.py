#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The judge must be able to say no: every kind of wrong answer is told from the right one."""
import copy
import json
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from truthlib import agents, ask, report, score  # noqa: E402
from truthlib.capture import Capture  # noqa: E402
from truthlib.owners import Owners  # noqa: E402

# a1 == a2 (two links), a2 - b1 (border), b1 - b2; domain b may be dark
CONFIGS = {
    'a/a1': ['192.0.2.1/30', '192.0.2.5/30'],
    'a/a2': ['192.0.2.2/30', '192.0.2.6/30', '192.0.2.9/30'],
    'b/b1': ['192.0.2.10/30', '198.51.100.1/30'],
    'b/b2': ['198.51.100.2/30'],
}
PAIR = ('192.0.2.129', '198.51.100.129')
ROW = {
    'src': 's',
    'dst': 'd',
    'routers': ['a1', 'a2', 'b1', 'b2'],
    'links': ['a1|a2', 'a2|b1', 'b1|b2'],
    'as_path': [64496, 64497],
    'reached': True,
    'ingress': ['192.0.2.6', '192.0.2.10', '198.51.100.2'],
    'gbps': [100, 10, 40],
}
TRACE = (
    'traceroute to 198.51.100.129 (198.51.100.129), 30 hops max, 60 byte packets\n'
    ' 1  192.0.2.130  0.1 ms\n 2  192.0.2.6  0.1 ms 192.0.2.2  0.1 ms\n 3  *\n'
    ' 4  198.51.100.2  0.3 ms\n 5  198.51.100.129  0.4 ms\n'
)

BIRD_PROTOCOLS = """BIRD 2.0.12 ready.
Name       Proto      Table      State  Since         Info
up         BGP        ---        up     2026-01-01 00:00:00  Established
    Session:          {kind} AS4
"""
BIRD_ROUTES = """BIRD 2.0.12 ready.
Table master4:
198.51.100.0/30      unicast [direct1 2026-01-01 00:00:00] * (240)
\tdev e0
\tType: device univ
192.0.2.0/24         unicast [ospf4 2026-01-01 00:00:00] * I (150/52) [192.0.2.9]
\tvia 192.0.2.9 on e0
\tType: OSPF univ
                     unicast [up 2026-01-01 00:00:00] (100) [AS64496i]
\tvia 192.0.2.9 on e0
\tType: BGP univ
                     unicast [in 2026-01-01 00:00:00 from 198.51.100.2] (100/5) [AS64496i]
\tvia 198.51.100.2 on e1
\tType: BGP univ
"""
BIRD_TABLE = """BIRD 2.0.12 ready.
Table master4:
192.0.2.0/24                              unicast [up 2026-01-01 00:00:00] (100) [AS64496i]
\tvia 192.0.2.9 on e0
\tType: BGP univ
                     unicast [in 2026-01-01 00:00:00 from 198.51.100.2] (100/5) [AS64496i]
\tvia 198.51.100.2 on e1
\tType: BGP univ
"""


def answer(row, **changes):
    """the answer that says what the row says"""
    domain = {r: d for d, r in (k.split('/') for k in CONFIGS)}
    legs = []
    for p in row.get('paths') or [row]:
        hops = [
            {'router': r, 'domain': domain.get(r), 'in': i}
            for r, i in zip(p['routers'], [None, *p['ingress']])
        ]
        legs.append(
            {
                'routers': list(p['routers']),
                'links': list(p['links']),
                'as_path': list(p['as_path']),
                'class': 'derived',
                'hops': hops,
            }
        )
    return {
        'src': PAIR[0],
        'dst': PAIR[1],
        'reached': True,
        'class': 'derived',
        'legs': legs,
        **changes,
    }


def rename(a, old, new):
    for leg in a['legs']:
        leg['routers'] = [new if r == old else r for r in leg['routers']]
        leg['links'] = ['|'.join(sorted(p)) for p in zip(leg['routers'], leg['routers'][1:])]
        for h in leg['hops']:
            h['router'] = new if h['router'] == old else h['router']
    return a


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for path, addresses in CONFIGS.items():
            full = os.path.join(self.folder.name, 'configs', path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'w', encoding='utf-8') as f:
                for n, a in enumerate(addresses):
                    f.write(f'interface e{n}\n ip address {a}\nexit\n')
        self.put(
            'domains.json',
            json.dumps(
                [
                    {'name': 'a', 'asn': 64496, 'prefixes': ['192.0.2.0/24'], 'agent': True},
                    {'name': 'b', 'asn': 64497, 'prefixes': ['198.51.100.0/24'], 'agent': True},
                ]
            ),
        )
        self.put(
            'hosts.json',
            json.dumps(
                {
                    's': {
                        'ip4': PAIR[0],
                        'ip6': '2001:db8::1',
                        'net4': '192.0.2.128/25',
                        'net6': '2001:db8::/64',
                    }
                }
            ),
        )
        self.put(
            'capacities.json',
            json.dumps({'a': [{'router': 'a1', 'interface': 'e0', 'gbps': 100}]}),
        )
        self.put(
            'traceroute/index.tsv',
            'file\tsource\tdestination\tobserved_at\n'
            f't.txt\t{PAIR[0]}\t{PAIR[1]}\t2026-01-01T00:00:00Z\n'
            f'u.txt\t{PAIR[1]}\t{PAIR[0]}\t2026-01-01T00:00:00Z\n',
        )
        self.put('traceroute/t.txt', TRACE)
        self.put('traceroute/u.txt', TRACE)
        self.capture = Capture(self.folder.name)

    def put(self, name, text):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)

    def judge(self, a, row=None, configured=('a', 'b')):
        truth = {PAIR: row or ROW}
        return score.Judge(
            self.capture, truth, Owners(self.capture, truth), set(configured)
        ).judge(PAIR, a)


class Links(Base):
    def test_right(self):
        v = self.judge(answer(ROW))
        self.assertTrue(v.as_path and v.links and v.links_in and v.outside and v.addresses)
        self.assertFalse(v.wrong('links'))

    def test_as_path(self):
        a = answer(ROW)
        a['legs'][0]['as_path'] = [64496]
        self.assertTrue(self.judge(a).wrong('links'))
        self.assertFalse(self.judge(a).as_path)

    def test_the_other_parallel_link(self):
        a = answer(ROW)
        a['legs'][0]['hops'][1]['in'] = '192.0.2.2'
        v = self.judge(a)
        self.assertTrue(v.as_path)
        self.assertFalse(v.links or v.links_in or v.outside)

    def test_ingress_elsewhere_counts_apart(self):
        a = answer(ROW)
        a['legs'][0]['hops'][2]['in'] = None
        v = self.judge(a)
        self.assertTrue(v.links)
        self.assertFalse(v.links_in)

    def test_router_missing(self):
        a = answer(ROW)
        leg = a['legs'][0]
        leg['routers'].pop(1), leg['hops'].pop(1)
        leg['links'] = ['a1|b1', 'b1|b2']
        self.assertTrue(self.judge(a).wrong('links'))

    def test_links_must_fit_routers(self):
        a = answer(ROW)
        a['legs'][0]['links'][0] = 'a2|a1'
        self.assertFalse(self.judge(a).links)

    def test_nameless_router_only_where_nobody_named_it(self):
        a = rename(answer(ROW), 'b1', '?192.0.2.10')
        self.assertFalse(self.judge(a).links)
        self.assertTrue(self.judge(a, configured=('a',)).links)
        other = rename(answer(ROW), 'b1', '?198.51.100.2')
        self.assertFalse(self.judge(other, configured=('a',)).links)

    def test_outside_a_dark_domain(self):
        a = rename(answer(ROW), 'b1', '?198.51.100.2')
        v = self.judge(a, configured=('a',))
        self.assertTrue(v.outside)
        self.assertFalse(v.links)
        a = rename(a, 'a1', 'a9')
        self.assertFalse(self.judge(a, configured=('a',)).outside)

    def test_unknown_hop_is_partial(self):
        v = self.judge(rename(answer(ROW), 'b1', '?'))
        self.assertTrue(v.partial and v.wrong('links'))
        v = self.judge(rename(rename(answer(ROW), 'b1', '?'), 'b2', 'b9'))
        self.assertFalse(v.partial)


class Reach(Base):
    def test_unanswered(self):
        for a in (None, answer(ROW, known=False, reached=False)):
            v = self.judge(a)
            self.assertFalse(v.answered or v.as_path or v.links)
            self.assertEqual(v.cls, 'unanswered')

    def test_both_say_unreachable(self):
        row = {**ROW, 'reached': False}
        self.assertTrue(self.judge(answer(ROW, reached=False), row).good('links'))
        self.assertTrue(self.judge(answer(ROW), row).wrong('links'))
        self.assertTrue(self.judge(answer(ROW, reached=False)).wrong('links'))
        self.assertFalse(self.judge(answer(ROW, reached=False, known=False), row).good('links'))


class EqualCost(Base):
    def setUp(self):
        super().setUp()
        two = {**ROW, 'ingress': ['192.0.2.2', *ROW['ingress'][1:]]}
        keys = ('routers', 'links', 'as_path', 'ingress')
        self.row = {**ROW, 'paths': [{k: p[k] for k in keys} for p in (ROW, two)]}

    def test_whole_set(self):
        a = answer(self.row)
        self.assertTrue(self.judge(a, self.row).good('links'))
        a['legs'].reverse()
        self.assertTrue(self.judge(a, self.row).good('links'))

    def test_part_or_too_much(self):
        a = answer(self.row)
        a['legs'].pop()
        self.assertTrue(self.judge(a, self.row).wrong('links'))
        self.assertTrue(self.judge(answer(self.row)).wrong('links'))
        double = answer(self.row)
        double['legs'][1] = copy.deepcopy(double['legs'][0])
        self.assertTrue(self.judge(double, self.row).wrong('links'))


class Addresses(Base):
    """without configurations: those that answered, in order, and nobody else"""

    def nameless(self):
        a = answer(ROW)
        for r, i in zip(ROW['routers'][1:], ROW['ingress']):
            a = rename(a, r, f'?{i}')
        return rename(a, 'a1', '?192.0.2.1')

    def test_right_without_the_silent_one(self):
        v = self.judge(rename(self.nameless(), '?192.0.2.10', '?'), configured=())
        self.assertTrue(v.good('addresses'))

    def test_order_absence_and_strangers(self):
        a = self.nameless()
        a['legs'][0]['hops'].reverse()
        self.assertFalse(self.judge(a, configured=()).addresses)
        a = rename(self.nameless(), '?198.51.100.2', '?')
        a['legs'][0]['hops'][-1]['in'] = None
        self.assertFalse(self.judge(a, configured=()).addresses)
        row = {
            **ROW,
            'routers': ['a1', 'a2', 'b2'],
            'links': ['a1|a2', 'a2|b2'],
            'ingress': ['192.0.2.6', '198.51.100.2'],
        }
        self.assertFalse(self.judge(self.nameless(), row, configured=()).addresses)

    def test_equal_cost_paths_take_turns(self):
        other = {**ROW, 'ingress': ['192.0.2.2', *ROW['ingress'][1:]]}
        row = {**ROW, 'paths': [ROW, other]}
        self.assertTrue(self.judge(self.nameless(), row, configured=()).addresses)
        a = rename(self.nameless(), '?192.0.2.6', '?192.0.2.2')
        a['legs'][0]['hops'][1]['in'] = '192.0.2.2'
        self.assertTrue(self.judge(a, row, configured=()).addresses)
        self.assertFalse(
            self.judge(a, other | {'ingress': ROW['ingress']}, configured=()).addresses
        )

    def test_equal_cost_paths_of_two_lengths(self):
        """a hop that did not answer puts the next one at the step of the shorter path's"""
        short = {
            **ROW,
            'routers': ['a1', 'a2', 'b2'],
            'links': ['a1|a2', 'a2|b2'],
            'ingress': ['192.0.2.6', '198.51.100.2'],
        }
        row = {**ROW, 'paths': [ROW, short]}
        a = rename(self.nameless(), '?192.0.2.10', '?')
        self.assertTrue(self.judge(a, row, configured=()).addresses)
        a['legs'][0]['hops'][1:] = a['legs'][0]['hops'][2:]  # without 192.0.2.6, which answered
        self.assertFalse(self.judge(a, row, configured=()).addresses)

    def test_address_twice_on_a_path(self):
        """of two routers with one private address the second did not answer"""
        row = {**ROW, 'ingress': ['192.0.2.6', '198.51.100.2', '198.51.100.2']}
        a = rename(self.nameless(), '?192.0.2.10', '?198.51.100.2')
        a['legs'][0]['hops'][2]['in'] = '198.51.100.2'
        a['legs'][0]['hops'][3] = {**a['legs'][0]['hops'][3], 'router': '?', 'in': None}
        self.assertTrue(self.judge(a, row, configured=()).addresses)


class TwoWays(unittest.TestCase):
    def vector(self):
        return [
            {'priv:link': k, 'priv:ingress': i} for k, i in zip(ROW['links'], ROW['ingress'])
        ]

    def test_agree(self):
        self.assertIsNone(score.agree(answer(ROW), self.vector()))
        self.assertIsNone(score.agree(answer(ROW, reached=False), None))
        self.assertIsNotNone(score.agree(answer(ROW), None))
        self.assertIsNotNone(score.agree(None, self.vector()))
        self.assertIsNotNone(score.agree(answer(ROW), self.vector()[::-1]))

    def test_multipart(self):
        body = (
            b'--x\r\nContent-Type: application/alto-endpointcost+json\r\n\r\n{"a": 1}\r\n'
            b'--x\r\nContent-Type: application/alto-propmap+json\r\n\r\n{"b": 2}\r\n--x--\r\n'
        )
        self.assertEqual(
            ask.multipart('multipart/related; boundary="x"', body), [{'a': 1}, {'b': 2}]
        )

    def test_json_values(self):
        self.assertEqual(
            list(ask.json_values('{"a":1}\n[{"b":2},{"c":3}]')), [{'a': 1}, {'b': 2}, {'c': 3}]
        )


class Bandwidths(Base):
    def test_equal_different_missing_undeclared(self):
        v = score.Verdict(PAIR, 'ip4', answered=True, as_path=True, links=True, truth=ROW)
        vector = [{'max-reservable-bandwidth': g * 10**9} for g in (100, 11)] + [{}]
        owners = Owners(self.capture, {PAIR: ROW})
        b = score.bandwidths([v], {PAIR: vector}, owners, {'a', 'b'})
        self.assertEqual((b['equal'], b['missing']), (1, 1))
        self.assertEqual(b['differ'], [['a2|b1', '192.0.2.10', 11 * 10**9, 10 * 10**9]])
        b = score.bandwidths([v], {PAIR: vector}, owners, {'a'})
        self.assertEqual((b['equal'], len(b['differ']), b['missing']), (1, 1, 0))


class Planning(Base):
    def test_traceroutes_go_to_the_source(self):
        p = agents.Plan(self.capture)
        self.assertEqual(p.traces, {'a': ['t.txt'], 'b': ['u.txt']})
        self.assertEqual(
            agents.Plan(self.capture, without=['b']).traces, {'a': ['t.txt', 'u.txt']}
        )
        self.assertEqual(
            agents.Plan(self.capture, without=['b'], orphans='drop').traces, {'a': ['t.txt']}
        )
        self.assertEqual(agents.Plan(self.capture, traceroutes=0.0).traces, {'a': [], 'b': []})

    def test_part_of_the_agents_is_the_same_for_the_same_seed(self):
        one = [agents.Plan(self.capture, agents=0.5, seed=s).agents for s in range(20)]
        self.assertEqual(
            one, [agents.Plan(self.capture, agents=0.5, seed=s).agents for s in range(20)]
        )
        self.assertEqual({tuple(x) for x in one}, {('a',), ('b',)})

    def test_only_what_was_asked_for(self):
        with tempfile.TemporaryDirectory() as work:
            p = agents.Plan(self.capture, sources=['config'])
            self.assertEqual([s['kind'] for s in p.source_list('a', work)], ['config'])
            self.assertEqual(os.listdir(work), [])
            full = agents.Plan(self.capture).static('a')
            self.assertEqual(
                full['capacities'], [{'node': 'a1', 'interface': 'e0', 'rate': '100G'}]
            )
            self.assertEqual([n['name'] for n in full['neighbours']], ['b'])
            self.assertEqual(
                agents.Plan(self.capture, sources=['capacities']).static('a')['domain'],
                {'name': 'a'},
            )

    def test_birds_have_a_looking_glass(self):
        self.put('lg/b/b1.route.txt', BIRD_ROUTES)
        self.put('lg/b/b1.protocols.txt', BIRD_PROTOCOLS.format(kind='internal'))
        self.put('lg/b/b2.route.txt', BIRD_ROUTES)
        self.put('lg/b/b2.protocols.txt', BIRD_PROTOCOLS.format(kind='external'))
        with tempfile.TemporaryDirectory() as work:
            p = agents.Plan(self.capture, sources=['looking-glass', 'config'])
            self.assertEqual(p.configured(), {'a', 'b'})
            source = p.source_list('b', work)[-1]
            self.assertEqual(source['dialect'], 'bird')
            self.assertEqual([r['name'] for r in source['routers']], ['b1', 'b2'])
            p = agents.Plan(self.capture, sources=['looking-glass'], vantages=1)
            one = p.source_list('b', work)[0]['routers']
            self.assertEqual([r['name'] for r in one], ['b2'])
            with open(one[0]['path'] + '.route.txt', encoding='utf-8') as f:
                self.assertEqual(f.read(), BIRD_TABLE)
            config = {'sources': ['looking-glass', 'config'], 'bird': 'config'}
            p = agents.Plan(self.capture, **config)
            self.assertEqual(p.configured(), {'a'})
            self.assertEqual([s['kind'] for s in p.source_list('b', work)], ['config'])


class Rules(unittest.TestCase):
    """which rules answers are assumed by"""

    def verdict(self, good, *said, cls='assumed'):
        hops = [{'evidence': [{'what': w} for w in said]}]
        return score.Verdict(
            PAIR, 'ip4', cls, True, good, good, answer={'legs': [{'hops': hops}, {'hops': hops}]}
        )

    def test_alone_and_with_others(self):
        found = report.rules(
            [
                self.verdict(True, 'a table', 'assumed: one'),
                self.verdict(True, 'assumed: one', 'assumed: two'),
                self.verdict(False, 'assumed: two'),
                self.verdict(False, 'a table'),
                self.verdict(True, 'assumed: one', cls='derived'),
            ],
            'links',
        )
        row = lambda *n: dict(zip(report.RULE_COLUMNS, n))
        want = {
            'one': row(1, 2, 0, 0),
            'two': row(0, 1, 1, 1),
            '(none is named)': row(0, 0, 1, 1),
        }
        self.assertEqual(found, want)
        self.assertEqual(report.add_rules(found, {'two': row(1, 1, 0, 0)})['two'], row(1, 2, 1, 1))
        lines = report.rules_markdown({'full': found}).splitlines()
        self.assertEqual(lines[2], '| full | one | 1 | 2 | 0 | 0 |')
        self.assertEqual(len(lines), 5)


if __name__ == '__main__':
    unittest.main()
