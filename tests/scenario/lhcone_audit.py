#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two views of LHCONE: what ESnet's route monitor has, and what CRIC registers.

usage: lhcone_audit.py AGENT

For every recorded day (in RIALTO_SHARED) the routes are read by `AGENT try`, CRIC's document
here. From both come the prefixes that only one side has, in the words and the order of the audit
that was published on that day; every line must be equal.

That audit looks prefixes up in one tree for both families, whose keys are the bits of addresses:
2605::/16 lies behind 38.4.0.0/16. A prefix counts as known when the other side has one that
covers it. Of several paths the last one is printed.
"""

import ipaddress
import json
import os
import subprocess
import sys

FILES = ('lhcone.ipv4.nren.json', 'lhcone.ipv4.sites.json',
         'lhcone.ipv6.nren.json', 'lhcone.ipv6.sites.json')


def key(prefix):
    net = ipaddress.ip_network(prefix, strict=False)
    return (net.network_address.packed + bytes(12))[:16], net.prefixlen


def covers(table, wanted):
    """Is there an entry whose bits are the beginning of this one's?"""
    address, length = wanted
    number = int.from_bytes(address, 'big')
    for n in range(length + 1):
        bits = (number >> (128 - n) << (128 - n)).to_bytes(16, 'big')
        if (bits, n) in table:
            return True
    return False


def routes(agent, folder):
    """prefix -> AS path, from facts."""
    names = [os.path.join(folder, name) for name in FILES]
    out = subprocess.run([agent, 'try', '--kind', 'looking-glass', '--dialect', 'frr', '--json',
                          *names], check=True, capture_output=True, text=True).stdout
    table = {}
    for reading in json.loads(out)['readings']:
        for batch in reading['batches']:
            for fact in batch['facts']:
                if fact['kind'] == 'route':
                    route = fact['fact']
                    path = ' '.join(map(str, route.get('as_path', [])))
                    table[key(route['prefix'])] = (route['prefix'], {'as-path': path})
    return table


def registered(folder):
    """prefix -> who registered it, of all that is connected to LHCONE."""
    with open(os.path.join(folder, 'cric.json'), encoding='utf-8') as f:
        cric = json.load(f)
    table = {}
    for site, about in cric.items():
        for name, net in about['netroutes'].items():
            if net['lhcone_bandwidth_limit'] < 0:
                continue
            for family in ('ipv4', 'ipv6'):
                for prefix in net['networks'].get(family, ()):
                    who = {'asn': net['asn'], 'netsite': name, 'rcsite': site}
                    table[key(prefix)] = (str(ipaddress.ip_network(prefix, strict=False)), who)
    return table


def missing(table, other, where):
    return [f'prefix {table[k][0]} {table[k][1]} not in {where}'
            for k in sorted(table) if not covers(other, k)]


def audit(agent, folder):
    seen, known = routes(agent, folder), registered(folder)
    lines = missing(seen, known, 'cric') + missing(known, seen, 'esnet rib')
    with open(os.path.join(folder, 'output.txt'), encoding='utf-8') as f:
        wanted = [line.rstrip('\n') for line in f if line.startswith('prefix ')]
    wrong = [(a, b) for a, b in zip(lines, wanted) if a != b]
    print(f'{os.path.basename(folder)}: {len(seen)} prefixes routed, {len(known)} registered; '
          f'{len(lines)} lines, {len(wanted)} published, {len(wrong)} differ')
    for ours, theirs in wrong[:10]:
        print(f'  ours:      {ours}\n  published: {theirs}')
    return not wrong and len(lines) == len(wanted) and lines


def main():
    shared = os.environ.get('RIALTO_SHARED')
    if not shared:
        print('RIALTO_SHARED is not set: no recorded tables to compare')
        sys.exit(77)
    top = os.path.join(shared, 'samples', 'lg-lhcone-esnet')
    days = [os.path.join(top, day) for day in sorted(os.listdir(top))
            if os.path.exists(os.path.join(top, day, 'output.txt'))]
    results = [audit(sys.argv[1], day) for day in days]
    sys.exit(0 if results and all(results) else 1)


main()
