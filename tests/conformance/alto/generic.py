# SPDX-License-Identifier: Apache-2.0
"""Checks of any ALTO server that need nothing but the URL of its directory. Each names the items
of the conformance lists that it shows. A check yields differences; None: it does not apply."""

import ipaddress
import json
import re

from alto import compare, oracle
from alto import generic_costs, generic_entities, generic_http  # noqa: F401 (they register checks)
from alto.site import CHECKS, ID, Site, cells, check, is_refused, path_request, simple
from alto.views import PATH_VECTOR, plain


# --- directory ---

@check("B-001", "B-002", "B-031", "B-055")
def directory_is_served(site):
    for path, reply in site.replies.items():
        if reply.status != 200 or plain(reply.media) != "application/alto-directory+json":
            yield f"{path}: {reply.status} {reply.media}"
        elif reply.raw.startswith(b"\xef\xbb\xbf") or not reply.raw.decode():
            yield f"{path}: byte order mark"
        elif not isinstance(site.bodies[path].get("meta"), dict) or \
                not isinstance(site.bodies[path].get("resources"), dict):
            yield f"{path}: meta or resources"


@check("B-056", "B-073")
def default_network_map(site):
    name = site.bodies[site.root].get("meta", {}).get("default-alto-network-map")
    if name not in [e["id"] for e in site.of("network-map")]:
        yield f"default-alto-network-map {name!r}"


@check("B-058", "B-086", "B-087", "B-110", "B-114", "B-115", "B-264", "B-274", "B-279")
def cost_types_are_well_formed(site):
    known = {"routingcost", "delay-ow", "delay-rt", "delay-variation", "lossrate", "hopcount",
             "tput", "bw-residual", "bw-available", "ane-path"}
    for path, body in site.bodies.items():
        for name, kind in body.get("meta", {}).get("cost-types", {}).items():
            metric, mode = kind.get("cost-metric", ""), kind.get("cost-mode", "")
            if not re.fullmatch(r"[0-9A-Za-z:_.-]{1,32}", metric) or metric == "priv:" or \
                    not (metric.startswith("priv:") or metric.split(":")[0] in known):
                yield f"{path} {name}: metric {metric!r}"
            if mode not in ("numerical", "ordinal", "array") and not \
                    re.fullmatch(r"priv:[0-9A-Za-z:_-]{1,27}", mode):
                yield f"{path} {name}: mode {mode!r}"
            if not isinstance(kind.get("description", ""), str):
                yield f"{path} {name}: description"
            source = kind.get("cost-context", {}).get("cost-source", "estimation")
            if source not in ("nominal", "sla", "estimation"):
                yield f"{path} {name}: cost-source {source!r}"


@check("B-060", "B-229", "B-230", "B-294", "B-295", "B-296", "B-297")
def cost_type_names_are_defined(site):
    for e in site.entries.values():
        caps = e.get("capabilities", {})
        offered = caps.get("cost-type-names", [])
        for name, kind in site.types_of(e):
            if kind is None:
                yield f"{e['id']}: {name} is not defined"
        tested = caps.get("testable-cost-type-names")
        if tested is not None and (not tested or not set(tested) <= set(offered)
                                   or caps.get("cost-constraints")):
            yield f"{e['id']}: testable-cost-type-names {tested}"
        named = [n for c in caps.get("calendar-attributes", []) for n in c["cost-type-names"]]
        if len(set(named)) != len(named) or not set(named) <= set(offered):
            yield f"{e['id']}: calendar-attributes of {named}"
        for c in caps.get("calendar-attributes", []):
            if c["time-interval-size"] < 0 or c["number-of-intervals"] < 1:
                yield f"{e['id']}: calendar {c}"


@check("B-061", "B-062", "B-063", "B-091", "UP-IRD-13")
def ids_and_entries(site):
    yield from (f"{n} is there twice" for n in site.doubles)
    for name, e in site.entries.items():
        if not ID.fullmatch(name):
            yield f"id {name!r}"
        if not isinstance(e.get("uri"), str) or not isinstance(e.get("media-type"), str):
            yield f"{name}: uri or media-type"


@check("B-068", "B-069", "B-166", "B-082", "B-083")
def uses(site):
    for e in site.entries.values():
        for name in e.get("uses", []):
            if name not in site.entries:
                yield f"{e['id']} uses {name}, which is nowhere"
        if e["kind"] in ("cost-map", "filtered-cost-map", "filtered-network-map"):
            maps = [u for u in e.get("uses", [])
                    if site.entries.get(u, {}).get("kind") == "network-map"]
            if not maps:
                yield f"{e['id']} uses no network map"
        if e["kind"] in ("endpoint-cost", "endpoint-property") and e.get("uses"):
            yield f"{e['id']} uses {e['uses']}"


@check("B-074", "B-075")
def routingcost_is_there(site):
    full = [k for e in site.of("cost-map") for _, k in site.types_of(e)]
    if "routingcost" not in [k["cost-metric"] for k in full if k]:
        yield "no full cost map of routingcost"
    modes = {k["cost-mode"] for b in site.bodies.values()
             for k in b.get("meta", {}).get("cost-types", {}).values()}
    if not modes & {"numerical", "ordinal"}:
        yield f"cost modes {modes}"


@check("B-076", "B-081", "B-117", "B-118")
def every_map_has_pid_property(site):
    offered = {p for e in site.of("endpoint-property")
               for p in e.get("capabilities", {}).get("prop-types", [])}
    for e in site.of("endpoint-property"):
        for name in e.get("capabilities", {}).get("prop-types", []) or ["(none)"]:
            if not re.fullmatch(r"([0-9A-Za-z@:_-]{1,64}\.)?[0-9A-Za-z:_-]{1,32}", name) or \
                    name in ("pid", "priv:"):
                yield f"{e['id']}: {name}"
    for m in site.of("network-map"):
        if f"{m['id']}.pid" not in offered:
            yield f"{m['id']}.pid is nowhere"


@check("B-077", "B-078", "B-079", "B-232", "B-281", "B-299")
def cost_maps_have_one_type(site):
    seen = {}
    for e in site.of("cost-map", "filtered-cost-map"):
        types = site.types_of(e)
        if not types or (e["kind"] == "cost-map" and len(types) != 1):
            yield f"{e['id']}: cost types {types}"
        caps = e.get("capabilities", {})
        if e["kind"] == "cost-map":
            key = json.dumps(simple(types[0][1]), sort_keys=True) + str(e.get("uses"))
            if key in seen:
                yield f"{e['id']} and {seen[key]} are of the same type"
            seen[key] = e["id"]
            if "max-cost-types" in caps or "calendar-attributes" in caps:
                yield f"{e['id']}: {caps}"
        pairs = [json.dumps(simple(k), sort_keys=True) for _, k in types if k]
        if len(set(pairs)) != len(pairs):
            yield f"{e['id']}: a type under two names"


@check("B-067", "B-220")
def capabilities_of_costs(site):
    """Endpoint costs have those of filtered cost maps; what has none may leave them out."""
    for e in site.entries.values():
        if not isinstance(e.get("capabilities", {}), dict):
            yield f"{e['id']}: capabilities {e['capabilities']!r}"
    for e in site.of("filtered-cost-map", "endpoint-cost"):
        caps = e.get("capabilities", {})
        if not site.types_of(e) or any(k is None for _, k in site.types_of(e)):
            yield f"{e['id']}: cost-type-names {caps.get('cost-type-names')}"
        if not isinstance(caps.get("cost-constraints", False), bool) or \
                not isinstance(caps.get("max-cost-types", 0), int):
            yield f"{e['id']}: {caps}"


# --- HTTP ---

@check("B-005", "B-006", "B-007", "B-020", "B-066", "PV-IRD-10", "UP-GET-12")
def methods(site):
    for e in site.entries.values():
        wrong = "GET" if "accepts" in e else "POST"
        body = None if wrong == "GET" else "{}"
        reply = site.server.ask(wrong, e["path"], {"Accept": "*/*"}, body)
        right = "POST" if "accepts" in e else "GET"
        if reply.status != 405 or right not in reply.headers.get("allow", ""):
            yield f"{e['id']}: {wrong} gives {reply.status}, Allow {reply.headers.get('allow')}"
        for method in ("PUT", "DELETE"):
            if site.server.ask(method, e["path"]).status != 405:
                yield f"{e['id']}: {method}"
        reply = site.server.ask("OPTIONS", e["path"])
        if reply.status not in (200, 204) or right not in reply.headers.get("allow", ""):
            yield f"{e['id']}: OPTIONS gives {reply.status}"


@check("B-009", "B-010", "B-011", "B-012", "B-014")
def accept(site):
    for e in site.entries.values():
        if e["kind"] is None:
            continue
        body = None if "accepts" not in e else "{"
        method = "GET" if body is None else "POST"
        kind = {"Content-Type": e["accepts"]} if body else {}
        for value, good in (("text/html", False), (f"{e['media-type']};q=0", False),
                            ("application/*;q=0.5 , */* ;q=0.1", True), (None, True),
                            ("*/*", True), (e["media-type"].upper(), True)):
            headers = {**kind, **({"Accept": value} if value else {})}
            reply = site.server.ask(method, e["path"], headers, body)
            if value and "multipart" in e["media-type"] and value.endswith("q=0"):
                continue  # q would be read as a parameter of the type
            if (reply.status == 406) == good:
                yield f"{e['id']}: Accept {value} gives {reply.status}"
            if good and body and reply.status == 400 and \
                    plain(reply.media) != "application/alto-error+json":
                yield f"{e['id']}: error of type {reply.media}"


@check("B-015", "B-016", "B-017")
def content_type(site):
    for e in site.entries.values():
        if "accepts" not in e or e["kind"] is None:
            continue
        for value, good in (("application/json", False), ("text/plain", False), (None, False),
                            (e["accepts"].upper(), True),
                            (e["accepts"] + "; charset=utf-8", True)):
            headers = {"Content-Type": value} if value else {}
            reply = site.server.ask("POST", e["path"], headers, "{")
            if (reply.status == 415) == good or (not good and reply.status != 415):
                yield f"{e['id']}: Content-Type {value} gives {reply.status}"


LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
CONDITIONS = (
    ({"If-None-Match": 'W/TAG, "x"'}, 304), ({"If-None-Match": "*"}, 304),
    ({"If-Modified-Since": LONG_AGO}, 200), ({"If-Modified-Since": "yesterday"}, 200),
    ({"If-None-Match": "TAG", "If-Modified-Since": LONG_AGO}, 304),
    ({"If-Match": "TAG"}, 200), ({"If-Match": "*"}, 200), ({"If-Match": '"x"'}, 412),
    ({"If-Match": "W/TAG"}, 412), ({"If-Unmodified-Since": LONG_AGO}, 412),
    ({"If-Match": "TAG", "If-Unmodified-Since": LONG_AGO}, 200),
    ({"If-Match": '"x"', "If-None-Match": "TAG"}, 412))


@check("B-019", "B-023", "B-024", "B-128", "B-030", "B-288")
def caching(site):
    """Who has it is told so; conditions that are not met are refused."""
    for e in site.of("network-map", "cost-map", "property-map", "cdni-advertisement"):
        first = site.get(e)
        head = site.server.ask("HEAD", e["path"], {"Accept": "*/*"})
        if head.raw or head.status != first.status or head.media != first.media or \
                head.headers.get("etag") != first.headers.get("etag"):
            yield f"{e['id']}: HEAD"
        tag = first.headers.get("etag")
        if not tag:
            yield f"{e['id']}: no ETag"
            continue
        again = site.get(e, **{"If-None-Match": tag})
        if again.status != 304 or again.raw:
            yield f"{e['id']}: If-None-Match gives {again.status}"
        told = again.headers.get("content-length", str(len(first.raw)))
        if told != str(len(first.raw)):  # RFC 9110 section 8.6
            yield f"{e['id']}: 304 with Content-Length {told}"
        if site.get(e).raw != first.raw or site.get(e, **{"If-None-Match": '"x"'}).status != 200:
            yield f"{e['id']}: another body or tag"
        if not first.headers.get("last-modified"):
            yield f"{e['id']}: no Last-Modified"
        for headers, status in CONDITIONS:  # RFC 9110 section 13.2.2
            got = site.get(e, **{k: v.replace("TAG", tag) for k, v in headers.items()})
            if got.status != status or bool(got.raw) != (status == 200):
                yield f"{e['id']}: {headers} gives {got.status}"
        if "set-cookie" in first.headers:
            yield f"{e['id']}: a cookie"


@check("B-032")
def representations(site):
    """What depends on request headers says so; nothing is packed for who can't unpack it."""
    for e in site.of("network-map", "cost-map", "property-map", "cdni-advertisement"):
        first, packed = site.get(e), site.get(e, **{"Accept-Encoding": "gzip"})
        if "content-encoding" in first.headers:
            yield f"{e['id']}: packed unasked"
        differs = "content-encoding" in packed.headers
        if differs and "accept-encoding" not in packed.headers.get("vary", "").lower():
            yield f"{e['id']}: Vary does not name Accept-Encoding"
    for e in site.of("path-vector", "path-vector-cost-map"):
        forms = [e["media-type"].replace('"', ""), "*/*"]
        replies = [site.server.ask("POST", e["path"], {
            "Accept": f, "Content-Type": e["accepts"]}, path_request(e)) for f in forms]
        kinds = {re.sub("boundary=[^;]*", "", r.media or "") for r in replies}
        if len(kinds) > 1 and any("accept" not in r.headers.get("vary", "").lower()
                                  for r in replies if r.status == 200):
            yield f"{e['id']}: Vary does not name Accept"


@check("B-008")
def unknown_path(site):
    reply = site.server.get("/no/such/resource")
    if reply.status != 404:
        yield f"status {reply.status}"


@check("B-018")
def one_host(site):
    reply = site.server.ask("GET", site.root, {"Host": "another.example"})
    if reply.status != 400:
        yield f"two Host lines give {reply.status}"


@check("B-054")
def refusals_of_http_are_no_data(site):
    e = site.of("network-map", "directory", "cost-map") or list(site.entries.values())
    for reply in (site.server.get("/no/such/resource"),
                  site.server.ask("DELETE", e[0]["path"]),
                  site.server.get(e[0]["path"], "text/html")):
        if reply.raw and plain(reply.media).startswith("application/alto-") and \
                plain(reply.media) != "application/alto-error+json":
            yield f"{reply.status} with {reply.media}"


@check("B-004")
def query_strings_play_no_part(site):
    for e in site.of("network-map")[:1]:
        if site.server.get(e["path"] + "?pids=x").raw != site.get(e).raw:
            yield "another body"


# --- errors ---

@check("B-033", "B-034", "B-035", "B-036", "B-038", "B-051", "B-053", "B-367", "PV-MP-10")
def bodies_that_are_no_json(site):
    bad = [b"", b"{", b"{}{}", b"{'a':1}", b'{"a":1,}', b'{"a":NaN}', b'{"a":"\n"}',
           b'{"a":"\xff"}', b'\xef\xbb\xbf{}', b'{"a":1,"a":2}', b"[" * 5000]
    for e in site.entries.values():
        if "accepts" not in e or e["kind"] is None:
            continue
        for body in bad:
            reply = site.post(e, body)
            yield from (f"{e['id']} {body[:12]!r}: {x}" for x in is_refused(reply, "E_SYNTAX"))
            told = reply.json() or {}
            if set(told) != {"meta"}:
                yield f"{e['id']}: members {sorted(told)}"
        for body in ("[]", "5", '"x"', "null"):
            reply = site.post(e, body)
            if reply.status != 400 or (reply.json() or {}).get("meta", {}).get("code") not in (
                    "E_SYNTAX", "E_INVALID_FIELD_TYPE"):
                yield f"{e['id']} {body}: {reply.status}"


FIELDS = {  # required members, and one of a wrong type
    "filtered-network-map": [("pids", "x", 5)],
    "filtered-cost-map": [("cost-type", "x", None)],
    "endpoint-cost": [("cost-type", "x", None)],
    "endpoint-property": [("properties", "x", 5)],
    "filtered-property-map": [("entities", "x", 5)],
    "filtered-cdni": [("cdni-capabilities", "x", 5)],
}


@check("B-037", "B-039", "B-041", "B-042", "B-044", "B-045", "B-047", "B-048", "B-156", "B-193",
       "UP-FLT-01", "UP-FLT-27", "CDNI-F-04")
def members_missing_or_of_wrong_type(site):
    for e in site.of(*FIELDS):
        for field, wrong, element in FIELDS[e["kind"]]:
            found = is_refused(site.post(e, {}), "E_MISSING_FIELD", field)
            found += is_refused(site.post(e, {field: wrong}), "E_INVALID_FIELD_TYPE", field)
            if element is not None:
                reply = site.post(e, {field: [element]})
                found += is_refused(reply, "E_INVALID_FIELD_VALUE", field)
                meta = (reply.json() or {}).get("meta", {})
                if meta.get("value", str(element)) != str(element):
                    found.append(f"value {meta.get('value')!r}")
            yield from (f"{e['id']} {field}: {x}" for x in found)


# --- maps ---

@check("B-090", "B-121", "B-122", "B-123", "B-125", "B-126", "B-093", "B-094", "B-098", "B-101",
       "B-108", "B-109")
def network_maps_are_well_formed(site):
    for name, body in site.maps().items():
        yield from oracle.check("network-map", body)
        if body["meta"]["vtag"]["resource-id"] != name or \
                not compare.is_tag(body["meta"]["vtag"]["tag"]):
            yield f"{name}: {body['meta']}"
        for pid, groups in body["network-map"].items():
            if not re.fullmatch(r"[0-9A-Za-z:@_.-]{1,64}", pid):
                yield f"{name}: PID {pid!r}"
            for kind, prefixes in groups.items():
                for text in prefixes:
                    net = ipaddress.ip_network(text)  # host bits are an error
                    if str(net) != text or f"ipv{net.version}" != kind:
                        yield f"{name} {pid}: {text}"


def owners(body):
    out = {}
    for pid, groups in body["network-map"].items():
        for prefixes in groups.values():
            for text in prefixes:
                out.setdefault(ipaddress.ip_network(text), set()).add(pid)
    return out


def pid_of(body, address):
    best = None
    for net, pids in owners(body).items():
        if address in net and (best is None or net.prefixlen > best[0].prefixlen):
            best = net, pids
    return next(iter(best[1])) if best else None


@check("B-135")
def no_prefix_in_two_pids(site):
    for name, body in site.maps().items():
        yield from (f"{name}: {net} in {sorted(pids)}" for net, pids in owners(body).items()
                    if len(pids) > 1)


@check("B-131", "B-138", "B-139", "B-141", "B-192", "B-197", "B-200", "B-204", "B-206")
def pid_is_that_of_the_longest_prefix(site):
    for name, body in site.maps().items():
        entry = next((e for e in site.of("endpoint-property") if f"{name}.pid" in
                      e["capabilities"]["prop-types"]), None)
        if not entry:
            continue
        places = []
        for net in list(owners(body))[:200]:
            places += [net[0], net[-1]]
        texts = {f"ipv{a.version}:{a}": a for a in places
                 if not (a.version == 6 and a.ipv4_mapped)}
        if not texts:
            continue
        reply = site.post(entry, {"properties": [f"{name}.pid"], "endpoints": list(texts)})
        told = compare.keyed((reply.json() or {}).get("endpoint-properties", {}))
        tags = (reply.json() or {}).get("meta", {}).get("dependent-vtags")
        if tags != [body["meta"]["vtag"]]:
            yield f"{entry['id']}: dependent-vtags {tags}"
        for text, address in texts.items():
            want = pid_of(body, address)
            if told.get(text, {}).get(f"{name}.pid") != want:
                yield f"{name}: {text} is in {told.get(text)}, not {want}"


@check("B-143", "B-144", "B-145", "B-146", "B-119", "B-148", "B-151", "B-178")
def cost_maps_are_well_formed(site):
    maps = site.maps()
    for e in site.of("cost-map"):
        body = site.get(e).json()
        yield from (f"{e['id']}: {x}" for x in oracle.check("cost-map", body))
        used = next(u for u in e["uses"] if u in maps)
        if body["meta"]["dependent-vtags"] != [maps[used]["meta"]["vtag"]]:
            yield f"{e['id']}: {body['meta']}"
        if simple(body["meta"]["cost-type"]) != simple(site.types_of(e)[0][1]):
            yield f"{e['id']}: cost-type"
        pids = set(maps[used]["network-map"])
        named = {d for row in body["cost-map"].values() for d in row} | set(body["cost-map"])
        if not named <= pids:
            yield f"{e['id']}: PIDs of no map"


@check("B-155", "B-157", "B-158", "B-159", "B-160", "B-161", "B-162", "B-165", "B-049", "B-050",
       "B-090", "B-092")
def filtered_network_map_is_part_of_the_full_one(site):
    for e in site.of("filtered-network-map"):
        full = next(site.get(site.entries[u]).json() for u in e["uses"])
        pids = sorted(full["network-map"])
        cases = [({"pids": []}, pids), ({"pids": [], "address-types": [], "x-y": 1}, pids),
                 ({"pids": pids[:1] * 2}, pids[:1]),
                 ({"pids": ["no such PID", *pids[:2]]}, pids[:2]),
                 ({"pids": ["no-such"]}, []), ({"pids": [pids[0].swapcase() + "-x"]}, [])]
        for body, want in cases:
            told = site.post(e, body).json() or {}
            if told.get("network-map") != {p: full["network-map"][p] for p in want} or \
                    told.get("meta") != full["meta"]:
                yield f"{e['id']} {body}"
        for wrong in ("a b", "a/b", "a#b", "caf\u00e9", "", "x" * 65):  # no names: none has them
            reply = site.post(e, {"pids": [wrong]})
            if not is_nothing(reply, "network-map") and \
                    is_refused(reply, "E_INVALID_FIELD_VALUE", "pids"):
                yield f"{e['id']} {wrong!r}: {reply.status} {reply.raw[:100]!r}"
        told = site.post(e, {"pids": [], "address-types": ["ipv6", "mac48"]}).json()
        if any(set(g) - {"ipv6"} for g in told["network-map"].values()):
            yield f"{e['id']}: address types"


def is_nothing(reply, member):
    return reply.status == 200 and (reply.json() or {}).get(member) == {}


def full_of(site, entry, kind):
    """The full cost map of a type over the same network map."""
    for e in site.of("cost-map"):
        if set(e["uses"]) & set(entry["uses"]) and simple(site.types_of(e)[0][1]) == kind:
            return site.get(e).json()["cost-map"]
    return None


@check("B-167", "B-171", "B-172", "B-174", "B-175", "B-176", "B-177", "B-184", "B-191", "B-300")
def filtered_cost_map_is_part_of_the_full_one(site):
    for e in site.of("filtered-cost-map"):
        for _, kind in site.types_of(e):
            full = full_of(site, e, simple(kind))
            if not full or kind["cost-mode"] != "numerical":
                continue
            pids = sorted(set(full) | {d for row in full.values() for d in row})
            some = pids[:3]
            part = lambda srcs, dsts: {s: row for s in srcs if s in full for row in
                                       [{d: full[s][d] for d in dsts if d in full[s]}] if row}
            ask = lambda pick: (site.post(e, {"cost-type": kind, **pick}).json()
                                or {}).get("cost-map")
            cases = [({}, full), ({"pids": {"srcs": [], "dsts": []}}, full),
                     ({"pids": {"srcs": some + some, "dsts": []}}, part(some, pids)),
                     ({"pids": {"srcs": [], "dsts": [*some, "no-such"]}}, part(pids, some)),
                     ({"pids": {"srcs": ["no-such"], "dsts": []}}, {})]
            for pick, want in cases:
                if ask(pick) != want:
                    yield f"{e['id']} {simple(kind)} {json.dumps(pick)[:100]}"


@check("B-120", "B-179", "B-222", "B-292")
def ranks_agree_with_costs(site):
    for e in site.of("filtered-cost-map"):
        kinds = [simple(k) for _, k in site.types_of(e) if k]
        for kind in kinds:
            numbers = {**kind, "cost-mode": "numerical"}
            if kind["cost-mode"] != "ordinal" or numbers not in kinds:
                continue
            ranks, costs = (cells(site.post(e, {"cost-type": k}).json()["cost-map"])
                            for k in (kind, numbers))
            order = -1 if re.match(r"bw-|tput", kind["cost-metric"]) else 1
            sort = sorted(costs, key=lambda p: order * costs[p])
            if set(ranks) != set(costs) or any(not isinstance(r, int) or r < 0
                                               for r in ranks.values()):
                yield f"{e['id']} {kind}: pairs or values"
            if any(ranks[a] > ranks[b] for a, b in zip(sort, sort[1:])):
                yield f"{e['id']} {kind}: order"


@check("B-180", "B-181", "B-182", "B-183", "B-186", "B-187", "B-231", "B-219")
def constraints(site):
    for e in site.of("filtered-cost-map"):
        kind = next((simple(k) for _, k in site.types_of(e)
                     if k and k["cost-mode"] == "numerical"), None)
        if not kind:
            continue
        if not e["capabilities"].get("cost-constraints"):
            continue
        ask = lambda c: site.post(e, {"cost-type": kind, "constraints": c})
        table = cells(ask([]).json()["cost-map"])
        bounds = sorted(set(table.values()))[len(set(table.values())) // 2:][:1]
        for bound in bounds:
            for op, holds in (("le", lambda v: v <= bound), ("lt", lambda v: v < bound),
                              ("ge", lambda v: v >= bound), ("gt", lambda v: v > bound),
                              ("eq", lambda v: v == bound)):
                told = cells(ask([f"{op} \t {bound!r}"]).json()["cost-map"])
                if told != {p: v for p, v in table.items() if holds(v)}:
                    yield f"{e['id']} {op} {bound}"
        for wrong in ("ne 100", "le", "le ten", "5", "", "LE 5", "le 5 6"):
            yield from (f"{e['id']} {wrong!r}: {x}" for x in
                        is_refused(ask([wrong]), "E_INVALID_FIELD_VALUE", "constraints"))


@check("B-080", "B-188")
def constraints_where_there_are_none(site):
    for e in site.of("filtered-cost-map", "endpoint-cost"):
        caps = e["capabilities"]
        if caps.get("cost-constraints") or "testable-cost-type-names" in caps:
            continue
        kind = simple(site.types_of(e)[0][1])
        rest = {"endpoints": {"dsts": ["ipv4:192.0.2.2"]}} if e["kind"] == "endpoint-cost" else {}
        reply = site.post(e, {"cost-type": kind, "constraints": ["ge 0"], **rest})
        yield from (f"{e['id']}: {x}" for x in
                    is_refused(reply, "E_INVALID_FIELD_VALUE", "constraints"))


@check("B-111", "B-116", "B-169", "B-170", "B-277")
def types_that_are_not_offered(site):
    for e in site.of("filtered-cost-map", "endpoint-cost"):
        rest = {"endpoints": {"srcs": ["ipv4:192.0.2.1"], "dsts": ["ipv4:192.0.2.2"]}} \
            if e["kind"] == "endpoint-cost" else {}
        kinds = [simple(k) for _, k in site.types_of(e) if k]
        for kind in ({"cost-mode": "foo", "cost-metric": kinds[0]["cost-metric"]},
                     {"cost-mode": kinds[0]["cost-mode"], "cost-metric": "delay-ow:p101"}):
            reply = site.post(e, {"cost-type": kind, **rest})
            yield from (f"{e['id']} {kind}: {x}" for x in
                        is_refused(reply, "E_INVALID_FIELD_VALUE"))
        reply = site.post(e, {"cost-type": {**kinds[0], "description": "x",
                                            "cost-context": {"cost-source": "sla"}}, **rest})
        if reply.status != 200:
            yield f"{e['id']}: a description gives {reply.status}"


@check("B-207", "B-209", "B-210", "B-211", "B-212", "B-215", "B-216", "B-217", "B-223", "B-225")
def endpoint_costs(site):
    for e in site.of("endpoint-cost"):
        kind = simple(site.types_of(e)[0][1])
        ask = lambda ends: site.post(e, {"cost-type": kind, "endpoints": ends})
        one = "ipv4:192.0.2.1"
        for ends, mine in (({"dsts": [one]}, "src"), ({"srcs": [one]}, "dst"),
                           ({"srcs": [], "dsts": [one]}, "src")):
            reply = ask(ends)
            if reply.status != 200 or simple(reply.json()["meta"]["cost-type"]) != kind or \
                    "dependent-vtags" in reply.json()["meta"]:
                yield f"{e['id']} {ends}: {reply.status}"
                continue
            rows = reply.json()["endpoint-cost-map"]
            here = f"ipv{ipaddress.ip_address(reply.sent[0]).version}:{reply.sent[0]}"
            names = list(rows) if mine == "src" else [d for r in rows.values() for d in r]
            if any(n != here for n in names):
                yield f"{e['id']} {ends}: {names}, not {here}"
        for ends in ({}, {"srcs": [], "dsts": []}):
            yield from (f"{e['id']} {ends}: {x}" for x in
                        is_refused(ask(ends), "E_INVALID_FIELD_VALUE", "endpoints"))
        reply = ask({"srcs": ["ipv4:192.0.2.0/24"], "dsts": [one]})
        if reply.status not in (200, 400):
            yield f"{e['id']}: a prefix gives {reply.status}"


BAD_ADDRESSES = ("ipv4:01.2.3.4", "ipv4:1.2.3", "ipv4:1.2.3.256", "ipv4:0x7f.1", "192.0.2.1",
                 "ipv4:2001:db8::", "ipv6:1.2.3.4", "ipv6:[::1]", "ipv6:fe80::1%eth0", "mac:00-11",
                 "ipv4:", "IPV4:192.0.2.1", "ipv6:1::2::3")
SAME = ("ipv6:2001:DB8::1", "ipv6:2001:db8:0:0:0:0:0:1", "ipv6:2001:0db8::0001",
        "ipv6:2001:db8::0.0.0.1")


@check("B-099", "B-100", "B-102", "B-103", "B-104", "B-105", "B-106", "B-107", "B-196", "B-205",
       "B-214", "B-199")
def addresses(site):
    for e in site.of("endpoint-property"):
        name = e["capabilities"]["prop-types"][0]
        ask = lambda ends: site.post(e, {"properties": [name], "endpoints": ends})
        for wrong in BAD_ADDRESSES:
            yield from (f"{e['id']} {wrong}: {x}" for x in is_refused(
                ask(["ipv4:192.0.2.1", wrong]), "E_INVALID_FIELD_VALUE", "endpoints"))
        told = (ask(list(SAME)).json() or {}).get("endpoint-properties", {})
        if len(told) != 1:
            yield f"{e['id']}: spellings of one address give {sorted(told)}"


# --- several types ---

@check("B-227", "B-228", "B-233", "B-235", "B-236", "B-237", "B-238", "B-239", "B-241", "B-242",
       "B-244", "B-263")
def several_types_agree_with_single_ones(site):
    for e in site.of("filtered-cost-map"):
        most = e["capabilities"].get("max-cost-types", 0)
        kinds = [simple(k) for _, k in site.types_of(e)
                 if k and k["cost-mode"] in ("numerical", "ordinal")][:most]
        if most == 0 or not kinds:
            continue
        single = [cells(site.post(e, {"cost-type": k}).json()["cost-map"]) for k in kinds]
        for order in (range(len(kinds)), range(len(kinds) - 1, -1, -1), [0]):
            asked = [kinds[i] for i in order]
            reply = site.post(e, {"multi-cost-types": asked}).json() or {}
            if reply.get("meta", {}).get("cost-type") != {} or \
                    reply["meta"].get("multi-cost-types") != asked:
                yield f"{e['id']}: meta {reply.get('meta')}"
                continue
            pairs = {p for i in order for p in single[i]}
            if cells(reply["cost-map"]) != {p: [single[i].get(p) for i in order] for p in pairs}:
                yield f"{e['id']}: {asked}"
        for wrong in ({"multi-cost-types": kinds[:1] * (most + 1)},
                      {"multi-cost-types": [{"cost-mode": "foo", "cost-metric": "x"}]},
                      {"multi-cost-types": kinds[:1], "cost-type": kinds[0]}):
            yield from (f"{e['id']}: {x}" for x in
                        is_refused(site.post(e, wrong), "E_INVALID_FIELD_VALUE"))
        yield from is_refused(site.post(e, {}), "E_MISSING_FIELD", "cost-type")


@check("B-245", "B-252", "B-253", "B-254", "B-257", "B-258", "B-260", "B-248")
def alternatives(site):
    for e in site.of("filtered-cost-map"):
        caps = e["capabilities"]
        kinds = [simple(k) for _, k in site.types_of(e) if k and k["cost-mode"] == "numerical"]
        if not caps.get("max-cost-types") or not caps.get("cost-constraints") or not kinds:
            continue
        ask = lambda more: site.post(e, {"multi-cost-types": kinds[:1], **more})
        table = cells((ask({}).json() or {}).get("cost-map", {}))
        values = sorted({v[0] for v in table.values()})
        low, high = values[0], values[-1]
        told = cells(ask({"or-constraints": [[f"[0] le {low!r}"], [f"ge {high!r}"]]}).json()
                     ["cost-map"])
        if told != {p: v for p, v in table.items() if v[0] <= low or v[0] >= high}:
            yield f"{e['id']}: or-constraints"
        middle = values[len(values) // 2]
        for all_of in ([f"[0] le {low!r}"], [f"ge {middle!r}", f"[0] lt {high!r}"]):
            forms = [ask(f).json()["cost-map"] for f in ({"constraints": all_of},
                                                         {"or-constraints": [all_of]})]
            if forms[0] != forms[1] or len(cells(forms[0])) >= len(table) > 1 < len(values):
                yield f"{e['id']}: one group of {all_of}"
        if caps["max-cost-types"] > 1 and len(kinds) > 1:  # pairs are dropped, not values
            two = {"multi-cost-types": kinds[:2]}
            both = cells(site.post(e, two).json()["cost-map"])
            kept = cells(site.post(e, {**two, "constraints": [f"[0] le {low!r}"]}).json()
                         ["cost-map"])
            if kept != {p: v for p, v in both.items() if v[0] is not None and v[0] <= low}:
                yield f"{e['id']}: with two types {kept}"
        for wrong in ({"constraints": ["le 1"], "or-constraints": [["le 1"]]},
                      {"or-constraints": [[]]}, {"or-constraints": []},
                      {"constraints": ["[1] le 1"]}, {"constraints": ["[-1] le 1"]},
                      {"constraints": ["[x] le 1"]}):
            yield from (f"{e['id']} {wrong}: {x}" for x in
                        is_refused(ask(wrong), "E_INVALID_FIELD_VALUE"))


def check_site(site):
    out = []
    for name, _, function in CHECKS:
        try:
            out.append((f"generic {name}", list(function(site))))
        except (LookupError, TypeError, ValueError, StopIteration, AttributeError) as e:
            out.append((f"generic {name}", [f"a reply is not of the expected form: {e!r}"]))
    return out


def run(url):
    return check_site(Site(url))
