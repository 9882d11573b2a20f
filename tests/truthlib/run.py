# SPDX-License-Identifier: Apache-2.0
"""One run: agents, server, questions, verdicts. And the rows that are made of runs."""
import contextlib
import os
import random
import shutil
import tempfile
import time

from . import agents, ask, report, score
from .capture import Capture, load
from .owners import Owners

ROWS = {
    'full': {},
    'configs': {'sources': ['static', 'config']},
    'configs-strict': {'sources': ['config']},
    'configs-vantage-25': {'vantages': 1, 'traceroutes': 0.25},
    'no-configs': {'sources': ['static', 'looking-glass', 'traceroute'], 'vantages': 1},
    'traceroutes-only': {'sources': ['static', 'traceroute']},
    'one-dark-transit': {},
    'half-agents-25': {'agents': 0.5, 'traceroutes': 0.25},
}


def transits(truth):
    """domains that somebody's packets only pass through, by AS number"""
    return {
        a
        for row in truth.values()
        for p in [row, *row.get('paths', [])]
        for a in p['as_path'][1:-1]
    }


@contextlib.contextmanager
def workplace(keep):
    """an empty folder: a temporary one, or one that stays"""
    if keep:
        os.makedirs(keep, exist_ok=True)
        for name in os.listdir(keep):
            if (
                name.endswith(('.yaml', '.db', '.db-wal', '.db-shm', '.conf', '.log'))
                or name == 'ready'
            ):
                os.remove(os.path.join(keep, name))
        shutil.rmtree(os.path.join(keep, 'lg'), ignore_errors=True)
        yield os.path.abspath(keep)
    else:
        with tempfile.TemporaryDirectory(prefix='rialto-truth-') as d:
            yield d


def read_truth(path):
    """{(source, destination): row}; keys of the file are "source destination" """
    return {tuple(k.split(' ')): row for k, row in load(path).items()}


class Run:
    """what is asked for; run() does it"""

    def __init__(self, programs, capture, truth, **options):
        self.programs, self.truth_file = programs, truth
        self.capture = Capture(capture, options.pop('domains', None))
        self.truth = read_truth(truth)
        self.keep = options.pop('keep', None)
        self.pair = options.pop('pair', None)
        self.singles = options.pop('singles', 10)
        self.after = options.pop('after', None)
        self.options = options

    def plan(self, capture):
        return agents.Plan(capture, **{k: v for k, v in self.options.items() if v is not None})

    def run(self):
        plan = self.plan(self.capture)
        with workplace(self.keep) as work:
            configs = plan.write(work)
            errors = agents.collect(self.programs.agent, configs)
            stores = [os.path.join(work, f'{d}.db') for d in configs]
            with ask.Server(self.programs.rialtod, stores, work) as server:
                if self.after:
                    plan, errors = self.change(work, server)
                return self.question(plan, server, errors)

    def change(self, work, server):
        """what happens later: another capture of the same network, collected once by every agent"""
        before = server.generation()
        self.capture, self.truth = Capture(self.after[0]), read_truth(self.after[1])
        plan = self.plan(self.capture)
        errors = agents.collect(self.programs.agent, plan.write(work))
        end, last, since = time.monotonic() + 60, before, time.monotonic()
        # done when the server has built something new and then nothing more for two polls
        while time.monotonic() < end and (last == before or time.monotonic() - since < 3):
            time.sleep(0.2)
            now = server.generation()
            last, since = (now, time.monotonic()) if now != last else (last, since)
        return plan, errors

    def question(self, plan, server, errors):
        pairs = [self.pair] if self.pair else list(self.truth)
        answers = ask.ask_batch(self.programs, server.url, pairs)
        vectors = ask.ask_vectors(server, pairs)
        some = random.Random(1).sample(pairs, min(self.singles, len(pairs)))
        single = {p: ask.ask_single(self.programs, server.url, p) for p in some}
        judge = score.Judge(
            self.capture, self.truth, Owners(self.capture, self.truth), plan.configured()
        )
        verdicts = [judge.judge(p, answers[p]) for p in pairs]
        return verdicts, self.result(
            plan,
            judge,
            verdicts,
            {'answers': answers, 'vectors': vectors, 'single': single, 'errors': errors},
        )

    def result(self, plan, judge, verdicts, got):
        answers, vectors, single = got['answers'], got['vectors'], got['single']
        differ = [(p, score.agree(answers[p], vectors[p])) for p in answers]
        differ = [f'{p[0]} {p[1]}: {text}' for p, text in differ if text]
        apart = [p for p, a in single.items() if not score.answers_agree(a, answers[p])]
        exact = [v for v in verdicts if v.good(judge.metric)]
        return {
            'capture': self.capture.dir,
            'options': self.options,
            'agents': len(plan.agents),
            'traceroutes': sum(map(len, plan.traces.values())),
            'metric': judge.metric,
            'families': report.summary(verdicts, judge.metric),
            'exact_by_class': {c: sum(v.cls == c for v in exact) for c in score.CLASSES},
            'agreement': {
                'compared': len(answers),
                'differ': len(differ),
                'singles': len(single),
                'singles_differ': len(apart),
                'examples': differ[:3]
                + [f'single and batch: {p[0]} {p[1]}' for p in apart[:3]],
            },
            'bandwidths': score.bandwidths(verdicts, vectors, judge.owners, plan.declared())
            if plan.declared()
            else None,
            'rules': report.rules(verdicts, judge.metric),
            'agent_errors': got['errors'],
        }


def transit_names(capture, truth):
    asns = transits(read_truth(truth))
    return [
        n
        for n, d in Capture(capture).domains.items()
        if d['asn'] in asns and d.get('agent', True)
    ]


def runs_of(row, capture, truth, options):
    """the options of each run that a row consists of"""
    options = {**options, **{k: v for k, v in ROWS[row].items() if options.get(k) is None}}
    if row == 'one-dark-transit' and not options.get('without'):
        return [{**options, 'without': [n]} for n in transit_names(capture, truth)]
    return [options]


def merge(results):
    """several runs of one row as one"""
    if len(results) == 1:
        return results[0]
    out = {
        **results[0],
        'options': {**results[0]['options'], 'without': ['each transit domain in turn']},
    }
    add = lambda a, b: {
        k: add(a[k], b[k]) if isinstance(a[k], dict) else a[k] + b[k] for k in a
    }
    for r in results[1:]:
        for k in ('families', 'exact_by_class', 'agreement', 'bandwidths'):
            if out[k] is not None and r[k] is not None:
                out[k] = add(out[k], r[k])
        out['rules'] = report.add_rules(out['rules'], r['rules'])
        out['agent_errors'] = {**out['agent_errors'], **r['agent_errors']}
    out['agreement'] = {**out['agreement'], 'examples': out['agreement']['examples'][:6]}
    return out
