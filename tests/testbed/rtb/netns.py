# SPDX-License-Identifier: Apache-2.0
"""Namespaces, cables and daemons; all named by the network's prefix, nothing else is touched."""
import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from . import bird, frr
from .network import FAMILIES, Wrong

DAEMONS = '/usr/lib/frr'
COMMON = [
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.default.rp_filter=0',
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.icmp_msgs_per_sec=100000',
    'net.ipv4.icmp_msgs_burst=100000',
    'net.ipv6.icmp.ratelimit=0',
    'net.ipv6.conf.all.accept_dad=0',
    'net.ipv6.conf.default.accept_dad=0',
    'net.ipv6.conf.all.keep_addr_on_down=1',
]
# Flows are told apart by ports, so that a traceroute's probes take turns between equal-cost paths.
ROUTER = [
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
    'net.ipv4.fib_multipath_hash_policy=1',
    'net.ipv6.fib_multipath_hash_policy=1',
]
SILENT = [
    'net.ipv4.icmp_ratemask=2056',
    'net.ipv4.icmp_ratelimit=2000000000',
    'net.ipv6.icmp.ratelimit=2000000000',
]


def sh(cmd, check=True, **kw):
    r = subprocess.run(cmd, capture_output=True, text=True, check=False, **kw)
    if check and r.returncode:
        raise Wrong(f"{' '.join(cmd)}: {(r.stderr or r.stdout).strip()}")
    return r.stdout


def each(work, items, jobs=4):
    with ThreadPoolExecutor(jobs) as ex:
        return list(ex.map(work, items))


def existing(network):
    names = [
        line.split()[0] for line in sh(['ip', 'netns', 'list']).splitlines() if line.strip()
    ]
    return [n for n in names if n.startswith(network.prefix + '-')]


class Bench:
    """a network that runs, or shall"""

    def __init__(self, network):
        self.net = network

    # ---- names
    def ns(self, router, vrf=''):
        """the namespace of a router's table: each VRF is one of its own"""
        return self.net.namespace(router.name) + (f'--{vrf}' if vrf else '')

    def all_tables(self):
        return [(r, vrf) for r in self.net.routers.values() for vrf in ['', *r.vrfs]]

    def run_dirs(self, r):
        x = self.ns(r)
        return [f'/etc/frr/{x}', f'/var/run/frr/{x}', f'/run/{x}']

    # ---- up
    def up(self):
        if existing(self.net):
            raise Wrong(
                f'namespaces {self.net.prefix}-… exist already: bring that network down first'
            )
        for r, vrf in self.all_tables():
            self.add_namespace(self.ns(r, vrf), r)
        for h in self.net.hosts:
            self.add_namespace(self.net.namespace(h.name), None)
        self.plug()
        each(self.start, self.net.routers.values())

    def add_namespace(self, x, router):
        sh(['ip', 'netns', 'add', x])
        k = list(COMMON)
        if router:
            k += ROUTER
            if router.name not in self.net.offpath:
                k.append('net.ipv4.icmp_errors_use_inbound_ifaddr=1')
            if router.name in self.net.silent:
                k += SILENT
        sh(['ip', 'netns', 'exec', x, 'sysctl', '-eqw', *k], check=False)
        sh(['ip', '-n', x, 'link', 'set', 'lo', 'up'])

    def plug(self):
        batch = []
        for l in self.net.links:
            a, b = l.ports
            batch.append(
                f'link add {a.name} netns {self.ns(a.router, a.vrf)} type veth '
                f'peer name {b.name} netns {self.ns(b.router, b.vrf)}'
            )
        for h in self.net.hosts:
            batch.append(
                f'link add {h.port} netns {self.ns(h.router, h.vrf)} type veth '
                f'peer name eth0 netns {self.net.namespace(h.name)}'
            )
        sh(['ip', '-batch', '-'], input='\n'.join(batch) + '\n')
        for r, vrf in self.all_tables():
            self.addresses(r, vrf)
        for h in self.net.hosts:
            self.host_addresses(h)

    def addresses(self, r, vrf):
        """links up; FRR sets the addresses itself, BIRD does not"""
        ports = [p for p in r.ports if p.vrf == vrf]
        hosts = [h for h in r.hosts if h.vrf == vrf]
        batch = [
            f'link set {x} up' for x in [*(p.name for p in ports), *(h.port for h in hosts)]
        ]
        if r.domain.is_bird:
            batch += [
                f'addr add {r.loopback[f]}/{r.loopback[f].max_prefixlen} dev lo'
                for f in FAMILIES
            ]
            batch += [
                f'addr add {p.addr[f]}/{p.link.net[f].prefixlen} dev {p.name}'
                for p in ports
                for f in p.addr
            ]
            batch += [
                f'addr add {h.gateway[f]}/{h.net[f].prefixlen} dev {h.port}'
                for h in hosts
                for f in FAMILIES
            ]
        sh(['ip', '-n', self.ns(r, vrf), '-batch', '-'], input='\n'.join(batch) + '\n')

    def host_addresses(self, h):
        batch = ['link set eth0 up'] + [
            f'addr add {h.addr[f]}/{h.net[f].prefixlen} dev eth0' for f in FAMILIES
        ]
        batch += [
            f'route add {"default" if f == 4 else "::/0"} via {h.gateway[f]} dev eth0'
            for f in FAMILIES
        ]
        sh(
            ['ip', '-n', self.net.namespace(h.name), '-batch', '-'],
            input='\n'.join(batch) + '\n',
        )

    # ---- daemons
    def start(self, r):
        if r.domain.is_bird:
            self.start_bird(r)
        else:
            self.start_frr(r)

    def start_bird(self, r):
        run = f'/run/{self.ns(r)}'
        os.makedirs(run, exist_ok=True)
        with open(f'{run}/bird.conf', 'w', encoding='utf-8') as f:
            f.write(bird.config(self.net, r))
        sh(
            [
                'ip',
                'netns',
                'exec',
                self.ns(r),
                'bird',
                '-c',
                f'{run}/bird.conf',
                '-s',
                f'{run}/bird.ctl',
                '-P',
                f'{run}/bird.pid',
            ],
            stdin=subprocess.DEVNULL,
        )

    def start_frr(self, r):
        x = self.ns(r)
        etc, run = f'/etc/frr/{x}', f'/var/run/frr/{x}'
        for p in (etc, run):
            os.makedirs(p, exist_ok=True)
        with open(f'{etc}/frr.conf', 'w', encoding='utf-8') as f:
            f.write(frr.config(self.net, r))
        with open(f'{etc}/vtysh.conf', 'w', encoding='utf-8') as f:
            f.write('service integrated-vtysh-config\n')
        sh(['chown', '-R', 'frr:frr', etc, run])
        names = ['zebra', 'bgpd'] + (
            ['isisd'] if r.domain.igp == 'isis' else ['ospfd', 'ospf6d']
        )
        script = ['set -e']
        if r.vrfs:
            script += self.private_tables(r)
        for n in names:
            more = ' -n' if n == 'zebra' and r.vrfs else ''
            script.append(f'{DAEMONS}/{n} -d -N {x} -i {run}/{n}.pid -P 0{more}')
        sh(['ip', 'netns', 'exec', x, 'sh', '-c', '\n'.join(script)], stdin=subprocess.DEVNULL)
        sh(['vtysh', '-N', x, '-b'], check=False)

    def private_tables(self, r):
        """zebra takes every named namespace for a VRF: it shall see its own, by the VRF's name"""
        o = []
        for fd, vrf in enumerate(r.vrfs, 3):
            o.append(f'exec {fd}< /run/netns/{self.ns(r, vrf)}')
        o.append('mount -t tmpfs none /run/netns')
        for fd, vrf in enumerate(r.vrfs, 3):
            o += [
                f'touch /run/netns/{vrf}',
                f'mount --bind /proc/self/fd/{fd} /run/netns/{vrf}',
                f'exec {fd}<&-',
            ]
        return o

    def vtysh(self, r, command):
        return sh(['vtysh', '-N', self.ns(r), '-c', command], check=False)

    def birdc(self, r, command):
        return sh(['birdc', '-s', f'/run/{self.ns(r)}/bird.ctl', *command.split()], check=False)

    # ---- change, down
    def switch(self, a, b, nth, state):
        found = [l for l in self.net.links if {p.router.name for p in l.ports} == {a, b}]
        if nth is not None:
            found = found[nth : nth + 1]
        if not found:
            raise Wrong(f'no such link: {a} {b}')
        for l in found:
            p = l.ports[0]
            sh(['ip', '-n', self.ns(p.router, p.vrf), 'link', 'set', p.name, state])

    def down(self):
        """only what runs in this network's own namespaces: never a number read from a file"""
        mine = existing(self.net)
        pids = {
            int(p) for x in mine for p in sh(['ip', 'netns', 'pids', x], check=False).split()
        }
        for sig, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            for p in pids:
                try:
                    os.kill(p, sig)
                except ProcessLookupError:
                    pass
            end = time.monotonic() + patience
            while pids and time.monotonic() < end:
                pids = {p for p in pids if os.path.exists(f'/proc/{p}')}
                time.sleep(0.1)
        for x in mine:
            sh(['ip', 'netns', 'del', x], check=False)
        for r in self.net.routers.values():
            for p in self.run_dirs(r):
                shutil.rmtree(p, ignore_errors=True)
