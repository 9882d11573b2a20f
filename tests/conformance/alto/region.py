# SPDX-License-Identifier: Apache-2.0
"""Regions of rates: rows (set of flows, bound) say that the rates of the set sum up to at most
the bound. Exact."""

from fractions import Fraction


def most(flows, rows, n):
    """The largest sum of the flows' rates under the rows; None: unbounded. Bland's rule."""
    rows = [(frozenset(s), Fraction(b)) for s, b in rows]
    if any(all(f not in s for s, _ in rows) for f in flows):
        return None
    m = len(rows)
    table = [[Fraction(int(f in s)) for f in range(n)]
             + [Fraction(int(i == k)) for k in range(m)] + [b] for i, (s, b) in enumerate(rows)]
    goal = [Fraction(-int(f in flows)) for f in range(n)] + [Fraction(0)] * (m + 1)
    base = list(range(n, n + m))
    while True:
        column = next((c for c in range(n + m) if goal[c] < 0), None)
        if column is None:
            return goal[-1]
        ratios = [(table[i][-1] / table[i][column], base[i], i) for i in range(m)
                  if table[i][column] > 0]
        if not ratios:
            return None
        row = min(ratios)[2]
        pivot = table[row][column]
        table[row] = [x / pivot for x in table[row]]
        for line in [*table[:row], *table[row + 1:], goal]:
            factor = line[column]
            if factor:
                for c in range(n + m + 1):
                    line[c] -= factor * table[row][c]
        base[row] = column


def implied(row, rows, n):
    flows, bound = row
    best = most(frozenset(flows), rows, n)
    return best is not None and best <= Fraction(bound)


def equal(a, b, n):
    return all(implied(r, b, n) for r in a) and all(implied(r, a, n) for r in b)
