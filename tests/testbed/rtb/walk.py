# SPDX-License-Identifier: Apache-2.0
"""The truth: where a packet goes, by longest match in the kernels' own forwarding tables."""
import ipaddress
import json

from .netns import each, sh
from .network import FAMILIES

MOST_PATHS = 64
MOST_HOPS = 40


class Kernel:
    """the forwarding tables of all routers, as they are now"""

    def __init__(self, bench):
        self.bench, self.net = bench, bench.net
        jobs = [(r, vrf, f) for r, vrf in bench.all_tables() for f in FAMILIES]
        self.fib = dict(zip([(r.name, vrf, f) for r, vrf, f in jobs], each(self.table, jobs)))
        self.wire = {
            (p.router.name, p.vrf, p.name): p
            for r in self.net.routers.values()
            for p in r.ports
        }
        self.lan = {(h.router.name, h.vrf, h.port): h for h in self.net.hosts}

    def table(self, job):
        """[(network, [interfaces])], longest first; no interface: the packet is dropped"""
        r, vrf, f = job
        out = sh(
            ['ip', '-n', self.bench.ns(r, vrf), '-j', f'-{f}', 'route', 'show'], check=False
        )
        rows = []
        for e in json.loads(out or '[]'):
            dst = ('0.0.0.0/0' if f == 4 else '::/0') if e['dst'] == 'default' else e['dst']
            ways = [w['dev'] for w in e.get('nexthops', [e]) if w.get('dev')]
            rows.append(
                (
                    ipaddress.ip_network(dst),
                    ways if e.get('type', 'unicast') == 'unicast' else [],
                    e.get('metric', 0),
                )
            )
        rows.sort(key=lambda x: (-x[0].prefixlen, x[2]))
        return [x[:2] for x in rows]

    def look_up(self, where, address):
        return next((ways for net, ways in self.fib[where] if address in net), [])

    def walk(self, source, target, f):
        """all paths: (ports by which the packet entered each further router, did it arrive)"""
        out, address = [], target.addr[f]

        def step(router, vrf, entered):
            if len(out) >= MOST_PATHS:
                return
            ways = self.look_up((router.name, vrf, f), address)
            if not ways:
                out.append((entered, False))
            for dev in ways:
                if self.lan.get((router.name, vrf, dev)) is target:
                    out.append((entered, True))
                    continue
                port = self.wire.get((router.name, vrf, dev))
                # neither a wire nor the target's network, or a loop
                if not port or len(entered) >= MOST_HOPS or port.peer in entered:
                    out.append((entered, False))
                    continue
                step(port.peer.router, port.peer.vrf, [*entered, port.peer])

        step(source.router, source.vrf, [])
        return out

    def truth(self):
        rows = {}
        for s, t in self.net.pairs():
            for f in FAMILIES:
                rows[f'{s.addr[f]} {t.addr[f]}'] = self.row(s, t, f)
        return rows

    def row(self, s, t, f):
        paths = self.walk(s, t, f)
        told = [self.tell(s, entered, f) for entered, _ in paths]
        row = {'src': s.name, 'dst': t.name, **told[0], 'reached': all(ok for _, ok in paths)}
        row['gbps'] = [p.link.gbps for p in paths[0][0]]
        if len(paths) > 1:
            row['paths'] = told
        return row

    @staticmethod
    def tell(s, entered, f):
        routers = [s.router, *(p.router for p in entered)]
        asns = [r.domain.asn for r in routers]
        return {
            'routers': [r.name for r in routers],
            'links': [p.link.name for p in entered],
            'as_path': [a for i, a in enumerate(asns) if i == 0 or asns[i - 1] != a],
            'ingress': [str(p.addr[f]) for p in entered],
        }
