# SPDX-License-Identifier: Apache-2.0
"""What the judges found, as tables and as JSON."""
from .score import CLASSES

ASSUMED = 'assumed: '  # so begins evidence that names a rule
RULE_COLUMNS = ('exact alone', 'exact', 'wrong alone', 'wrong')


def summary(verdicts, metric):
    """figures per family and class; `all` sums up"""
    out = {}
    for family in ('ip4', 'ip6', 'all'):
        mine = [v for v in verdicts if family in (v.family, 'all')]
        out[family] = {
            c: figures([v for v in mine if c in (v.cls, 'all')], metric)
            for c in (*CLASSES, 'unanswered', 'all')
        }
    return out


def figures(vs, metric):
    wrong = [v for v in vs if v.wrong(metric)]
    return {
        'pairs': len(vs),
        'exact_as': sum(v.as_path for v in vs),
        'exact_links': sum(v.links for v in vs),
        'exact_links_all_ingress': sum(v.links_in for v in vs),
        'exact_outside': sum(v.outside for v in vs),
        'exact_addresses': sum(v.addresses for v in vs),
        'exact': sum(v.good(metric) for v in vs),
        'wrong': len(wrong),
        'wrong_partial': sum(v.partial for v in wrong),
        'wrong_outside': sum(v.wrong('outside') for v in vs),
        'wrong_as': sum(v.answered and not v.as_path for v in vs),
        'unanswered': sum(not v.answered for v in vs),
    }


def percent(n, of):
    if not of:
        return '-'
    return '100 %' if n == of else f'{min(100 * n / of, 99.99):.1f} %'


def rules_of(answer):
    """why an answer is assumed: the rules that its hops name"""
    hops = [h for leg in (answer or {}).get('legs', []) for h in leg['hops']]
    said = [e['what'] for h in hops for e in h.get('evidence', [])]
    return {w[len(ASSUMED) :] for w in said if w.startswith(ASSUMED)}


def rules(verdicts, metric):
    """per rule: exact answers that are assumed because of it alone, and of all, and wrong ones"""
    out = {}
    for v in verdicts:
        if not v.answered or v.cls != 'assumed':
            continue
        found = rules_of(v.answer) or {'(none is named)'}
        kind = 'exact' if v.good(metric) else 'wrong'
        for rule in found:
            row = out.setdefault(rule, dict.fromkeys(RULE_COLUMNS, 0))
            row[kind] += 1
            row[f'{kind} alone'] += len(found) == 1
    return out


def add_rules(a, b):
    return {
        rule: {c: sum(x.get(rule, {}).get(c, 0) for x in (a, b)) for c in RULE_COLUMNS}
        for rule in {**a, **b}
    }


def rules_markdown(by_row):
    """per row of facts and rule, those first that most exact answers are assumed for alone"""
    head = ['facts given', 'assumed because', *RULE_COLUMNS]
    line = lambda r: '| ' + ' | '.join(map(str, r)) + ' |'
    out = [line(head), line(['---', '---'] + ['--:'] * len(RULE_COLUMNS))]
    for row, found in by_row.items():
        order = sorted(found.items(), key=lambda x: (-x[1]['exact alone'], -x[1]['exact'], x[0]))
        out += [line([row, rule, *(n[c] for c in RULE_COLUMNS)]) for rule, n in order]
    return '\n'.join(out)


COLUMNS = (
    ('pairs', 'pairs'),
    ('exact AS', 'exact_as'),
    ('exact links', 'exact_links'),
    ('(all ingress)', 'exact_links_all_ingress'),
    ('outside', 'exact_outside'),
    ('addresses', 'exact_addresses'),
    ('wrong', 'wrong'),
    ('partial', 'wrong_partial'),
    ('wrong AS', 'wrong_as'),
    ('wrong outs.', 'wrong_outside'),
    ('unanswered', 'unanswered'),
)


def table(head, rows):
    """a plain table; the first column to the left, figures to the right"""
    width = [max(len(str(r[i])) for r in [head, *rows]) for i in range(len(head))]
    line = lambda r: '  '.join(
        str(x).ljust(w) if i == 0 else str(x).rjust(w) for i, (x, w) in enumerate(zip(r, width))
    ).rstrip()
    return '\n'.join([line(head), *map(line, rows)])


def text(result):
    rows = []
    for family, classes in result['families'].items():
        for cls, f in classes.items():
            if f['pairs'] or cls == 'all':
                rows.append([f'{family} {cls}'] + [f[k] for _, k in COLUMNS])
    a = result['families']['all']['all']
    rows.append(
        ['share'] + ['' if k == 'pairs' else percent(a[k], a['pairs']) for _, k in COLUMNS]
    )
    out = [title(result), table(['', *[c for c, _ in COLUMNS]], rows)]
    good = result['exact_by_class']
    out.append(
        'of the exact answers: '
        + ', '.join(f'{c} {percent(good[c], sum(good.values()))}' for c in CLASSES)
    )
    g = result['agreement']
    out.append(
        f"path and path vector agree on {g['compared'] - g['differ']} of {g['compared']}; "
        f"single calls and batch on {g['singles'] - g['singles_differ']} of {g['singles']}"
    )
    out += [f'  differ: {x}' for x in g['examples']]
    b = result['bandwidths']
    if b:
        out.append(
            f"bandwidths: {b['equal']} as declared, {len(b['differ'])} not, {b['missing']} missing"
        )
        out += [
            f'  {link} into {a}: {said}, declared {want}'
            for link, a, said, want in b['differ'][:5]
        ]
    out += [f'agent of {d}: {e.strip()}' for d, e in result['agent_errors'].items()]
    return '\n'.join(out)


def title(result):
    o = result['options']
    said = [f"{k} {v}" for k, v in o.items() if v not in (None, [], 1.0)]
    given = f"{result['agents']} agents, {result['traceroutes']} traceroutes"
    return f"{result['capture']}: {', '.join(said)} ({given})"


# ---- misses
def miss(v, metric):
    """one miss with all that is needed to find out why"""
    kind = 'unanswered' if not v.answered else 'partial' if v.partial else 'wrong'
    t, a = v.truth, v.answer
    right = lambda ok: 'right' if ok else 'WRONG'
    out = [
        f"--- {kind} {v.cls}: {t['src']} -> {t['dst']} {v.family}"
        f"   rialto path --explain {' '.join(v.pair)}",
        f'    AS path {right(v.as_path)}, links {right(v.links)}, outside {right(v.outside)}, '
        f'addresses {right(v.addresses)}   (judged: {metric})',
    ]
    for p in t.get('paths') or [t]:
        end = '' if t['reached'] else '   NOT REACHED'
        out.append(f"    truth  AS {' '.join(map(str, p['as_path']))}{end}")
        out.append(
            '           '
            + '  '.join(hop(r, i) for r, i in zip(p['routers'], [None, *p['ingress']]))
        )
    if not a:
        return '\n'.join([*out, '    no answer'])
    if not a.get('reached'):
        out.append(f"    answer not reached, known {a.get('known', True)}: {a.get('why')}")
    for leg in a.get('legs', []):
        out.append(f"    answer AS {' '.join(map(str, leg['as_path']))}   {leg['class']}")
        out.append(
            '           ' + '  '.join(hop(h['router'], h.get('in')) for h in leg['hops'])
        )
    for n, leg in enumerate(a.get('legs', [])):
        for h in leg['hops']:
            out.append(
                f"      {f'{n}: ' if len(a['legs']) > 1 else ''}{h['router']} ({h.get('domain')}) "
                f"{h['class']}: in {h.get('in')} {h.get('in_interface') or ''}, out {h.get('out')} "
                f"{h.get('out_interface') or ''}"
            )
            out += [
                f"        - {e['what']}   [{e.get('domain')} {e.get('source')} {e.get('scope')}]"
                for e in h.get('evidence', [])
            ]
    return '\n'.join(out)


def hop(router, ingress):
    return router if ingress is None else f'> {router} [{ingress}]'


def miss_json(v):
    return {
        'src': v.pair[0],
        'dst': v.pair[1],
        'family': v.family,
        'class': v.cls,
        'answered': v.answered,
        'as_path': v.as_path,
        'links': v.links,
        'outside': v.outside,
        'addresses': v.addresses,
        'partial': v.partial,
        'truth': v.truth,
        'answer': v.answer,
    }
