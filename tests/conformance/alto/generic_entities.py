# SPDX-License-Identifier: Apache-2.0
"""Checks of property maps (RFC 9240), advertisements (RFC 9241) and path vectors (RFC 9275)."""

import ipaddress
import itertools
import re

from alto import compare, oracle
from alto.site import ID, check, is_refused, path_request, simple
from alto.views import PATH_VECTOR

NO_TEXTS = {"cdni-capabilities": list, "max-reservable-bandwidth": (int, float)}


# --- directory ---

@check("UP-IRD-01", "UP-IRD-02", "UP-IRD-03", "UP-IRD-04", "UP-IRD-05", "UP-IRD-06", "UP-IRD-07",
       "UP-IRD-08", "UP-IRD-09", "UP-IRD-10", "UP-IRD-11", "UP-IRD-12", "UP-IRD-14", "UP-IRD-15",
       "CDNI-P-01")
def mappings_name_their_resources(site):
    entries = site.of("property-map", "filtered-property-map")
    if not entries:
        return
    kinds = {"pid": ["network-map"], "ipv4": ["network-map"], "ipv6": ["network-map"],
             "cdni-capabilities": ["cdni-advertisement"],
             "ane": ["property-map", "filtered-property-map"]}
    offered = {p for e in site.of("endpoint-property") for p in e["capabilities"]["prop-types"]}
    for e in entries:
        mappings = e.get("capabilities", {}).get("mappings", {})
        if not mappings or not all(mappings.values()):
            yield f"{e['id']}: mappings {mappings}"
        names = list(mappings) + list(itertools.chain(*mappings.values()))
        for name in names:
            if name.count(".") == 1 and not name.startswith("."):
                owner, what = name.split(".")
                if owner not in e.get("uses", []):
                    yield f"{e['id']}: {owner} is not in uses"
                if what in ("asn", "countrycode") or (what in kinds and site.entries.get(
                        owner, {}).get("kind") not in kinds[what]):
                    yield f"{e['id']}: {name}"
        for domain in mappings:
            if not re.fullmatch(r"([0-9A-Za-z@:_-]{0,64}\.)?(priv:)?[0-9A-Za-z_-]{1,64}", domain):
                yield f"{e['id']}: domain {domain}"
        legacy = {n for d in ("ipv4", "ipv6") for n in mappings.get(d, []) if n.endswith(".pid")}
        if not legacy <= offered:
            yield f"{e['id']}: no endpoint properties {sorted(legacy - offered)}"


@check("PV-IRD-01", "PV-IRD-02", "PV-IRD-03", "PV-IRD-04", "PV-IRD-05", "PV-IRD-06", "PV-IRD-08",
       "PV-IRD-09", "B-113")
def path_vectors_in_the_directory(site):
    for e in site.of("path-vector", "path-vector-cost-map"):
        caps = e.get("capabilities", {})
        vector = [n for n, k in site.types_of(e) if k and simple(k) == PATH_VECTOR]
        if not vector or caps.get("cost-constraints") or \
                set(vector) & set(caps.get("testable-cost-type-names", [])):
            yield f"{e['id']}: {caps}"
        if "persistent-entity-id" in caps.get("ane-property-names", []):
            used = [site.entries.get(u, {}).get("media-type") for u in e.get("uses", [])]
            if "application/alto-propmap+json" not in used:
                yield f"{e['id']}: persistent names of no property map"
        if len(e["id"]) > 31:
            yield f"{e['id']}: no room for a part's name"


@check("CDNI-01", "CDNI-02", "CDNI-F-01")
def cdni_in_the_directory(site):
    for e in site.of("cdni-advertisement", "filtered-cdni"):
        if e.get("capabilities"):
            yield f"{e['id']}: {e['capabilities']}"


# --- replies ---

def values_are_texts(told):
    """RFC 9240 section 7.6: texts or null, unless an extension says otherwise; a property of our
    own is such an extension, and so are those of elements (section 10.9)."""
    for entity, values in told.items():
        for name, value in values.items() if ".ane:" not in entity else ():
            kind = NO_TEXTS.get(name.split(".")[-1], str)
            if value is not None and not name.startswith("priv:") and \
                    (isinstance(value, bool) or not isinstance(value, kind)):
                yield f"{entity} {name}: {value!r}"


def all_mapped(site, entry, mappings):
    """Entities that stand for themselves, not for a resource, have what the directory says: asked
    for by name, a full map has no more of them."""
    full = site.get(entry).json()["property-map"]
    parts = [p for p in site.of("filtered-property-map")
             if p["capabilities"]["mappings"] == mappings]
    for part in parts[:1]:
        names = [e for e in full if "." not in e.split(":")[0]][:50]
        told = site.post(part, {"entities": names, "properties": []}).json()["property-map"]
        for entity in names:
            if not set(full[entity]) <= set(told.get(entity, {})):
                yield f"{entity}: {told.get(entity)}, in full {full[entity]}"


@check("UP-GET-01", "UP-GET-02", "UP-GET-03", "UP-GET-04", "UP-GET-05", "UP-GET-07", "UP-GET-11",
       "UP-FLT-02", "UP-FLT-03", "UP-FLT-05", "UP-FLT-11", "UP-FLT-15")
def property_maps(site):
    for e in site.of("property-map"):
        body = site.get(e).json()
        yield from (f"{e['id']}: {x}" for x in oracle.check("property-map", body))
        if "vtag" not in body["meta"] or \
                [t["resource-id"] for t in body["meta"].get("dependent-vtags", [])] != \
                e.get("uses", []):
            yield f"{e['id']}: meta {body['meta']}"
        mappings = e["capabilities"]["mappings"]
        for entity, values in body["property-map"].items():
            domain = max((d for d in mappings if entity.startswith(d + ":")), key=len, default=None)
            if domain is None or not set(values) <= set(mappings[domain]):
                yield f"{e['id']}: {entity} {sorted(values)}"
        yield from (f"{e['id']}: {x}" for x in values_are_texts(body["property-map"]))
        yield from (f"{e['id']}: {x}" for x in all_mapped(site, e, mappings))
    for e in site.of("filtered-property-map"):
        whole = site.post(e, {"entities": [], "properties": []}).json()
        every = whole["property-map"]
        if "uses" not in e and "dependent-vtags" in whole["meta"]:
            yield f"{e['id']}: depends on {whole['meta']['dependent-vtags']}, uses nothing"
        yield from (f"{e['id']}: {x}" for x in values_are_texts(every))
        names = site.post(e, {"entities": []}).json()["property-map"]
        if set(every) != set(names) or any(names.values()):
            yield f"{e['id']}: entities alone"
        yield from (f"{e['id']}: {x}" for x in is_refused(
            site.post(e, {"entities": [], "properties": ["no-such"]}), "E_INVALID_FIELD_VALUE",
            "properties"))


def elements_have(parts, asked):
    """RFC 9275 sections 6.5.1 and 7.2.6: names of elements along each path, and of what was asked
    for no more."""
    vectors, properties = (p[1] for p in parts)
    for row in vectors.get("cost-map", vectors.get("endpoint-cost-map")).values():
        for path in row.values():
            if not isinstance(path, list) or not all(
                    isinstance(n, str) and ID.fullmatch(n) for n in path):
                yield f"path {path!r}"
    for entity, values in properties["property-map"].items():
        bandwidth = values.get("max-reservable-bandwidth", 0)
        if not set(values) <= set(asked) or isinstance(bandwidth, (bool, str)) or bandwidth < 0:
            yield f"{entity} {values}, asked for {asked}"


@check("PV-MP-01", "PV-MP-02", "PV-MP-03", "PV-MP-04", "PV-MP-05", "PV-MP-06", "PV-MP-07",
       "PV-MP-08", "PV-MP-11", "PV-MP-12", "PV-CM-01", "PV-CM-04", "PV-CM-05", "PV-CM-06",
       "PV-PM-01", "PV-PM-03",
       "PV-PM-04", "PV-PM-07", "PV-PM-10", "PV-PM-13")
def path_vectors(site):
    for e in site.of("path-vector", "path-vector-cost-map"):
        names = e["capabilities"].get("ane-property-names", [])
        for accept_value, asked in ((f"{e['media-type']},application/alto-error+json", names[:1]),
                                    ("multipart/related", []), ("*/*", None)):
            wanted = {} if asked is None else {"ane-property-names": asked}
            reply = site.post(e, {**path_request(e, site.ends()), **wanted}, Accept=accept_value)
            parts = compare.split_parts(reply)
            if reply.status != 200 or parts is None:
                yield f"{e['id']}: {reply.status} {reply.media}"
                continue
            context = type("Context", (), {"resource_id": e["id"]})
            yield from (f"{e['id']}: {x}" for x in compare.envelope(parts, reply, context))
            yield from oracle.check(e["kind"], [p[1] for p in parts])
            yield from (f"{e['id']}: {x}" for x in elements_have(parts, asked or []))
        if not re.search(r'type="', reply.media or ""):
            yield f"{e['id']}: type is not quoted"


@check("PV-MP-09")
def multipart_starts_where_it_says(site):
    for e in site.of("path-vector", "path-vector-cost-map"):
        reply = site.post(e, path_request(e))
        start = re.search(r'start="?(<[^>]*>)', reply.media or "")
        parts = compare.split_parts(reply)
        if parts is None or (start and start[1] != parts[0][0].get("content-id")):
            yield f"{e['id']}: {reply.media}"


@check("PV-PM-12")
def ephemeral_elements_are_nobodys(site):
    """Names of elements that one answer made are no entities of anything else."""
    for e in site.of("path-vector"):
        types = [simple(k) for _, k in site.types_of(e) if k]
        if PATH_VECTOR not in types:
            continue
        parts = compare.split_parts(site.post(e, path_request(e, site.ends())))
        names = list(parts[1][1]["property-map"])[:1] or [".ane:ephemeral"]
        for other in site.of("filtered-property-map"):
            for name in [*names, f"{e['id']}{names[0]}"]:
                reply = site.post(other, {"entities": [name], "properties": []})
                told = (reply.json() or {}).get("property-map")
                if is_refused(reply, "E_INVALID_FIELD_VALUE", "entities") and \
                        (reply.status != 200 or any((told or {}).values())):
                    yield f"{other['id']} {name}: {reply.status} {reply.raw[:150]!r}"


def is_footprint(kind, value, pids):
    try:
        if kind in ("ipv4cidr", "ipv6cidr"):
            net = ipaddress.ip_network(value, strict=False)
            return f"ipv{net.version}cidr" == kind and "/" in value and (
                net.version == 4 or value.split("/")[0] == str(ipaddress.ip_address(
                    value.split("/")[0])))
    except ValueError:
        return False
    if kind == "altopid":
        return value in pids
    forms = {"asn": r"as(0|[1-9]\d*)", "countrycode": r"[a-z]{2}"}
    return kind not in forms or re.fullmatch(forms[kind], value) is not None


@check("CDNI-09", "CDNI-12")
def footprints(site):
    maps = site.maps()
    for e in site.of("cdni-advertisement"):
        body = site.get(e).json()
        used = [m for m in e.get("uses", []) if m in maps]
        pids = {p for m in used for p in maps[m]["network-map"]}
        tags = {t["resource-id"]: t["tag"] for t in body["meta"].get("dependent-vtags", [])}
        for m in used:
            if tags.get(m) != maps[m]["meta"]["vtag"]["tag"]:
                yield f"{e['id']}: tag of {m}"
        for one in body["cdni-advertisement"]["capabilities-with-footprints"]:
            for area in one.get("footprints") or []:
                yield from (f"{e['id']}: {area['footprint-type']} {v}"
                            for v in area["footprint-value"]
                            if not is_footprint(area["footprint-type"], v, pids))


@check("CDNI-03", "CDNI-04", "CDNI-05", "CDNI-F-03")
def cdni(site):
    for e in site.of("cdni-advertisement"):
        yield from (f"{e['id']}: {x}" for x in
                    oracle.check("cdni-advertisement", site.get(e).json()))
        for other in site.of("filtered-cdni"):
            told = site.post(other, {"cdni-capabilities": []}).json()
            yield from oracle.check("filtered-cdni", told)
