# SPDX-License-Identifier: Apache-2.0
"""What operators' tools would have collected, and when it is worth collecting."""
import json
import os
import re
import shutil
import time

from .netns import each, sh
from .network import FAMILIES
from .walk import Kernel

FRR_OUTPUT = {
    'bgp4.json': 'show bgp ipv4 unicast json',
    'bgp6.json': 'show bgp ipv6 unicast json',
    'route4.json': 'show ip route json',
    'route6.json': 'show ipv6 route json',
    'interface.json': 'show interface json',
}
BIRD_OUTPUT = {
    'route.txt': 'show route all',
    'protocols.txt': 'show protocols all',
    'interfaces.txt': 'show interfaces',
}
# One packet to everybody beforehand, so that no probe is lost to address resolution.
WARM = (
    'import socket,sys,time\nfor n in (0,1):\n for a in sys.argv[1:]:\n'
    '  s=socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET,socket.SOCK_DGRAM)\n'
    '  try: s.sendto(b"x",(a,33434))\n  except OSError: pass\n  s.close()\n time.sleep(1.5)\n'
)


def settle(bench, quiet=12, patience=300, log=print):
    """until the tables have not changed for a while; IS-IS is slow to tell of changes"""
    if any(d.igp == 'isis' and not d.is_bird for d in bench.net.domains):
        quiet = max(quiet, 35)
    start = since = time.monotonic()
    last = None
    while time.monotonic() - start < patience:
        now = Kernel(bench).truth()
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since >= quiet:
            log(f'settled after {time.monotonic() - start:.0f} s: {reach(now)}')
            return True
        time.sleep(3)
    log(f'still changing after {patience} s: {reach(last)}')
    return False


def reach(truth):
    return f"{sum(r['reached'] for r in truth.values())} of {len(truth)} pairs reach"


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def collect(bench, folder):
    net = bench.net
    for sub in ('configs', 'lg', 'traceroute'):
        shutil.rmtree(f'{folder}/{sub}', ignore_errors=True)
    each(lambda r: routers_say(bench, r, folder), net.routers.values())
    targets = [str(h.addr[f]) for h in net.hosts for f in FAMILIES]
    each(
        lambda h: sh(
            [
                'ip',
                'netns',
                'exec',
                net.namespace(h.name),
                '/usr/bin/python3',
                '-c',
                WARM,
                *targets,
            ],
            check=False,
        ),
        net.hosts,
    )
    each(
        lambda job: trace(net, folder, *job),
        [(s, t, f) for s, t in net.pairs() for f in FAMILIES],
        16,
    )
    index(net, folder)
    register(net, folder)
    truth = Kernel(bench).truth()
    put(f'{folder}/truth.json', json.dumps(truth, indent=1) + '\n')
    return truth


def routers_say(bench, r, folder):
    place = f'{r.domain.name}/{r.name}'
    if r.domain.is_bird:
        with open(f'/run/{bench.ns(r)}/bird.conf', encoding='utf-8') as f:
            put(f'{folder}/configs/{place}', f.read())
        for suffix, command in BIRD_OUTPUT.items():
            put(f'{folder}/lg/{place}.{suffix}', bench.birdc(r, command))
        return
    # vtysh adds the host name of the machine it runs on
    said = re.sub(r'^hostname .*\n', '', bench.vtysh(r, 'show running-config'), flags=re.M)
    said = re.sub(r'^(frr defaults .*\n)', rf'\1hostname {r.name}\n', said, count=1, flags=re.M)
    put(f'{folder}/configs/{place}', said)
    for suffix, command in FRR_OUTPUT.items():
        put(f'{folder}/lg/{place}.{suffix}', bench.vtysh(r, command))


def trace_name(s, t, f):
    return f'{s.name}_{t.name}_ip{f}.txt'


def trace(net, folder, s, t, f):
    out = sh(
        [
            'ip',
            'netns',
            'exec',
            net.namespace(s.name),
            'traceroute',
            f'-{f}',
            '-n',
            '-q',
            '2',
            '-w',
            '1',
            '-N',
            '16',
            '-m',
            '20',
            str(t.addr[f]),
        ],
        check=False,
    )
    put(f'{folder}/traceroute/{trace_name(s, t, f)}', out)


def index(net, folder):
    rows = ['file\tsource\tdestination\tobserved_at']
    for s, t in net.pairs():
        for f in FAMILIES:
            n = trace_name(s, t, f)
            when = time.gmtime(os.path.getmtime(f'{folder}/traceroute/{n}'))
            rows.append(
                f"{n}\t{s.addr[f]}\t{t.addr[f]}\t{time.strftime('%Y-%m-%dT%H:%M:%SZ', when)}"
            )
    put(f'{folder}/traceroute/index.tsv', '\n'.join(rows) + '\n')


def register(net, folder):
    """what the operators registered: who they are, their storage, how fast their interfaces are"""
    hosts = {
        h.name: {
            **{f'ip{f}': str(h.addr[f]) for f in FAMILIES},
            **{f'net{f}': str(h.net[f]) for f in FAMILIES},
        }
        for h in net.hosts
    }
    domains = [
        {
            'name': d.name,
            'asn': d.asn,
            'prefixes': d.prefixes(),
            'agent': d.said.get('agent', True),
        }
        for d in net.domains
    ]
    caps = {
        d.name: [
            {'router': r.name, 'interface': p.name, 'gbps': p.link.gbps}
            for r in d.routers
            for p in r.ports
        ]
        for d in net.domains
    }
    for name, data in (('hosts', hosts), ('domains', domains), ('capacities', caps)):
        put(f'{folder}/{name}.json', json.dumps(data, indent=1) + '\n')
