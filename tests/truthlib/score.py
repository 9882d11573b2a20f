# SPDX-License-Identifier: Apache-2.0
"""Judges one answer against the truth of one pair.

Exact AS path: the domains that packets cross. Exact link path: the routers, hence the links
between them, and among parallel links the address at which the packet comes in. A router whose name
nobody told Rialto may stand as `?ADDRESS` if that is one of its addresses. Several equal-cost
paths are right only as the whole set.
"""
import collections
import itertools
from dataclasses import dataclass, field

from .capture import canonical

CLASSES = ('observed', 'derived', 'assumed')


@dataclass
class Verdict:
    pair: tuple
    family: str
    cls: str = 'unanswered'  # the class that the answer claims
    answered: bool = False
    as_path: bool = False
    links: bool = False  # ingress compared where links are parallel
    links_in: bool = False  # ingress compared everywhere
    outside: bool = False  # the same, outside domains whose configuration was not given
    addresses: bool = False  # the hops that answered traceroute, in order, and no others
    partial: bool = False  # nothing said is false, but unknown hops remain
    truth: dict = field(default_factory=dict, repr=False)
    answer: dict = field(default_factory=dict, repr=False)

    def good(self, metric):
        return self.as_path and getattr(self, metric)

    def wrong(self, metric):
        return self.answered and not self.good(metric)


class Judge:
    def __init__(self, capture, truth, owners, configured):
        self.capture, self.truth, self.owners, self.configured = (
            capture,
            truth,
            owners,
            configured,
        )
        # what "exact link path" means here: without any configuration only addresses can be right
        self.metric = 'links' if configured else 'addresses'

    def dark(self, router):
        return self.owners.domain.get(router) not in self.configured

    # ---- routers
    def is_router(self, said, real):
        if said == real:
            return True
        return (
            said.startswith('?')
            and len(said) > 1
            and self.dark(real)
            and bool(self.owners.is_one_of(said[1:], [real]))
        )

    def domain_of(self, hop):
        """the domain in which a hop of the answer stands, as far as that can be told"""
        name = hop['router']
        if name in self.owners.domain:
            return self.owners.domain[name]
        if name.startswith('?') and len(name) > 1:
            domains = {
                self.owners.domain.get(r) for r in self.owners.of.get(canonical(name[1:]), ())
            }
            if len(domains) == 1:
                return domains.pop()
        return hop.get('domain')

    # ---- legs
    def is_parallel(self, family, a, b):
        return (int(family[2]), '|'.join(sorted((a, b)))) in self.owners.parallel

    def leg(self, leg, path, family):
        """(links right, ingress right everywhere)"""
        said, real = leg['routers'], path['routers']
        if len(said) != len(real) or not all(map(self.is_router, said, real)):
            return False, False
        names = ['|'.join(sorted(p)) for p in zip(said, said[1:])]
        if leg['links'] != names:
            return False, False
        same = [
            canonical(h.get('in')) == canonical(a)
            for h, a in zip(leg['hops'][1:], path['ingress'])
        ]
        parallel = [self.is_parallel(family, a, b) for a, b in zip(real, real[1:])]
        return all(s or not p for s, p in zip(same, parallel)), all(same)

    def outside(self, hops, family):
        """routers outside dark domains: (router, comes from the one before, ingress if asked)"""
        out, before = [], None
        for router, domain, ingress in hops:
            if domain in self.configured:
                joined = before is not None and before[1] in self.configured
                tell = before is not None and self.is_parallel(family, before[0], router)
                out.append((router, joined, canonical(ingress) if tell else None))
            before = (router, domain)
        return tuple(out)

    def outside_truth(self, path, family):
        hops = zip(path['routers'], [None, *path['ingress']])
        return self.outside([(r, self.owners.domain.get(r), a) for r, a in hops], family)

    def outside_leg(self, leg, path, family):
        """in the answer, `ingress among parallels` is asked for where truth asks for it"""
        got = self.outside(
            [(h['router'], self.domain_of(h), h.get('in')) for h in leg['hops']], family
        )
        want = self.outside_truth(path, family)
        entered = {h['router']: canonical(h.get('in')) for h in leg['hops']}
        return [g[:2] for g in got] == [w[:2] for w in want] and all(
            w[2] is None or entered.get(w[0]) == w[2] for w in want
        )

    def addresses(self, leg, paths, answered):
        """those that answered stand in the answer in order, and nobody who is not on the path

        Those of one path, or, where equal-cost paths take turns, of any of them at each step.
        """
        routers = {r for p in paths for r in p['routers']}
        said = []
        for h in leg['hops']:
            name = h['router']
            if name.startswith('?') and len(name) > 1:
                said.append(canonical(name[1:]))
            if h.get('in') and canonical(h['in']) not in said[-1:]:
                said.append(canonical(h['in']))
            if not name.startswith('?') and name not in routers:
                return False
        ways = [[canonical(a) for a in p['ingress']] for p in paths]
        steps = itertools.zip_longest(*ways)
        readings = [[{a} for a in way] for way in ways] + [[set(s) for s in steps]]
        return any(in_order(said, reading, answered) for reading in readings) and all(
            self.owners.is_one_of(a, routers) is not False for a in said
        )

    def told_so_far(self, leg, path):
        """routers match where a lone `?` stands for one or more"""

        def match(i, j):
            if i == len(said):
                return j == len(real)
            if j == len(real):
                return False
            if said[i] == '?':
                return match(i + 1, j + 1) or match(i, j + 1)
            return self.is_router(said[i], real[j]) and match(i + 1, j + 1)

        said, real = leg['routers'], path['routers']
        return '?' in said and match(0, 0)

    # ---- a pair
    def judge(self, pair, answer):
        row = self.truth[pair]
        v = Verdict(pair, 'ip6' if ':' in pair[0] else 'ip4', truth=row, answer=answer or {})
        if not answer or answer.get('known') is False:
            return v
        v.answered, v.cls = True, answer.get('class') or 'assumed'
        reached = bool(answer.get('reached'))
        if not row['reached'] or not reached:
            same = row['reached'] == reached
            v.as_path = v.links = v.links_in = v.outside = v.addresses = same
            return v
        paths, legs = row.get('paths') or [row], answer['legs']
        v.as_path = same_set([leg['as_path'] for leg in legs], [p['as_path'] for p in paths])
        f = v.family
        v.links = pairing(legs, paths, lambda l, p: self.leg(l, p, f)[0])
        v.links_in = pairing(legs, paths, lambda l, p: all(self.leg(l, p, f)))
        v.outside = each_has(legs, paths, lambda l, p: self.outside_leg(l, p, f))
        seen = self.capture.responders(*pair)
        v.addresses = bool(legs) and all(self.addresses(leg, paths, seen) for leg in legs)
        v.partial = (
            not v.good(self.metric)
            and v.as_path
            and all(any(self.told_so_far(l, p) for p in paths) for l in legs)
        )
        return v


def in_order(said, steps, answered):
    """one of each step's addresses that answered, one step after the other

    Private addresses may stand twice on a path: who answered once is asked for once.
    """
    left, rest = collections.Counter(answered), iter(said)
    for step in steps:
        expect = {a for a in step if left[a] > 0}
        left.subtract(expect)
        if expect and not any(a in expect for a in rest):
            return False
    return True


def same_set(a, b):
    return {tuple(x) for x in a} == {tuple(x) for x in b}


def each_has(legs, paths, same):
    """every leg is one of the paths, every path is one of the legs"""
    return (
        bool(legs)
        and all(any(same(l, p) for p in paths) for l in legs)
        and all(any(same(l, p) for l in legs) for p in paths)
    )


def pairing(legs, paths, same):
    return len(legs) == len(paths) and each_has(legs, paths, same)


# ---- the two ways of asking, and capacities
def links_of(answer):
    """(link, ingress) of one leg, or of several legs each once, in order of first occurrence"""
    legs = [
        [(name, canonical(h.get('in'))) for name, h in zip(leg['links'], leg['hops'][1:])]
        for leg in answer['legs']
    ]
    return legs[0] if len(legs) == 1 else list(dict.fromkeys(x for leg in legs for x in leg))


def agree(answer, vector):
    """None, or what the path and the path vector say differently"""
    reached = bool(answer and answer.get('reached'))
    if not reached or vector is None:
        if reached == (vector is not None):
            return None
        return (
            'the path vector has no such path' if reached else 'only the path vector has a path'
        )
    got = [(a.get('priv:link'), canonical(a.get('priv:ingress'))) for a in vector]
    want = links_of(answer)
    if len(set(want)) < len(want) or len(answer['legs']) > 1:
        # links that nothing is known of look alike; a link that answers twice is one element
        got, want = list(dict.fromkeys(got)), list(dict.fromkeys(want))
    if got != want:
        return f'path: {want}; path vector: {got}'
    return None


def answers_agree(one, other):
    """the answer to a single call and that of the batch, but for ages"""
    strip = lambda a: {k: v for k, v in (a or {}).items() if k != 'age'}
    return strip(one) == strip(other)


def bandwidths(verdicts, vectors, owners, declaring):
    """path-vector bandwidths against the capacities of `declaring` domains, each link once"""
    out, seen = {'equal': 0, 'missing': 0, 'differ': []}, set()
    for v in verdicts:
        row, vector = v.truth, vectors.get(v.pair) or []
        if not v.good('links') or 'paths' in row or len(vector) != len(row['links']):
            continue
        ends = zip(row['routers'], row['routers'][1:])
        for ane, two, link, a, gbps in zip(
            vector, ends, row['links'], row['ingress'], row['gbps']
        ):
            if (link, a) in seen or not any(owners.domain.get(r) in declaring for r in two):
                continue
            seen.add((link, a))
            said = ane.get('max-reservable-bandwidth')
            want = owners.declared(two[1], a, gbps * 10**9)
            if said is None:
                out['missing'] += 1
            elif said == want:
                out['equal'] += 1
            else:
                out['differ'].append([link, a, said, want])
    return out
