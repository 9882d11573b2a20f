#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The testbed without routers: addresses, configurations, the walk over tables made by hand."""
import ipaddress
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from rtb import bird, frr, walk  # noqa: E402
from rtb.network import Network, Wrong  # noqa: E402

NETWORKS = [f'{HERE}/networks/grove.yaml', f'{HERE}/../../examples/lhcone/network.yaml']
SMALL = {
    'domains': [
        {
            'name': 'a',
            'asn': 64496,
            'routers': ['a1', 'a2'],
            'links4': '198.18.0.0/24',
            'links6': '2001:db8:a::/56',
            'loopbacks4': '198.18.1.0/27',
            'loopbacks6': '2001:db8:a:1::/64',
            'hosts': [
                {
                    'name': 's',
                    'router': 'a1',
                    'net4': '198.18.2.0/24',
                    'net6': '2001:db8:a:2::/64',
                }
            ],
        },
        {
            'name': 'b',
            'asn': 64497,
            'routers': ['b1'],
            'p2p': 'short',
            'links4': '198.18.16.0/24',
            'links6': '2001:db8:b::/56',
            'loopbacks4': '198.18.17.0/27',
            'loopbacks6': '2001:db8:b:1::/64',
            'hosts': [
                {
                    'name': 't',
                    'router': 'b1',
                    'net4': '198.18.18.0/24',
                    'net6': '2001:db8:b:2::/64',
                }
            ],
        },
    ],
    'links': [
        {'ends': ['a1', 'a2'], 'gbps': 40},
        {'ends': ['a1', 'a2'], 'gbps': 10},
        {'ends': ['b1', 'a2'], 'rel': ['provider', 'customer'], 'prepend': [2, 0]},
    ],
}


class Addresses(unittest.TestCase):
    def test_both_ends_share_a_network_of_their_own(self):
        for path in NETWORKS:
            net, seen = Network.load(path), []
            for l in net.links:
                for f in l.families:
                    a, b = (p.addr[f] for p in l.ports)
                    self.assertTrue(a in l.net[f] and b in l.net[f] and a != b)
                    seen.append(l.net[f])
            for h in net.hosts:
                seen += [h.net[4], h.net[6]]
                self.assertNotEqual(h.addr[4], h.gateway[4])
            self.assertEqual(len(seen), len(set(seen)), path)

    def test_lengths(self):
        net = Network(SMALL)
        self.assertEqual([l.net[4].prefixlen for l in net.links], [30, 30, 31])
        self.assertEqual([l.net[6].prefixlen for l in net.links], [64, 64, 127])

    def test_two_routers_of_one_name(self):
        with self.assertRaises(Wrong):
            Network({**SMALL, 'domains': [*SMALL['domains'], SMALL['domains'][0]]})


class Configurations(unittest.TestCase):
    def test_every_router_has_one(self):
        for path in NETWORKS:
            net = Network.load(path)
            for r in net.routers.values():
                text = bird.config(net, r) if r.domain.is_bird else frr.config(net, r)
                for p in r.ports:
                    self.assertIn(p.name, text)

    def test_policy(self):
        net = Network(SMALL)
        text = frr.config(net, net.routers['b1'])
        self.assertIn(' set as-path prepend 64497 64497', text)
        self.assertIn('neighbor 198.18.16.1 route-map FROM-PROVIDER-50 in', text)
        self.assertNotIn('prepend', frr.config(net, net.routers['a2']))


class FakeKernel(walk.Kernel):
    """forwarding tables made by hand: {router: {network: [interfaces]}}"""

    def __init__(self, net, tables):
        self.net = net
        self.fib = {
            (r, '', 4): sorted(
                ((ipaddress.ip_network(n), ways) for n, ways in t.items()),
                key=lambda x: -x[0].prefixlen,
            )
            for r, t in tables.items()
        }
        self.wire = {
            (p.router.name, p.vrf, p.name): p for r in net.routers.values() for p in r.ports
        }
        self.lan = {(h.router.name, h.vrf, h.port): h for h in net.hosts}


class Walk(unittest.TestCase):
    def row(self, tables):
        net = Network(SMALL)
        s, t = net.hosts
        return FakeKernel(net, tables).row(s, t, 4)

    def test_longest_match_and_both_parallel_links(self):
        row = self.row(
            {
                'a1': {'0.0.0.0/0': [], '198.18.16.0/20': ['e0a', 'e1a']},
                'a2': {'198.18.16.0/20': ['e0b'], '198.18.18.0/24': ['e2b']},
                'b1': {'198.18.18.0/24': ['s1']},
            }
        )
        self.assertTrue(row['reached'])
        self.assertEqual(row['routers'], ['a1', 'a2', 'b1'])
        self.assertEqual(row['links'], ['a1|a2', 'a2|b1'])
        self.assertEqual(row['as_path'], [64496, 64497])
        self.assertEqual(
            [p['ingress'] for p in row['paths']],
            [['198.18.0.2', '198.18.16.0'], ['198.18.0.6', '198.18.16.0']],
        )

    def test_loop_and_no_route(self):
        loop = {'a1': {'198.18.18.0/24': ['e0a']}, 'a2': {'198.18.18.0/24': ['e0b']}}
        self.assertFalse(self.row(loop)['reached'])
        self.assertFalse(self.row({'a1': {}})['reached'])
        unreachable = {'a1': {'198.18.18.0/24': ['e0a']}, 'a2': {'198.18.18.0/24': []}}
        self.assertEqual(self.row(unreachable)['routers'], ['a1', 'a2'])


if __name__ == '__main__':
    unittest.main()
