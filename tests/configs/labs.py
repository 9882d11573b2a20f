#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configurations of networks that nobody tuned for, against what their routers showed.

usage: labs.py PROGRAMS [--verbose] [NETWORK...]

PROGRAMS is the folder with rialto-agent and rialto-test-forwarding; RIALTO_LAB_VALIDATION a
checkout of github.com/batfish/lab-validation (85 networks of ten vendors, configurations and
`show` output of the same run). Compared are, for each network: addresses of interfaces, BGP
neighbours, and what each router does with packets to each prefix that stands in the routing
table of any of them: the table that it showed against what follows from all configurations.

Exit status: 0 no worse than the figures below, 1 worse, 77 there is no such checkout.
"""
import collections
import concurrent.futures
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import shown
import yaml

# Most wrong answers of class derived that docs/sources/config-heldout.md explains.
MOST_WRONG = 81


def try_files(programs, files):
    r = subprocess.run([programs / 'rialto-agent', 'try', '--kind', 'config', '--json', *files],
                       capture_output=True, text=True, check=False)
    return json.loads(r.stdout)['readings']


class Network:
    """one network: facts of its configurations, and what its routers showed"""

    def __init__(self, programs, folder):
        self.programs, self.folder, self.name = programs, folder, folder.name
        configs = [d for d in (folder / 'configs', folder / 'sonic_configs') if d.is_dir()]
        self.files = sorted(f for d in configs for f in d.rglob('*')
                            if f.is_file() and f.stat().st_size < 1 << 20)
        self.readings = {}
        for r in try_files(programs, self.files) if self.files else []:
            if r['result'] == 'facts':
                self.readings[self.node_of(r['file'])] = r

    def node_of(self, file):
        parts = pathlib.Path(file).relative_to(self.folder).parts
        return parts[1] if len(parts) > 2 else parts[-1]

    def facts(self, node, kind):
        return [f['fact'] for b in self.readings[node].get('batches', [])
                for f in b.get('facts', []) if f['kind'] == kind]

    def name_of(self, node):
        """what the configuration calls it"""
        named = self.facts(node, 'node')
        return named[0]['node'] if named else node

    def show(self, node):
        return self.folder / 'show' / node


def plain(name):
    return (name or '').lower()


def addresses(net, node):
    """interfaces with IPv4 addresses: (right, not told, told and not shown)"""
    seen = shown.addresses(net.show(node), net.readings[node]['dialect'])
    if seen is None:
        return None
    dialect = net.readings[node]['dialect']
    ports = [f for f in net.facts(node, 'interface')  # SR OS shows those of services elsewhere
             if dialect != 'sros' or not f.get('table')]
    told = {(plain(f['name']), a) for f in ports for a in f.get('addrs', []) if ':' not in a}
    names = {plain(f['name']) for f in ports}  # Junos has more of its own, inside of the device
    seen = {(plain(n), a) for n, a in seen if dialect != 'junos' or plain(n) in names}
    return told, seen


def neighbours(net, node):
    """BGP neighbours, AS numbers where both sides tell them"""
    seen = shown.neighbours(net.show(node), net.readings[node]['dialect'])
    if not seen:
        return None
    own = {f.get('table', ''): f.get('asn') for f in net.facts(node, 'bgp')}
    told = {}
    for f in net.facts(node, 'bgp_session'):
        if not f.get('shutdown'):
            table = f.get('table', '')
            key = (table, f.get('peer_addr') or f.get('local_interface'))
            told[key] = (f.get('peer_asn'), f.get('local_asn', own.get(table)))
    both = set()
    for table, peer, asn, local in seen:
        theirs, mine = told.get((table, peer), (None, None))
        both.add((table, peer, asn if theirs else None, local if mine else None))
    ours = {(t, p, a if any(s[:2] == (t, p) and s[2] for s in both) else None,
             m if any(s[:2] == (t, p) and s[3] for s in both) else None)
            for (t, p), (a, m) in told.items()}
    return ours, both


# ---- forwarding

class Table:
    """the routing table that a router showed"""

    def __init__(self, routes):
        self.by_prefix = collections.defaultdict(list)
        for r in routes:
            self.by_prefix[r.prefix].append(r)

    def match(self, address, not_default=False):
        """the routes of the longest prefix that has it"""
        for length in range(32, 0 if not_default else -1, -1):
            p = ipaddress.ip_network((address, length), strict=False)
            if p in self.by_prefix:
                return self.by_prefix[p]
        return []

    def outlets(self, routes, depth=0):
        """{(next hop's address, interface)} of directly connected next hops"""
        out = set()
        for r in routes:
            if r.discard:
                out.add(('drop', None))
            elif r.hop is None or (r.interface and not self.is_indirect(r)):
                out.add((r.hop, r.interface))
            elif depth < 8:
                inner = [x for x in self.match(ipaddress.ip_address(r.hop)) if x is not r]
                if inner and all(x.own for x in inner):
                    out |= {(r.hop, x.interface) for x in inner}
                else:
                    out |= self.outlets(inner, depth + 1)
        return out

    def is_indirect(self, r):
        """a next hop behind another router, though the interface is told"""
        return not any(x.own for x in self.match(ipaddress.ip_address(r.hop)))

    def question(self, prefix):
        """an address of the prefix that no longer one has"""
        inner = [p for p in self.by_prefix if p != prefix and p.subnet_of(prefix)]
        for k in (0, 1, 2, 3, 5, 9, 17, 33, 65, 129, prefix.num_addresses - 2,
                  prefix.num_addresses - 1):
            if 0 <= k < prefix.num_addresses:
                a = prefix.network_address + k
                if not any(a in p for p in inner):
                    return a
        return None


class Answer:
    """what follows from configurations"""

    def __init__(self, line):
        words = line.split()
        self.kind, self.cls = words[0], words[1] if len(words) > 1 else 'assumed'
        self.prefix = words[2] if len(words) > 2 else '-'
        self.protocol = words[3] if len(words) > 3 else '-'
        self.hops = []
        for w in words[4:]:
            hop, _, rest = w.partition('%')
            port, _, node = rest.partition('=')
            self.hops.append((None if hop == '-' else hop, None if port == '-' else port, node))


def same_outlet(seen, ours):
    hop, port = seen
    return (port is None or ours[1] is None or plain(port) == plain(ours[1])) and \
        (hop is None or ours[0] is None or hop == ours[0]) and \
        not (hop and not port and not ours[0])


def judge(table, routes, answer, address):
    """'agree', 'differ', or 'unknown' where nothing is claimed"""
    if answer.kind in ('unknown', 'nowhere'):
        return 'unknown'
    if not routes:
        return 'agree' if answer.kind == 'drop' else 'differ'
    outlets = table.outlets(routes)
    if outlets == {('drop', None)}:
        return 'agree' if answer.kind == 'drop' else 'differ'
    if routes[0].own:
        if answer.kind == 'deliver':
            return 'agree'
        direct = answer.kind == 'on' and answer.hops[0][0] in (None, str(address)) \
            and answer.hops[0][2]
        return 'agree' if direct else 'differ'
    if answer.kind != 'on' or len(outlets) != len(answer.hops):
        return 'differ'
    rest = list(answer.hops)
    for o in sorted(outlets, key=str):
        match = next((h for h in rest if same_outlet(o, h)), None)
        if match is None:
            return 'differ'
        rest.remove(match)
    return 'agree'


class Chain:
    """agent, store, aggregator"""

    def __init__(self, net):
        self.net, self.tables = net, {}
        for node, r in net.readings.items():
            found = collections.defaultdict(list)
            for route in shown.routes(net.show(node), r['dialect']) \
                    if net.show(node).is_dir() else []:
                found[route.table].append(route)
            for table, routes in found.items():
                self.tables[(node, table)] = Table(routes)

    def questions(self):
        """(node, table, prefix, address): all prefixes that a router of it has in such a table"""
        everywhere = collections.defaultdict(set)
        for (_, table), t in self.tables.items():
            everywhere[table] |= {p for p in t.by_prefix if p.prefixlen}
        for (node, table), t in sorted(self.tables.items()):
            for p in sorted(everywhere[table] | t.by_prefix.keys()):
                a = t.question(p)
                if a is not None and not (p.is_multicast or p.is_loopback or p.is_link_local):
                    yield node, table, p, a

    def ask(self, questions):
        with tempfile.TemporaryDirectory(prefix='rialto-labs-') as work:
            store = os.path.join(work, 'store.db')
            folder = os.path.join(work, 'configs')
            os.mkdir(folder)
            for node, r in self.net.readings.items():
                with open(r['file'], 'rb') as f, \
                        open(os.path.join(folder, f'{node}.cfg'), 'wb') as g:
                    g.write(f.read())
            conf = os.path.join(work, 'agent.yaml')
            with open(conf, 'w', encoding='utf-8') as f:
                yaml.safe_dump({'domain': 'lab', 'store': store,
                                'sources': [{'kind': 'config', 'path': folder}]}, f)
            r = subprocess.run([self.net.programs / 'rialto-agent', '--once', '-c', conf],
                               capture_output=True, text=True, check=False)
            if not os.path.exists(store):
                sys.exit(f'{self.net.name}: {r.stderr}')
            lines = ''.join(f"{self.net.name_of(n)} {t or '-'} {a}\n" for n, t, _, a in questions)
            r = subprocess.run([self.net.programs / 'rialto-test-forwarding', store], input=lines,
                               capture_output=True, text=True, check=False)
            if r.returncode:
                sys.exit(f'{self.net.name}: {r.stderr}')
            return [Answer(line) for line in r.stdout.splitlines()]

    def verdicts(self):
        questions = list(self.questions())
        for (node, table, prefix, address), answer in zip(questions, self.ask(questions)):
            t = self.tables[(node, table)]
            routes = t.match(address)
            yield node, table, prefix, address, routes, answer, \
                judge(t, routes, answer, address), t.outlets(routes)


def one_network(programs, folder, verbose):
    net = Network(programs, folder)
    rows, lines = collections.Counter(), []
    for what, compare in (('addresses', addresses), ('neighbours', neighbours)):
        for node in net.readings:
            got = compare(net, node) if net.show(node).is_dir() else None
            if not got:
                continue
            told, seen = got
            rows[what, 'right'] += len(told & seen)
            rows[what, 'not told'] += len(seen - told)
            rows[what, 'not shown'] += len(told - seen)
            if seen != told:
                lines.append(f'{net.name} {node} {what}: not told {sorted(seen - told, key=str)}, '
                             f'not shown {sorted(told - seen, key=str)}')
    for node, table, prefix, address, routes, answer, verdict, outlets in \
            Chain(net).verdicts() if net.readings else []:
        rows['forwarding', verdict if verdict != 'differ' else f'differ {answer.cls}'] += 1
        if verdict == 'agree' and answer.cls == 'assumed':
            rows['forwarding', 'agree assumed'] += 1
        if verdict != 'agree' and (verbose or answer.cls != 'assumed'):
            what = routes[0].protocol if routes else 'no route'
            lines.append(
                f'{net.name} {node} {table or "-"} {prefix} ({address}): {verdict}: shown {what} '
                f'{sorted(outlets, key=str)}; ours {answer.kind} {answer.cls} {answer.prefix} '
                f'{answer.protocol} {answer.hops}')
    return net.name, rows, lines


COLUMNS = [('addresses', 'right'), ('addresses', 'not told'), ('addresses', 'not shown'),
           ('neighbours', 'right'), ('neighbours', 'not told'), ('neighbours', 'not shown'),
           ('forwarding', 'agree'), ('forwarding', 'agree assumed'), ('forwarding', 'unknown'),
           ('forwarding', 'differ assumed'), ('forwarding', 'differ derived')]


def main():
    checkout = os.environ.get('RIALTO_LAB_VALIDATION')
    if not checkout or not os.path.isdir(os.path.join(checkout, 'snapshots')):
        print('SKIPPED: RIALTO_LAB_VALIDATION names no checkout of batfish/lab-validation')
        return 77
    shown.use(checkout)
    words = [a for a in sys.argv[1:] if not a.startswith('--')]
    programs = pathlib.Path(words[0]).resolve()
    folders = [f for f in sorted(pathlib.Path(checkout, 'snapshots').iterdir())
               if f.is_dir() and (not words[1:] or f.name in words[1:])]
    total = collections.Counter()
    print('| network | ' + ' | '.join(' '.join(c) for c in COLUMNS) + ' |\n|---' +
          '|---' * len(COLUMNS) + '|')
    lines = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, rows, said in pool.map(
                lambda f: one_network(programs, f, '--verbose' in sys.argv), folders):
            lines += said
            if rows:
                total += rows
                print(f'| {name} | ' + ' | '.join(str(rows[c]) for c in COLUMNS) + ' |')
    print('| all | ' + ' | '.join(str(total[c]) for c in COLUMNS) + ' |')
    print('\n'.join(lines), file=sys.stderr)
    return 1 if total['forwarding', 'differ derived'] > MOST_WRONG else 0


if __name__ == '__main__':
    sys.exit(main())
