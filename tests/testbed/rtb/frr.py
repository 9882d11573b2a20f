# SPDX-License-Identifier: Apache-2.0
"""FRR configuration as an operator writes it: peer groups, prefix lists, marking communities."""
from .network import FAMILIES

MARK = {'customer': 1, 'peer': 2, 'provider': 3}
WORD = {4: 'ip', 6: 'ipv6'}


def config(network, r):
    o = [
        'frr defaults traditional',
        f'hostname {r.name}',
        'log syslog informational',
        'service integrated-vtysh-config',
        '!',
    ]
    for vrf in r.vrfs:
        o += [f'vrf {vrf}', f' netns {vrf}', 'exit-vrf', '!']
    o += isis(r) if r.domain.igp == 'isis' else []
    o += loopback(r)
    for p in r.ports:
        o += interface(r, p)
    for h in r.hosts:
        o += host(r, h)
    for vrf in ['', *r.vrfs]:
        o += bgp(network, r, vrf)
    o += policy(network, r)
    o += ospf(r) if r.domain.igp == 'ospf' else []
    return '\n'.join([*o, 'end', ''])


def isis(r):
    digits = ''.join(f'{int(x):03d}' for x in str(r.loopback[4]).split('.'))
    return [
        'router isis backbone',
        ' is-type level-2-only',
        ' metric-style wide',
        f' net 49.0002.{digits[:4]}.{digits[4:8]}.{digits[8:]}.00',
        'exit',
        '!',
    ]


def in_igp(r, passive):
    """lines of an interface in the interior protocol"""
    if r.domain.igp == 'isis':
        o = [' ip router isis backbone', ' ipv6 router isis backbone']
        return o + (
            [' isis passive']
            if passive
            else [
                ' isis network point-to-point',
                ' isis circuit-type level-2-only',
                ' isis hello-interval 1',
            ]
        )
    o = [' ip ospf area 0', ' ipv6 ospf6 area 0']
    if passive:
        return o + [' ip ospf passive', ' ipv6 ospf6 passive']
    return (
        o
        + [f' {w} hello-interval 1' for w in ('ip ospf', 'ipv6 ospf6')]
        + [f' {w} dead-interval 8' for w in ('ip ospf', 'ipv6 ospf6')]
        + [f' {w} network point-to-point' for w in ('ip ospf', 'ipv6 ospf6')]
    )


def loopback(r):
    return [
        'interface lo',
        f' ip address {r.loopback[4]}/32',
        f' ipv6 address {r.loopback[6]}/128',
        *in_igp(r, True),
        'exit',
        '!',
    ]


def interface(r, p):
    o = [
        f'interface {p.name}' + (f' vrf {p.vrf}' if p.vrf else ''),
        f" description {'border' if p.link.inter else 'core'} {p.link.net[4].network_address}",
    ]
    if p.link.gbps <= 100:  # FRR's most
        o.append(f' bandwidth {int(p.link.gbps * 1000)}')
    o += [f' {WORD[f]} address {p.addr[f]}/{p.link.net[f].prefixlen}' for f in p.link.families]
    if not p.link.inter:
        o += in_igp(r, False)
        if r.domain.igp == 'isis':
            o.append(f' isis metric {p.metric[4]}')
        else:
            o += [f' ip ospf cost {p.metric[4]}', f' ipv6 ospf6 cost {p.metric[6]}']
    return [*o, 'exit', '!']


def host(r, h):
    o = [f'interface {h.port}' + (f' vrf {h.vrf}' if h.vrf else '')]
    o += [f' {WORD[f]} address {h.gateway[f]}/{h.net[f].prefixlen}' for f in FAMILIES]
    return [*o, *in_igp(r, True), 'exit', '!']


def ospf(r):
    paths = r.domain.said.get('ecmp', 1)
    o = []
    for vrf in ['', *r.vrfs]:
        tail = f' vrf {vrf}' if vrf else ''
        o += [
            f'router ospf{tail}',
            f' ospf router-id {r.loopback[4]}',
            f' maximum-paths {paths}',
            'exit',
            '!',
            f'router ospf6{tail}',
            f' ospf6 router-id {r.loopback[4]}',
            f' maximum-paths {paths}',
            'exit',
            '!',
        ]
    return o


# ---- BGP
def bgp(network, r, vrf):
    d = r.domain
    sessions = list(network.sessions(r, vrf))
    inner = ibgp_neighbours(r, vrf)
    if vrf and not sessions and not inner:
        return []
    o = [
        f'router bgp {d.asn}' + (f' vrf {vrf}' if vrf else ''),
        f' bgp router-id {r.loopback[4]}',
        ' bgp log-neighbor-changes',
        ' no bgp ebgp-requires-policy',
        ' no bgp network import-check',
        ' no bgp default ipv4-unicast',
        ' timers bgp 5 20',
        ' bgp bestpath compare-routerid',
        ' bgp deterministic-med',
    ]
    for f in FAMILIES if inner else []:
        o += [f' neighbor CORE{f} peer-group', f' neighbor CORE{f} remote-as {d.asn}']
        o += [] if vrf else [f' neighbor CORE{f} update-source lo']
        o += [f' neighbor {a} peer-group CORE{f}' for a in inner[f]]
    for s in sessions:
        o += [f' neighbor {s.peer.addr[f]} remote-as {s.asn}' for f in s.families]
    for f in FAMILIES:
        o += family(d, r, vrf, f, sessions, bool(inner))
    return [*o, 'exit', '!']


def ibgp_neighbours(r, vrf):
    """addresses per family: loopbacks, or in another table the other ends of the links there"""
    if not vrf:
        peers = r.domain.ibgp(r)
        return {f: [p.loopback[f] for p, _ in peers] for f in FAMILIES} if peers else {}
    ports = [p for p in r.ports if p.vrf == vrf and not p.link.inter]
    return (
        {f: [p.peer.addr[f] for p in ports if f in p.addr] for f in FAMILIES} if ports else {}
    )


def family(d, r, vrf, f, sessions, inner):
    o = [' !', f' address-family ipv{f} unicast']
    o += [f'  network {n}' for n in d.announced(f, vrf)]
    if d.said.get('ecmp', 1) > 1:
        o += [f"  maximum-paths ibgp {d.said['ecmp']}"]
    if inner:
        o += [f'  neighbor CORE{f} activate', f'  neighbor CORE{f} next-hop-self']
        if d.said.get('reflector') == r.name and not vrf:
            o += [f'  neighbor CORE{f} route-reflector-client']
    for s in sessions:
        if f in s.families:
            a = s.peer.addr[f]
            o += [
                f'  neighbor {a} activate',
                f'  neighbor {a} soft-reconfiguration inbound',
                f'  neighbor {a} route-map {s.map_in} in',
                f'  neighbor {a} route-map {s.map_out} out',
            ]
    return [*o, ' exit-address-family']


def policy(network, r):
    d, o = r.domain, []
    sessions = [s for vrf in ['', *r.vrfs] for s in network.sessions(r, vrf)]
    for f in FAMILIES:
        nets = [n for vrf in ['', *r.vrfs] for n in d.announced(f, vrf)]
        o += [
            f'{WORD[f]} prefix-list OWN{f} seq {5 * (i + 1)} permit {n}'
            for i, n in enumerate(nets)
        ]
    o += [f'bgp community-list standard CUSTOMERS seq 5 permit {d.asn}:{MARK["customer"]}', '!']
    for name, s in sorted({s.map_in: s for s in sessions}.items()):
        o += [
            f'route-map {name} permit 10',
            f' set community {d.asn}:{MARK[s.relation]} additive',
            f' set local-preference {s.preference}',
            'exit',
            '!',
        ]
    for name, s in sorted({s.map_out: s for s in sessions}.items()):
        o += route_map_out(d, name, s)
    return o


def route_map_out(d, name, s):
    """to customers everything; to the others what is one's own or one's customers'"""
    acts = [' set as-path prepend ' + ' '.join([str(d.asn)] * s.prepend)] if s.prepend else []
    acts += [f' set metric {s.med}'] if s.med is not None else []
    if s.relation == 'customer':
        return [f'route-map {name} permit 10', *acts, 'exit', '!']
    o = []
    own = [
        (10 * i, f'{WORD[f]} address prefix-list OWN{f}')
        for i, f in enumerate(FAMILIES, 1)
        if d.hosts
    ]
    for seq, match in [*own, (30, 'community CUSTOMERS')]:
        o += [f'route-map {name} permit {seq}', f' match {match}', *acts, 'exit', '!']
    return [*o, f'route-map {name} deny 100', 'exit', '!']
