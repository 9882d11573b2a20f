# SPDX-License-Identifier: Apache-2.0
"""From the directories that an RFC prints to a view file; what they leave out follows from the
requests."""

import re
import urllib.parse

KINDS = {
    ("application/alto-networkmap+json", ""): "network-map",
    ("application/alto-networkmap+json", "application/alto-networkmapfilter+json"):
        "filtered-network-map",
    ("application/alto-costmap+json", ""): "cost-map",
    ("application/alto-costmap+json", "application/alto-costmapfilter+json"): "filtered-cost-map",
    ("application/alto-endpointprop+json", "application/alto-endpointpropparams+json"):
        "endpoint-property",
    ("application/alto-endpointcost+json", "application/alto-endpointcostparams+json"):
        "endpoint-cost",
    ("application/alto-propmap+json", ""): "property-map",
    ("application/alto-propmap+json", "application/alto-propmapparams+json"):
        "filtered-property-map",
    ("application/alto-cdni+json", ""): "cdni-advertisement",
    ("application/alto-cdni+json", "application/alto-cdnifilter+json"): "filtered-cdni",
    ("multipart/related;type=application/alto-costmap+json",
     "application/alto-costmapfilter+json"): "path-vector-cost-map",
    ("multipart/related;type=application/alto-endpointcost+json",
     "application/alto-endpointcostparams+json"): "path-vector",
    ("application/alto-directory+json", ""): "directory",
    ("text/event-stream", "application/alto-updatestreamparams+json"): "update-stream",
    ("text/event-stream", ""): "update-stream",  # RFC 9241 section 3.7.1 leaves it out
    ("application/alto-tips+json", "application/alto-tipsparams+json"): "tips",
}
ALONE = {"directory", "update-stream", "tips"}  # made of no documents
WITH_COSTS = {"cost-map", "filtered-cost-map", "endpoint-cost", "path-vector",
              "path-vector-cost-map"}
PATH_VECTOR = {"cost-mode": "array", "cost-metric": "ane-path"}


def plain(media):
    return (media or "").lower().replace('"', "").replace(" ", "")


def path_of(uri):
    return urllib.parse.urlsplit(uri).path


class Entry:
    """A resource that the vectors presuppose."""

    def __init__(self, resource_id, path, kind, printed=None, directory=None, types=None):
        self.id, self.path, self.kind = resource_id, path, kind
        self.printed = printed or {}
        self.directory = directory
        self.types = types or {}
        self.listed = printed is not None

    @property
    def capabilities(self):
        return self.printed.get("capabilities", {})


def entries_of(vector, directory):
    """Entries of a printed directory; those of kinds that are not requests and replies are left
    out."""
    body = vector.response["body"]
    types = body.get("meta", {}).get("cost-types", {})
    out = []
    for name, printed in body["resources"].items():
        kind = KINDS.get((plain(printed.get("media-type")), plain(printed.get("accepts"))))
        if kind:
            out.append(Entry(name, path_of(printed["uri"]), kind, printed, directory, types))
    return out


class Plan:
    """Directories and entries for the vectors of one data set."""

    def __init__(self, name, vectors, directories):
        self.vectors = vectors
        self.entries, self.types = [], {}
        self.default_map = None
        self.printed = []
        own = [v for v in directories if v.belongs(name)]
        for v in own:
            path = v.path or "/directory"
            if path not in [p for p, _ in self.printed]:
                self.printed.append((path, v))
        for path, v in self.printed:
            self.add_directory(path, v)
        others = [e for v in directories if v not in own for e in entries_of(v, None)
                  if not name.startswith("rfc") and v.rfc in {x.rfc for x in vectors}]
        self.add_asked(others)

    def add_directory(self, path, v):
        meta = v.response["body"].get("meta", {})
        self.types.update(meta.get("cost-types", {}))
        self.default_map = self.default_map or meta.get("default-alto-network-map")
        directory = None
        if path != "/directory":
            linked = [e for e in self.entries if e.kind == "directory" and e.path == path]
            directory = linked[0].id if linked else path.strip("/").replace("/", "-")
            if not linked:
                self.entries.append(Entry(directory, path, "directory", {}))
            entry = [e for e in self.entries if e.id == directory][0]
            entry.default_map = meta.get("default-alto-network-map")
        self.entries += entries_of(v, directory)

    def add_asked(self, others):
        """Paths that are asked for and in no directory of this data set."""
        known = {e.path for e in self.entries} | {p for p, _ in self.printed}
        for v in sorted((v for v in self.vectors if v.request), key=succeeds, reverse=True):
            if v.path in known:
                continue
            printed = [e for e in others if e.path == v.path]
            kind = printed[0].kind if printed else kind_asked(v)
            if not kind or kind == "directory":
                continue
            known.add(v.path)
            if printed:
                e = printed[0]
                entry = Entry(e.id, e.path, e.kind, e.printed, None, e.types)
                self.types.update({k: t for k, t in e.types.items()
                                   if k in entry.capabilities.get("cost-type-names", [])})
            else:
                entry = Entry(id_asked(v) or v.path.strip("/").replace("/", "-"), v.path, kind)
            entry.listed = not self.printed
            self.entries.append(entry)

    def kind_of(self, name, metric=None):
        """(mode, metric) of a cost type name."""
        if name in self.types:
            return self.types[name]["cost-mode"], self.types[name]["cost-metric"]
        if metric:
            return "numerical", metric
        mode = "ordinal" if name.startswith("ord-") else "numerical"
        stem = re.sub(r"^(num|ord)-", "", name)
        asked = sorted({t["cost-metric"] for v in self.vectors for t in types_asked(v)
                        if isinstance(t.get("cost-metric"), str)})
        return mode, next((m for m in asked if m.startswith(stem)), stem)

    def calendar_of(self, resource, name):
        found = None
        for e in self.entries:
            for c in e.capabilities.get("calendar-attributes", []) if e.id == resource else []:
                if name in c["cost-type-names"]:
                    found = dict(c)
        for v in self.vectors:  # how often it is repeated stands in replies only
            body = v.response.get("body") if v.response else None
            meta = body.get("meta", {}) if isinstance(body, dict) else {}
            for c in meta.get("calendar-response-attributes", []):
                names = c.get("cost-type-names")
                asked = names or [n for n, t in self.types.items() if t in types_asked(v)]
                here = [e for e in self.entries if v.request and e.path == v.path]
                if found and here and here[0].id == resource and name in asked and \
                        "repeated" in c:
                    found["repeated"] = c["repeated"]
        return found

    def most_types(self, path):
        """How many cost types at once are asked for at a path: with success, if anything is."""
        asked = [(succeeds(v), len(v.request["body"].get("multi-cost-types") or []))
                 for v in self.vectors if v.request and v.path == path
                 and isinstance(v.request.get("body"), dict)]
        return max([n for good, n in asked if good] or [n for _, n in asked], default=0)

    def asked_at(self, path, member):
        """What successful requests at a path have as this member."""
        return [v.request["body"][member] for v in self.vectors
                if v.request and v.path == path and succeeds(v)
                and isinstance(v.request.get("body"), dict) and v.request["body"].get(member)]

    def types_at(self, path):
        """Cost types that are asked for, with success, at a path."""
        return [t for v in self.vectors if v.request and v.path == path and succeeds(v)
                for t in types_asked(v)]

    def unfilled_maps(self):
        return [e.id for e in self.entries if e.kind == "network-map"]


def succeeds(v):
    return bool(v.response) and v.response.get("status") == 200


def types_asked(v):
    body = v.request.get("body") if v.request else None
    if not isinstance(body, dict):
        return []
    single, several = body.get("cost-type"), body.get("multi-cost-types")
    return [t for t in [single, *(several if isinstance(several, list) else [])]
            if isinstance(t, dict)]


def kind_asked(v):
    headers = {k.lower(): x for k, x in v.request["headers"].items()}
    reply = {k.lower(): x for k, x in (v.response or {}).get("headers", {}).items()} \
        if succeeds(v) else {}
    media = reply.get("content-type") or (v.response or {}).get("content_type") or ""
    if not succeeds(v) or not media:
        media = re.split(r",(?=\s*[a-z*]+/)", headers.get("accept", ""))[0]
    media = re.sub(r"boundary=[^;]*;?", "", plain(media))
    accepts = plain(headers.get("content-type")) if v.request["method"] == "POST" else ""
    return KINDS.get((media, accepts))


def id_asked(v):
    """The resource id that a reply's own version tag tells."""
    body = (v.response or {}).get("body")
    parts = (v.response or {}).get("parts")
    body = parts[0]["body"] if parts else body
    vtag = body.get("meta", {}).get("vtag", {}) if isinstance(body, dict) else {}
    name = vtag.get("resource-id") if isinstance(vtag, dict) else None
    return name.split(".")[0] if name else None


def names_of_types(plan, docs):
    """Cost types that documents have, named as the directories do, else as usual."""
    out = dict(plan.types)
    have = []
    for body in docs.files.values():
        meta = body.get("meta", {})
        have += meta.get("multi-cost-types", []) + ([meta["cost-type"]]
                                                    if "cost-type" in meta else [])
    for kind in have:
        if kind in [{k: t[k] for k in ("cost-mode", "cost-metric")} for t in out.values()]:
            continue
        prefix = {"numerical": "num", "ordinal": "ord"}.get(kind["cost-mode"], "path")
        name = "path-vector" if kind == PATH_VECTOR else f"{prefix}-{kind['cost-metric']}"
        out[re.sub(r"[^A-Za-z0-9:@_.-]", "_", name)] = kind
    return out


def fill_asked_maps(plan, docs):
    """A network map that is asked for by a path alone is the first that no other path has."""
    for e in plan.entries:
        left = [m for m in docs.maps if m not in [o.id for o in plan.entries]]
        if e.kind == "network-map" and not e.printed and e.id not in docs.maps and left:
            e.id = left[0]


def add_missing_maps(plan, docs):
    fill_asked_maps(plan, docs)
    taken = {e.path for e in plan.entries}
    for name in docs.maps:
        if name in [e.id for e in plan.entries]:
            continue
        path = "/networkmap" if "/networkmap" not in taken else f"/networkmap/{name}"
        taken.add(path)
        entry = Entry(name, path, "network-map")
        entry.listed = "/directory" not in [p for p, _ in plan.printed]
        plan.entries.insert(0, entry)


def mappings_of(docs):
    """Where nothing is printed: every domain with all of its properties."""
    out = {}
    for body in docs.files.values():
        for entity, values in body.get("property-map", {}).items():
            if "cost-map" in body or "endpoint-cost-map" in body:
                continue
            domain = entity.split(":")[0]
            names = out.setdefault(domain, [])
            names += [v for v in values if v not in names]
    return {k: v for k, v in out.items() if v}


def costs_of(entry, types, docs):
    names = entry.capabilities.get("cost-type-names")
    path = [n for n, t in types.items() if {k: t[k] for k in PATH_VECTOR} == PATH_VECTOR]
    if names is None and entry.kind.startswith("path-vector"):
        names = path
    elif names is None:
        names = [n for n in types if n not in path]
    return names


def resource_of(entry, plan, docs, types):
    caps = entry.capabilities
    uses = [u for u in entry.printed.get("uses", []) if u in [e.id for e in plan.entries]]
    out = {"id": entry.id, "path": entry.path, "kind": entry.kind, "listed": entry.listed,
           "documents": documents_of(entry, docs)}
    if entry.kind in ALONE:
        del out["documents"]
    if getattr(entry, "default_map", None):
        out["default-network-map"] = entry.default_map
    if not uses and entry.kind in ("filtered-network-map", "cost-map", "filtered-cost-map",
                                   "path-vector-cost-map") and docs.maps:
        uses = [docs.default_map()]
    if uses:
        out["uses"] = uses
    if entry.directory:
        out["directory"] = entry.directory
    if entry.kind in WITH_COSTS:
        caps = caps or asked_capabilities(entry, plan, types)
        entry.printed = {**entry.printed, "capabilities": caps}
        add_costs(out, entry, caps, costs_of(entry, types, docs))
        several = plan.most_types(entry.path)
        if several and "max-cost-types" not in caps:  # RFC 8896 section 4.3 forgets it
            out["max-cost-types"] = several
    if entry.kind.startswith("path-vector"):
        out["properties"] = caps.get("ane-property-names",
                                     ["max-reservable-bandwidth", "persistent-entity-id"])
    if entry.kind == "endpoint-property":
        out["properties"] = caps.get("prop-types", caps.get("properties"))  # one RFC's misprint
        if out["properties"] is None:
            out["properties"] = [f"{m}.pid" for m in docs.maps] + sorted(
                {p for d in docs.files.values() for v in d.get("endpoint-properties", {}).values()
                 for p in v})
    if entry.kind.endswith("property-map"):
        out["mappings"] = {k: v if isinstance(v, list) else [v]
                           for k, v in (caps.get("mappings") or mappings_of(docs)).items()}
    return out


def asked_capabilities(entry, plan, types):
    """Where nothing is printed a resource can do what is asked of it with success."""
    plain_types = {n: {k: t[k] for k in PATH_VECTOR} for n, t in types.items()}

    def named(asked):
        pairs = [{k: t.get(k) for k in PATH_VECTOR} for t in asked]
        return [n for n, t in plain_types.items() if t in pairs]

    out = {}
    tested = [t for kinds in plan.asked_at(entry.path, "testable-cost-types") for t in kinds]
    names = named(plan.types_at(entry.path) + tested)
    if names and not entry.kind.startswith("path-vector"):
        out["cost-type-names"] = names
    if tested:
        out["testable-cost-type-names"] = named(tested)
    elif plan.asked_at(entry.path, "constraints") + plan.asked_at(entry.path, "or-constraints"):
        out["cost-constraints"] = True
    return out


def add_costs(out, entry, caps, names):
    out["cost-types"] = names
    if caps.get("cost-constraints"):
        out["cost-constraints"] = True
    for theirs, ours in (("max-cost-types", "max-cost-types"),
                         ("testable-cost-type-names", "testable-cost-types")):
        if theirs in caps:
            out[ours] = caps[theirs]
    if "calendar-attributes" in caps:
        out["calendars"] = [{"cost-types": c["cost-type-names"],
                             "time-interval-size": c["time-interval-size"],
                             "number-of-intervals": c["number-of-intervals"]}
                            for c in caps["calendar-attributes"]]


def documents_of(entry, docs):
    """An empty list means all of the folder."""
    alone = {f for files in docs.of_resource.values() for f in files} | docs.not_for_all
    shared = [f for f in docs.files if f not in alone]
    if entry.id in docs.of_resource:
        return docs.of_resource[entry.id] + \
            (shared if entry.kind.startswith("filtered") else [])
    if entry.id in docs.maps and entry.kind == "network-map":
        return [docs.maps[entry.id]]
    if entry.kind == "filtered-network-map":
        uses = [u for u in entry.printed.get("uses", []) if u in docs.maps]
        return [docs.maps[uses[0] if uses else docs.default_map()]]
    if entry.kind == "endpoint-cost" and docs.endpoints:
        return docs.endpoints
    if entry.kind == "cdni-advertisement":
        return [docs.cdni.get(entry.id) or next(iter(docs.cdni.values()))]
    if entry.kind == "filtered-cdni":
        return [next(iter(docs.cdni.values()))]
    if entry.kind.endswith("property-map") and docs.cdni:
        used = [docs.cdni[u] for u in entry.printed.get("uses", []) if u in docs.cdni]
        return used + docs.extra_cdni + \
            [f for f in shared if f not in docs.cdni.values()]
    return shared if alone else []


def view_of(plan, docs):
    add_missing_maps(plan, docs)
    types = names_of_types(plan, docs)
    for name in docs.of_resource:  # cases that the data name
        if name not in [e.id for e in plan.entries]:
            entry = Entry(name, f"/{name}", "path-vector")
            entry.listed = True
            plan.entries.append(entry)
    view = {"merged": False, "cost-types": {
        n: {k: t[k] for k in ("cost-mode", "cost-metric", "description", "cost-context")
            if k in t} for n, t in types.items()},
            "resources": [resource_of(e, plan, docs, types) for e in plan.entries
                          if e.kind != "network-map" or e.id in docs.maps]}
    if plan.default_map or docs.maps:
        view["default-network-map"] = plan.default_map or docs.default_map()
    return view
