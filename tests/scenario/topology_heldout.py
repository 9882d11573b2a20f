#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Topology documents that nothing was made for: all of the Topology Zoo and of SNDlib, against the
same files read with nothing but a parser of their syntax.

usage: topology_heldout.py RIALTO-AGENT

    TOPOLOGY_ZOO_SOURCE  mroughan/InternetTopologyZoo
    SNDLIB_SOURCE        sikorski-as/sndlib

Each names a checkout, or a git directory. Without any it skips (77).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import topology_truths
from heldout_lib import copy


def of_sndlib(path):
    """JSON tells itself; XML must say what JSON of the same network says."""
    document = json.loads((path.parents[2] / f"json/{path.stem}/{path.stem}.json").read_text())
    truth = topology_truths.sndlib(document)
    if any(abs(a) > 90 or abs(b) > 180 for a, b in truth.places.values()):
        truth.places = {}  # of a drawing
    return truth


PROJECTS = (
    ("Topology Zoo", "TOPOLOGY_ZOO_SOURCE", r"\.(gml|graphml)$", topology_truths.truth_of),
    ("SNDlib", "SNDLIB_SOURCE", r"^(json|xml)/([^/]*)/\2\.(json|xml)$", of_sndlib),
)


def judge(agent, folder, truth_of):
    """(files that agree, differences)"""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    good, wrong = 0, []
    for i in range(0, len(paths), 100):
        said = subprocess.run([agent, "try", "--kind", "topology", "--json",
                               *map(str, paths[i:i + 100])], capture_output=True,
                              check=False).stdout
        for reading in json.loads(said)["readings"]:
            path = pathlib.Path(reading["file"])
            ours = topology_truths.Reading(reading)
            differences = list(ours.differs(truth_of(path)))
            good += not differences
            wrong += [f"{path.name}: {ours.reason or d}" for d in differences]
    return good, wrong


def main():
    found = [p for p in PROJECTS if os.environ.get(p[1])]
    if not found:
        print("none of", ", ".join(p[1] for p in PROJECTS), "is set: nothing to compare with")
        return 77
    failed = False
    for name, variable, pattern, truth_of in found:
        with tempfile.TemporaryDirectory() as folder:
            copy(pathlib.Path(os.environ[variable]), pattern, pathlib.Path(folder))
            good, wrong = judge(sys.argv[1], pathlib.Path(folder), truth_of)
        print(f"| {name} | {good} of {good + len({w.split(':')[0] for w in wrong})} files agree |")
        print("\n".join(wrong[:100]))
        failed = failed or bool(wrong) or good == 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
