#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configurations that the parsers of another project are tested with.

usage: batfish.py PROGRAMS [--verbose]

PROGRAMS is the folder with rialto-agent; RIALTO_BATFISH a checkout of github.com/batfish/batfish.
The folder of a file says which language it is of. Counted are, for each language: files that give
facts, that say nothing, and that are refused, by `auto` and with the dialect named; files taken for
another language; and what a plain second reading (plain.py) finds that the facts lack.

Exit status: 0 no worse than the figures below, 1 worse, 77 there is no such checkout.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

import plain

TESTS = 'projects/batfish/src/test/resources/org/batfish/'
FOLDERS = {'junos': 'grammar/juniper', 'ios': 'grammar/cisco', 'nxos': 'vendor/cisco_nxos/grammar',
           'eos': 'vendor/arista/grammar', 'ios-xr': 'grammar/cisco_xr',
           'sros': 'vendor/sros/grammar', 'frr': 'grammar/cumulus_concatenated'}
FOREIGN = {'ASA': 'grammar/cisco_asa', 'PAN-OS': 'grammar/palo_alto', 'A10': 'vendor/a10/grammar',
           'FortiOS': 'grammar/fortios', 'BIG-IP': 'grammar/f5_bigip_structured',
           'imish': 'grammar/f5_bigip_imish', 'NCLU': 'grammar/cumulus_nclu',
           'Gaia': 'vendor/check_point_gateway/grammar'}

# Most of what docs/sources/config-heldout.md explains: of the plain reading, files of a language
# that is read taken for another, files of one that is not read taken for one that is.
MOST_LACKING, MOST_MISTAKEN, MOST_TAKEN = 51, 12, 5


def files(root, folder):
    return sorted(f for f in (root / TESTS / folder / 'testconfigs').rglob('*')
                  if f.is_file() and f.name != 'BUILD.bazel')


def try_files(programs, names, dialect):
    r = subprocess.run([programs / 'rialto-agent', 'try', '--kind', 'config', '--dialect', dialect,
                        '--json', *names], capture_output=True, text=True, check=False)
    if r.returncode not in (0, 3):
        sys.exit(f'{dialect}: exit status {r.returncode}: {r.stderr}')
    return json.loads(r.stdout)['readings']


def small(items):
    return {tuple(x.lower() if isinstance(x, str) else x for x in t) for t in items}


def lacking(reading, dialect):
    """(found by both, [what only the plain reading found])"""
    text = pathlib.Path(reading['file']).read_text(errors='replace')
    seen = small(plain.READERS[dialect](text))
    facts = [f for b in reading.get('batches', []) for f in b['facts']]
    return len(seen & small(plain.told(facts))), sorted(map(str, seen - small(plain.told(facts))))


def read_language(programs, root, dialect, verbose):
    names = files(root, FOLDERS[dialect])
    guessed = try_files(programs, names, 'auto')
    mistaken = [r for r in guessed if r['dialect'] not in (None, dialect)]
    untold = sum(r['dialect'] is None for r in guessed)
    named = try_files(programs, names, dialect)
    how = collections.Counter(r['result'] for r in named)
    both = total = 0
    for r in named:
        n, lack = lacking(r, dialect)
        both, total = both + n, total + len(lack)
        if verbose and lack:
            print(f"  {pathlib.Path(r['file']).name}: lacks {', '.join(lack)}")
    if verbose:
        for r in mistaken:
            print(f"  {pathlib.Path(r['file']).name}: taken for {r['dialect']}")
    print(f"| {dialect} | {len(names)} | {len(names) - untold - len(mistaken)} | {untold} | "
          f"{len(mistaken)} | {how['facts']} | {how['nothing']} | {how['refused']} | {both} | "
          f"{total} |")
    return total, len(mistaken)


def read_foreign(programs, root, vendor):
    readings = try_files(programs, files(root, FOREIGN[vendor]), 'auto')
    taken = sum(r['dialect'] is not None for r in readings)
    said = sum('which is not read' in r.get('reason', '') for r in readings)
    print(f'| {vendor} | {len(readings)} | {said} | {len(readings) - said - taken} | {taken} |')
    return taken


def main():
    if 'RIALTO_BATFISH' not in os.environ:
        print('RIALTO_BATFISH is not set: no configurations of batfish/batfish were read')
        return 77
    root, verbose = pathlib.Path(os.environ['RIALTO_BATFISH']), '--verbose' in sys.argv
    programs = pathlib.Path(sys.argv[1]).resolve()
    print('| language | files | told right | not told | taken for another | facts | nothing '
          '| refused | as read plainly | lacking |\n|---|---|---|---|---|---|---|---|---|---|')
    counts = [read_language(programs, root, d, verbose) for d in FOLDERS]
    print('\n| vendor | files | refused by name | refused | taken |\n|---|---|---|---|---|')
    taken = sum(read_foreign(programs, root, v) for v in FOREIGN)
    lack, mistaken = (sum(c) for c in zip(*counts))
    print(f'\n{lack} lacking, {mistaken} mistaken, {taken} taken')
    return int(lack > MOST_LACKING or mistaken > MOST_MISTAKEN or taken > MOST_TAKEN)


if __name__ == '__main__':
    sys.exit(main())
