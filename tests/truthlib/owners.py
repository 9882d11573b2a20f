# SPDX-License-Identifier: Apache-2.0
"""Who really owns which address: for judging only, never given to Rialto."""
import ipaddress
import re

from .capture import canonical

FRR_IF = re.compile(r'^interface (\S+)(?: vrf \S+)?$')
FRR_ADDR = re.compile(r'^ (?:ip|ipv6) address (\S+/\d+)')
BIRD_LOCAL = re.compile(r'^\s*local (?:ip )?([0-9a-fA-F.:]+)(?: port \d+)? as', re.M)
BIRD_IF = re.compile(r'^(\S+) (?:up|down) \(')
BIRD_IF_ADDR = re.compile(r'^\s+([0-9a-fA-F.:]+/\d+) \(')


def read(path):
    with open(path, encoding='utf-8', errors='replace') as f:
        return f.read()


class Owners:
    """address → routers (several where private space is used twice); router → domain"""

    def __init__(self, capture, truth):
        self.of, self.domain, self.nets, self.port = {}, {}, {}, {}
        for name in capture.domains:
            for r in capture.routers(name):
                self.domain[r] = name
                text = read(capture.path('configs', name, r))
                self.interfaces(r, text, FRR_IF, FRR_ADDR)
                for a in BIRD_LOCAL.findall(text):
                    self.add(r, a)
                if f'{r}.interfaces.txt' in capture.files('lg', name):
                    text = read(capture.path('lg', name, f'{r}.interfaces.txt'))
                    self.interfaces(r, text, BIRD_IF, BIRD_IF_ADDR)
        for row in truth.values():
            for p in [row, *row.get('paths', [])]:
                for r, a in zip(p['routers'][1:], p['ingress']):
                    self.of.setdefault(canonical(a), set()).add(r)
        self.parallel = self.find_parallel(truth)
        self.speed = {
            (c['router'], c['interface']): c['gbps'] * 10**9
            for declared in capture.capacities.values()
            for c in declared
        }

    def interfaces(self, router, text, head, line):
        """addresses below the headings of interfaces"""
        name = None
        for x in text.splitlines():
            h, a = head.match(x), line.match(x)
            name = h[1] if h else name
            if a:
                address, length = a[1].split('/')
                self.add(router, address, int(length), name)

    def add(self, router, address, length=None, interface=None):
        a = canonical(address)
        ip = ipaddress.ip_address(a)
        if ip.is_link_local or ip.is_loopback:
            return
        self.of.setdefault(a, set()).add(router)
        if interface:
            self.port[router, a] = interface
        if length is not None and length < ip.max_prefixlen:
            net = ipaddress.ip_network(f'{a}/{length}', strict=False)
            self.nets.setdefault(net, set()).add(router)

    def declared(self, router, address, otherwise):
        """bits per second that the operator states for the interface with this address"""
        port = self.port.get((router, canonical(address)))
        return self.speed.get((router, port), otherwise)

    def pairs_of(self, routers):
        """two routers in one network; where private space is used twice, two of one domain"""
        if len(routers) == 2:
            return [routers]
        of_domain = {}
        for r in routers:
            of_domain.setdefault(self.domain.get(r), set()).add(r)
        return [two for two in of_domain.values() if len(two) == 2]

    def find_parallel(self, truth):
        """(family, link) that several links share the name of"""
        seen = {}
        for net, routers in self.nets.items():
            for two in self.pairs_of(routers):
                seen.setdefault((net.version, '|'.join(sorted(two))), set()).add(net)
        out = {k for k, nets in seen.items() if len(nets) > 1}
        entries = {}
        for row in truth.values():
            for p in [row, *row.get('paths', [])]:
                for r, link, a in zip(p['routers'][1:], p['links'], p['ingress']):
                    entries.setdefault((6 if ':' in a else 4, link, r), set()).add(a)
        return out | {k[:2] for k, addresses in entries.items() if len(addresses) > 1}

    def is_one_of(self, address, routers):
        """True, False, or None where nobody knows whose address that is"""
        owners = self.of.get(canonical(address))
        return None if not owners else bool(owners & set(routers))
