# SPDX-License-Identifier: Apache-2.0
"""From a named data set to ALTO documents: one recogniser for each shape of data."""

import datetime
import itertools
import re


def http_date(when):
    return when.strftime("%a, %d %b %Y %H:%M:%S GMT")


def is_addresses(value):
    return isinstance(value, dict) and all(
        isinstance(v, list) and all(isinstance(x, str) for x in v) for v in value.values())


def is_network_map(value):
    return isinstance(value, dict) and value and all(
        is_addresses(v) and set(v) <= {"ipv4", "ipv6"} for v in value.values())


def cells(value):
    """Values of a cost map, or None when it is none."""
    if not isinstance(value, dict) or not value:
        return None
    out = []
    for row in value.values():
        if not isinstance(row, dict) or any(isinstance(c, (dict, str)) for c in row.values()):
            return None
        out += row.values()
    return out


def is_endpoints(costs):
    return all(re.match(r"ipv[46]:", name) for name in costs)


class Documents:
    """Files of a folder, and what the view needs to know of them."""

    def __init__(self):
        self.files = {}        # name -> JSON
        self.maps = {}         # resource id -> file
        self.types = {}        # cost type name -> (mode, metric), as the data call them
        self.of_resource = {}  # resource id -> files that are for it alone
        self.not_for_all = set()
        self.cdni = {}         # resource id -> file
        self.extra_cdni = []
        self.vectors = []      # files of path vectors
        self.endpoints = []    # files of endpoint costs: what they lack is not defined
        self.paths = {}        # as the data call them: id -> announced entry

    def add(self, name, body):
        name = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        self.files[f"{name}.json"] = body
        return f"{name}.json"

    def vtag(self, resource_id):
        return {"resource-id": resource_id, "tag": f"tag-of-{resource_id}"[:64]}

    def add_map(self, resource_id, pids):
        if resource_id not in self.maps:
            self.maps[resource_id] = self.add(f"map-{resource_id}", {
                "meta": {"vtag": self.vtag(resource_id)}, "network-map": pids})

    def default_map(self):
        return next(iter(self.maps), None)

    def pids(self):
        name = self.maps[self.default_map()]
        return self.files[name]["network-map"]

    def add_costs(self, label, kinds, costs, calendar=None):
        """One document; kinds: [(mode, metric)]."""
        endpoints = is_endpoints(costs)
        types = [{"cost-mode": m, "cost-metric": c} for m, c in kinds]
        meta = {"cost-type": types[0]} if len(types) == 1 else {"multi-cost-types": types}
        if not endpoints and self.default_map():
            meta["dependent-vtags"] = [self.vtag(self.default_map())]
        if calendar:
            meta["calendar-response-attributes"] = [calendar]
        return self.add(f"costs-{label}",
                        {"meta": meta, "endpoint-cost-map" if endpoints else "cost-map": costs})

    def add_vectors(self, label, costs, elements):
        meta = {"cost-type": {"cost-mode": "array", "cost-metric": "ane-path"}}
        if not is_endpoints(costs) and self.default_map():
            meta["dependent-vtags"] = [self.vtag(self.default_map())]
        name = self.add(f"paths-{label}", {
            "meta": meta, "endpoint-cost-map" if is_endpoints(costs) else "cost-map": costs,
            "property-map": {f".ane:{k}": v for k, v in elements.items()}})
        self.vectors.append(name)
        return name


class Builder:
    """`kind_of(name)` gives the (mode, metric) of a cost type by its name; `calendar_of(resource,
    name)` its calendar as announced, or None."""

    def __init__(self, data, kind_of, calendar_of, unfilled_maps):
        self.data = data
        self.kind_of = kind_of
        self.calendar_of = calendar_of
        self.unfilled_maps = unfilled_maps
        self.out = Documents()

    def build(self):
        self.network_maps(self.data)
        self.costs()
        self.resources()
        self.endpoint_costs()
        self.calendars()
        self.properties()
        self.cdni()
        self.path_vectors()
        return self.out

    # --- network maps ---

    def network_maps(self, data):
        for key, value in data.items():
            if not isinstance(value, dict):
                continue
            if is_network_map(value) and key not in ("pids",):
                self.out.add_map(key, value)
            elif "pids" in value and is_network_map(value["pids"]):
                self.out.add_map(value.get("resource-id", key), value["pids"])
            elif key.startswith("pids-for"):
                self.invented_map(value)
            elif key in ("network-maps", "networkmaps", "resources"):
                self.network_maps(value)

    def invented_map(self, entities):
        pids = {}
        for entity, pid in entities.items():
            family, prefix = entity.split(":", 1)
            pids.setdefault(pid, {}).setdefault(family, []).append(prefix)
        for name in self.unfilled_maps:
            if name not in self.out.maps and name not in self.data:
                self.out.add_map(name, pids)
                return

    # --- costs ---

    def costs(self):
        for group in ("cost-maps", "invented"):
            for name, costs in self.data.get(group, {}).items():
                if cells(costs) is None:
                    continue
                self.out.types[name] = self.kind_of(name)
                self.out.add_costs(name, [self.kind_of(name)], costs)
        costs = self.data.get("routingcost")
        if isinstance(costs, dict):
            self.out.add_costs("routingcost", [("numerical", "routingcost")], arrows(costs))

    def resources(self):
        """Resources as update streams have them: {id: {type: costmap, cost-type, costs}}."""
        for name, r in self.data.get("resources", {}).items():
            kind = r.get("cost-type")
            if r.get("type") != "costmap" or not kind:
                continue
            costs = r.get("costs")
            if cells(costs) is None:  # "any": the shape of another map
                costs = {p: {q: 1 for q in self.out.pids()} for p in self.out.pids()}
            self.out.add_costs(name, [(kind["cost-mode"], kind["cost-metric"])], costs)

    def endpoint_costs(self):
        costs = self.data.get("endpoint-costs", {})
        order = self.data.get("endpoint-costs-order")
        if order and is_endpoints(costs):
            self.out.endpoints.append(
                self.out.add_costs("endpoints", [("numerical", m) for m in order], costs))
        elif costs:
            for metric, table in costs.items():
                kind = self.kind_of(metric, metric)
                self.out.endpoints.append(
                    self.out.add_costs(f"endpoints-{metric}", [kind], table))
        for name, table in self.data.get("endpoint-cost-overrides", {}).items():
            self.out.types[name] = self.kind_of(name)
            self.out.add_costs(f"overrides-{name}", [self.kind_of(name)], table)

    def calendars(self):
        for resource, types in self.data.get("calendars", {}).items():
            for name, table in types.items():
                n = len(next(v for row in table.values() for v in row.values()))
                announced = self.calendar_of(resource, name) or {}
                size = announced.get("time-interval-size", 3600)
                # The data are of a day long ago: theirs begins in the current interval.
                now = datetime.datetime.now(datetime.timezone.utc).replace(
                    minute=0, second=0, microsecond=0)
                file = self.out.add_costs(
                    f"calendar-{resource}-{name}", [self.kind_of(name)], table,
                    {"calendar-start-time": http_date(now), "time-interval-size": size,
                     "number-of-intervals": n, **self.repeated(resource, name)})
                self.out.of_resource.setdefault(resource, []).append(file)

    def repeated(self, resource, name):
        announced = self.calendar_of(resource, name) or {}
        return {"repeated": announced["repeated"]} if "repeated" in announced else {}

    # --- properties ---

    def properties(self):
        endpoints = {}
        for prop, values in self.data.get("endpoint-properties", {}).items():
            for endpoint, value in values.items():
                endpoints.setdefault(endpoint, {})[prop] = value
        for endpoint, values in self.data.get("values", {}).items():
            endpoints.setdefault(endpoint, {}).update(values)
        if endpoints:
            self.out.add("endpoint-properties", {"meta": {}, "endpoint-properties": endpoints})
        entities = {}
        for key, value in self.data.items():
            if key.endswith("-properties") and key != "endpoint-properties" or key == "entities":
                for entity, values in value.items():
                    entities.setdefault(entity, {}).update(values)
            elif key == "P":  # one property of nested entities
                for entity, single in value.items():
                    entities.setdefault(entity, {})[key] = single
            elif key.endswith("-props") and isinstance(value, dict):
                for name, values in value.items():
                    entities.setdefault(f".ane:{name}", {}).update(values)
        if entities:
            self.out.add("properties", {"meta": {}, "property-map": entities})

    # --- CDNI ---

    def cdni(self):
        for key, value in self.data.items():
            if not isinstance(value, dict):
                continue
            if "capabilities-with-footprints" in value:
                listed = {"capabilities-with-footprints": value["capabilities-with-footprints"]}
                self.out.cdni[key] = self.out.add(f"cdni-{key}", {
                    "meta": {"vtag": self.out.vtag(key)}, "cdni-advertisement": listed})
            elif key.startswith("extra-for"):
                self.extra_cdni(key, value)

    def extra_cdni(self, key, areas):
        listed = []
        for area, protocols in areas.items():
            domain, name = area.split(":", 1)
            for what, values in protocols.items():
                listed.append({
                    "capability-type": f"FCI.{what.capitalize()}Protocol",
                    "capability-value": {f"{what}-protocols": values},
                    "footprints": [{"footprint-type": domain, "footprint-value": [name]}]})
        file = self.out.add(f"cdni-{key}", {
            "meta": {"vtag": self.out.vtag("extra")},
            "cdni-advertisement": {"capabilities-with-footprints": listed}})
        self.out.extra_cdni.append(file)
        self.out.not_for_all.add(file)

    # --- path vectors ---

    def path_vectors(self):
        elements = self.data.get("anes", {})
        if isinstance(self.data.get("paths"), dict):
            paths = arrows(self.data["paths"])
            names = sorted(set(paths) | {d for row in paths.values() for d in row})
            if not self.out.maps:
                self.out.add_map("map", {name: {"ipv4": [f"192.0.2.{8 * i}/29"]}
                                         for i, name in enumerate(names)})
            for row in paths.values():
                for path in row.values():
                    for name in path:
                        elements = {**elements, name: elements.get(name, {})}
            self.out.add_vectors("all", paths, elements)
        single = self.data.get("single-ane-view")
        if single:
            pids = self.out.pids()
            # Whoever is not named crosses the same single element.
            pids.setdefault("elsewhere", {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]})
            path = list(single)
            self.out.add_vectors("single", {p: {q: path for q in pids} for p in pids}, single)
        for case in sorted(k for k in self.data if re.fullmatch(r"case\d+", k)):
            self.case(case)

    def case(self, name):
        """Paths of links between hosts: a resource of its own, /NAME."""
        hosts, capacity = self.data["hosts"], self.data["links-mbps"]
        paths = {}
        for arrow, links in self.data[name].items():
            src, dst = arrow.split("->")
            paths.setdefault(f"ipv4:{hosts[src]}", {})[f"ipv4:{hosts[dst]}"] = links
        used = set(itertools.chain(*self.data[name].values()))
        elements = {link: {"max-reservable-bandwidth": capacity[link] * 1000000}
                    for link in used}
        file = self.out.add_vectors(name, paths, elements)
        self.out.of_resource[name] = [file]
        self.out.not_for_all.add(file)


def arrows(values):
    """{"A->B (remark)": v} as {A: {B: v}}; the first of two equal pairs stands."""
    out = {}
    for key, value in values.items():
        match = re.match(r"\s*([^\s>-]+)\s*->\s*([^\s(]+)", key)
        if match:
            out.setdefault(match[1], {}).setdefault(match[2], value)
    return out
