#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configurations against what the devices of the same run showed.

usage: score.py AGENT SAMPLES [--table]

Reads the configurations of each laboratory network with `rialto-agent try`, and compares the
interfaces with their addresses, the BGP neighbours and the OSPF adjacencies that follow from the
facts with the devices' `show` output. Prints one line per network and kind: right, not told,
told but not shown. With --table: as Markdown.

Exit status: 0 as expected, 1 something is worse, 77 there are no samples.
"""
import glob
import ipaddress
import json
import os
import re
import subprocess
import sys

# Differences that are known, with their reasons in docs/sources/config-ios.md.
KNOWN = {
    ('lab-eos_ospf_unnumbered', 'ospf', n): 'unnumbered links have no subnet to be found by'
    for n in ('leaf1', 'leaf2', 'spine')
}
NETWORKS = ('lab-ios_*', 'lab-iosxr_*', 'lab-nxos_*', 'lab-eos_*', 'lab-mix*')
READ = {'ios', 'ios-xr', 'nxos', 'eos'}

HEAD = re.compile(r'^([A-Za-z][\w/.-]*\d) is (up|down|administratively down)', re.M)
ADDRESS = re.compile(r'^\s+Internet [aA]ddress is ([\d.]+/\d+)', re.M)
NEIGHBOR = re.compile(
    r'BGP neighbor is ([\d.:a-fA-F]+)[,\s](?:\s*vrf (\S+),)?(?:[^\n]*?\n?[^\n]*?)'
    r'[rR]emote AS (\d+)'
)
# In any state: whether databases match is more than a configuration tells.
OSPF = re.compile(
    r'^\s*\*?\s*(\d+\.\d+\.\d+\.\d+)\s+\S+.*?\s(\d+\.\d+\.\d+\.\d+)\s+(\S+)\s*$',
    re.M,
)


def vrfs(text):
    """what is shown of each VRF; some print several answers, some none"""
    return [v for v in json.loads(text).get('vrfs', {}).values() if isinstance(v, dict)]


def show(folder, pattern):
    """the first file of that name with something in it"""
    for f in sorted(glob.glob(os.path.join(glob.escape(folder), pattern))):
        with open(f, encoding='utf-8', errors='replace') as h:
            text = h.read()
        if text.strip():
            return f, text
    return None, ''


def try_files(agent, files):
    r = subprocess.run([agent, 'try', '--kind', 'config', '--json', *files], capture_output=True,
                       text=True, check=False)
    return json.loads(r.stdout)['readings']


def facts_of(reading, kind):
    return [f['fact'] for b in reading.get('batches', []) for f in b.get('facts', [])
            if f['kind'] == kind]


def shown_interfaces(folder):
    """{name: (addresses, up)}"""
    path, text = show(folder, 'show_interfaces_|_json*')
    if path and text.lstrip().startswith('{'):
        return {
            n: ({f"{a['primaryIp']['address']}/{a['primaryIp']['maskLen']}"
                 for a in i.get('interfaceAddress', []) if a['primaryIp']['address'] != '0.0.0.0'},
                i.get('interfaceStatus') != 'disabled')
            for n, i in json.loads(text)['interfaces'].items()
        }
    _, text = show(folder, 'show_interface*.txt')
    heads = list(HEAD.finditer(text))
    out = {}
    for k, h in enumerate(heads):
        body = text[h.end():heads[k + 1].start() if k + 1 < len(heads) else len(text)]
        first = body.split('\n', 1)[0].lower()
        up = 'admin' not in h[2] and 'administratively' not in first
        out[h[1]] = (set(ADDRESS.findall(body)), up)
    return out


def shown_neighbors(folder):
    """{(address, AS)}"""
    path, text = show(folder, 'show_ip_bgp_neighbors_vrf_all_|_json*')
    if path and text.lstrip().startswith('{'):
        return {(p['peerAddress'], int(p['asn'])) for v in vrfs(text)
                for p in v.get('peerList', [])}
    _, text = show(folder, 'show_*bgp*neighbor*.txt')
    return {(a, int(n)) for a, _, n in NEIGHBOR.findall(text)}


def shown_adjacencies(folder):
    """{(address of the neighbour)}"""
    path, text = show(folder, 'show_ip_ospf_neighbor_|_json*')
    if path and text.lstrip().startswith('{'):
        return {n['interfaceAddress'] for v in vrfs(text)
                for i in v.get('instList', {}).values() for n in i.get('ospfNeighborEntries', [])}
    _, text = show(folder, 'show_*ospf_neighbor*.txt')
    return {address for _, address, _ in OSPF.findall(text)}


class Network:
    """one laboratory network: facts of its configurations"""

    def __init__(self, agent, folder):
        self.folder = folder
        files = sorted(f for f in glob.glob(os.path.join(folder, 'configs', '*', '*'))
                       if os.path.isfile(f))
        self.readings = {os.path.basename(os.path.dirname(r['file'])): r
                         for r in try_files(agent, files)}

    def routers(self):
        return [n for n, r in self.readings.items() if r['dialect'] in READ]

    def show(self, node):
        return os.path.join(self.folder, 'show', node)

    def interfaces(self, node):
        return {f['name']: (set(f.get('addrs', [])), f.get('up') != 0)
                for f in facts_of(self.readings[node], 'interface')}

    def adjacencies(self, node):
        """addresses of neighbours: the same subnet and area, nobody passive"""
        out = set()
        for mine in self.ospf(node):
            for other in self.readings:
                out |= {str(a.ip) for a, area in self.ospf(other)
                        if other != node and a.network == mine[0].network and area == mine[1]
                        and a.ip != mine[0].ip}
        return out

    def ospf(self, node):
        r = self.readings[node]
        ports = {f['name']: f for f in facts_of(r, 'interface')}
        return [(ipaddress.ip_interface(a), f.get('area'))
                for f in facts_of(r, 'igp')
                if f.get('interface') and f['protocol'] == 'ospf' and f.get('passive') != 1
                for a in ports.get(f['interface'], {}).get('addrs', []) if ':' not in a]


def compare(told, shown):
    return len(told & shown), sorted(shown - told), sorted(told - shown)


def lines_of(net):
    """(network, kind, node, right, not told, not shown)"""
    name = os.path.basename(net.folder)
    for node in net.routers():
        shown = shown_interfaces(net.show(node))
        told = net.interfaces(node)
        if shown:
            yield (name, 'interfaces', node, *compare(
                {(n, a) for n, (v, _) in told.items() for a in v if ':' not in a},
                {(n, a) for n, (v, _) in shown.items() for a in v}))
            both = told.keys() & shown.keys()
            yield (name, 'switched off', node, *compare(
                {n for n in both if not told[n][1]}, {n for n in both if not shown[n][1]}))
        yield (name, 'bgp', node, *compare(
            {(f['peer_addr'], f.get('peer_asn'))
             for f in facts_of(net.readings[node], 'bgp_session') if not f.get('shutdown')},
            shown_neighbors(net.show(node))))
        yield (name, 'ospf', node, *compare(net.adjacencies(node),
                                            shown_adjacencies(net.show(node))))


def batfish(agent, samples):
    """the example of Batfish: links by shared subnets, and a session, as Batfish worked them out"""
    folder = os.path.join(samples, 'batfish-example')
    files = sorted(glob.glob(os.path.join(folder, 'live', 'configs', '*.cfg')))
    if not files:
        return
    readings = try_files(agent, files)
    ports = [(f['node'], f['name'], ipaddress.ip_interface(a)) for r in readings
             for f in facts_of(r, 'interface') if f.get('up') != 0 for a in f.get('addrs', [])]
    told = {f'{n}:{i} {m}:{k}' for n, i, a in ports for m, k, b in ports
            if n != m and a.network == b.network and a.ip != b.ip}
    with open(os.path.join(folder, 'truth', 'topology.ref'), encoding='utf-8') as f:
        ref = json.load(f)
    name = {i['id']: f"{i['nodeId'].removeprefix('node-')}:{i['name']}" for i in ref['interfaces']}
    shown = {f"{name[x['srcId']]} {name[x['dstId']]}" for x in ref['links']}
    routers = {f['node'] for r in readings for f in facts_of(r, 'node')}
    shown = {x for x in shown if all(e.split(':')[0] in routers for e in x.split(' '))}
    yield ('batfish-example', 'links', 'all', *compare(told, shown))
    with open(os.path.join(folder, 'truth', 'bgpSessionStatus.ref'), encoding='utf-8') as f:
        rows = json.load(f)[0]['rows']
    sessions = {(f['node'], f['peer_addr'], str(f.get('peer_asn'))) for r in readings
                for f in facts_of(r, 'bgp_session')}
    wanted = {(x['Node']['name'], x['Remote_IP']['value'], x['Remote_AS']) for x in rows}
    yield ('batfish-example', 'bgp', 'all', *compare(sessions & wanted, wanted))


def main():
    agent, samples = sys.argv[1:3]
    folders = [f for n in NETWORKS for f in sorted(glob.glob(os.path.join(samples, n)))]
    if not folders:
        print('SKIPPED: no samples of router configurations (RIALTO_SHARED is not set)')
        return 77
    total, worse = {}, 0
    lines = [x for f in folders for x in lines_of(Network(agent, f))]
    for network, kind, node, right, missing, extra in [*lines, *batfish(agent, samples)]:
        row = total.setdefault((network, kind), [0, 0, 0])
        row[0] += right
        row[1] += len(missing)
        row[2] += len(extra)
        if (missing or extra) and (network, kind, node) not in KNOWN:
            worse = 1
            print(f'{network} {node} {kind}: not told {missing}, not shown {extra}',
                  file=sys.stderr)
    if '--table' in sys.argv:
        print('| network | what | right | not told | told, not shown |\n|---|---|---|---|---|')
    for (network, kind), (right, missing, extra) in sorted(total.items()):
        row = (network, kind, right, missing, extra)
        print('| ' + ' | '.join(map(str, row)) + ' |' if '--table' in sys.argv
              else '{:28} {:13} {:5} right {:3} not told {:3} not shown'.format(*row))
    return worse


if __name__ == '__main__':
    sys.exit(main())
