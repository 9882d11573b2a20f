# SPDX-License-Identifier: Apache-2.0
"""What a capture holds: who there is, what their tools printed, and which file says what."""
import collections
import ipaddress
import json
import os
import re

from . import bird


def canonical(text):
    """an address in its shortest form, or the text itself where it is none"""
    try:
        return str(ipaddress.ip_address(text))
    except (ValueError, TypeError):
        return text


def load(path, default=None):
    if default is not None and not os.path.exists(path):
        return default
    with open(path, encoding='utf-8') as f:
        return json.load(f)


class Capture:
    """Reads configs, lg, traceroute, hosts.json, domains.json and capacities.json; nothing else."""

    def __init__(self, folder, domains=None):
        self.dir = os.path.abspath(folder)
        self.domains = {d['name']: d for d in load(domains or self.path('domains.json'))}
        self.hosts = load(self.path('hosts.json'), {})
        self.capacities = load(self.path('capacities.json'), {})
        self.prefixes = [
            (ipaddress.ip_network(p), d['name'])
            for d in self.domains.values()
            for p in d['prefixes']
        ]
        self.prefixes.sort(key=lambda x: -x[0].prefixlen)
        self.traces = self.index()

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def files(self, kind, domain):
        folder = self.path(kind, domain)
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def routers(self, domain):
        return self.files('configs', domain)

    def index(self):
        """the traceroutes: file, source, destination, observed_at"""
        name = self.path('traceroute', 'index.tsv')
        if not os.path.exists(name):
            return []
        with open(name, encoding='utf-8') as f:
            head, *rows = [line.rstrip('\n').split('\t') for line in f if line.strip()]
        return [dict(zip(head, r)) for r in rows]

    def domain_of(self, address):
        """whose address it is, by the longest prefix that a domain registered; None: nobody's"""
        a = ipaddress.ip_address(address)
        return next((d for p, d in self.prefixes if a.version == p.version and a in p), None)

    def is_bird(self, domain):
        """a domain of BIRD routers: their configuration, or `show route all` as text"""
        for r in self.routers(domain):
            with open(self.path('configs', domain, r), encoding='utf-8', errors='replace') as f:
                if re.search(r'^(router id |protocol )', f.read(), re.M):
                    return True
        return any(f.endswith('.route.txt') for f in self.files('lg', domain))

    def vantage(self, domain):
        """the first border router whose table holds an external path, and its BGP tables"""
        of_bird = self.is_bird(domain)
        kinds = r'\.route\.txt$' if of_bird else r'\.bgp[46]\.json$'
        for n in self.names(domain, kinds):
            files = [f for f in self.files('lg', domain) if f.startswith(n)]
            tables = [f for f in files if re.match(kinds, f[len(n) :])]
            paths = [self.path('lg', domain, f) for f in tables]
            if any(bird.has_external(p) if of_bird else has_external(p) for p in paths):
                return n, tables
        return None, []

    def names(self, domain, kinds):
        """routers of the looking glass with an answer whose name ends so"""
        files = [f for f in self.files('lg', domain) if re.search(kinds, f)]
        return sorted({re.sub(kinds, '', f) for f in files})

    def vantages(self, domain):
        """every router of the looking glass"""
        if self.is_bird(domain):
            return self.names(domain, r'\.(route|interfaces|protocols|ospf[46])\.txt$')
        return self.names(domain, r'\.(bgp[46]|route[46]|interface|summary)\.json$')

    def responders(self, source, destination):
        """addresses that answered on the way of this pair, and at how many TTLs each did"""
        out = collections.Counter()
        for t in self.traces:
            if (t['source'], t['destination']) == (source, destination):
                with open(self.path('traceroute', t['file']), encoding='utf-8') as f:
                    body = f.read().split('\n', 1)[-1]
                for line in body.split('\n'):
                    words = {w.strip('()') for w in line.split() if '.' in w or ':' in w}
                    out.update({canonical(w) for w in words})
        return out


def has_external(path):
    try:
        routes = load(path).get('routes', {})
    except (OSError, ValueError):
        return False
    return any(
        p.get('pathFrom') == 'external' and p.get('path')
        for paths in routes.values()
        for p in paths
    )
