# SPDX-License-Identifier: Apache-2.0
"""Update streams (RFC 8895) and TIPS (RFC 9569) of a running server, whose documents change.

usage: updates.py RIALTOD RIALTO-AGENT; with RIALTO_SHARED, patches of the published vectors too
"""

import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

from follow import (CONTROL, MERGE, PATCH, STREAM, TIPS, PatchError, Server, Stream, apply, load,
                    merge, patch)

CHECKS = 0
ROUTING, HOPS = "my-routingcost-map", "my-hopcount-map"
MAP, FILTERED = "my-network-map", "my-filtered-cost-map"
UPDATES, TIPS_ID = "rialto-updates", "rialto-tips"
BANDWIDTH, LOAD = "priv:ietf-bandwidth", "priv:ietf-load"
STREAM_URI = "/updates/stream/"
OWN_UPDATES, OWN_TIPS = "my-updates", "my-tips"
PIDS = ["PID1", "PID2", "PID3"]


def check(condition, item, what=""):
    """One item of the checklist; what is shown when it fails."""
    global CHECKS
    CHECKS += 1
    if not condition:
        raise SystemExit(f"failed: {item}: {what}")


class Domain:
    """A domain that publishes RFC 8895's example maps, and changes them."""

    def __init__(self, folder):
        self.folder = folder
        self.docs = folder / "docs"
        self.docs.mkdir()
        self.tag = "da65eca2eb7a10ce8b059740b0b2e3f8eb1d4785"
        self.map = {"PID1": {"ipv4": ["192.0.2.0/24", "198.51.100.0/25"]},
                    "PID2": {"ipv4": ["198.51.100.128/25"]},
                    "PID3": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]}}
        self.costs = {"routingcost": {"PID1": {"PID1": 1, "PID2": 5, "PID3": 10},
                                      "PID2": {"PID1": 5, "PID2": 1, "PID3": 15},
                                      "PID3": {"PID1": 20, "PID2": 15}},
                      "hopcount": {a: {b: 1 + i for b in PIDS} for i, a in enumerate(PIDS)}}
        self.write(folder / "static.yaml",
                   "domain: {name: a, asns: [64496], prefixes: [192.0.2.0/24]}\n")
        self.write(folder / "agent.yaml", "domain: a\nstore: a.db\nsources:\n"
                   "- {kind: static, file: static.yaml}\n- {kind: documents, path: docs}\n")
        self.write(folder / "rialtod.yaml", "listen: 127.0.0.1:0\nstores: [a.db]\npoll: 20ms\n"
                   "limits: {keep_alive: 1s, polls: 3}\n")
        self.bandwidth = {f"ipv4:198.51.100.{i + 1}": {BANDWIDTH: str(v)}
                          for i, v in enumerate((13, 42, 27, 25, 31))}
        self.load = {f"ipv6:2001:db8:100::{i + 1}": {LOAD: str(v)}
                     for i, v in enumerate((8, 2, 9, 6, 4))}
        self.write_view()

    @staticmethod
    def write(path, text):
        beside = path.with_suffix(".new")
        beside.write_text(text)
        beside.rename(path)

    def write_view(self):
        files = ["routingcost.json", "hopcount.json"]
        self.write(self.docs / "all.view.json", json.dumps({
            "merged": False, "default-network-map": MAP, "cost-types": {},
            "resources": [
                {"id": MAP, "path": "/networkmap", "document": "map.json"},
                {"id": ROUTING, "path": "/costmap/routingcost", "document": files[0]},
                {"id": HOPS, "path": "/costmap/hopcount", "document": files[1]},
                {"id": FILTERED, "kind": "filtered-cost-map", "path": "/costmap/filtered",
                 "documents": files, "cost-constraints": True},
                {"id": OWN_UPDATES, "kind": "update-stream", "path": "/my/updates",
                 "uses": [MAP, ROUTING, OWN_TIPS]},
                {"id": "my-props", "kind": "endpoint-property", "path": "/properties",
                 "document": "properties.json", "properties": [BANDWIDTH, LOAD]},
                {"id": OWN_TIPS, "kind": "tips", "path": "/my/tips", "uses": [MAP, ROUTING]}]}))

    def publish(self):
        vtag = {"resource-id": MAP, "tag": self.tag}
        self.write(self.docs / "map.json",
                   json.dumps({"meta": {"vtag": vtag}, "network-map": self.map}))
        self.write(self.docs / "properties.json", json.dumps(
            {"endpoint-properties": {**self.bandwidth, **self.load}}))
        for metric, costs in self.costs.items():
            kind = {"cost-mode": "numerical", "cost-metric": metric}
            self.write(self.docs / f"{metric}.json", json.dumps(
                {"meta": {"dependent-vtags": [vtag], "cost-type": kind}, "cost-map": costs}))
        subprocess.run([sys.argv[2], "-c", self.folder / "agent.yaml", "--once"], check=True,
                       capture_output=True)


def start(folder):
    ready = folder / "ready"
    process = subprocess.Popen([sys.argv[1], "-c", folder / "rialtod.yaml", "--ready-file", ready],
                               stderr=(folder / "log").open("w"))
    for _ in range(300):
        if ready.exists():
            return process, Server(ready.read_text().strip())
        time.sleep(0.1)
    process.kill()
    raise SystemExit("failed: the server is not ready")


def refused(item, answer, code, field=None, status=400):
    got, headers, text = answer
    check(got == status, item, f"{got} {text}")
    check(headers["Content-Type"] == "application/alto-error+json", item, headers)
    meta = load(text)["meta"]
    check(meta["code"] == code, item, text)
    check(field is None or meta.get("field") == field, item, text)
    check("value" not in meta or "field" in meta, item, text)


def directory(server):
    resources = server.get("/directory")["resources"]
    for name, prefix in ((UPDATES, "SSE"), (TIPS_ID, "TIPS"), (OWN_UPDATES, "SSE"),
                         (OWN_TIPS, "TIPS")):
        entry = resources[name]
        media = entry["capabilities"]["incremental-change-media-types"]
        check(set(media) <= set(entry["uses"]), f"{prefix}-IRD: keys")
        check(set(media.values()) <= {MERGE, PATCH, f"{MERGE},{PATCH}"}, f"{prefix}-IRD types")
        check(set(entry["uses"]) <= set(resources), f"{prefix}-IRD uses")
        for used in entry["uses"]:
            check(set(resources[used].get("uses", [])) <= set(entry["uses"]), "closed", used)
        status, headers, _ = server.ask("GET", entry["uri"])
        check(status == 405 and "POST" in headers["Allow"], f"{prefix} GET", status)
    check(resources[UPDATES]["media-type"] == "text/event-stream", "SSE-IRD-01")
    check(resources[UPDATES]["accepts"] == STREAM, "SSE-IRD-02")
    check(resources[UPDATES]["capabilities"]["support-stream-control"] is True, "SSE-IRD-07")
    check(resources[TIPS_ID]["media-type"] == "application/alto-tips+json", "TIPS-IRD-01")
    check(resources[TIPS_ID]["accepts"] == TIPS, "TIPS-IRD-01")
    check(set(resources[TIPS_ID]["capabilities"]) == {"incremental-change-media-types"},
          "TIPS-IRD-04")
    return resources


class Case:
    def __init__(self, domain, server, resources):
        self.domain, self.server, self.resources = domain, server, resources
        self.updates, self.tips = resources[UPDATES]["uri"], resources[TIPS_ID]["uri"]

    def fresh(self, name):
        return self.server.get(self.resources[name]["uri"])

    def map_tag(self):
        return self.fresh(MAP)["meta"]["vtag"]["tag"]

    def shows_all(self):
        shown = [(self.server.ask("GET", self.resources[name]["uri"]), member, wanted)
                 for name, member, wanted in (
                     (MAP, "network-map", self.domain.map),
                     (ROUTING, "cost-map", self.domain.costs["routingcost"]),
                     (HOPS, "cost-map", self.domain.costs["hopcount"]))]
        tags = set()
        for (status, _, text), member, wanted in shown:
            if status != 200 or load(text)[member] != wanted:
                return False
            meta = load(text)["meta"]
            tags.add(meta.get("dependent-vtags", [meta["vtag"]])[0]["tag"])
        return len(tags) == 1

    def publish(self):
        """Publishes, and waits until all of it is served: files come one after the other."""
        self.domain.publish()
        for _ in range(500):
            if self.shows_all():
                return
            time.sleep(0.02)
        raise SystemExit("failed: what was published is not served")

    def stream(self, add):
        stream = Stream(self.server, self.updates, add)
        check(stream.status == 200, "SSE-OPEN-01", stream.status)
        return stream

    def until(self, stream, name, item):
        """Takes events until a substream holds what a fresh request gives."""
        events = []
        resource = {"net": MAP, "routing": ROUTING, "hops": HOPS}[name]
        for _ in range(20):
            if stream.held.get(name) == self.fresh(resource):
                return events
            events.append(stream.take())
        raise SystemExit(f"failed: {item}: {name} holds {stream.held.get(name)}")


def first_events(case):
    """RFC 8895 section 8.2, and what the checklist asks of opening."""
    add = {"routing": {"resource-id": ROUTING}, "net": {"resource-id": MAP}}
    stream, other = case.stream(add), case.stream(add)
    check(stream.control != other.control, "SSE-OPEN-07")
    check(stream.reply.headers["Content-Type"] == "text/event-stream", "SSE-OPEN-01")
    check(stream.reply.headers["Content-Length"] is None, "SSE-OPEN-01")
    media, name, _ = stream.take()
    check((media, name) == ("application/alto-networkmap+json", "net"), "SSE-OPEN-14, V040", name)
    media, name, _ = stream.take()
    check((media, name) == ("application/alto-costmap+json", "routing"), "SSE-OPEN-12", name)
    check(stream.held == {"net": case.fresh(MAP), "routing": case.fresh(ROUTING)}, "SSE-OPEN-13")
    other.close()
    return stream


def changes(case, stream):
    """RFC 8895 section 8.2: first costs, then the map with its costs."""
    costs = case.domain.costs["routingcost"]
    costs["PID1"]["PID2"] = 9
    del costs["PID3"]["PID1"]
    costs["PID3"]["PID3"] = 1
    case.publish()
    media, name, text = stream.take()
    check((media, name) == (MERGE, "routing"), "SSE-UPD-01", name)
    check(load(text)["cost-map"] ==
          {"PID1": {"PID2": 9}, "PID3": {"PID1": None, "PID3": 1}}, "V041", text)
    check("tag" in load(text)["meta"]["vtag"], "SSE-UPD-03")
    check(stream.held["routing"] == case.fresh(ROUTING), "SSE-UPD-01")
    case.domain.map["PID1"]["ipv4"].append("203.0.113.0/25")
    case.domain.tag = "a10ce8b059740b0b2e3f8eb1d4785acd42231bfe"
    case.publish()
    media, name, _ = stream.take()
    check((name, stream.held["net"]) == ("net", case.fresh(MAP)), "SSE-UPD-06", name)
    media, name, _ = stream.take(timeout=5)
    check(name == "routing", "SSE-UPD-06, SSE-UPD-08", name)
    check(stream.held["routing"] == case.fresh(ROUTING), "SSE-UPD-06")
    tag = stream.held["routing"]["meta"]["dependent-vtags"][0]["tag"]
    check(tag == stream.held["net"]["meta"]["vtag"]["tag"], "SSE-UPD-07")


def control(case):
    """RFC 8895 section 8.3."""
    stream = case.stream({"net": {"resource-id": MAP, "tag": case.map_tag()},
                          "routing": {"resource-id": ROUTING, "tag": "of another day"},
                          "hops": {"resource-id": HOPS, "incremental-changes": False}})
    names = sorted(stream.take()[1] for _ in range(2))
    check(names == ["hops", "routing"], "SSE-OPEN-15, V043", names)
    case.domain.costs["routingcost"]["PID2"]["PID3"] = 31
    case.domain.costs["hopcount"]["PID2"]["PID3"] = 4
    case.publish()
    media = {name: media for media, name, _ in (stream.take(), stream.take())}
    check(media == {"routing": MERGE, "hops": "application/alto-costmap+json"}, "SSE-OPEN-18",
          media)
    status, headers, text = stream.tell({"remove": ["hops"]})
    check(status == 204 and not text, "SSE-CTL-02, V044", status)
    check(headers["Content-Length"] is None, "SSE-CTL-03", headers)
    check(stream.take() == (CONTROL, "", {"stopped": ["hops"]}), "SSE-CTL-04, V045")
    refused("SSE-CTL-10, V046", stream.tell({"remove": ["properties"]}), "E_INVALID_FIELD_VALUE",
            "remove")
    refused("SSE-CTL-14", stream.tell({"add": {"hops": {"resource-id": HOPS}}}),
            "E_INVALID_FIELD_VALUE", "add")
    check(stream.tell({"remove": ["hops"]})[0] == 204, "SSE-CTL-12")
    check(stream.tell({"add": {"hops2": {"resource-id": HOPS}}})[0] == 204, "SSE-CTL-09")
    check(stream.take()[1] == "hops2", "SSE-CTL-09, V051")
    check(case.server.ask("GET", stream.control)[0] == 405, "SSE-CTL-01")
    check(stream.tell({"remove": []})[0] == 204, "SSE-CTL-06, V047")
    stopped = stream.take()[2]["stopped"]
    check(sorted(stopped) == ["hops2", "net", "routing"], "SSE-CTL-06, V048", stopped)
    check(stream.take() is None, "SSE-CTL-06: closed")
    check(stream.tell({"remove": ["net"]})[0] == 404, "SSE-CTL-18")


def control_requests(case):
    """RFC 8895 section 7: several on one connection; guesses are noticed."""
    stream = case.stream({"net": {"resource-id": MAP}})
    stream.take()
    connection = case.server.connect()
    got = []
    for body in ({"add": {"r": {"resource-id": ROUTING}}}, {"remove": ["none"]},
                 {"remove": ["r"]}, {"add": {"h": {"resource-id": HOPS}}}):
        connection.request("POST", case.server.path(stream.control), json.dumps(body),
                           {"Content-Type": STREAM})
        port = connection.sock.getsockname()[1]
        reply = connection.getresponse()
        reply.read()
        got.append((reply.status, port))
    connection.close()
    check([s for s, _ in got] == [204, 400, 204, 204] and len({p for _, p in got}) == 1,
          "SSE-CTL-22", got)
    log = case.domain.folder / "log"
    check("control requests" not in log.read_text(), "SSE-CTL-24", "no guesses yet")
    for i in range(64):
        uri = f"{stream.control[:-32]}{i:032x}"
        check(case.server.ask("POST", uri, {"remove": []}, STREAM)[0] == 404, "SSE-CTL-24", uri)
    check("64 control requests that name no stream" in log.read_text(), "SSE-CTL-24",
          log.read_text()[-500:])
    stream.close()


def stream_errors(case):
    def ask(add):
        return case.server.ask("POST", case.updates, add, STREAM)

    refused("SSE-ERR-01", ask({}), "E_MISSING_FIELD", "add")
    refused("SSE-ERR-03, V038", ask({"add": {MAP: {"resource-id": "my-networkmap/#"}}}),
            "E_INVALID_FIELD_VALUE", f"add/{MAP}/resource-id")
    refused("SSE-ERR-06", ask({"add": {"f": {"resource-id": FILTERED}}}), "E_MISSING_FIELD")
    refused("SSE-ERR-09", ask("{"), "E_SYNTAX")
    refused("SSE-ERR-10", ask({"add": []}), "E_INVALID_FIELD_TYPE")
    refused("SSE-ERR-12", ask({"add": {"a": {"resource-id": MAP}, "b": {"resource-id": "x"}}}),
            "E_INVALID_FIELD_VALUE")
    _, _, text = ask({"add": {"a": {"resource-id": "x"}, "b": {"resource-id": "y"}}})
    check(load(text)["meta"]["value"] in "xy", "SSE-ERR-08", text)
    check(case.server.ask("POST", case.updates, "{}", "text/plain")[0] == 415, "SSE-ERR-14")
    check(case.server.ask("POST", case.updates, "{}", STREAM, Accept="text/html")[0] == 406,
          "SSE-ERR-14")


def opening(case):
    """What may stand in a request, and what the reply says beside its events."""
    entry = {"resource-id": ROUTING, "unknown": 1}
    stream = Stream(case.server, case.updates, {"a": entry}, remove=["x"], other={})
    check(stream.status == 200 and stream.take()[1] == "a", "SSE-OPEN-22, SSE-OPEN-23")
    check(stream.reply.headers["Cache-Control"] == "no-store", "SSE-OPEN-24")
    seen = set()
    for _ in range(20):
        other = case.stream({"a": {"resource-id": MAP}})
        other.close()
        seen.add(other.control)
    check(len(seen) == 20, "SSE-OPEN-09")
    check(all(re.search(r"/[0-9a-f]{32}$", uri) for uri in seen), "SSE-OPEN-10", seen)
    told = json.dumps(case.server.get("/directory"))
    check(STREAM_URI in stream.control and STREAM_URI not in told, "SSE-IRD-10")
    other = case.stream({"a": {"resource-id": MAP}})
    status = [other.tell({"add": {f"{k}-{i}": {"resource-id": MAP} for i in range(40)}})[0]
              for k in range(2)]
    check(status == [204, 503], "SSE-CTL-20", status)
    other.close()
    tag = case.fresh(ROUTING)["meta"]["vtag"]["tag"]
    check(stream.tell({"add": {"b": {"resource-id": ROUTING, "tag": tag}}})[0] == 204,
          "SSE-CTL-21")
    stream.held["b"] = case.fresh(ROUTING)
    case.domain.costs["hopcount"]["PID1"]["PID3"] += 1
    case.publish()
    case.domain.costs["routingcost"]["PID1"]["PID1"] += 1
    case.publish()
    names = sorted((stream.take()[:2], stream.take()[:2]), key=lambda x: x[1])
    check([n for _, n in names] == ["a", "b"] and stream.held["a"] == case.fresh(ROUTING),
          "SSE-UPD-11", names)
    check(names[1][0] in (MERGE, PATCH) and stream.held["b"] == stream.held["a"], "SSE-CTL-21")
    check(stream.tell({"remove": ["a", "b"]})[0] == 204, "SSE-CTL-07")
    check(sorted(stream.take()[2]["stopped"]) == ["a", "b"] and stream.take() is None,
          "SSE-CTL-07")


def inputs(case):
    """RFC 8895 section 8.4: one resource, two inputs; one goes, the other stays."""
    media = "application/alto-costmapfilter+json"
    kind = {"cost-type": {"cost-mode": "numerical", "cost-metric": "routingcost"}}
    wanted = {"f1": {**kind, "pids": {"srcs": ["PID1"], "dsts": []}},
              "f2": {**kind, "pids": {"srcs": [], "dsts": ["PID1"]}}}
    stream = case.stream({n: {"resource-id": FILTERED, "input": w} for n, w in wanted.items()})
    stream.take(), stream.take()
    uri = case.resources[FILTERED]["uri"]
    for name, wants in wanted.items():
        fresh = load(case.server.ask("POST", uri, wants, media)[2])
        check(stream.held[name] == fresh, "SSE-OPEN-20, SSE-OPEN-21", name)
    check(stream.tell({"remove": ["f1"]})[0] == 204 and stream.take()[2] == {"stopped": ["f1"]},
          "SSE-CTL-04")
    case.domain.costs["routingcost"]["PID1"]["PID1"] += 1  # both have it
    case.publish()
    check(stream.take()[1] == "f2" and stream.events.empty(), "SSE-CTL-05, SSE-CTL-23")
    stream.close()


def properties(case):
    """RFC 8895 section 8.4."""
    def add(first, numbers):
        return {f"props-{first + k}": {"resource-id": "my-props", "input": {
            "properties": [name], "endpoints": [f"{at}{n}" for n in numbers]}}
            for k, (name, at) in enumerate(((BANDWIDTH, "ipv4:198.51.100."),
                                            (LOAD, "ipv6:2001:db8:100::")))}

    stream, told = case.stream(add(1, (1, 2, 3))), {**case.domain.bandwidth, **case.domain.load}
    begun = [stream.take()[:2], stream.take()[:2]]
    media = "application/alto-endpointprop+json"
    check(sorted(begun) == [(media, "props-1"), (media, "props-2")], "SSE-OPEN-21, V049", begun)
    check(stream.tell({"add": add(3, (4, 5))})[0] == 204, "SSE-CTL-09, V050")
    check({stream.take()[1], stream.take()[1]} == {"props-3", "props-4"}, "SSE-CTL-09, V051")
    got = {}
    for held in stream.held.values():
        got.update(held["endpoint-properties"])
    check(got == told, "SSE-OPEN-20, V049, V051", got)
    for at, name, value, sub in (("ipv4:198.51.100.1", BANDWIDTH, "3", "props-1"),
                                 ("ipv6:2001:db8:100::3", LOAD, "7", "props-2"),
                                 ("ipv4:198.51.100.5", BANDWIDTH, "15", "props-3"),
                                 ("ipv6:2001:db8:100::2", LOAD, "9", "props-2"),
                                 ("ipv6:2001:db8:100::4", LOAD, "3", "props-4")):
        told[at][name] = value
        case.domain.publish()
        media, where, text = stream.take()
        check((media, where) == (MERGE, sub), "SSE-UPD-01, V049, V051", (media, where))
        check(load(text)["endpoint-properties"] == {at: {name: value}}, "V049, V051", text)
    stream.close()


def constraint(case):
    """RFC 8895 section 9.3: what leaves the constraint leaves the client's copy."""
    wanted = {"cost-type": {"cost-mode": "numerical", "cost-metric": "routingcost"},
              "constraints": ["le 20"]}
    stream = case.stream({"f": {"resource-id": FILTERED, "input": wanted}})
    stream.take()
    media = "application/alto-costmapfilter+json"
    for value in (19, 21, 7):
        case.domain.costs["routingcost"]["PID1"]["PID3"] = value
        case.publish()
        stream.take()
        status, _, text = case.server.ask("POST", case.resources[FILTERED]["uri"], wanted, media)
        check(status == 200 and stream.held["f"] == load(text), "SSE-UPD-12", text)
    stream.close()


def constraint_in_views(case):
    """RFC 8895 section 9.3, as RFC 9569 section 8 has it: the edge takes out what has left."""
    wanted = {"cost-type": {"cost-mode": "numerical", "cost-metric": "routingcost"},
              "constraints": ["le 20"]}
    media = "application/alto-costmapfilter+json"
    view, summary = open_view(case, **{"resource-id": FILTERED, "input": wanted})
    at = summary["start-edge-rec"]["seq-j"]
    held = load(edge(case, view, 0, at)[2])
    check(held["cost-map"]["PID1"]["PID3"] == 7, "TIPS-CON-01", held)
    for value in (21, 8):
        case.domain.costs["routingcost"]["PID1"]["PID3"] = value
        case.publish()
        status, headers, text = edge(case, view, at, at + 1)
        check(status == 200, "TIPS-CON-01", text)
        if value == 21 and headers["Content-Type"] == MERGE:
            check(load(text)["cost-map"]["PID1"] == {"PID3": None}, "TIPS-CON-01", text)
        held, at = apply(held, headers["Content-Type"], text), at + 1
        fresh = load(case.server.ask("POST", case.resources[FILTERED]["uri"], wanted, media)[2])
        check(held == fresh and ("PID3" in held["cost-map"]["PID1"]) == (value == 8),
              "TIPS-CON-01", held)


def dependence_in_views(case):
    """RFC 9569 section 8.2: the map's version that costs depend on is one of the map's view."""
    held, tags = {}, set()
    views = {name: open_view(case, **{"resource-id": name}) for name in (MAP, ROUTING)}
    at = {name: summary["start-edge-rec"]["seq-j"] for name, (_, summary) in views.items()}
    for name, (view, _) in views.items():
        held[name] = load(edge(case, view, 0, at[name])[2])
    for i in range(3):
        case.domain.map["PID2"]["ipv4"] = [f"198.51.100.{128 + 16 * i}/28"]
        case.domain.tag = f"dependence-{i}"
        case.domain.costs["routingcost"]["PID1"]["PID1"] += 1
        case.publish()
        for name, (view, _) in views.items():
            while held[name] != case.fresh(name):
                status, headers, text = edge(case, view, at[name], at[name] + 1)
                check(status == 200, "TIPS-DEP-01", text)
                held[name] = apply(held[name], headers["Content-Type"], text)
                at[name] += 1
                if name == MAP:
                    tags.add(held[MAP]["meta"]["vtag"]["tag"])
        depends = held[ROUTING]["meta"]["dependent-vtags"][0]
        check(depends == held[MAP]["meta"]["vtag"] and depends["tag"] in tags, "TIPS-DEP-01",
              depends)
    check(len(tags) >= 3, "TIPS-DEP-01", tags)


def long_events(case):
    """RFC 8895 section 9.5: however long an event is, its lines are short."""
    was = case.domain.map, case.domain.costs
    names = [f"PID{i}" for i in range(1, 101)]
    case.domain.map = {n: {"ipv4": [f"10.{i}.0.0/16"]} for i, n in enumerate(names)}
    case.domain.costs = {m: {a: {b: i for i, b in enumerate(names)} for a in names}
                         for m in was[1]}
    case.domain.tag = "long"
    case.publish()
    stream = case.stream({"routing": {"resource-id": ROUTING}})
    text = stream.take()[2]
    check(len(text) > 50000 and stream.held["routing"] == case.fresh(ROUTING), "SSE-SYN-06",
          len(text))
    stream.close()
    case.domain.map, case.domain.costs = was
    case.domain.tag = "short"
    case.publish()


def own_streams(case):
    """What a view says to follow: its own streams follow that and nothing else."""
    uses = {n: set(case.resources[n]["uses"]) for n in (OWN_UPDATES, OWN_TIPS)}
    check(uses == {OWN_UPDATES: {MAP, ROUTING, OWN_TIPS}, OWN_TIPS: {MAP, ROUTING}},
          "SSE-IRD-03, TIPS-IRD-03", uses)
    uri, tips = (case.resources[n]["uri"] for n in (OWN_UPDATES, OWN_TIPS))
    code, add = "E_INVALID_FIELD_VALUE", {"h": {"resource-id": HOPS}}
    refused("SSE-ERR-04", case.server.ask("POST", uri, {"add": add}, STREAM), code,
            "add/h/resource-id")
    refused("TIPS-OPEN-10", case.server.ask("POST", tips, {"resource-id": HOPS}, TIPS), code,
            "resource-id")
    inner = {"t": {"resource-id": OWN_TIPS, "input": {"resource-id": HOPS}}}
    refused("TIPS-OPEN-10", case.server.ask("POST", uri, {"add": inner}, STREAM), code)
    both = {"routing": {"resource-id": ROUTING}, "net": {"resource-id": MAP}}
    streams = [Stream(case.server, at, both) for at in (uri, case.updates)]
    refused("SSE-CTL-16", streams[0].tell({"add": add}), code, "add/h/resource-id")
    for stream in streams:
        stream.take(), stream.take()
    case.domain.costs["routingcost"]["PID1"]["PID2"] += 1
    case.publish()
    check(streams[0].take() == streams[1].take(), "SSE-UPD-10")
    for stream in streams:
        stream.close()


def silence(case):
    stream = case.stream({"net": {"resource-id": MAP}})
    stream.take()
    for _ in range(100):
        if stream.comments >= 2:
            break
        time.sleep(0.1)
    check(stream.comments >= 2 and stream.events.empty(), "SSE-SYN-07, SSE-SYN-08")
    stream.close()


def open_view(case, **request):
    status, headers, text = case.server.ask("POST", case.tips, request, TIPS)
    check(status == 200 and headers["Content-Type"] == "application/alto-tips+json",
          "TIPS-OPEN-01", text)
    reply = load(text)
    return reply["tips-view-uri"], reply["tips-view-summary"]["updates-graph-summary"]


def edge(case, view, i, j, **headers):
    return case.server.ask("GET", f"{view}/ug/{i}/{j}", **headers)


def views(case):
    """RFC 9569 sections 6 and 7."""
    view, summary = open_view(case, **{"resource-id": ROUTING})
    check(view.startswith("http://") and view.isascii(), "TIPS-OPEN-02", view)
    check(summary["start-edge-rec"]["seq-i"] == 0, "TIPS-OPEN-03, V098")
    check(open_view(case, **{"resource-id": ROUTING})[0] == view, "TIPS-OPEN-08")
    check(open_view(case, **{"resource-id": HOPS})[0] != view, "TIPS-OPEN-07")
    start_seq = summary["start-edge-rec"]["seq-j"]
    status, headers, text = edge(case, view, 0, start_seq,
                                 Accept="application/alto-costmap+json,application/alto-error+json")
    check(status == 200 and headers["Content-Type"] == "application/alto-costmap+json",
          "TIPS-EDGE-01, TIPS-OPEN-06, V101", status)
    check("max-age" in headers["Cache-Control"], "TIPS-EDGE-14", headers)
    held = load(text)
    versions = {start_seq: held}
    for i in range(3):
        case.domain.costs["routingcost"]["PID1"]["PID1"] = 40 + i
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = [pool.submit(edge, case, view, start_seq + i, start_seq + i + 1)
                       for _ in range(2)]
            time.sleep(0.2)
            case.publish()
            replies = [w.result() for w in waiting]
        check(replies[0][2] == replies[1][2], "TIPS-EDGE-07, TIPS-EDGE-17")
        status, headers, text = replies[0]
        check(status == 200 and headers["Content-Type"] in (MERGE, PATCH), "TIPS-UG-03", headers)
        held = apply(held, headers["Content-Type"], text)
        check(held == case.fresh(ROUTING), "TIPS-UG-04")
        check(type(held["meta"]["vtag"]["tag"]) is str, "TIPS-UG-09")
        versions[start_seq + i + 1] = held
    end = start_seq + 3
    graph_errors(case, view, end)
    next_edge(case, view, versions, end)
    close_polls(case, view, summaries(case, view))


def graph_errors(case, view, end):
    code = "E_INVALID_FIELD_VALUE"
    refused("TIPS-EDGE-02", edge(case, view, end - 1, end, Accept="text/html"), code, status=415)
    refused("TIPS-EDGE-03", edge(case, view, end, end - 2), code, status=404)
    refused("TIPS-EDGE-04", edge(case, view[:-1] + "x", 0, 1), code, status=404)
    refused("TIPS-EDGE-05", edge(case, view, 0, 0), code, status=410)
    refused("TIPS-EDGE-06", edge(case, view, end + 5, end + 6), code, status=425)
    refused("TIPS-EDGE-10", edge(case, view, "01", 2), code, status=404)
    gone = edge(case, view, 0, 0)[1]["Cache-Control"]
    check(gone == "no-store", "TIPS-EDGE-14", gone)
    check(case.server.ask("POST", f"{view[:-1]}x/ug", {"resource-id": ROUTING}, TIPS)[0] == 404,
          "TIPS-NEXT-07")
    check(case.server.ask("DELETE", f"{view}/ug/0/1")[0] == 405, "TIPS-EDGE-11")
    check(case.server.ask("DELETE", view)[0] == 405, "TIPS-EDGE-12")
    refused("TIPS-OPEN-09", case.server.ask("POST", case.tips, {}, TIPS), "E_MISSING_FIELD",
            "resource-id")
    refused("TIPS-OPEN-10, V097",
            case.server.ask("POST", case.tips, {"resource-id": "my-network-map/#"}, TIPS), code,
            "resource-id")
    refused("TIPS-OPEN-11", case.server.ask("POST", case.tips, {"resource-id": FILTERED}, TIPS),
            "E_MISSING_FIELD")


def next_edge(case, view, versions, end):
    def ask(**request):
        return case.server.ask("POST", f"{view}/ug", request, TIPS)

    for seq, document in versions.items():
        status, headers, text = ask(**{"resource-id": ROUTING,
                                       "tag": document["meta"]["vtag"]["tag"]})
        check(status == 200 and headers["Content-Type"] == MERGE, "TIPS-NEXT-01, V102", text)
        summary = load(text)["tips-view-summary"]["updates-graph-summary"]
        check(summary["end-seq"] == end, "TIPS-NEXT-01", text)
        rec = summary["start-edge-rec"]
        check((rec["seq-i"], rec["seq-j"]) in ((seq, seq + 1), (0, rec["seq-j"])),
              "TIPS-NEXT-03", text)
    for seq, document in versions.items():
        rec = open_view(case, **{"resource-id": ROUTING,
                                 "tag": document["meta"]["vtag"]["tag"]})[1]["start-edge-rec"]
        check((rec["seq-i"], rec["seq-j"]) in ((seq, seq + 1), (0, rec["seq-j"])),
              "TIPS-OPEN-04, TIPS-OPEN-05", rec)
    opened = json.loads(case.server.ask("POST", case.tips, {"resource-id": ROUTING}, TIPS)[2])
    after = merge(opened, load(ask(**{"resource-id": ROUTING})[2]))
    check(set(after) == set(opened) and after["tips-view-summary"]["updates-graph-summary"][
        "end-seq"] == end, "TIPS-NEXT-02", after)
    for tag in ({}, {"tag": "of another day"}):
        rec = load(ask(**{"resource-id": ROUTING}, **tag)[2])
        rec = rec["tips-view-summary"]["updates-graph-summary"]["start-edge-rec"]
        check(rec["seq-i"] == 0 and edge(case, view, 0, rec["seq-j"])[0] == 200,
              "TIPS-NEXT-04, TIPS-NEXT-05")
    refused("TIPS-NEXT-06", ask(**{"resource-id": MAP}), "E_INVALID_FIELD_VALUE", "resource-id")
    refused("TIPS-NEXT-06", ask(**{"resource-id": ROUTING, "input": {}}), "E_INVALID_FIELD_VALUE",
            "input")


def summaries(case, view):
    """RFC 9569 section 6.3.3."""
    stream = case.stream({"tips": {"resource-id": TIPS_ID, "input": {"resource-id": ROUTING}}})
    media, _, _ = stream.take()
    check(media == "application/alto-tips+json", "TIPS-SSE-01, V100", media)
    check(stream.held["tips"]["tips-view-uri"] == view, "TIPS-SSE-01", stream.held)
    end = stream.held["tips"]["tips-view-summary"]["updates-graph-summary"]["end-seq"]
    case.domain.costs["routingcost"]["PID1"]["PID1"] += 1
    case.publish()
    check(stream.take()[0] == MERGE, "TIPS-SSE-01, V100")
    got = stream.held["tips"]["tips-view-summary"]["updates-graph-summary"]["end-seq"]
    check(got == end + 1, "TIPS-SSE-01", got)
    stream.close()
    return got


def close_polls(case, view, end):
    """More polls than allowed (3 here); one that is given up makes room."""
    connections, reply = [], None
    while reply is None and len(connections) < 10:
        connections.append(case.server.connect(timeout=0.5))
        connections[-1].request("GET", case.server.path(f"{view}/ug/{end}/{end + 1}"))
        try:
            reply = connections[-1].getresponse()
        except TimeoutError:  # it waits
            pass
    check(reply and len(connections) == 4, "TIPS-EDGE-08", len(connections))
    refused("TIPS-EDGE-08", (reply.status, reply.headers, reply.read().decode()),
            "E_INVALID_FIELD_VALUE", status=429)
    for c in connections:
        c.close()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for _ in range(100):
            waiting = pool.submit(edge, case, view, end, end + 1)
            if not concurrent.futures.wait([waiting], 0.2).done:
                break
            time.sleep(0.1)
        case.domain.costs["routingcost"]["PID1"]["PID1"] += 1
        case.publish()
        check(waiting.result()[0] == 200, "TIPS-EDGE-13")


def random_changes(case, rounds):
    """Whoever follows holds what a fresh request gives."""
    rng = random.Random(9569)
    stream = case.stream({"net": {"resource-id": MAP}, "routing": {"resource-id": ROUTING},
                          "hops": {"resource-id": HOPS}})
    view, summary = open_view(case, **{"resource-id": ROUTING})
    has = summary["start-edge-rec"]["seq-j"]
    held = load(edge(case, view, 0, has)[2])
    for i in range(rounds):
        for _ in range(rng.randrange(1, 4)):
            row = case.domain.costs[rng.choice(["routingcost", "hopcount"])]
            row.setdefault(rng.choice(PIDS), {})[rng.choice(PIDS)] = rng.randrange(50)
        if rng.randrange(3) == 0:
            case.domain.map["PID2"]["ipv4"] = [f"198.51.100.{128 + 16 * rng.randrange(8)}/28"]
            case.domain.tag = f"tag-{i}"
        case.publish()
        for name in ("net", "routing", "hops"):
            case.until(stream, name, "consistency")
        fresh = case.fresh(ROUTING)
        while held != fresh:
            status, headers, text = edge(case, view, has, has + 1)
            check(status == 200, "TIPS-UG-02", status)
            held, has = apply(held, headers["Content-Type"], text), has + 1
    stream.close()


def vectors():
    """The published patches, by the client that checks the server."""
    shared = os.environ.get("RIALTO_SHARED")
    if not shared:
        print("SKIPPED: RIALTO_SHARED is not set, published patches were not applied")
        return
    path = pathlib.Path(shared) / "spec" / "vectors" / "vectors-ext.json"
    for v in json.loads(path.read_text()):
        if v["kind"] == "merge-patch":
            check(merge(v["original"], v["patch"]) == v["result"], v["id"])
        elif v["kind"] == "json-patch" and "patch_text" in v:
            try:
                done = patch(v["original"], load(v["patch_text"]))
                check(not v["must_fail"] and done == v["result"], v["id"], done)
            except PatchError:
                check(v["must_fail"], v["id"])


def main():
    vectors()
    with tempfile.TemporaryDirectory() as name:
        domain = Domain(pathlib.Path(name))
        domain.publish()
        process, server = start(domain.folder)
        try:
            case = Case(domain, server, directory(server))
            stream = first_events(case)
            changes(case, stream)
            stream.close()
            control(case)
            control_requests(case)
            stream_errors(case)
            opening(case)
            inputs(case)
            properties(case)
            constraint(case)
            own_streams(case)
            silence(case)
            views(case)
            constraint_in_views(case)
            dependence_in_views(case)
            random_changes(case, 30)
            long_events(case)
        finally:
            process.terminate()
            process.wait(60)
        check(process.returncode == 0, "the server's end", process.returncode)
    print(f"{CHECKS} checks")


main()
