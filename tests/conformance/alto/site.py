# SPDX-License-Identifier: Apache-2.0
"""What checks of any ALTO server are made of: their register, and the server as its directories
tell it."""

import re
import urllib.parse

from alto.server import Server
from alto.views import KINDS, PATH_VECTOR, plain

CHECKS = []  # (name, items, function)
ID = re.compile(r"[0-9A-Za-z@:_-]{1,64}")
BASIC = {"cost-mode", "cost-metric"}


def check(*items):
    def add(function):
        CHECKS.append((function.__name__.replace("_", "-"), items, function))
        return function
    return add


class Site:
    """The closure of directories below a URL."""

    def __init__(self, url):
        self.server = Server(url)
        self.root = urllib.parse.urlsplit(url).path or "/directory"
        self.bodies, self.replies, self.entries, self.doubles = {}, {}, {}, []
        pending = [self.root]
        while pending:
            path = pending.pop(0)
            if path in self.bodies:
                continue
            self.replies[path] = self.server.get(path)
            body = self.replies[path].json()
            self.bodies[path] = body if isinstance(body, dict) else {}
            for name, entry in self.bodies[path].get("resources", {}).items():
                uri = urllib.parse.urljoin(url, entry["uri"])
                kind = KINDS.get((plain(entry.get("media-type")), plain(entry.get("accepts"))))
                if name in self.entries:
                    self.doubles.append(name)
                self.entries[name] = {**entry, "id": name, "kind": kind, "directory": path,
                                      "path": urllib.parse.urlsplit(uri).path}
                if kind == "directory":
                    pending.append(self.entries[name]["path"])

    def of(self, *kinds):
        return [e for e in self.entries.values() if e["kind"] in kinds]

    def get(self, entry, **headers):
        return self.server.ask("GET", entry["path"], {"Accept": "*/*", **headers})

    def post(self, entry, body, **headers):
        return self.server.ask("POST", entry["path"], {
            "Content-Type": entry["accepts"], "Accept": "*/*",
            **{k.replace("_", "-"): v for k, v in headers.items()}}, body)

    def types_of(self, entry):
        """(name, type) of what an entry offers, as its own directory names them."""
        named = self.bodies[entry["directory"]].get("meta", {}).get("cost-types", {})
        return [(n, named.get(n)) for n in
                entry.get("capabilities", {}).get("cost-type-names", [])]

    def maps(self):
        return {e["id"]: self.get(e).json() for e in self.of("network-map")}


    def ends(self):
        """Endpoints between which there may well be paths: one of each PID, some of them."""
        found = [f"ipv4:{groups['ipv4'][0].split('/')[0]}" for m in self.maps().values()
                 for groups in m["network-map"].values() if groups.get("ipv4")][:8]
        return {"srcs": found, "dsts": found} if found else ONE_END


def is_refused(reply, code, field=None):
    meta = (reply.json() or {}).get("meta", {})
    if reply.status != 400 or plain(reply.media) != "application/alto-error+json" or \
            meta.get("code") != code:
        return [f"{reply.status} {reply.raw[:150]!r}, not {code}"]
    if field and "field" in meta and meta["field"] != field:
        return [f"field {meta['field']}, not {field}"]
    return []


def simple(kind):
    return {k: kind[k] for k in BASIC}


def cells(table):
    return {(s, d): v for s, row in table.items() for d, v in row.items()}


ONE_END = {"srcs": [], "dsts": ["ipv4:192.0.2.1"]}


def path_request(entry, ends=None):
    if entry["kind"] == "path-vector":
        return {"cost-type": PATH_VECTOR, "endpoints": ends or ONE_END}
    return {"cost-type": PATH_VECTOR, "pids": {"srcs": [], "dsts": []}}
