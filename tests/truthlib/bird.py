# SPDX-License-Identifier: Apache-2.0
"""What BIRD's looking glass prints: of `show route all` only what a BGP table would hold."""
import os
import re

ENTRY = re.compile(r'^(\S+)?\s+\w+ \[(\S+) ')
PROTOCOL = re.compile(r'^(\S+) +BGP ')


def entries(lines):
    """[(network, protocol, lines)]; other lines have neither, routes go on until the next one"""
    out, network = [], None
    for line in lines:
        head = ENTRY.match(line)
        if head:
            network = head[1] or network
            out.append((network, head[2], [line]))
        elif out and line[:1].isspace():
            out[-1][2].append(line)
        else:
            out.append((None, None, [line]))
    return out


def is_bgp(entry):
    return any(line.strip() == 'Type: BGP univ' for line in entry[2])


def copy_bgp(source, target):
    """`show route all where source = RTS_BGP`: each entry has its network in front"""
    with open(source, encoding='utf-8') as f:
        kept = [e for e in entries(f.read().splitlines()) if e[0] is None or is_bgp(e)]
    with open(target, 'w', encoding='utf-8') as f:
        before = None
        for network, _, (head, *rest) in kept:
            if network and network != before:
                head = f'{network:20} {head[len(network):] if head.startswith(network) else head}'
            before = network
            f.write('\n'.join([head, *rest]) + '\n')


def external(path):
    """names of the protocols with routers of other domains, from `show protocols all` beside it"""
    out, name = set(), None
    beside = re.sub(r'\.route\.txt$', '.protocols.txt', path)
    if os.path.exists(beside):
        with open(beside, encoding='utf-8') as f:
            for line in f:
                head = PROTOCOL.match(line)
                name = head[1] if head else name
                if re.match(r'\s+Session: +external', line):
                    out.add(name)
    return out


def has_external(path):
    """does the table hold a path that another domain told?"""
    told = external(path)
    with open(path, encoding='utf-8') as f:
        return any(protocol in told for _, protocol, _ in entries(f.read().splitlines()))
