#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Traces that nothing was made for: files and readings that other projects test themselves with.

usage: trace_heldout.py RIALTO-AGENT

Each project is looked for where an environment variable says: a checkout, or a git directory.
Without any it skips (77).

    JC_SOURCE                 kellyjonbrazil/jc
    SAGAN_SOURCE              RIPE-NCC/ripe.atlas.sagan
    RICH_TRACEROUTE_SOURCE    pierky/rich-traceroute
    TRACEROUTE_CALLER_SOURCE  m-lab/traceroute-caller
    DUBLIN_TRACEROUTE_SOURCE  insomniacslk/dublin-traceroute
    NTC_TEMPLATES_SOURCE      networktocode/ntc-templates
    NAPALM_SOURCE             napalm-automation/napalm
"""

import ast
import json
import os
import pathlib
import sys
import tempfile

import trace_truths
from heldout_lib import copy
from trace_truths import Hop

# Files that have no trace to be read, and why; all others must be read.
NONE = {
    "traceroute_348": "could not be sent",
    "scamper1/valid-simple": "a trace without hops",
    "scamper2/valid-simple": "a trace without hops",
    "linux_6": "a header without a limit of hops",
    "mtr_json_3": "keys that no mtr writes",
}


def of_jc(root):
    for path in sorted(root.rglob("*.out")):
        yield path, trace_truths.of_jc(path.with_suffix(".json"))


def of_sagan(root):
    """Results stand as texts in the tests."""
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            text = getattr(node, "value", None)
            if isinstance(text, str) and text.startswith("{") and '"traceroute"' in text:
                file = root / f"{path.stem}_{node.lineno}.json"
                file.write_text(text)
                yield file, trace_truths.of_atlas(file)


def of_rich(root):
    """A function per file: assert p.hops == {1: [HopHost(host='192.0.2.1', min_rtt=0.5)]}."""
    for path in sorted(root.rglob("test_*.py")):
        for function in ast.parse(path.read_text()).body:
            file = None
            for node in ast.walk(function):
                if isinstance(node, ast.Constant) and "data/traceroute/" in str(node.value):
                    file = root / node.value
            for node in ast.walk(function):
                if isinstance(node, ast.Compare) and isinstance(node.comparators[0], ast.Dict):
                    yield file, [rich_hops(node.comparators[0])]


def rich_hops(said):
    hops = {}
    for ttl, hosts in zip(said.keys, said.values):
        hop = hops[ttl.value] = Hop()
        for host in hosts.elts:
            words = dict(zip(("host", "loss", "avg_rtt", "min_rtt", "max_rtt"),
                             [a.value for a in host.args]))
            words.update({k.arg: k.value.value for k in host.keywords})
            # 0 is "less than 1"; it gives further hosts of mtr the times of the first
            first = words["loss"] is None or host is hosts.elts[0]
            hop.answer(words["host"], (words["min_rtt"] or None) if first else None)
    return hops


def of_caller(root):
    for path in sorted(root.rglob("valid*")):
        if path.name == "valid-simple-json":
            doc = json.loads(path.read_text())
            path.write_text(json.dumps(doc["Trace"]))
            theirs = trace_truths.of_scamper(path)
            path.write_text(json.dumps(doc))
        else:
            theirs = trace_truths.of_scamper(path)
        for trace in theirs:
            for hop in trace.values():
                # a first node "*", of which no answer is told, is none
                hop.times = {a: t for a, t in hop.times.items() if a or t}
        yield path, theirs


def of_dublin(root):
    for path in sorted(root.rglob("want_*.json")):
        yield path, trace_truths.of_dublin(path)


def of_ntc(root):
    for path in sorted(root.rglob("cisco_ios_traceroute*.raw")):
        hops = trace_truths.of_ntc(path.with_suffix(".yml"))
        hops[0].pop(0, None)  # of "ttl 0 255": no router sees it
        yield path, hops


def of_napalm(root):
    """{"success": {"1": {"probes": {"1": {"ip_address", "host_name", "rtt"}}}}}"""
    for truth in sorted(root.rglob("expected_result.json")):
        files = [p for p in truth.parent.iterdir() if p.suffix in (".txt", ".text")]
        said = json.loads(truth.read_text()).get("success", {})
        for path in sorted(files):
            hops = {}
            for ttl, hop in said.items():
                hops[int(ttl)] = Hop()
                for probe in hop["probes"].values():
                    if probe["ip_address"] not in ("", "*"):
                        hops[int(ttl)].answer(probe["ip_address"], probe["rtt"])
            yield path, [hops]


PROJECTS = (
    ("jc", "JC_SOURCE", r"^tests/fixtures/.*/trace(route|path)[^/]*\.(out|json)$", of_jc),
    ("ripe.atlas.sagan", "SAGAN_SOURCE", r"^tests/traceroute\.py$", of_sagan),
    ("rich-traceroute", "RICH_TRACEROUTE_SOURCE",
     r"^tests/(data/traceroute/|parsers/test_)", of_rich),
    ("traceroute-caller", "TRACEROUTE_CALLER_SOURCE", r"^parser/testdata/scamper./valid",
     of_caller),
    ("dublin-traceroute", "DUBLIN_TRACEROUTE_SOURCE", r"^integ/test_data/", of_dublin),
    ("ntc-templates", "NTC_TEMPLATES_SOURCE", r"^tests/cisco_ios/traceroute/", of_ntc),
    ("napalm", "NAPALM_SOURCE",
     r"^test/(eos|ios|nxos_ssh)/mocked_data/test_traceroute/", of_napalm),
)


def judge(agent, path, theirs):
    """(TTLs that are the same, differences)"""
    name = path.stem if path.stem in NONE else f"{path.parent.name}/{path.name}"
    mine = trace_truths.ours(agent, path)
    if name in NONE:
        return 0, ["read, though it has " + NONE[name]] if mine else []
    return trace_truths.compare(mine, theirs)


def main():
    found = [p for p in PROJECTS if os.environ.get(p[1])]
    if not found:
        print("none of", ", ".join(p[1] for p in PROJECTS), "is set: nothing to compare with")
        return 77
    wrong = []
    for name, variable, pattern, read in found:
        files = ttls = same = 0
        with tempfile.TemporaryDirectory() as folder:
            copy(pathlib.Path(os.environ[variable]), pattern, pathlib.Path(folder))
            for path, theirs in read(pathlib.Path(folder)):
                equal, differences = judge(sys.argv[1], path, theirs)
                files += 1
                same += equal
                ttls += equal + len(differences)
                wrong += [f"{name}: {path.name}: {d}" for d in differences]
        print(f"| {name} | {files} | {ttls} | {same} |")
        if files == 0:
            wrong.append(f"{name}: nothing is there to compare with")
    for line in wrong:
        print("differs:", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
