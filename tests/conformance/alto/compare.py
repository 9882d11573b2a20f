# SPDX-License-Identifier: Apache-2.0
"""Structural comparison of replies: version tags and dates by their form and by consistency,
addresses as addresses, elements of path vectors by what they say."""

import datetime
import ipaddress
import re
import urllib.parse

from alto import region
from alto.views import plain

DATA = ("network-map", "cost-map", "endpoint-cost-map", "endpoint-properties", "property-map",
        "cdni-advertisement")
STREAMS = ("text/event-stream", "application/alto-tips+json")


def key_of(name):
    """Entities and endpoints by value."""
    match = re.fullmatch(r"(ipv[46]):([^/]+)(/\d+)?", name)
    if not match:
        return name
    try:
        address = ipaddress.ip_address(match[2])
    except ValueError:
        return name
    full = f"/{address.max_prefixlen}"
    return f"{match[1]}:{address}{match[3] if match[3] and match[3] != full else ''}"


def keyed(value):
    return {key_of(k): keyed(v) for k, v in value.items()} if isinstance(value, dict) else value


def is_tag(tag):
    return isinstance(tag, str) and re.fullmatch(r"[!-~]{1,64}", tag) is not None


def is_date(text):
    try:
        when = datetime.datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    except (ValueError, TypeError):
        return False
    return when.strftime("%a, %d %b %Y %H:%M:%S GMT") == text


# --- meta ---

def vtags(expected, actual, context):
    found = []
    if not isinstance(actual, list):
        return [f"dependent-vtags {actual!r}"]
    for tag in actual:
        if not is_tag(tag.get("tag")):
            found.append(f"tag {tag.get('tag')!r}")
        served = context.tag_of(tag.get("resource-id"))
        if served and served != tag.get("tag"):
            found.append(f"tag of {tag['resource-id']} is not the one that is served")
    want = [t["resource-id"] for t in expected]
    have = [t.get("resource-id") for t in actual]
    if not set(have) <= set(want) or len(set(have)) != len(have):
        found.append(f"dependent-vtags of {have}, not {want}")
    missing = set(want) - set(have)
    # Where the directory says that nothing is used, tags printed all the same are a misprint.
    if missing & set(context.uses) or (missing and context.strict_tags):
        found.append(f"dependent-vtags without {sorted(missing)}")
    return found


def calendars(expected, actual):
    found = []
    if not isinstance(actual, list) or len(actual) != len(expected):
        return [f"calendar-response-attributes {actual!r}"]
    order = lambda c: c.get("cost-type-names", [])
    for want, have in zip(sorted(expected, key=order), sorted(actual, key=order)):
        if not is_date(have.get("calendar-start-time")):
            found.append(f"calendar-start-time {have.get('calendar-start-time')!r}")
        elif datetime.datetime.strptime(have["calendar-start-time"],
                                        "%a, %d %b %Y %H:%M:%S GMT") > \
                datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None):
            found.append("calendar-start-time is in the future")
        rest = ({k: v for k, v in c.items() if k != "calendar-start-time"} for c in (want, have))
        if next(rest) != next(rest):
            found.append(f"calendar {have}, not {want}")
    return found


def meta(expected, actual, context):
    found = []
    for name, want in expected.items():
        have = actual.get(name)
        if name == "vtag":
            if not isinstance(have, dict) or have.get("resource-id") != want["resource-id"] or \
                    not is_tag(have.get("tag")):
                found.append(f"vtag {have}")
        elif name == "dependent-vtags":
            found += vtags(want, have or [], context)
        elif name == "calendar-response-attributes":
            found += calendars(want, have)
        elif name == "cost-type" and not want and "multi-cost-types" not in expected:
            continue
        elif have != want:
            found.append(f"meta/{name}: {have!r}, not {want!r}")
    several = actual.get("multi-cost-types")
    allowed = {"vtag", "dependent-vtags"} | ({"cost-type"} if several else set())
    for name in actual:
        if name not in expected and name not in allowed:
            found.append(f"meta/{name} is not expected")
    if several and actual.get("cost-type") != {}:
        found.append("meta/cost-type is not {} beside multi-cost-types")
    return found


# --- data ---

def ordinal(expected, actual):
    """Ranks: the same pairs, in the same order; ties may differ."""
    want = {(s, d): v for s, row in keyed(expected).items() for d, v in row.items()}
    have = {(s, d): v for s, row in keyed(actual or {}).items() for d, v in row.items()}
    if set(want) != set(have) or any(not isinstance(v, int) or v < 0 for v in have.values()):
        return False
    return all(have[a] <= have[b] for a in want for b in want if want[a] < want[b])


UNDEFINED = object()  # null is "no value", and ends inheritance


def lookup(entities, network, name):
    """Inherited value by longest prefix."""
    best = None
    for key, values in entities.items():
        match = re.fullmatch(r"ipv[46]:(.+)", key)
        if not match or name not in values:
            continue
        outer = ipaddress.ip_network(match[1], strict=False)
        if outer.version == network.version and network.subnet_of(outer) and \
                (best is None or outer.prefixlen > best[0]):
            best = (outer.prefixlen, values[name])
    return best[1] if best else UNDEFINED


def tells(want, have):
    """RFC 9240 sections 6.1.3 and 8.6: what is not defined is left out, "no value" may be."""
    return want is have or (want is None and have is UNDEFINED) or \
        (UNDEFINED not in (want, have) and want == have)


def entities(expected, actual):
    """Property maps tell the same of every address; other entities are equal."""
    expected, actual = keyed(expected), keyed(actual or {})
    found = []
    for key in {**expected, **actual}:
        if not re.match(r"ipv[46]:", key) and expected.get(key) != actual.get(key):
            found.append(f"{key}: {actual.get(key)}, not {expected.get(key)}")
    names = {n for v in [*expected.values(), *actual.values()] for n in v}
    if expected and not any(expected.values()) and expected != actual:  # entities alone
        found.append(f"{sorted(actual)}, not {sorted(expected)}")
    places = set()
    for key in {**expected, **actual}:
        match = re.fullmatch(r"ipv[46]:(.+)", key)
        if match:
            network = ipaddress.ip_network(match[1], strict=False)
            places |= {ipaddress.ip_network(network[0]), ipaddress.ip_network(network[-1]),
                       network}
    for place in places:
        for name in names:
            want, have = lookup(expected, place, name), lookup(actual, place, name)
            # A prefix that others cover may be left out.
            if not tells(want, have) and place.prefixlen == place.max_prefixlen:
                found.append(f"{name} of {place}: {have!r}, not {want!r}")
    return found


def data(name, expected, actual, mode):
    if expected == actual:
        return []
    if actual is None:
        return [f"{name} is missing"]
    if mode == "ordinal" and ordinal(expected, actual):
        return []
    if name == "property-map":
        return entities(expected, actual)
    if keyed(expected) == keyed(actual):
        return []
    return [f"{name}: {actual}, not {expected}"]


def body(expected, actual, context):
    """A whole body of a data resource."""
    if not isinstance(actual, dict):
        return [f"body {actual!r}"]
    found = meta(expected.get("meta", {}), actual.get("meta", {}), context)
    mode = expected.get("meta", {}).get("cost-type", {}).get("cost-mode")
    for name in expected:
        if name != "meta":
            found += data(name, expected[name], actual.get(name), mode)
    found += [f"{name} is not expected" for name in actual if name not in expected]
    return found


# --- directories ---

def directory(expected, actual):
    found = []
    want, have = expected.get("meta", {}), (actual or {}).get("meta", {})
    if want.get("cost-types", {}) != have.get("cost-types", {}):
        found.append(f"cost-types {have.get('cost-types')}, not {want.get('cost-types')}")
    if want.get("default-alto-network-map") != have.get("default-alto-network-map"):
        if "default-alto-network-map" in want:
            found.append(f"default-alto-network-map {have.get('default-alto-network-map')}")
    theirs, ours = expected["resources"], (actual or {}).get("resources", {})
    for name, entry in theirs.items():
        if name in ours:
            found += [f"{name}: {x}" for x in resource(entry, ours[name])]
        elif entry.get("media-type") not in STREAMS:
            found.append(f"{name} is not listed")
    # What follows all resources is the server's own.
    found += [f"{name} is not expected" for name in ours
              if name not in theirs and ours[name].get("media-type") not in STREAMS]
    return found


def increments(want, have):
    """What can be followed, at least in the printed ways."""
    name = "incremental-change-media-types"
    theirs, ours = want.get(name, {}), have.get(name, {})
    return [f"{name} of {r}: {ours.get(r)}" for r in theirs
            if not set(theirs[r].split(",")) <= set(ours.get(r, "").split(","))]


def resource(want, have):
    found = []
    path = lambda uri: urllib.parse.urlsplit(uri or "").path
    if path(want["uri"]) != path(have.get("uri")):
        found.append(f"uri {have.get('uri')}")
    for name in ("media-type", "accepts"):
        if plain(want.get(name)) != plain(have.get(name)):
            found.append(f"{name} {have.get(name)!r}")
    # RFC 7285 section 11.5.1.5: endpoint costs use nothing.
    optional = "endpointcost" in want["media-type"] and "multipart" not in want["media-type"]
    if set(want.get("uses", [])) != set(have.get("uses", [])) and not \
            (optional and not have.get("uses")):
        found.append(f"uses {have.get('uses')}, not {want.get('uses')}")
    if want["media-type"] in STREAMS:
        return found + increments(want.get("capabilities", {}), have.get("capabilities", {}))
    return found + capabilities(want.get("capabilities", {}), have.get("capabilities", {}))


def capabilities(want, have):
    def canonical(value):
        out = {("prop-types" if k == "properties" else k): v for k, v in value.items()
               if v not in (False, 0)}
        for name in ("cost-type-names", "testable-cost-type-names", "ane-property-names",
                     "prop-types"):
            if name in out:
                out[name] = sorted(out[name])
        if "mappings" in out:
            out["mappings"] = {k: sorted([v] if isinstance(v, str) else v)
                               for k, v in out["mappings"].items()}
        if "calendar-attributes" in out:
            out["calendar-attributes"] = sorted(
                ({**c, "cost-type-names": sorted(c["cost-type-names"])}
                 for c in out["calendar-attributes"]), key=lambda c: c["cost-type-names"])
        return out
    have = dict(have)
    if "calendar-attributes" in want and "max-cost-types" not in want:
        have.pop("max-cost-types", None)  # RFC 8896 section 4.3 forgets it
    return [] if canonical(want) == canonical(have) else [f"capabilities {have}, not {want}"]


# --- path vectors ---

def split_parts(reply):
    """Parts of multipart/related, or None: [(headers, JSON)]."""
    import email.parser
    import json
    if not (reply.media or "").startswith("multipart/related"):
        return None
    match = re.search(r'boundary="?([^";]+)"?', reply.media)
    if not match or not reply.raw.rstrip(b"\r\n").endswith(f"--{match[1]}--".encode()):
        return None
    pieces = (b"\r\n" + reply.raw).split(f"\r\n--{match[1]}".encode())[1:-1]
    out = []
    for piece in pieces:
        head, _, text = piece.lstrip(b"\r\n").partition(b"\r\n\r\n")
        headers = email.parser.Parser().parsestr(head.decode() + "\r\n\r\n")
        try:
            out.append(({k.lower(): v for k, v in headers.items()}, json.loads(text)))
        except ValueError:
            return None
    return out


def costs_member(part):
    return part.get("cost-map", part.get("endpoint-cost-map"))


def column(meta_of):
    """Where the path vector stands in a cell; None: it is the cell."""
    types = meta_of.get("multi-cost-types")
    if not types:
        return None
    return next((i for i, t in enumerate(types) if t["cost-mode"] == "array"), -1)


def paths_of(part):
    at = column(part["meta"])
    out, others = {}, {}
    single = part["meta"].get("cost-type", {}).get("cost-mode", "array")
    for src, row in keyed(costs_member(part)).items():
        for dst, cell in row.items():
            if at is None and single != "array":  # another cost alone
                out[src, dst], others[src, dst] = None, [cell]
                continue
            out[src, dst] = cell if at is None else cell[at] if at >= 0 else None
            others[src, dst] = [] if at is None else [c for i, c in enumerate(cell) if i != at]
    return out, others


def rows_of(paths, properties):
    """(flows, bound) of every element that has a bandwidth."""
    pairs = sorted(paths)
    out = []
    for name, values in properties.items():
        flows = frozenset(i for i, p in enumerate(pairs)
                          if paths[p] and name.removeprefix(".ane:") in paths[p])
        if "max-reservable-bandwidth" in values and flows:
            out.append((flows, values["max-reservable-bandwidth"]))
    return out, len(pairs)


def identities(paths, properties):
    return {pair: sorted(properties[f".ane:{n}"]["persistent-entity-id"] for n in path or []
                         if "persistent-entity-id" in properties.get(f".ane:{n}", {}))
            for pair, path in paths.items()}


def sharing(paths):
    """Which sets of pairs meet in elements."""
    elements = {}
    for pair, path in paths.items():
        for name in path or []:
            elements.setdefault(name, set()).add(pair)
    return {frozenset(v) for v in elements.values()}


def envelope(parts, reply, context):
    found = []
    if len(parts) != 2:
        return [f"{len(parts)} parts"]
    (head, vectors), (second, properties) = parts
    for headers in (head, second):
        if not re.fullmatch(r"<[A-Za-z0-9@:_-]{1,64}@[^>]+>", headers.get("content-id", "")):
            found.append(f"Content-ID {headers.get('content-id')}")
    wanted = "application/alto-costmap+json" if "cost-map" in vectors \
        else "application/alto-endpointcost+json"
    if head.get("content-type") != wanted or \
            second.get("content-type") != "application/alto-propmap+json":
        found.append("types of the parts")
    if plain(wanted) not in plain(reply.media):
        found.append(f"type {reply.media}")
    vtag = vectors["meta"].get("vtag", {})
    local = head.get("content-id", "<@").lstrip("<").split("@")[0]
    if vtag.get("resource-id") != f"{context.resource_id}.{local}" or not is_tag(vtag.get("tag")):
        found.append(f"vtag {vtag}")
    if vtag not in properties["meta"].get("dependent-vtags", []):
        found.append("the properties do not depend on the path vectors")
    names = {f".ane:{n}" for path in paths_of(vectors)[0].values() for n in path or []}
    if names != set(properties["property-map"]):
        found.append(f"properties of {sorted(properties['property-map'])}, elements {names}")
    return found


def path_vectors(expected, reply, asked, context):
    parts = split_parts(reply)
    if parts is None:
        return [f"no multipart body: {reply.media}"]
    found = envelope(parts, reply, context)
    if found:
        return found
    want = [p["body"] for p in expected]
    have = [p[1] for p in parts]
    for name in ("cost-type", "multi-cost-types"):
        if name in want[0]["meta"] and want[0]["meta"][name] != have[0]["meta"].get(name):
            found.append(f"meta/{name}")
    (paths, others), (ours, our_others) = paths_of(want[0]), paths_of(have[0])
    if set(paths) != set(ours) or others != our_others:
        return found + [f"costs {costs_member(have[0])}, not {costs_member(want[0])}"]
    properties = [p["property-map"] for p in (want[1], have[1])]
    if "max-reservable-bandwidth" in asked:
        (rows, n), (our_rows, _) = rows_of(paths, properties[0]), rows_of(ours, properties[1])
        if not region.equal(rows, our_rows, n):
            found.append(f"another region: {our_rows}, not {rows}")
    elif sharing(paths) != sharing(ours):
        found.append(f"pairs meet elsewhere: {ours}, not {paths}")
    if "persistent-entity-id" in asked and \
            identities(paths, properties[0]) != identities(ours, properties[1]):
        found.append("persistent-entity-id of other pairs")
    extra = {n for values in properties[1].values() for n in values} - set(asked)
    if extra:
        found.append(f"properties that were not asked for: {sorted(extra)}")
    tags = {t["resource-id"] for t in have[1]["meta"]["dependent-vtags"]}
    missing = {t["resource-id"] for t in want[1]["meta"]["dependent-vtags"]} - tags
    if missing:
        found.append(f"dependent-vtags without {sorted(missing)}")
    return found
