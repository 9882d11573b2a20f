#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A plain second reading of configurations, by patterns alone: what a person with grep finds.

It knows nothing of inheritance, templates or order: it is right about what stands in the open.
{('address', interface, address)}, {('neighbour', address, AS)}, {('static', prefix)},
{('area', interface, area)}, {('cost', interface, cost)}.
"""
import ipaddress
import re

ADDRESS = r'(\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)'


def number(text):
    """an AS number: plain, or HIGH.LOW"""
    if re.fullmatch(r'\d+\.\d+', text):
        high, low = map(int, text.split('.'))
        return high << 16 | low
    return int(text) if text.isdigit() else None


def area(text):
    return str(int(ipaddress.ip_address(text))) if '.' in text else text


def interface_of(words):
    """ADDRESS MASK or ADDRESS/LENGTH as ADDRESS/LENGTH; None: something else"""
    try:
        if '/' in words[0]:
            return str(ipaddress.ip_interface(words[0]))
        return str(ipaddress.ip_interface('/'.join(words[:2])))
    except (ValueError, IndexError):
        return None


def network_of(words):
    try:
        text = words[0] if '/' in words[0] else '/'.join(words[:2])
        return str(ipaddress.ip_network(text, strict=False))
    except (ValueError, IndexError):
        return None


def cisco(text):
    """IOS, IOS XR, NX-OS, EOS, FRR"""
    found, top, sub, block, peer = set(), '', '', '', ''
    for line in text.splitlines():
        words = line.split()
        if not words or words[0][0] in '!#':
            continue
        if line[0] != ' ':
            top, sub, block, peer = line.strip(), '', '', ''
        if words[0] == 'interface':
            sub = ' '.join(w for w in words[1:] if w not in ('l2transport', 'multipoint',
                                                             'point-to-point', 'preconfigure'))
            if words[-1] == 'l2transport':
                sub = ''
        if top.startswith('interface') and sub:
            found |= cisco_interface(sub, words)
        if top.startswith('router bgp'):
            if words[0] in ('neighbor', 'vrf', 'template', 'neighbor-group', 'session-group'):
                peer = words[1] if words[0] == 'neighbor' and len(words) > 1 else ''
            found |= cisco_neighbour(peer, words)
        if words[0] == 'address-family':
            block = ' '.join(words[1:])
        found |= cisco_static(top, words, block)
    return found


def cisco_interface(name, words):
    if words[:2] in (['ip', 'address'], ['ipv4', 'address'], ['ipv6', 'address']):
        a = interface_of(words[2:])
        return {('address', name, a)} if a and 'anycast' not in words else set()
    m = re.fullmatch(r'(?:ip ospf|ip router ospf|ospf)(?: \S+)? area (\S+)', ' '.join(words))
    if m:
        return {('area', name, area(m[1]))}
    m = re.fullmatch(r'(?:ip )?ospf cost (\d+)', ' '.join(words))
    return {('cost', name, int(m[1]))} if m else set()


def cisco_neighbour(peer, words):
    if words[0] == 'neighbor' and re.fullmatch(ADDRESS, words[1]) and words[2:3] == ['remote-as']:
        return {('neighbour', words[1], number(words[3]))}
    if words[0] == 'remote-as' and re.fullmatch(ADDRESS, peer):
        return {('neighbour', peer, number(words[1]))}
    return set()


def cisco_static(top, words, block):
    if words[:2] in (['ip', 'route'], ['ipv6', 'route']):
        rest = words[4:] if words[2:3] == ['vrf'] else words[2:]
        p = network_of(rest)
        return {('static', p)} if p and len(rest) > 1 else set()
    if top.startswith('router static') and re.match(r'[\d:a-f.]+/\d+$', words[0]) and block:
        p = network_of(words)
        return {('static', p)} if p else set()
    return set()


TOKENS = re.compile(r'/\*.*?\*/|##[^\n]*|^#[^\n]*|"[^"]*"|[{};\n]|[^\s{};"]+', re.S | re.M)


def flat(text):
    """hierarchical Junos or MD-CLI as lists of words; set form stays as it is"""
    out, path, words = [], [], []
    for t in TOKENS.finditer(text):
        w = t[0]
        if w.startswith(('/*', '#')):
            continue
        if w == '{':
            path.append(words)
            words = []
        elif w in ('}', ';', '\n'):
            if words and (w != '\n' or not path):
                out.append([x for p in path for x in p] + words)
            if w != '\n' or not path:
                words = []
            if w == '}' and path:
                path.pop()
        else:
            words.append(w.strip('"'))
    return out


def junos(text):
    found = set()
    for words in flat(text):
        words = words[1:] if words and words[0] == 'set' else words
        line = ' '.join(words)
        if 'inactive:' in words or 'deactivate' in words or 'groups' in words[:1]:
            continue
        m = re.match(r'interfaces (\S+) unit (\d+) family inet6? address (\S+/\d+)', line)
        if m:
            found.add(('address', f'{m[1]}.{m[2]}', str(ipaddress.ip_interface(m[3]))))
        m = re.search(rf'protocols bgp group \S+ neighbor {ADDRESS} peer-as (\S+)', line)
        if m:
            found.add(('neighbour', m[1], number(m[2])))
        m = re.search(r'routing-options(?: rib \S+)? static route (\S+) (?:qualified-)?next-hop',
                      line)
        if m and network_of([m[1] if '/' in m[1] else m[1] + '/32']):
            found.add(('static', network_of([m[1] if '/' in m[1] else m[1] + '/32'])))
        m = re.search(r'protocols ospf3? area (\S+) interface (\S+)(?: metric (\d+))?', line)
        if m and m[2] != 'all':
            found.add(('area', m[2] if '.' in m[2] else m[2] + '.0', area(m[1])))
            if m[3]:
                found.add(('cost', m[2] if '.' in m[2] else m[2] + '.0', int(m[3])))
    return found


def sros(text):
    found, prim = set(), {}
    for words in flat(text.replace('/configure', 'configure')):
        line = ' '.join(words)
        m = re.search(r'interface (\S+) ipv[46] (?:primary )?address (\S+)', line)
        if m:
            prim[m[1]] = m[2]
        m = re.search(r'interface (\S+) ipv4 primary prefix-length (\d+)', line) or \
            re.search(r'interface (\S+) ipv[46] (?:primary )?address \S+ prefix-length (\d+)', line)
        if m and m[1] in prim:
            a = interface_of([f"{prim[m[1]]}/{m[2]}"])
            found |= {("address", m[1], a)} if a else set()
        m = re.search(rf'bgp neighbor {ADDRESS} peer-as (\d+)', line)
        if m:
            found.add(('neighbour', m[1], int(m[2])))
        m = re.search(r'static-routes route (\S+/\d+) ', line)
        if m:
            found.add(('static', network_of([m[1]])))
    return found


READERS = {'ios': cisco, 'ios-xr': cisco, 'nxos': cisco, 'eos': cisco, 'frr': cisco,
           'junos': junos, 'sros': sros}


def told(facts):
    """the same of facts"""
    out = set()
    for f in facts:
        k, f = f['kind'], f['fact']
        if k == 'interface':
            out |= {('address', f['name'], str(ipaddress.ip_interface(a)))
                    for a in f.get('addrs', [])}
        elif k == 'bgp_session':
            out.add(('neighbour', f.get('peer_addr'), f.get('peer_asn')))
        elif k == 'route' and f.get('protocol') == 'static':
            out.add(('static', f['prefix']))
        elif k == 'igp' and f.get('interface') and f.get('protocol', '').startswith('ospf'):
            out.add(('area', f['interface'], str(f.get('area'))))
            out.add(('cost', f['interface'], f.get('metric')))
    return out
