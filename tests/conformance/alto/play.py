# SPDX-License-Identifier: Apache-2.0
"""Plays vectors against rialtod."""

import json
import pathlib
import re
import time

from alto import compare, generic, oracle, region, streams, views
from alto.datasets import Builder
from alto.server import Daemon
from alto.vectors import PATCHES, STREAMS, directories, load
from alto.views import plain

# What an RFC prints in contradiction with what it prints elsewhere; by vector.
REPAIRS = {
    # RFC 9241 section 6.3.1 against section 3.7.2
    "V072": [('"FCI.AcquisitionProtocol", "capability-value": {"acquisition-protocols": '
              '["http/1.1"]}', '"FCI.AcquisitionProtocol", "capability-value": '
              '{"acquisition-protocols": ["https/1.1"]}')],
}


class Context:
    """What comparisons need of the server: tags that are served, what a resource uses."""

    def __init__(self, server):
        self.server = server
        self.entries = {}
        self.tags = {}
        self.uses, self.resource_id, self.strict_tags = [], None, False
        pending, seen = ["/directory"], set()
        while pending:
            path = pending.pop()
            if path in seen:
                continue
            seen.add(path)
            listed = (server.get(path).json() or {}).get("resources", {})
            for name, entry in listed.items():
                self.entries[name] = {**entry, "path": views.path_of(entry["uri"])}
                if entry["media-type"] == "application/alto-directory+json":
                    pending.append(self.entries[name]["path"])

    def about(self, vector):
        here = [(n, e) for n, e in self.entries.items() if e["path"] == vector.path]
        self.uses = here[0][1].get("uses", []) if here else []
        entry = here[0][1] if here else {}
        self.kind = views.KINDS.get((plain(entry.get("media-type")), plain(entry.get("accepts"))),
                                    "directory" if vector.is_directory else None)
        self.resource_id = here[0][0] if here else vector.path.strip("/").replace("/", "-")
        # Printed tags that the vector says are a misprint need not be there.
        self.strict_tags = bool(self.uses) and "dependent-vtags" not in vector.defects

    def tag_of(self, name):
        entry = self.entries.get(name)
        if not entry or "accepts" in entry:
            return None
        if name not in self.tags:
            vtag = (self.server.get(entry["path"]).json() or {}).get("meta", {}).get("vtag", {})
            self.tags[name] = vtag.get("tag")
        return self.tags[name]


def body_of(request):
    if "body_raw" in request:
        return request["body_raw"]
    return request.get("body")


def ask(server, vector):
    request = vector.request
    headers = {k: v for k, v in request["headers"].items()
               if k.lower() not in ("host", "content-length")}
    return server.ask(request["method"], request["path"], headers, body_of(request))


# --- one reply ---

def status_and_type(expected, reply):
    allowed = [expected["status"], *expected.get("status_alternatives", [])]
    if reply.status not in allowed:
        return [f"status {reply.status}, not {expected['status']}: {reply.raw[:200]!r}"]
    wanted = expected.get("content_type") or {
        k.lower(): v for k, v in expected.get("headers", {}).items()}.get("content-type")
    if wanted and reply.status == expected["status"] and "multipart" not in wanted and \
            plain(reply.media) != plain(wanted):
        return [f"type {reply.media}"]
    found = []
    for name, value in expected.get("headers", {}).items():
        if str(value).startswith("contains "):
            part = value.removeprefix("contains ")
            if part not in reply.headers.get(name.lower(), ""):
                found.append(f"{name}: {reply.headers.get(name.lower())}")
    if expected.get("body_length") is not None and len(reply.raw) != expected["body_length"]:
        found.append(f"body of {len(reply.raw)} bytes")
    return found


def error_meta(expected, reply):
    found = []
    told = (reply.json() or {}).get("meta", {})
    wanted = {k: (v, True) for k, v in expected.get("meta", {}).items()}
    wanted.update({k: (v, False) for k, v in expected.get("meta_optional", {}).items()})
    for name, (value, required) in wanted.items():
        right = [value, *expected.get(f"{name}_alternatives", [])]
        if name in told or required:
            if told.get(name) not in right:
                found.append(f"{name}: {told.get(name)!r}, not {value!r}")
    if "value" in told and ("field" not in told or not isinstance(told["value"], str)):
        found.append("value without field, or no string")
    return found


def client_address(reply):
    rows = (reply.json() or {}).get("endpoint-cost-map", {})
    host = reply.sent[0]
    kind = "ipv6" if ":" in host else "ipv4"
    # There may be no cost from there at all.
    return [] if not rows or list(rows) == [f"{kind}:{host}"] else [f"sources {list(rows)}"]


def pointer(value, path):
    for part in path.strip("/").split("/"):
        value = (value or {}).get(part)
    return value


def derived(server, expected, reply):
    """Expectations by member, as vectors that were computed have them."""
    found, told = [], reply.json()
    for name in compare.DATA:
        if name not in expected:
            continue
        right = [expected[name], *expected.get(f"{name}_alternatives", [])]
        right += [b[name] for b in expected.get("body_alternatives", [])
                  if isinstance(b, dict) and name in b]
        if all(compare.data(name, r, (told or {}).get(name), None) for r in right):
            found.append(f"{name}: {(told or {}).get(name)}, not {expected[name]}")
    for name, value in expected.get("meta_subset", {}).items():
        if (told or {}).get("meta", {}).get(name) != value:
            found.append(f"meta/{name}: {(told or {}).get('meta', {}).get(name)}")
    if "same_as" in expected:
        method, path = expected["same_as"]["of"].split(" ", 1)
        other = server.ask(method, path, {"Accept": "*/*"}).json()
        at = expected["same_as"]["pointer"]
        if pointer(told, at) is None or pointer(told, at) != pointer(other, at):
            found.append(f"{at} differs from that of {path}")
    if expected.get("single_source_is_client_address"):
        found += client_address(reply)
    return found


def repaired(vector):
    expected = vector.response
    if vector.id in REPAIRS:
        text = json.dumps(expected)
        for wrong, right in REPAIRS[vector.id]:
            if wrong not in text:
                raise SystemExit(f"failed: nothing to repair in {vector.id}")
            text = text.replace(wrong, right)
        expected = json.loads(text)
    return expected


def schema(context, reply):
    """What the schema of the resource says of a reply."""
    if reply.media == "application/alto-error+json":
        return oracle.check("error", reply.json())
    if reply.status != 200 or not reply.raw:
        return []
    parts = compare.split_parts(reply)
    body = [p[1] for p in parts] if parts else reply.json()
    return oracle.check(context.kind, body)


def vector_result(server, context, vector):
    expected = repaired(vector)
    context.about(vector)
    reply = ask(server, vector)
    found = status_and_type(expected, reply) + schema(context, reply)
    if found or reply.status != expected["status"]:
        return found
    body = expected.get("body")
    if "parts" in expected:
        return compare.path_vectors(expected["parts"], reply,
                                    vector.request["body"].get("ane-property-names", []),
                                    context)
    if isinstance(body, dict) and "resources" in body:
        return compare.directory(body, reply.json())
    if isinstance(body, dict) and reply.status == 200:
        return compare.body(body, reply.json(), context)
    if isinstance(body, dict):
        return error_meta({"meta": body.get("meta", {}), **expected}, reply)
    if reply.status >= 400:
        return error_meta(expected, reply)
    return derived(server, expected, reply)


# --- vectors without a plain request ---

def inheritance(server, vector, view):
    """RFC 9240 section 6.1.3: what each entity inherits."""
    path = [r["path"] for r in view["resources"] if r["kind"] == "filtered-property-map"][0]
    name = next(iter(view["resources"][0]["mappings"].values()))[0]
    found = []
    for entity, value in vector.raw["inherited"].items():
        reply = server.ask("POST", path, {"Content-Type": "application/alto-propmapparams+json"},
                           {"entities": [entity], "properties": [name]})
        told = compare.keyed((reply.json() or {}).get("property-map", {}))
        have = told.get(compare.key_of(entity), {}).get(name)
        if have != value:
            found.append(f"{entity}: {have!r}, not {value!r}")
    return found


def ask_region(server, path, flows, source="srcs"):
    """Rows that a path vector resource tells of pairs of endpoints, and the pairs in order."""
    srcs = sorted({s for s, _ in flows})
    dsts = sorted({d for _, d in flows})
    reply = server.ask("POST", path, {
        "Content-Type": "application/alto-endpointcostparams+json"},
        {"cost-type": views.PATH_VECTOR, "endpoints": {source: srcs, "dsts": dsts},
         "ane-property-names": ["max-reservable-bandwidth"]})
    parts = compare.split_parts(reply)
    if parts is None:
        return None
    paths = compare.paths_of(parts[0][1])[0]
    order = {compare.key_of(s) + compare.key_of(d): i for i, (s, d) in enumerate(flows)}
    rows = []
    for name, values in parts[1][1]["property-map"].items():
        flows_of = frozenset(order[s + d] for (s, d), path in paths.items()
                             if name.removeprefix(".ane:") in path)
        rows.append((flows_of, values["max-reservable-bandwidth"]))
    return rows


def capacity_region(server, vector, data):
    """RFC 9275 section 4.1: what x and y may be in each case."""
    found = []
    names = dict(re.findall(r"(\w)=(\w+->\w+)", vector.raw["request"]))
    letters = sorted(names)
    flows = [tuple(f"ipv4:{data['hosts'][h]}" for h in names[x].split("->")) for x in letters]
    told = vector.raw["response"]
    for case, lines in (json.loads(told) if isinstance(told, str) else told).items():
        want = []
        for line in lines:
            left, bound = line.split("<=")
            want.append((frozenset(letters.index(x) for x in left.split("+")),
                         int(bound) * 1000000))
        rows = ask_region(server, f"/{case}", flows)
        if rows is None or not region.equal(rows, want, len(flows)):
            found.append(f"{case}: {rows}, not {want}")
    return found


def shape(server, vector, data):
    """Path vectors as the data have them: pairs meet where the data say."""
    context = Context(server)
    entry = [e for e in context.entries.values()
             if e["media-type"].replace('"', "").endswith("alto-costmap+json")
             and "multipart" in e["media-type"]]
    pairs = [k.split("->") for k in data["paths"]]
    reply = server.ask("POST", entry[0]["path"], {
        "Content-Type": "application/alto-costmapfilter+json"},
        {"cost-type": views.PATH_VECTOR, "pids": {"srcs": sorted({p[0] for p in pairs}),
                                                  "dsts": sorted({p[1] for p in pairs})}})
    parts = compare.split_parts(reply)
    if parts is None:
        return [f"no multipart body: {reply.raw[:200]!r}"]
    have = compare.paths_of(parts[0][1])[0]
    want = {tuple(k.split("->")): v for k, v in data["paths"].items()}
    return [] if set(have) == set(want) and compare.sharing(have) == compare.sharing(want) \
        else [f"{have}, not {want}"]


def needs_pv_entry(plan, vectors):
    """Shapes are asked of a resource that no vector names."""
    if any(v.kind == "pv-shape" for v in vectors):
        entry = views.Entry("paths", "/paths", "path-vector-cost-map")
        entry.listed = True
        plan.entries.append(entry)
    if any(v.kind == "inheritance" for v in vectors):
        plan.entries.append(views.Entry("properties", "/properties", "filtered-property-map"))


def result(server, context, vector, data, view):
    if vector.kind == "inheritance":
        return inheritance(server, vector, view)
    if vector.kind == "capacity-region":
        return capacity_region(server, vector, data)
    if vector.kind == "pv-shape":
        return shape(server, vector, data)
    if vector.kind == "sse-stream" and vector.path in [
            e["path"] for e in context.entries.values() if e["media-type"] == "text/event-stream"]:
        return streams.play(server.url.geturl(), context, vector)
    if vector.kind in STREAMS | PATCHES or not vector.request or not vector.response or \
            "status" not in vector.response or vector.rfc in ("8895", "9569"):
        return None
    return vector_result(server, context, vector)


def directory_requests(vectors):
    """A printed directory without a request is that of the server."""
    for v in vectors:
        if v.is_directory and not v.request:
            v.request = {"method": "GET", "path": "/directory", "headers": {}, "body": None}


def until(met):
    """Waits for a change to be served."""
    for _ in range(300):
        if met():
            return True
        time.sleep(0.1)
    return False


def names_of(server):
    """Ids and paths of all resources."""
    return {n: e["path"] for n, e in Context(server).entries.items()}


def restarted(server, before):
    """RFC 7285 section 9.1.1: ids are those of before, and so are tags of what is the same."""
    tags = {p: server.get(p).headers.get("etag") for p in before.values()}
    server.stop()
    server.start()
    found = [] if names_of(server) == before else [f"ids {names_of(server)}, not {before}"]
    now = {p: server.get(p).headers.get("etag") for p in before.values()}
    return found + [f"{p}: another tag" for p, tag in tags.items()
                    if p != "/directory" and tag != now[p]]


def changes(server, docs):
    """What a new network map, and what new costs alone, do to tags; ids stay."""
    context = Context(server)
    names = names_of(server)
    maps = [e for n, e in context.entries.items() if n == docs.default_map()]
    costs = [e for e in context.entries.values() if "accepts" not in e
             and e["media-type"] == "application/alto-costmap+json"]
    if not maps or not costs:
        return None
    served = lambda e: server.get(e["path"])
    tag = lambda: served(maps[0]).json()["meta"]["vtag"]["tag"]
    depends = lambda: served(costs[0]).json()["meta"]["dependent-vtags"][0]["tag"]
    found, first, etag = [], tag(), served(maps[0]).headers["etag"]
    before = served(costs[0])
    for name, body in docs.files.items():  # costs alone: every number one more
        if "cost-map" in body and body["meta"].get("cost-type", {}).get("cost-mode") == \
                "numerical" and "calendar-response-attributes" not in body["meta"]:
            more = {s: {d: v + 1 for d, v in row.items()} for s, row in body["cost-map"].items()}
            server.change(name, {**body, "cost-map": more})
    if not until(lambda: served(costs[0]).headers["etag"] != before.headers["etag"]):
        found.append("new costs are not served")
    if served(maps[0]).headers["etag"] != etag or tag() != first or depends() != first:
        found.append("costs changed the network map")
    file = docs.maps[docs.default_map()]
    body = json.loads(json.dumps(docs.files[file]))
    pid = next(iter(body["network-map"]))
    body["network-map"][pid].setdefault("ipv4", []).append("203.0.113.0/25")
    server.change(file, body)
    if not until(lambda: tag() != first):
        found.append("a prefix changed, the tag did not")
    if not until(lambda: depends() == tag()):
        found.append("costs depend on another map than the one that is served")
    for name, entry in context.entries.items():
        if docs.default_map() in entry.get("uses", []) and "accepts" not in entry and \
                entry["media-type"] == "application/alto-cdni+json":
            told = served(entry).json()["meta"].get("dependent-vtags", [])
            if tag() not in [t["tag"] for t in told]:
                found.append(f"{name} depends on another map: {told}")
    back = json.loads(json.dumps(docs.files[file]))
    back["network-map"] = dict(reversed(back["network-map"].items()))
    server.change(file, back)
    if not until(lambda: tag() == first):
        found.append("the same content in another order has another tag")
    if names_of(server) != names:
        found.append(f"ids {names_of(server)}, not {names}")
    return found


def footprint_followed(server, docs):
    """RFC 9241 section 3.7.3: one more value of a footprint is one operation."""
    followed = [(n, e) for n, e in Context(server).entries.items() if n in docs.cdni]
    if not followed:
        return None
    (name, entry), file = followed[0], docs.cdni[followed[0][0]]
    base, body = streams.Server(server.url.geturl()), json.loads(json.dumps(docs.files[file]))
    stream = streams.Stream(base, "/updates", {"s": {"resource-id": name}})
    stream.take()
    areas = [a for c in body["cdni-advertisement"]["capabilities-with-footprints"]
             for a in c.get("footprints", []) if a["footprint-type"] == "ipv4cidr"]
    areas[0]["footprint-value"].append("203.0.113.0/24")
    server.change(file, body)
    media, _, text = stream.take()
    stream.close()
    added = [o["path"] for o in json.loads(text) if o["op"] == "add"] \
        if media == streams.PATCH else []
    found = [] if len(added) == 1 and re.search(r"/footprint-value/(-|\d+)$", added[0]) else \
        [f"{media}: {text}"]
    if stream.held["s"] != server.get(entry["path"]).json():
        found.append(f"held: {stream.held}")
    return found


def first_element_only(body):
    """Costs of paths on which the first element of the first one is all there is."""
    body = json.loads(json.dumps(body))
    costs = body.get("cost-map", body.get("endpoint-cost-map"))
    name = next(p for row in costs.values() for p in row.values() if p)[0]
    for row in costs.values():
        for dst, path in row.items():
            row[dst] = [n for n in path if n == name]
    body["property-map"] = {f".ane:{name}": body["property-map"].get(f".ane:{name}", {})}
    return body


def elements_followed(server, docs, vectors):
    """RFC 8895 section 6.7.3, RFC 9275 section 9.3: parts are patched one by one, the one that
    others depend on first; an element that is gone leaves both. Without increments both parts are
    sent anew."""
    context, base = Context(server), streams.Server(server.url.geturl())
    found = []
    asked = [(n, i) for n, e in context.entries.items() if "multipart" in e["media-type"]
             for i in streams.inputs_of(vectors, e["path"])
             if i.get("cost-type") == views.PATH_VECTOR and "ane-property-names" not in i
             and "endpoints" in i][:1]
    if not asked or not docs.vectors:
        return None
    name, wanted = asked[0]
    # Pairs that stay as they are: a change is not sent where it is longer than the whole.
    many = [f"ipv4:203.0.113.{k}" for k in range(1, 60)]
    ends = {k: [*wanted["endpoints"][k]] for k in ("srcs", "dsts")}
    wanted = streams.want(name, {**wanted, "endpoints": {**ends, "dsts": ends["dsts"] + many}})
    stream = streams.Stream(base, "/updates", {
        "s": wanted, "w": {**wanted, "incremental-changes": False}})
    stream.take(), stream.take()
    before, whole = (json.loads(json.dumps(stream.held[s])) for s in ("s", "w"))
    first = next(iter(before))  # the part of the costs
    server.change(docs.vectors[0], first_element_only(docs.files[docs.vectors[0]]))
    events = sorted((stream.take() for _ in range(3)), key=lambda e: e[1] == "w")
    (kind, at, text), (next_kind, then, properties), (media, _, _) = events
    if {kind, next_kind} - {streams.MERGE, streams.PATCH} or \
            [at.partition(".")[2], then.partition(".")[2]] != list(before):
        return [f"{kind} {at}, {next_kind} {then}: not one after the other of {list(before)}"]
    if not media.startswith("multipart/") or stream.held["w"] == whole:
        found.append(f"without increments: {media}")
    gone = set(before[list(before)[1]]["property-map"]) - set(
        stream.held["s"][list(before)[1]]["property-map"])
    if not gone:
        found.append(f"the same elements: {stream.held['s']}")
    if next_kind == streams.MERGE and any(
            json.loads(properties)["property-map"].get(g, 0) is not None for g in gone):
        found.append(f"{gone} without null: {properties}")
    if any(g.removeprefix(".ane:") in json.dumps(stream.held["s"][first]) for g in gone):
        found.append(f"{gone} in {stream.held['s'][first]}")
    fresh = streams.fresh(base, context.entries[name], wanted["input"])
    for s in ("s", "w"):
        if not streams.same((list(stream.held[s].values()), True), fresh):
            found.append(f"{s} holds {stream.held[s]}")
    stream.close()
    return found


def data_set(programs, named, vectors_file, keep=False, with_generic=False):
    """[(vector id, differences)] of one data set."""
    name, data, file = named
    vectors = [v for v in load(vectors_file) if v.belongs(name)]
    if not vectors:
        return []
    printed = directories(vectors_file, file)
    directory_requests(vectors)
    directory_requests(printed)
    plan = views.Plan(name, vectors, printed)
    needs_pv_entry(plan, vectors)
    docs = Builder(data, plan.kind_of, plan.calendar_of, plan.unfilled_maps()).build()
    view = views.view_of(plan, docs)
    server = Daemon(programs, docs.files, view)
    try:
        server.start()
        context = Context(server)
        results = [(f"{name} {v.id} {v.title}", result(server, context, v, data, view))
                   for v in vectors]
        found, following = streams.follow_all(server.url.geturl(), context, vectors)
        results.append((f"{name} followed", found))
        results += [(f"{name} {n}", found) for n, found in
                    generic.run(server.url.geturl() + "/directory")] if with_generic else []
        if with_generic:
            results.append((f"{name} changes", changes(server, docs)))
            results.append((f"{name} changes-followed", following and following.check()))
            results.append((f"{name} footprint-followed", footprint_followed(server, docs)))
            results.append((f"{name} elements-followed",
                            elements_followed(server, docs, vectors)))
            results.append((f"{name} restarted", restarted(server, names_of(server))))
        if keep and any(r[1] for r in results):
            print(json.dumps(view, indent=1), *docs.files, server.said(), sep="\n")
    finally:
        server.stop()
    return results


# --- objects of advertisements ---

def cdni_objects(programs, vectors_file):
    """RFC 8008 section 5: objects of all payload types are served, and found by their values; RFC
    9241 section 6.1: footprints and entities."""
    vectors = [v for v in load(vectors_file) if v.kind in ("capability-object", "mapping")]
    if not vectors:
        return []
    text = lambda v: v.raw["response"]
    objects = {v.id: json.loads(text(v)) for v in vectors if v.kind == "capability-object"}
    footprints = [json.loads(x) for v in vectors if v.kind == "mapping"
                  for x in (v.raw["request"], text(v)) if "footprint-type" in x]
    first = next(iter(objects))
    listed = [{**o, "footprints": footprints} if i == first else o for i, o in objects.items()]
    vtag = {"vtag": {"resource-id": "objects", "tag": "1"}}
    view = {"merged": False, "cost-types": {}, "resources": [
        {"id": "objects", "path": "/cdni", "document": "cdni.json"},
        {"id": "part", "path": "/cdni/part", "kind": "filtered-cdni", "document": "cdni.json",
         "uses": ["objects"]},
        {"id": "areas", "path": "/areas", "kind": "property-map", "document": "cdni.json",
         "uses": ["objects"], "mappings": {"ipv4": ["objects.cdni-capabilities"]}}]}
    server = Daemon(programs, {"cdni.json": {"meta": vtag, "cdni-advertisement": {
        "capabilities-with-footprints": listed}}}, view)
    member = lambda reply: (reply.json() or {}).get("cdni-advertisement", {}).get(
        "capabilities-with-footprints")
    results = []
    try:
        server.start()
        whole = member(server.get("/cdni"))
        for name, one in objects.items():
            reply = server.ask("POST", "/cdni/part", {
                "Content-Type": "application/alto-cdnifilter+json"}, {"cdni-capabilities": [one]})
            found = [] if one in [{k: v for k, v in o.items() if k != "footprints"}
                                  for o in whole] else ["it is not served"]
            if one not in [{k: v for k, v in o.items() if k != "footprints"}
                           for o in member(reply) or []]:
                found.append(f"not found by its value: {reply.raw}")
            results.append((f"objects {name} {one['capability-type']}", found))
        areas = set(server.get("/areas").json()["property-map"])
        for v in (v for v in vectors if v.kind == "mapping"):
            names = re.findall(r"ipv4:[0-9./]+", v.raw["request"] + text(v))
            told = {compare.key_of(a) for a in areas}
            results.append((f"objects {v.id} {v.title}", [
                f"{n} is not among {areas}" for n in names if compare.key_of(n) not in told]))
    finally:
        server.stop()
    return results


# --- minimal constraints ---

def constraint_documents(cases):
    files, resources = {}, []
    for c, case in enumerate(cases):
        src = "ipv4:192.0.2.1"
        paths = {f"ipv4:198.51.100.{i + 1}": [f"e{k}" for k, (flows, _) in
                                             enumerate(case["constraints"]) if i in flows]
                 for i in range(case["n"])}
        files[f"case{c}.json"] = {
            "meta": {"cost-type": views.PATH_VECTOR}, "endpoint-cost-map": {src: paths},
            "property-map": {f".ane:e{k}": {"max-reservable-bandwidth": bound}
                             for k, (_, bound) in enumerate(case["constraints"])}}
        resources.append({"id": f"case{c}", "path": f"/case{c}", "kind": "path-vector",
                          "document": f"case{c}.json", "cost-types": ["pv"],
                          "properties": ["max-reservable-bandwidth"]})
    return files, {"merged": False, "cost-types": {"pv": views.PATH_VECTOR},
                   "resources": resources}


def constraints(programs, file):
    cases = json.loads(pathlib.Path(file).read_text())["cases"]
    server = Daemon(programs, *constraint_documents(cases))
    results = []
    try:
        server.start()
        for c, case in enumerate(cases):
            flows = [("ipv4:192.0.2.1", f"ipv4:198.51.100.{i + 1}") for i in range(case["n"])]
            rows = ask_region(server, f"/case{c}", flows)
            want = [(frozenset(s), b) for s, b in case["minimal"]]
            found = []
            if rows is None:
                found = ["no path vectors"]
            elif not region.equal(rows, want, case["n"]):
                found = [f"another region: {rows}, not {want}"]
            elif not case["has_zero"] and set(rows) != set(want):
                found = [f"not minimal: {rows}, not {want}"]
            results.append((f"constraints {c} {case.get('name', '')}", found))
    finally:
        server.stop()
    return results


