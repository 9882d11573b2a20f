# SPDX-License-Identifier: Apache-2.0
"""A network as a YAML file describes it (networks/README.md), every address worked out."""
import ipaddress
import itertools
from dataclasses import dataclass, field

import yaml

FAMILIES = (4, 6)
PREFERENCE = {'customer': 200, 'peer': 100, 'provider': 50}


class Wrong(Exception):
    """the description of a network is wrong"""


@dataclass
class Port:
    """one end of a link"""

    router: 'Router'
    name: str
    link: 'Link'
    end: int
    vrf: str = ''
    addr: dict = field(default_factory=dict)  # family → address
    metric: dict = field(default_factory=dict)  # family → metric out of it

    @property
    def peer(self):
        return self.link.ports[1 - self.end]


@dataclass
class Link:
    gbps: float
    families: tuple
    ports: list = field(default_factory=list)
    net: dict = field(default_factory=dict)
    said: dict = field(default_factory=dict)  # the link as the file says it

    @property
    def inter(self):
        return self.ports[0].router.domain is not self.ports[1].router.domain

    @property
    def name(self):
        return '|'.join(sorted(p.router.name for p in self.ports))

    def per_end(self, key, end, default=None):
        """an attribute is one value, or one for each end"""
        v = self.said.get(key)
        v = v[end] if isinstance(v, list) else v
        return default if v is None else v


@dataclass
class Host:
    name: str
    router: 'Router'
    port: str  # the router's interface
    vrf: str
    net: dict
    gateway: dict
    addr: dict


@dataclass
class Router:
    name: str
    domain: 'Domain'
    loopback: dict = field(default_factory=dict)
    ports: list = field(default_factory=list)
    hosts: list = field(default_factory=list)

    @property
    def vrfs(self):
        return sorted({x.vrf for x in [*self.ports, *self.hosts]} - {''})


@dataclass
class Domain:
    name: str
    asn: int
    said: dict
    routers: list = field(default_factory=list)

    @property
    def is_bird(self):
        return self.said.get('software') == 'bird'

    @property
    def igp(self):
        return self.said.get('igp', 'ospf')

    @property
    def hosts(self):
        return [h for r in self.routers for h in r.hosts]

    def announced(self, family, vrf=''):
        """what it originates in a table: hosts' networks; in the default one aggregates too"""
        nets = [h.net[family] for h in self.hosts if h.vrf == vrf]
        extra = self.said.get(f'announce{family}', []) if not vrf else []
        return list(dict.fromkeys([*map(str, nets), *extra]))

    def prefixes(self):
        """all that it registers"""
        own = [self.said[f'{k}{f}'] for k in ('links', 'loopbacks') for f in FAMILIES]
        hosts = [str(h.net[f]) for h in self.hosts for f in FAMILIES]
        extra = [p for f in FAMILIES for p in self.said.get(f'announce{f}', [])]
        return list(dict.fromkeys(own + hosts + extra))

    def ibgp(self, router):
        """(neighbour, is it my client): a full mesh, or through the reflector"""
        rr = self.said.get('reflector')
        return [
            (p, rr == router.name)
            for p in self.routers
            if p is not router and (not rr or rr in (router.name, p.name))
        ]


class Network:
    def __init__(self, said):
        self.said = said
        self.prefix = said.get('prefix', 'rtb')
        self.domains = [Domain(d['name'], d['asn'], d) for d in said['domains']]
        self.routers, self.links, self.hosts = {}, [], []
        self.silent, self.offpath = set(said.get('silent', [])), set(said.get('offpath', []))
        for d in self.domains:
            self.add_routers(d)
        pools = {d.name: self.pool(d) for d in self.domains}
        for n, l in enumerate(said['links']):
            self.add_link(n, l, pools)
        for d in self.domains:
            for h in d.said.get('hosts', []):
                self.add_host(d, h)

    @classmethod
    def load(cls, path):
        with open(path, encoding='utf-8') as f:
            return cls(yaml.safe_load(f))

    def namespace(self, name):
        return f'{self.prefix}-{name}'

    def add_routers(self, d):
        lo4 = ipaddress.ip_network(d.said['loopbacks4']).hosts()
        lo6 = ipaddress.ip_network(d.said['loopbacks6'])
        for i, name in enumerate(d.said['routers']):
            if name in self.routers:
                raise Wrong(f'{name}: two routers of one name')
            r = Router(name, d, {4: next(lo4), 6: lo6[i + 1]})
            self.routers[name] = r
            d.routers.append(r)

    @staticmethod
    def pool(d):
        """networks for links: /31 and /127 if the domain likes, else /30 and /64"""
        short = d.said.get('p2p', 'long') == 'short'
        six = ipaddress.ip_network(d.said['links6']).subnets(new_prefix=64)
        if short:
            six = (next(s.subnets(new_prefix=127)) for s in six)
        return {
            4: ipaddress.ip_network(d.said['links4']).subnets(new_prefix=31 if short else 30),
            6: six,
        }

    def add_link(self, n, said, pools):
        """addresses come from the first end's domain"""
        link = Link(said.get('gbps', 100), tuple(said.get('families', FAMILIES)), said=said)
        first = self.routers[said['ends'][0]].domain
        for f in FAMILIES:
            net = next(pools[first.name][f])
            link.net[f] = net
        for end, name in enumerate(said['ends']):
            p = Port(
                self.routers[name], f'e{n}{"ab"[end]}', link, end, link.per_end('vrf', end, '')
            )
            for f in link.families:
                first_host = 0 if link.net[f].num_addresses == 2 else 1
                p.addr[f] = link.net[f][first_host + end]
                p.metric[f] = link.per_end(
                    'metric6' if f == 6 and 'metric6' in said else 'metric', end, 10
                )
            link.ports.append(p)
            p.router.ports.append(p)
        self.links.append(link)

    def add_host(self, d, said):
        r = self.routers[said['router']]
        if r.domain is not d:
            raise Wrong(f"{said['name']}: {r.name} is not of {d.name}")
        net = {f: ipaddress.ip_network(said[f'net{f}']) for f in FAMILIES}
        n = said.get('host', 10)
        h = Host(
            said['name'],
            r,
            f's{len(self.hosts)}',
            said.get('vrf', ''),
            net,
            {f: net[f][1] for f in FAMILIES},
            {f: net[f][n] for f in FAMILIES},
        )
        r.hosts.append(h)
        self.hosts.append(h)

    def pairs(self):
        return list(itertools.permutations(self.hosts, 2))

    def sessions(self, router, vrf=''):
        """the eBGP sessions of a router in a table: one entry per port to another domain"""
        for p in router.ports:
            if p.link.inter and p.vrf == vrf:
                yield Session(p)


class Session:
    """this side of an eBGP session, and what this side's policy is"""

    def __init__(self, port):
        link, end = port.link, port.end
        self.port, self.peer = port, port.peer
        self.asn = port.peer.router.domain.asn
        self.families = link.families
        self.relation = link.per_end('rel', end, 'peer')  # what the other is to me
        self.preference = link.per_end('pref', end, PREFERENCE[self.relation])
        self.prepend = link.per_end('prepend', end, 0)
        self.med = link.per_end('med', end)

    @property
    def map_in(self):
        return f'FROM-{self.relation.upper()}-{self.preference}'

    @property
    def map_out(self):
        tail = (f'-X{self.prepend}' if self.prepend else '') + (
            f'-MED{self.med}' if self.med is not None else ''
        )
        return f'TO-{self.relation.upper()}{tail}'
