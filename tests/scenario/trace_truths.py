#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Traces as rialto-agent reads them, hop by hop against others' readings of the same files.

usage: trace_truths.py RIALTO-AGENT

Needs the folder of samples in RIALTO_SHARED; skips (77) without. The readings to compare with are
those kept beside the samples (of jc, ntc-templates and Genie), what the programs' documents say
when read with nothing but a JSON parser, and the network in which some samples were recorded.
"""

import ast
import ipaddress
import json
import os
import pathlib
import re
import subprocess
import sys


def address(text):
    """The address as Rialto writes it, or None."""
    try:
        a = ipaddress.ip_address(text.split("%")[0])
    except (ValueError, AttributeError):
        return None
    mapped = getattr(a, "ipv4_mapped", None)
    return str(mapped or a)


class Hop:
    """What is said of one TTL; a field that is None is not compared."""

    def __init__(self):
        self.times = {}     # address -> times; "" without an address
        self.probes = None
        self.lost = None
        self.asns = None    # address -> AS
        self.labels = None  # address -> label numbers

    def answer(self, addr, time=None):
        times = self.times.setdefault(address(addr) or "", [])
        if time is not None:
            times.append(float(time))

    def differs(self, other):
        """How our reading (self) differs; "" if not."""
        ours, theirs = set(self.times), set(other.times)
        if ours != theirs:
            return f"responders {sorted(ours)}, not {sorted(theirs)}"
        for addr, times in other.times.items():
            if times and (not self.times[addr] or abs(min(times) - self.times[addr][0]) > 0.0006):
                return f"best time of {addr} {self.times[addr]}, not {min(times)}"
        for what in ("probes", "lost", "asns", "labels"):
            mine, its = getattr(self, what), getattr(other, what)
            if its is not None and mine != its:
                return f"{what} {mine}, not {its}"
        return ""


def ours(agent, path):
    """All traces that rialto-agent states of the file, each {ttl: Hop}."""
    run = subprocess.run([agent, "try", "--kind", "traceroute", "--json", str(path)],
                         stdout=subprocess.PIPE, check=False)
    traces = []
    for batch in json.loads(run.stdout)["readings"][0].get("batches", []):
        for fact in batch["facts"]:
            traces.append({h["ttl"]: our_hop(h) for h in fact["fact"]["hops"]})
    return traces


def our_hop(h):
    hop = Hop()
    hop.probes, hop.lost = h.get("probes"), h.get("lost")
    hop.asns, hop.labels = {}, {}
    for r in h["responders"]:
        addr = r.get("addr", "")
        hop.times[addr] = [r["rtt"]] if "rtt" in r else []
        if "asn" in r:
            hop.asns[addr] = r["asn"]
        if "label" in r:
            hop.labels[addr] = re.findall(r"L=(\d+)", r["label"])
    return hop


# --- readings kept beside the samples ---

def of_jc(path):
    """jc leaves out stars and reads repeated lines of tracepath one by one."""
    doc, hops = json.loads(path.read_text()), {}
    for h in doc["hops"]:
        hop = hops.setdefault(h.get("hop") or h["ttl"], Hop())
        if "probes" in h:
            hop.asns = {}
            for p in h["probes"]:
                hop.answer(p["ip"], p["rtt"])
                if p["asn"]:
                    hop.asns[address(p["ip"]) or ""] = p["asn"]
        elif h["host"] and not h["host"].startswith("["):
            hop.answer(h["host"], h["reply_ms"])
    return [hops]


def of_ntc(path):
    hops = {}
    for part in path.read_text().split("  - details:")[1:]:
        get = lambda key: re.search(rf"{key}: \"(.*)\"", part)[1]
        hop = hops.setdefault(int(get("hop_num")), Hop())
        times = re.findall(r"- \"(.*)\"", part.split("rtt_response:")[1])
        labels = re.findall(r"\d+", re.sub(r"Exp.*", "", part.split("\n")[0]))
        hop.labels = hop.labels or {}
        hop.probes = (hop.probes or 0) + len(times)
        hop.lost = (hop.lost or 0) + times.count("*")
        for t in times:
            if t != "*":
                hop.answer(get("ip_address"), None if t.startswith("!") else t)
        if labels:
            hop.labels[address(get("ip_address"))] = labels
    return [hops]


def of_genie(path):
    doc, hops = ast.literal_eval(path.read_text().split("=", 1)[1].strip()), {}
    for trace in doc["traceroute"].values():
        for ttl, h in trace["hops"].items():
            hop = hops.setdefault(int(ttl), Hop())
            hop.labels = {}
            for p in h["paths"].values():
                if "*" in p["address"]:
                    continue
                hop.answer(p["address"])
                for t in p.get("probe_msec", []):
                    if t != "*":
                        hop.answer(p["address"], t)
                if "label_info" in p:
                    hop.labels[address(p["address"])] = \
                        p["label_info"]["MPLS"]["label"].split("/")
    return [hops]


# --- JSON documents read by themselves ---

def documents(path):
    text = path.read_text()
    try:
        doc = json.loads(text)
        return doc if isinstance(doc, list) else [doc]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def of_atlas(path):
    traces = []
    for doc in documents(path):
        hops = {}
        for h in doc["result"]:
            if h["hop"] == 255 or "result" not in h:
                continue
            hop = hops[h["hop"]] = Hop()
            hop.labels = {}
            answers = [p for p in h["result"] if "late" not in p and "error" not in p]
            hop.probes, hop.lost = len(answers), sum("from" not in p for p in answers)
            for p in answers:
                if "from" in p:
                    hop.answer(p["from"], p.get("rtt"))
                    for o in p.get("icmpext", {}).get("obj", []):
                        hop.labels[address(p["from"])] = [str(m["label"]) for m in o["mpls"]]
        if hops:
            traces.append(hops)
    return traces


def of_scamper(path):
    traces = []
    for doc in documents(path):
        hops = {}
        if doc.get("type") == "trace" and "hops" in doc:
            for ttl in range(doc["firsthop"], doc["hop_count"] + 1):
                hop = hops[ttl] = Hop()
                got = [h for h in doc["hops"] if h["probe_ttl"] == ttl]
                hop.probes = max([h["probe_id"] for h in got], default=doc["attempts"])
                hop.lost = hop.probes - len(got)
                for h in got:
                    hop.answer(h["addr"], h["rtt"])
        if doc.get("type") == "tracelb" and "nodes" in doc:
            hops[doc["firsthop"]] = Hop()
            hops[doc["firsthop"]].answer(doc["nodes"][0]["addr"])
            for to in (to for n in doc["nodes"] for link in n.get("links", []) for to in link):
                for p in to.get("probes", []):
                    hop = hops.setdefault(p["ttl"], Hop())
                    hop.probes = (hop.probes or 0) + 1
                    for r in p.get("replies", []):
                        hop.answer(to["addr"], r["rtt"])
        if hops:
            traces.append(hops)
    return traces


def of_mtr(path):
    hops = {}
    for h in documents(path)[0]["report"]["hubs"]:
        hop = hops[int(h["count"])] = Hop()
        hop.probes = int(h["Snt"])
        hop.lost = round(hop.probes * h["Loss%"] / 100)
        if h["host"] != "???":
            hop.answer(h["host"], h["Best"])
    return [hops]


def of_dublin(path):
    hops = {}
    for flow in documents(path)[0]["flows"].values():
        for p in flow:
            hop = hops.setdefault(p["sent"]["ip"]["ttl"], Hop())
            hop.probes = (hop.probes or 0) + 1
            if p["received"]:
                hop.answer(p["received"]["ip"]["src"], p["rtt_usec"] / 1000)
    return [hops]


# --- the network in which lab-live was recorded ---

def lab_paths(shared):
    """From h1 to any address: per TTL the addresses by which routers may be entered."""
    truth = json.loads((shared / "samples/lab-live/truth.json").read_text())
    entries, owners = {}, {}
    for link in truth["links"]:
        for near, far in (("a", "b"), ("b", "a")):
            for family in "46":
                entries.setdefault((link[near], link[far]), set()).add(
                    address(link[far + family]))
                owners[address(link[far + family])] = link[far]
    for node, addrs in truth["loopbacks"].items():
        owners.update({address(a): node for a in addrs})
    chain = ["h1", "r1", "r2", "r3", "r4"]
    return [entries[pair] for pair in zip(chain, chain[1:])], owners


def off_the_network(trace, path, owners):
    """What is wrong of a trace along the chain of the lab."""
    for ttl, hop in sorted(trace.items()):
        for addr in hop.times:
            last = owners.get(addr) in ("h2", "h3") or (ttl <= 4 and
                                                        owners.get(addr) == f"r{ttl}")
            if addr and not last and (ttl > len(path) or addr not in path[ttl - 1]):
                return f"TTL {ttl}: {addr} is not there"
    return ""


# --- comparing ---

def compare(mine, theirs):
    """(TTLs that are the same, differences)"""
    same, differences = 0, []
    if len(mine) != len(theirs):
        return 0, [f"{len(mine)} traces, not {len(theirs)}"]
    for a, b in zip(mine, theirs):
        for ttl in sorted(set(a) | set(b)):
            # a TTL that the other reading leaves out had no answer
            why = a.get(ttl, Hop()).differs(b.get(ttl, Hop()))
            same += not why
            if why:
                differences.append(f"TTL {ttl}: {why}")
    return same, differences


def samples(shared):
    root = shared / "samples"
    truth = root / "traceroute-text/truth"
    for path in sorted(root.glob("traceroute-text/*.*")):
        for kind, ending, read in (("jc", ".json", of_jc), ("ntc-templates", ".yml", of_ntc),
                                   ("Genie", ".py", of_genie)):
            other = truth / (path.stem + ending)
            if other.exists():
                yield kind, path, read(other)
    kinds = (("RIPE Atlas", "traceroute-atlas/*", of_atlas),
             ("RIPE Atlas", "traceroute-json/atlas*", of_atlas),
             ("scamper", "traceroute-json/mlab*", of_scamper),
             ("scamper", "lab-live/traceroute/*scamper*.json", of_scamper),
             ("scamper", "lab-live/traceroute/trace.warts.json", of_scamper),
             ("mtr", "traceroute-json/*mtr*", of_mtr),
             ("mtr", "lab-live/traceroute/*mtr*.json", of_mtr),
             ("dublin-traceroute", "traceroute-json/dublin*", of_dublin))
    for kind, pattern, read in kinds:
        for path in sorted(root.glob(pattern)):
            yield kind, path, read(path)
    warts = root / "lab-live/traceroute/trace.warts"
    if pathlib.Path("/usr/bin/sc_warts2json").exists():
        yield "warts", warts, of_scamper(warts.with_suffix(".warts.json"))


def main():
    if not os.environ.get("RIALTO_SHARED"):
        print("RIALTO_SHARED is not set: nothing to compare with")
        return 77
    agent, shared = sys.argv[1], pathlib.Path(os.environ["RIALTO_SHARED"])
    table, wrong = {}, []
    for kind, path, theirs in samples(shared):
        same, differences = compare(ours(agent, path), theirs)
        row = table.setdefault(kind, [0, 0, 0])
        row[0] += 1
        row[1] += same + len(differences)
        row[2] += same
        wrong += [f"{path.name}: {d}" for d in differences]
    path, owners = lab_paths(shared)
    row = table.setdefault("the lab's network", [0, 0, 0])
    for file in sorted((shared / "samples/lab-live/traceroute").iterdir()):
        for trace in ours(agent, file):
            why = off_the_network(trace, path, owners)
            row[0] += 1
            row[1] += len(trace)
            row[2] += len(trace) if not why else 0
            wrong += [f"{file.name}: {why}"] if why else []
    for kind, (files, ttls, same) in table.items():
        print(f"| {kind} | {files} | {ttls} | {same} |")
    for line in wrong:
        print("differs:", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
