#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Results of pScheduler as rialto-agent reads them, against what pScheduler's own archiver makes of
the same results for esmond, as its tests have both.

usage: perfsonar_heldout.py RIALTO-AGENT

PSCHEDULER_SOURCE names a checkout of perfsonar/pscheduler, or a git directory; skips (77) without.
"""

import ast
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from heldout_lib import copy

TESTS = "pscheduler-archiver-esmond/tests/esmond_util_test.py"


def records(text):
    """(kind, variables of the test where it makes an esmond record of a result)"""
    for function in ast.walk(ast.parse(text)):
        known = {}
        for line in getattr(function, "body", []):
            if not isinstance(line, ast.Assign) or not isinstance(line.targets[0], ast.Name):
                continue
            made = getattr(getattr(line.value, "func", None), "attr", "")
            if made.endswith("Record"):
                yield made.removeprefix("Esmond").removesuffix("Record").lower(), dict(known)
                continue
            try:
                known[line.targets[0].id] = ast.literal_eval(line.value)
            except ValueError:
                pass


def document(kind, known):
    return {"id": "r", "test": {"type": kind, "spec": known["test_spec"]},
            "tool": {"name": known["tool_name"]}, "participants": [known["lead_participant"]],
            "run": {"start-time": "2017-06-20T15:06:46Z", "end-time": "2017-06-20T15:07:46Z"},
            "result": known["test_result"]}


def ours(agent, doc):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(doc, file)
        file.flush()
        said = subprocess.run([agent, "try", "--kind", "perfsonar", "--json", file.name],
                              stdout=subprocess.PIPE, check=False).stdout
    said = json.loads(said)["readings"][0]
    return [f["fact"] for b in said.get("batches", []) for f in b["facts"]]


def of_measurements(facts):
    return {(f["metric"], f["statistic"]): f["value"] for f in facts if "metric" in f} | \
        {"clock_error": f["clock_error"] for f in facts if "clock_error" in f}


def of_hops(facts):
    return {h["ttl"]: [(r["addr"], round(r["rtt"], 3), r.get("asn")) for r in h["responders"]]
            for f in facts for h in f.get("hops", [])}


def expected(events, known):
    """What the archiver's events say, in the units of facts."""
    said, hops = {}, {}
    for name, value in ((e["event-type"], e["val"]) for e in events):
        if name == "histogram-owdelay":
            values = sorted(float(k) for k, n in value.items() for _ in range(n))
            said["delay-ow", "min"] = values[0] * 1000
            said["delay-ow", "max"] = values[-1] * 1000
            said["delay-ow", "mean"] = sum(values) / len(values) * 1000
        elif name.startswith("packet-loss-rate"):
            said["lossrate", "mean"] = 100 * value["numerator"] / value["denominator"]
        elif name == "throughput":
            said["tput", "mean"] = value / 8
        elif name == "time-error-estimates":
            said["clock_error"] = value * 1000000
        elif name == "packet-trace":
            # the archiver counts from 1, whatever the first TTL was
            first = known["test_spec"].get("first-ttl", 1)
            for hop in value:
                answers = hops.setdefault(int(hop["ttl"]) + first - 1, [])
                if hop.get("ip"):
                    answers.append((hop["ip"], round(float(hop["rtt"]), 3),
                                    (hop.get("as") or {}).get("number")))
    return said, hops


def judge(agent, kind, known):
    facts = ours(agent, document(kind, known))
    mine, hops = of_measurements(facts), of_hops(facts)
    said, path = expected([e for p in known["EXPECTED_DATA"] for e in p["val"]], known)
    for what, value in said.items():
        if what not in mine or abs(mine[what] - value) > 1e-6 * max(1, abs(value)):
            yield f"{what}: {mine.get(what)}, not {value}"
    if path != hops:
        yield f"hops: {hops}, not {path}"
    if kind == "raw" and facts:
        yield "facts of a test that is none"


def main():
    source = os.environ.get("PSCHEDULER_SOURCE")
    if not source:
        print("PSCHEDULER_SOURCE is not set: nothing to compare with")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        copy(pathlib.Path(source), "^" + TESTS + "$", pathlib.Path(folder))
        all_of_them = list(records((pathlib.Path(folder) / TESTS).read_text()))
    wrong = [f"{kind} {i}: {d}" for i, (kind, known) in enumerate(all_of_them)
             for d in judge(sys.argv[1], kind, known)]
    print(f"| pscheduler | {len(all_of_them)} results, {len(wrong)} differences |")
    for line in wrong:
        print("differs:", line)
    return 1 if wrong or not all_of_them else 0


if __name__ == "__main__":
    sys.exit(main())
