#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores what looking glasses say against a recorded network whose truth is known.

usage: lab_live.py AGENT

In RIALTO_SHARED is a small network of FRR, GoBGP and OpenBGPD routers, with its wiring
(truth.json) and the kernels' routing tables of the same moment. Every session must be with the
far end of a link, in its AS; every route to a prefix of a host must end in the AS of its router,
by a next hop on a link of this router; what FRR calls installed must be what its kernel has.
"""

import ipaddress
import json
import os
import subprocess
import sys

NODES = {
    'r1': ('frr/r1/show_bgp_ipv4_unicast.json', 'frr/r1/show_bgp_ipv6_unicast.json',
           'frr/r1/show_bgp_neighbors.json', 'frr/r1/show_bgp_summary.json',
           'frr/r1/show_ip_route.json', 'frr/r1/show_ipv6_route.json'),
    'r3': ('frr/r3/show_bgp_ipv4_unicast.json', 'frr/r3/show_bgp_ipv6_unicast.json',
           'frr/r3/show_bgp_neighbors.json', 'frr/r3/show_bgp_summary.json',
           'frr/r3/show_ip_route.json', 'frr/r3/show_ipv6_route.json'),
    'g': ('gobgp/global_rib.json', 'gobgp/global_rib6.json', 'gobgp/neighbor.json'),
    'o': ('openbgpd/show_rib.json', 'openbgpd/show_neighbor.json', 'openbgpd/bgplgd_rib.http',
          'openbgpd/show_summary.json'),
}


def facts_of(agent, top, names):
    out = subprocess.run([agent, 'try', '--kind', 'looking-glass', '--json',
                          *(os.path.join(top, n) for n in names)],
                         check=True, capture_output=True, text=True).stdout
    return [(f['kind'], f['fact']) for r in json.loads(out)['readings']
            for b in r['batches'] for f in b['facts']]


def far_ends(truth, node):
    """address -> AS, of all at the other side of a link of this node"""
    ends = {}
    for link in truth['links']:
        for near, far in (('a', 'b'), ('b', 'a')):
            if link[near] == node and link[far] in truth['asn']:
                for family in '46':
                    address = ipaddress.ip_address(link[far + family])
                    ends[str(address)] = truth['asn'][link[far]]
    for name, addresses in truth['loopbacks'].items():  # sessions inside an AS
        if truth['asn'][name] == truth['asn'][node]:
            for address in addresses:
                ends[str(ipaddress.ip_address(address.split('/')[0]))] = truth['asn'][name]
    return ends


def origins(truth):
    """prefix of a host -> AS of its router"""
    table = {}
    for link in truth['links']:
        for host, router in (('a', 'b'), ('b', 'a')):
            prefix = truth['host_prefixes'].get(link[host])
            if prefix:
                table[prefix] = truth['asn'][link[router]]
    return table


class Score:
    def __init__(self):
        self.rows, self.wrong = {}, 0

    def tell(self, what, good, detail):
        right, all_ = self.rows.get(what, (0, 0))
        self.rows[what] = (right + bool(good), all_ + 1)
        if not good:
            self.wrong += 1
            print(f'{what}: {detail}')


def check_bgp(score, node, truth, facts):
    ends, owner = far_ends(truth, node), origins(truth)
    own = truth['asn'][node]
    for kind, f in facts:
        if kind == 'bgp_session':
            score.tell(f'{node}: sessions', ends.get(f['peer_addr']) == f['peer_asn'], f)
        if kind == 'route' and f['layer'] == 'bgp' and f['prefix'] in owner:
            path = f.get('as_path', [])
            score.tell(f'{node}: origins', (path[-1] if path else own) == owner[f['prefix']], f)
        if kind == 'route' and f['layer'] == 'bgp' and f.get('external') == 1:
            score.tell(f'{node}: external paths begin with the peer',
                       f['as_path'][0] == ends.get(f['peer']), f)


def kernel_routes(top, node):
    table = {}
    for name in (f'{node}_ip_route.json', f'{node}_ip6_route.json'):
        with open(os.path.join(top, 'kernel', name), encoding='utf-8') as f:
            for route in json.load(f):
                dst = route['dst']
                if dst == 'default':
                    continue
                legs = route.get('nexthops', [route])
                table[str(ipaddress.ip_network(dst))] = {leg.get('dev') for leg in legs}
    return table


def check_rib(score, node, top, facts):
    kernel = kernel_routes(top, node)
    for kind, f in facts:
        if kind != 'route' or f['layer'] != 'rib' or f['best'] != 1 or f.get('discard'):
            continue
        if f['prefix'] not in kernel or f['prefix'] == 'fe80::/64':
            continue  # local addresses stand in another table of the kernel
        score.tell(f'{node}: installed routes', set(f['interfaces']) == kernel[f['prefix']],
                   (f, kernel[f['prefix']]))


def main():
    shared = os.environ.get('RIALTO_SHARED')
    if not shared:
        print('RIALTO_SHARED is not set: no recorded network to score')
        sys.exit(77)
    top = os.path.join(shared, 'samples', 'lab-live')
    with open(os.path.join(top, 'truth.json'), encoding='utf-8') as f:
        truth = json.load(f)
    score = Score()
    for node, names in NODES.items():
        facts = facts_of(sys.argv[1], top, names)
        check_bgp(score, node, truth, facts)
        if node.startswith('r'):
            check_rib(score, node, top, facts)
    for what, (right, all_) in score.rows.items():
        print(f'{what:46} {right:4} of {all_}')
    sys.exit(1 if score.wrong or len(score.rows) < 13 else 0)


main()
