# SPDX-License-Identifier: Apache-2.0
"""The same network in BIRD 2's language."""
from .network import FAMILIES

MARK = {'customer': 1, 'peer': 2, 'provider': 3}


def word(name):
    return name.lower().replace('-', '_')


def config(network, r):
    d = r.domain
    o = [
        f'router id {r.loopback[4]};',
        'log stderr all;',
        'protocol device { }',
        'protocol direct { ipv4; ipv6; interface "lo", "s*"; }',
    ]
    for f in FAMILIES:
        nets = d.announced(f)
        o += [f'define OWN{f} = [ {", ".join(nets)} ];'] if nets else []
        o += [
            f'protocol kernel kernel{f} {{',
            f'  ipv{f} {{ import none; export where source != RTS_DEVICE; }};',
            '}',
        ]
        extra = d.said.get(f'announce{f}', [])
        o += [
            f'protocol static own{f} {{ ipv{f};',
            *[f'  route {n} unreachable;' for n in extra],
            '}',
        ] * bool(extra)
        o += ospf(r, f)
    o += mine(d) + policy(network, r)
    for f in FAMILIES:
        o += [x for p, client in d.ibgp(r) for x in ibgp(r, p, client, f)]
        o += [x for s in network.sessions(r) if f in s.families for x in ebgp(d, s, f)]
    return '\n'.join([*o, ''])


def ospf(r, f):
    o = [
        f'protocol ospf v{2 if f == 4 else 3} ospf{f} {{',
        f'  ipv{f} {{ import all; export none; }};',
        '  area 0 {',
        '    interface "lo" { stub; };' if f == 4 else f'    stubnet {r.loopback[6]}/128;',
    ]
    o += [
        f'    interface "{p.name}" {{ type ptp; cost {p.metric[f]}; hello 1; dead 8; }};'
        for p in r.ports
        if not p.link.inter and f in p.metric
    ]
    o += [f'    interface "{h.port}" {{ stub; }};' for h in r.hosts]
    return [*o, '  };', '}']


def mine(d):
    o = ['function mine() {']
    o += [
        f'  if net.type = NET_IP{f} then return source != RTS_BGP && net ~ OWN{f};'
        for f in FAMILIES
        if d.announced(f)
    ]
    return [
        *o,
        '  return false;',
        '}',
        'filter to_core { if mine() || source = RTS_BGP then accept; reject; }',
    ]


def policy(network, r):
    asn, o = r.domain.asn, []
    sessions = list(network.sessions(r))
    for name, s in sorted({s.map_in: s for s in sessions}.items()):
        o += [
            f'filter {word(name)} {{ bgp_local_pref = {s.preference}; '
            f'bgp_community.add(({asn}, {MARK[s.relation]})); accept; }}'
        ]
    for name, s in sorted({s.map_out: s for s in sessions}.items()):
        acts = [f'  bgp_path.prepend({asn});'] * s.prepend
        acts += [f'  bgp_med = {s.med};'] if s.med is not None else []
        theirs = (
            'source = RTS_BGP'
            if s.relation == 'customer'
            else f'({asn}, {MARK["customer"]}) ~ bgp_community'
        )
        o += [
            f'filter {word(name)} {{',
            f'  if !mine() && !({theirs}) then reject;',
            *acts,
            '  accept;',
            '}',
        ]
    return o


def ibgp(r, p, client, f):
    return [
        f'protocol bgp core{f}_{word(p.name)} {{',
        f'  local {r.loopback[f]} as {r.domain.asn};',
        f'  neighbor {p.loopback[f]} as {r.domain.asn};',
        '  multihop;',
        *(['  rr client;'] * client),
        '  hold time 20;',
        f'  ipv{f} {{ import all; export filter to_core; next hop self ebgp; }};',
        '}',
    ]


def ebgp(d, s, f):
    return [
        f'protocol bgp ext{f}_{s.port.name} {{',
        f'  local {s.port.addr[f]} as {d.asn};',
        f'  neighbor {s.peer.addr[f]} as {s.asn};',
        f'  interface "{s.port.name}";',
        '  hold time 20;',
        f'  ipv{f} {{ import filter {word(s.map_in)}; export filter {word(s.map_out)}; }};',
        '}',
    ]
