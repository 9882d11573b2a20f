#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Topology documents as rialto-agent reads them, against the same files read with nothing but a
parser of their syntax: which nodes there are, what is connected to what and with which capacity,
where each place is.

usage: topology_truths.py RIALTO-AGENT

Needs the folder of samples in RIALTO_SHARED; skips (77) without. Prints one line per file.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree


class Truth:
    """What a file says: names of nodes, and the multiset of (ends, capacity) of its links."""

    def __init__(self):
        self.nodes = set()
        self.links = collections.Counter()
        self.borders = collections.Counter()
        self.places = {}
        self.interfaces = None  # a number, where the format has them
        self.outside = set()    # nodes of other domains
        self.refused = set()

    def connect(self, a, b, capacity=None):
        if {a, b} & self.refused or a == b:
            return
        inside = {a, b} - self.outside
        if len(inside) == 2:
            self.links[frozenset((a, b)), capacity] += 1
        elif inside:
            self.borders[inside.pop(), capacity] += 1


def unique(labels):
    """id -> name, where a label of several nodes is followed by the id."""
    count = collections.Counter(labels.values())
    return {k: v if count[v] == 1 else f"{v}#{k}" for k, v in labels.items()}


def gml(text):
    """Blocks "node [ ... ]" and "edge [ ... ]" of a GML file as dictionaries."""
    for kind, body in re.findall(r"^  (node|edge) \[\n(.*?)\n  \]", text, re.M | re.S):
        pairs = re.findall(r'^    (\w+) (?:"([^"]*)"|(\S+))', body, re.M)
        yield kind, {k: a or b for k, a, b in pairs}


def graphml(text):
    ns = "{http://graphml.graphdrawing.org/xmlns}"
    root = ElementTree.fromstring(text)
    names = {k.get("id"): k.get("attr.name") for k in root.iter(ns + "key")}
    for kind in ("node", "edge"):
        for element in root.iter(ns + kind):
            values = {names[d.get("key")]: d.text for d in element.iter(ns + "data")}
            yield kind, values | {k: v for k, v in element.items() if k in ("source", "target")} \
                | ({"id": element.get("id")} if kind == "node" else {})


def zoo(parts):
    truth, parts = Truth(), list(parts)
    nodes = {p["id"]: p for kind, p in parts if kind == "node"}
    own = {k: n for k, n in nodes.items()
           if n.get("Internal") != "0" and n.get("hyperedge") != "1"}
    names = {k: f"outside {k}" for k in nodes} | unique(
        {k: (n.get("label") or k).strip() for k, n in own.items()})
    truth.outside = {names[k] for k in nodes if k not in own}
    truth.refused = {names[k] for k, n in nodes.items() if n.get("hyperedge") == "1"}
    truth.nodes = {names[k] for k in own}
    truth.places = {names[k]: (float(n["Latitude"]), float(n["Longitude"]))
                    for k, n in own.items() if "Latitude" in n}
    for kind, p in parts:
        if kind == "edge":
            truth.connect(names[p["source"]], names[p["target"]], zoo_speed(p))
    return truth


def zoo_speed(edge):
    """Bits per second: as a number, else as a number with its unit."""
    if "LinkSpeedRaw" in edge:
        return round(float(edge["LinkSpeedRaw"]))
    unit = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.get(edge.get("LinkSpeedUnits"))
    try:
        return round(float(edge["LinkSpeed"]) * unit)
    except (KeyError, TypeError, ValueError):
        return None


def sndlib(document):
    truth = Truth()
    unit = {"MBITPERSEC": 10**6}.get(document.get("meta", {}).get("unit"))
    for n in document["nodes"]:
        truth.nodes.add(n["id"])
        truth.places[n["id"]] = n["latitude"], n["longitude"]
    for link in document["links"]:
        bits = round(link["pre_installed_capacity"] * (unit or 0))
        truth.connect(link["source"], link["target"], bits or None)
    return truth


def esnet(document):
    truth = Truth()
    if "urn" in document[0]:
        truth.nodes = {d["urn"] for d in document}
        truth.places = {d["location"]: (float(d["latitude"]), float(d["longitude"]))
                        for d in reversed(document) if "location" in d}
        truth.interfaces = len({u for d in document for p in d["ports"]
                                for u in [p["urn"]] + [i["urn"] for i in p.get("ifces", [])]})
        return truth
    ends = set()
    for adjacency in document:
        a, z = (adjacency[k]["ifce"] for k in "az")
        truth.nodes |= {adjacency[k]["device"] for k in "az"}
        ends |= {a, z}
        truth.links[frozenset((a, z)), None] = 1  # told once for each direction
    truth.interfaces = len(ends)
    return truth


def peerings(document):
    truth = Truth()
    for p in document:
        device = p["in"]["local"].split(":")[0]
        truth.nodes.add(device)
        truth.borders[device, int(p["capacity"].removesuffix("G")) * 10**9] += 1
    return truth


def rfc8345(document):
    truth = Truth()
    networks = document["ietf-network:networks"]["network"]
    for network in networks if isinstance(networks, list) else [networks]:
        truth.nodes |= {n["node-id"] for n in network["node"]}
        truth.interfaces = sum(len(n["ietf-network-topology:termination-point"])
                               for n in network["node"])
        pairs = {frozenset((k["link-id"], k["org-openroadm-common-network:opposite-link"])): k
                 for k in network["ietf-network-topology:link"]}
        for k in pairs.values():
            truth.connect(k["source"]["source-node"], k["destination"]["dest-node"])
    return truth


def nml(text):
    truth, ns = Truth(), "{http://schemas.ogf.org/nml/2013/05/base#}"
    root = ElementTree.fromstring(text)
    whole = [p.get("id") for p in root.iter(ns + "BidirectionalPort")]
    truth.nodes = {i.split("::")[1].split(":")[0] for i in whole}
    truth.interfaces = len(whole)
    capacity, crossing = {}, set()
    for port in root.iter(ns + "PortGroup"):
        port_id = port.get("id").rsplit(":", 1)[0]
        bits = [c.text for c in port if c.tag.endswith("}capacity")]
        if bits:
            capacity[port_id] = int(bits[0])
        if any(r.get("type").endswith("#isAlias") for r in port.findall(ns + "Relation")):
            crossing.add(port_id)
    for port_id in crossing:
        truth.borders[port_id.split("::")[1].split(":")[0], capacity[port_id]] += 1
    return truth


def truth_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".gml":
        return zoo(gml(text))
    if path.suffix == ".graphml":
        return zoo(graphml(text))
    if path.suffix == ".xml":
        return nml(text)
    document = json.loads(text)
    if isinstance(document, list):
        return peerings(document) if "in" in document[0] else esnet(document)
    if "ietf-network:networks" in document:
        return rfc8345(document)
    return sndlib(document) if "nodes" in document else None


class Reading:
    def __init__(self, reading):
        self.dialect, self.result = reading["dialect"], reading["result"]
        self.reason = reading.get("reason")
        batch = reading["batches"][0] if reading["batches"] else {"facts": [], "ignored": []}
        self.ignored = batch["ignored"]
        self.facts = collections.defaultdict(list)
        for fact in batch["facts"]:
            self.facts[fact["kind"]].append(fact["fact"])

    def differs(self, truth):
        """Differences in words."""
        nodes = {f["node"] for f in self.facts["node"]}
        places = {f["name"]: (f["latitude"], f["longitude"]) for f in self.facts["site"]}
        links, borders = collections.Counter(), collections.Counter()
        for f in self.facts["link"]:
            ends = [f["a_node"], f["b_node"]]
            if self.dialect == "esnet":
                ends = [f"{f[e + '_node']}:{f[e + '_interface']}" for e in "ab"]
            links[frozenset(ends), f.get("capacity")] += 1
        for f in self.facts["border"]:
            borders[f["node"], f.get("capacity")] += 1
        yield from (f"{what}: {set(a) ^ set(b) or [a, b]}" for what, a, b in (
            ("nodes", nodes, truth.nodes), ("places", places, truth.places),
            ("links", links, truth.links), ("borders", borders, truth.borders)) if a != b)
        if len(nodes) != len(self.facts["node"]):
            yield "a node's name is there twice"
        if truth.interfaces not in (None, len(self.facts["interface"])):
            yield f"{len(self.facts['interface'])} interfaces, not {truth.interfaces}"

    def line(self, name):
        count = {k: len(self.facts[k]) for k in ("node", "interface", "link", "border", "site")}
        numbers = " | ".join(str(n or "") for n in count.values())
        capacities = sum("capacity" in f for k in ("link", "border") for f in self.facts[k]) \
            + len(self.facts["capacity"])
        return f"| {name} | {self.dialect} | {numbers} | {capacities or ''} |"


def main():
    shared = os.environ.get("RIALTO_SHARED")
    if not shared:
        print("RIALTO_SHARED is not set: no samples to read")
        return 77
    samples = pathlib.Path(shared) / "samples"
    folders = sorted(samples.glob("topology-*"))
    said = subprocess.run([sys.argv[1], "try", "--kind", "topology", "--json",
                           *map(str, folders)], capture_output=True, timeout=100).stdout
    wrong, lines = [], []
    for reading in json.loads(said)["readings"]:
        path = pathlib.Path(reading["file"])
        ours, truth = Reading(reading), truth_of(path)
        lines.append(ours.line(path.relative_to(samples).as_posix().removeprefix("topology-")))
        if truth is None:
            if ours.result != "refused" or not ours.reason:
                wrong.append(f"{path.name}: is no topology, and not refused")
            lines[-1] += f" {ours.reason}"
            continue
        wrong += [f"{path.name}: {d}" for d in ours.differs(truth)]
    print("\n".join(lines))
    print("\n".join(wrong))
    good = len(lines) - len({w.split(":")[0] for w in wrong})
    print(f"{good} of {len(lines)} files agree")
    return 0 if lines and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
