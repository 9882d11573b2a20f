# SPDX-License-Identifier: Apache-2.0
"""One agent per domain from a capture: configurations, one collection."""
import math
import os
import random
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import yaml

from . import bird

ALL_SOURCES = ('static', 'config', 'looking-glass', 'traceroute', 'capacities', 'hosts')


class Plan:
    """Who runs an agent and what it is given."""

    def __init__(
        self,
        capture,
        sources=ALL_SOURCES,
        vantages=None,
        without=(),
        agents=1.0,
        traceroutes=1.0,
        seed=1,
        bird='all',
        orphans='destination',
    ):
        self.capture, self.sources, self.vantages = capture, set(sources), vantages
        self.bird, self.orphans = bird, orphans
        rng = random.Random(f'truth/{seed}')
        names = sorted(n for n, d in capture.domains.items() if d.get('agent', True))
        names = [n for n in names if n not in without]
        if agents < 1:
            names = sorted(rng.sample(names, math.ceil(len(names) * agents)))
        self.plain = {n for n in names if capture.is_bird(n)}
        if bird == 'none' and self.sources & {'config', 'looking-glass'}:
            names = [n for n in names if n not in self.plain]
        self.agents = names
        kept = capture.traces
        if traceroutes < 1:
            kept = rng.sample(kept, round(len(kept) * traceroutes))
        self.traces = {n: [] for n in names}
        if 'traceroute' in self.sources:
            for t in kept:
                self.assign(t)

    def assign(self, trace):
        """a traceroute belongs to the agent of its source's domain"""
        owner = self.capture.domain_of(trace['source'])
        if owner not in self.traces and self.orphans == 'destination':
            owner = self.capture.domain_of(trace['destination'])
            owner = owner if owner in self.traces else next(iter(self.traces), None)
        if owner in self.traces and self.may_trace(owner):
            self.traces[owner].append(trace['file'])

    def may_trace(self, domain):
        """where routers are taken as unreadable: static facts only, unless that is all there is"""
        rich = self.sources & {'config', 'looking-glass'}
        return domain not in self.plain or self.bird not in ('static', 'none') or not rich

    def answers(self, domain):
        """is its looking glass given?"""
        return 'looking-glass' in self.sources and (
            domain not in self.plain or self.bird == 'all'
        )

    def configured(self):
        """domains whose routers' names and addresses are given by configurations: BIRD's tell
        few addresses, its looking glass tells them"""
        if 'config' not in self.sources:
            return set()
        told = lambda n: self.vantages is None and self.answers(n)
        return {n for n in self.agents if n not in self.plain or told(n)}

    def declared(self):
        """domains that state the capacities of their interfaces"""
        return set(self.agents) if 'capacities' in self.sources else set()

    # ---- files
    def static(self, domain):
        c, out = self.capture, {'domain': {'name': domain}}
        if 'static' in self.sources:
            out['domain'].update(entry(c.domains[domain]))
            out['neighbours'] = [
                {'name': n, **entry(d)} for n, d in c.domains.items() if n != domain
            ]
        if 'hosts' in self.sources:
            mine = {n: h for n, h in c.hosts.items() if c.domain_of(h['ip4']) == domain}
            nets = dict.fromkeys(h[k] for h in mine.values() for k in ('net4', 'net6'))
            if mine:
                out['sites'] = [{'name': domain, 'prefixes': list(nets)}]
                out['endpoints'] = [
                    {'name': n, 'site': domain, 'hosts': [n], 'addresses': [h['ip4'], h['ip6']]}
                    for n, h in mine.items()
                ]
        if 'capacities' in self.sources and c.capacities.get(domain):
            out['capacities'] = [
                {'node': x['router'], 'interface': x['interface'], 'rate': f"{x['gbps']}G"}
                for x in c.capacities[domain]
            ]
        return out

    def looking_glass(self, domain, work):
        c = self.capture
        if self.vantages is None:
            return [{'name': n, 'path': c.path('lg', domain, n)} for n in c.vantages(domain)]
        name, tables = c.vantage(domain)
        if not name:
            return []
        folder = os.path.join(work, 'lg', domain)
        os.makedirs(folder, exist_ok=True)
        for f in tables:
            if domain in self.plain:
                bird.copy_bgp(c.path('lg', domain, f), os.path.join(folder, f))
            else:
                shutil.copyfile(c.path('lg', domain, f), os.path.join(folder, f))
        return [{'name': name, 'path': os.path.join(folder, name)}]

    def source_list(self, domain, work):
        c, out = self.capture, []
        if self.sources & {'static', 'capacities', 'hosts'}:
            out.append(
                {
                    'kind': 'static',
                    'file': write(work, f'{domain}.static.yaml', self.static(domain)),
                }
            )
        read = domain not in self.plain or self.bird in ('all', 'config')
        if 'config' in self.sources and read and c.routers(domain):
            out.append({'kind': 'config', 'path': c.path('configs', domain)})
        routers = self.looking_glass(domain, work) if self.answers(domain) else []
        if routers:
            dialect = 'bird' if domain in self.plain else 'frr'
            out.append({'kind': 'looking-glass', 'dialect': dialect, 'routers': routers})
        if self.traces[domain]:
            out.append(
                {
                    'kind': 'traceroute',
                    'path': c.path('traceroute'),
                    'index': c.path('traceroute', 'index.tsv'),
                    'files': self.traces[domain],
                }
            )
        return out

    def write(self, work):
        """the agents' configurations: {domain: file}; stores are work/DOMAIN.db"""
        out = {}
        for domain in self.agents:
            sources = self.source_list(domain, work)
            if sources:
                out[domain] = write(
                    work,
                    f'{domain}.yaml',
                    {
                        'domain': domain,
                        'store': os.path.join(work, f'{domain}.db'),
                        'sources': sources,
                    },
                )
        return out


def entry(domain):
    return {'asns': [domain['asn']], 'prefixes': domain['prefixes']}


def write(work, name, data):
    path = os.path.join(work, name)
    with open(path, 'w', encoding='utf-8') as f:
        yaml.safe_dump(data, f, sort_keys=False)
    return path


def collect(program, configs):
    """every agent once, two at a time; what they complained of: {domain: text}"""

    def one(item):
        domain, path = item
        r = subprocess.run(
            [program, '-c', path, '--once'],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return domain, f'exit code {r.returncode}\n{r.stderr[-2000:]}' if r.returncode else None

    with ThreadPoolExecutor(2) as ex:
        return {d: text for d, text in ex.map(one, configs.items()) if text}
