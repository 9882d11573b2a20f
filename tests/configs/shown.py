# SPDX-License-Identifier: Apache-2.0
"""What the routers of a checkout of batfish/lab-validation showed: routing tables (read by that
repository's own parsers, so that nothing is shared with the agent), interfaces, neighbours."""
import contextlib
import importlib
import ipaddress
import json
import logging
import pathlib
import re
import sys

PARSERS = 'lab_validation.parsers.'
ROUTES = {
    'ios': ('ios.commands.route', 'parse_show_ip_route', ['show_ip_route.txt',
                                                          'show_ip_route_vrf_*.txt']),
    'ios-xr': ('iosxr.commands.route', 'parse_show_route', ['show_route.txt']),
    'nxos': ('nxos.commands.routes', 'parse_show_ip_route_vrf_all', ['show_ip_route_vrf_all.txt']),
    'eos': ('arista.commands.routes', 'parse_show_ip_route_vrf_all_json',
            ['show_ip_route_vrf_all_|_json.*']),
    'junos': ('junos.commands.routes', 'parse_show_route_display_json',
              ['show_route_|_display_json.*']),
    'frr': ('frr.commands.routes', 'parse_show_ip_route_vrf_all_json',
            ["vtysh_-c_'show_ip_route_vrf_all_json'.*"]),
}
DEFAULT = {'default', 'master', 'Base', None, ''}
DISCARDS = {'Null0', 'null0', 'Null', 'blackhole'}
OWN = {'connected', 'local', 'direct', 'host', 'hsrp', 'vrrp', 'internal', 'bridge'}


def function(name):
    module, name = name
    return getattr(importlib.import_module(PARSERS + module), name)


def use(checkout):
    """where those parsers are"""
    sys.path.insert(0, str(pathlib.Path(checkout) / 'src'))
    logging.disable(logging.WARNING)


class Route:
    """One way of one prefix: what a table shows."""

    def __init__(self, table, prefix, protocol, hop, interface):
        self.table = '' if table in DEFAULT else table
        self.prefix = ipaddress.ip_network(prefix, strict=False)
        self.protocol = (protocol or '').lower()
        self.discard = interface in DISCARDS
        self.hop = None if hop in ('', '0.0.0.0', 'None') else hop
        self.interface = None if self.discard else interface
        self.own = re.split(r'[ _]', self.protocol)[0] in OWN

    @property
    def kind(self):
        return 'drop' if self.discard else 'deliver' if self.own else 'on'


def first(folder, pattern):
    """the text of the first such file with something in it"""
    for f in sorted(folder.glob(pattern)):
        text = f.read_text(encoding='utf-8', errors='replace')
        if text.strip():
            return text
    return ''


def frr_tables(folder):
    text = first(folder, "vtysh_-c_'show_vrf'.txt")
    return {int(i): n for n, i in re.findall(r'vrf (\S+) id (\d+)', text)}


def sros_routes(folder):
    parse = function(('sros.commands.routes', 'parse_route_table_json'))
    names = function(('sros.commands.interfaces', 'parse_interface_state_json'))
    out = []
    for f in sorted(folder.glob('info_json_state_*_route-table.txt')):
        table = 'Base' if 'router_Base' in f.name else f.name.split('_vprn_')[1].rsplit('_', 1)[0]
        state = f.with_name(f.name.replace('route-table', 'interface'))
        text = state.read_text() if state.exists() else '{}'
        index = {i.if_index: i.name for i in names(text)} if '{' in text else {}
        text = f.read_text()
        for r in parse(text, table, index) if text.strip().startswith('{') else []:
            discard = not r.next_hop_ip and not r.next_hop_interface
            out.append(Route(table, r.network, 'direct' if r.protocol == 'local' else r.protocol,
                             r.next_hop_ip, 'Null0' if discard else r.next_hop_interface))
    return out


def routes(folder, dialect):
    """the routing table of one router, or an empty list where it wasn't shown or can't be read"""
    if dialect == 'sros':
        return sros_routes(folder)
    module, name, files = ROUTES[dialect]
    texts = [f.read_text() for p in files for f in sorted(folder.glob(p))]
    texts = [t for t in texts if t.strip()][:None if dialect == 'ios' else 1]
    tables = frr_tables(folder) if dialect == 'frr' else {}
    out = []
    for text in texts:
        for r in function((module, name))(text):
            if not getattr(r, 'active', True):
                continue
            table = tables.get(r.vrf, '') if dialect == 'frr' else r.vrf
            if (table or '').startswith('__'):  # Junos' own, inside of the device
                continue
            port = 'Null0' if getattr(r, 'blackhole', False) else r.next_hop_int
            if dialect == 'junos' and (r.nh_type or '').lower() in ('discard', 'reject'):
                port = 'Null0'
            out.append(Route(table, r.network, r.protocol, r.next_hop_ip, port))
    if dialect == 'ios-xr':
        text = first(folder, 'show_route_vrf_all.txt')
        with contextlib.suppress(AssertionError):
            for r in function((module, 'parse_show_route_vrf_all'))(text):
                out.append(Route(r.vrf, r.network, r.protocol, r.next_hop_ip, r.next_hop_int))
    return out


# ---- BGP neighbours: (table, address, AS, own AS or None)

TEXT = re.compile(
    r'^BGP neighbor is ([0-9a-fA-F.:]+),?(?:\s+vrf (\S+?),?)?\s+remote AS (\d+)'
    r'(?:,\s+local AS (\d+))?', re.M | re.I)


def eos_neighbours(text):
    for table, v in json.loads(text).get('vrfs', {}).items():
        for p in v.get('peerList', []) if isinstance(v, dict) else []:
            yield table, p['peerAddress'], int(p['asn']), int(p['localAsn']) \
                if 'localAsn' in p else None


def datum(node, name):
    return (node.get(name) or [{}])[0].get('data')


def junos_neighbours(text):
    doc = json.JSONDecoder().raw_decode(text.strip())[0]
    for p in doc.get('bgp-information', [{}])[0].get('bgp-peer', []):
        table = datum(p, 'peer-cfg-rti')
        yield table, datum(p, 'peer-address').split('+')[0], int(datum(p, 'peer-as')), \
            int(datum(p, 'local-as'))


def frr_neighbours(text):
    pos, dec = 0, json.JSONDecoder()
    doc = dec.raw_decode(text[text.find('{', pos):])[0]
    for table, v in doc.items():
        for name, p in v.items() if isinstance(v, dict) else []:
            if isinstance(p, dict) and 'remoteAs' in p:
                yield table, name, p['remoteAs'], p.get('localAs')


def sros_neighbours(text):
    for p in json.loads(text).get('nokia-state:neighbor', []) if '{' in text[:2] else []:
        yield '', p['ip-address'], None, None


NEIGHBOURS = {
    'eos': ('show_ip_bgp_neighbors_vrf_all_|_json*', eos_neighbours),
    'junos': ('show_bgp_neighbor_|_display_json*', junos_neighbours),
    'frr': ("vtysh_-c_'show_ip_bgp_vrf_all_neighbors_json'*", frr_neighbours),
    'sros': ('info_json_state_router_Base_bgp_neighbor*', sros_neighbours),
}


def neighbours(folder, dialect):
    if dialect in NEIGHBOURS:
        pattern, parse = NEIGHBOURS[dialect]
        text = first(folder, pattern)
        if not text.lstrip().startswith('{'):
            return set()
        return {('' if t in DEFAULT else t, a, n, own) for t, a, n, own in parse(text)}
    text = '\n'.join(f.read_text(encoding='utf-8', errors='replace')
                     for f in sorted(folder.glob('show_*bgp*all*neighbor*.txt')))
    return {(t or '', a, int(n), int(own) if own else None)
            for a, t, n, own in TEXT.findall(text)}


# ---- addresses of interfaces: (name, address/length)

HEAD = re.compile(r'^([A-Za-z][\w/.-]*\d|lo|mgmt0|eth0) is (?:up|down|admin)[^\n]*', re.M)
ADDRESS = re.compile(r'^\s+(?:Internet address is|inet6?|Secondary address) ([\d.a-fA-F:]+/\d+)',
                     re.M | re.I)
FRR_HEAD = re.compile(r'^Interface (\S+) is ', re.M)


def cut(text, head):
    at = list(head.finditer(text))
    for k, h in enumerate(at):
        yield h[1], text[h.end():at[k + 1].start() if k + 1 < len(at) else len(text)]


def eos_addresses(text):
    for name, i in json.loads(text)['interfaces'].items():
        for a in i.get('interfaceAddress', []):
            more = a.get('secondaryIpsOrderedList', [])
            for x in [a['primaryIp'], a.get('virtualIp'), *more,
                      *a.get('virtualSecondaryIpsOrderedList', [])]:
                if x and x['address'] != '0.0.0.0':
                    yield name, f"{x['address']}/{x['maskLen']}"


def junos_addresses(text):
    doc = json.JSONDecoder().raw_decode(text.strip())[0]
    for physical in doc['interface-information'][0].get('physical-interface', []):
        for unit in physical.get('logical-interface', []):
            for family in unit.get('address-family', []):
                for shown in family.get('interface-address', []):
                    local, net = datum(shown, 'ifa-local'), datum(shown, 'ifa-destination')
                    if not local or ':' in local or not re.match(r'[\d.]+$', local) \
                            or local.startswith('128.0.0.'):
                        continue
                    yield datum(unit, 'name'), f'{local}/{net.split("/")[1] if net else 32}'


def sros_addresses(text):
    name = None
    for line in text.splitlines():
        m = re.match(r'(\S+) +(?:Up|Down) ', line)
        name = m[1] if m else name
        m = re.match(r'   ([\d.]+/\d+) ', line)
        if m and name:
            yield name, m[1]


def text_addresses(text):
    for name, body in cut(text, HEAD):
        for a in ADDRESS.findall(body):
            yield name, a


def frr_addresses(text):
    for name, body in cut(text, FRR_HEAD):
        for a in re.findall(r'^\s+inet ([\d./]+)', body, re.M):
            yield name, a


ADDRESSES = {
    'eos': ('show_interfaces_|_json*', eos_addresses),
    'junos': ('show_interfaces_|_display_json*', junos_addresses),
    'frr': ("vtysh_-c_'show_interface_vrf_all'*", frr_addresses),
    'sros': ('show_router_interface.txt', sros_addresses),
    'nxos': ('show_interface.txt', text_addresses),
    'ios': ('show_interfaces.txt', text_addresses),
    'ios-xr': ('show_interfaces.txt', text_addresses),
}


def addresses(folder, dialect):
    pattern, parse = ADDRESSES[dialect]
    text = first(folder, pattern)
    if dialect in ('eos', 'junos') and not text.lstrip().startswith('{'):
        return None
    return set(parse(text)) if text else None
