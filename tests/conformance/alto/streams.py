# SPDX-License-Identifier: Apache-2.0
"""Everything that a directory offers, followed: what a stream and a TIPS view begin with is what a
request gives."""

import json
import pathlib
import queue
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from alto import views  # noqa: E402
from follow import MERGE, PATCH, Server, Stream, TIPS, load, parts  # noqa: E402,F401


def named(document, names):
    """Network elements by the order in which they come: names are another follower's."""
    text = json.dumps(document, sort_keys=not names)
    text = re.sub(r'"tag": "[^"]*"', '"tag": ""', text) if names else text
    order = {}
    return re.sub(r"ane-[a-z2-7]{12,}", lambda m: order.setdefault(m[0], f"e{len(order)}"), text)


def read(media, text):
    """(document, is it multipart?)"""
    if media.startswith("multipart/"):
        return list(parts(media, text).values()), True
    return load(text), False


def same(a, b):
    (one, several), (other, too) = a, b
    return several == too and named(one, several) == named(other, several)


def inputs_of(vectors, path):
    """Bodies that the vectors ask a resource with, and get an answer."""
    out = []
    for v in vectors:
        body = v.request and v.request.get("body")
        if isinstance(body, dict) and v.path == path and v.response and \
                v.response.get("status") == 200 and body not in out:
            out.append(body)
    return out[:8]


def followed(context, vectors):
    """[(resource id, entry, input)] of all that can be followed."""
    out = []
    updates = [e for e in context.entries.values() if e["media-type"] == "text/event-stream"]
    for name, entry in context.entries.items():
        if not any(name in e.get("uses", []) for e in updates) or \
                entry["media-type"] == "application/alto-tips+json":
            continue
        inputs = inputs_of(vectors, entry["path"]) if "accepts" in entry else [None]
        out += [(name, entry, i) for i in inputs]
    return out


def fresh(server, entry, wanted):
    headers = {"Content-Type": entry["accepts"]} if wanted is not None else {}
    status, headers, text = server.ask("GET" if wanted is None else "POST", entry["path"],
                                       wanted, headers.get("Content-Type"))
    return read(headers["Content-Type"], text) if status == 200 else None


def want(name, wanted):
    return {"resource-id": name} | ({} if wanted is None else {"input": wanted})


class Following:
    """One stream with all of it; takes every event in."""

    def __init__(self, server, uri, every):
        self.server, self.every = server, every
        self.stream = Stream(server, uri, {f"s{i}": want(name, wanted)
                                           for i, (name, _, wanted) in enumerate(every)})

    def differing(self):
        """Substreams that do not hold what a fresh request gives."""
        out = []
        for i, (name, entry, wanted) in enumerate(self.every):
            held, now = self.stream.held.get(f"s{i}"), fresh(self.server, entry, wanted)
            if isinstance(now and now[0], list) and held is not None:
                held = list(held.values())
            if held is None or not now or not same((held, now[1]), now):
                out.append((name, held))
        return out

    def check(self):
        """Takes events until nothing differs, or no more come."""
        if self.stream.status != 200:
            return [f"stream: {self.stream.status}"]
        try:
            while self.differing():
                self.stream.take(timeout=3)
        except queue.Empty:
            pass
        return [f"{name} in a stream: {held}" for name, held in self.differing()]


def by_tips(server, uri, every):
    found = []
    for name, entry, wanted in every:
        status, _, text = server.ask("POST", uri, want(name, wanted), TIPS)
        if status != 200:
            found.append(f"{name} by TIPS: {status} {text}")
            continue
        reply = load(text)
        rec = reply["tips-view-summary"]["updates-graph-summary"]["start-edge-rec"]
        status, headers, text = server.ask(
            "GET", f"{reply['tips-view-uri']}/ug/{rec['seq-i']}/{rec['seq-j']}")
        if status != 200 or not same(read(headers["Content-Type"], text),
                                     fresh(server, entry, wanted)):
            found.append(f"{name} by TIPS: {status} {text}")
    return found


def play(base, context, vector):
    """A printed stream: the same substreams begin, each with the whole of its resource, what
    others depend on first. None: of other data."""
    server = Server(base)
    add = vector.request["body"]["add"]
    if not all(a["resource-id"] in context.entries for a in add.values()):
        return None
    stream = Stream(server, vector.path, add)
    if stream.status != 200:
        return [f"status {stream.status}"]
    printed = [e["event"].rpartition(",") for e in vector.raw["response_parsed"]["events"]]
    begun, found, order = {}, [], []
    for _, _, name in printed:
        if name in add and name not in begun and "tag" not in add[name]:
            begun[name] = context.entries[add[name]["resource-id"]]
    for _ in begun:
        kind, text = stream.next()
        media, _, name = kind.rpartition(",")
        order.append(name)
        entry = begun.get(name)
        if not entry or views.plain(media) != views.plain(entry["media-type"]):
            found.append(f"event {kind}")  # printed types have misprints; the directory's count
        elif not same(read(media, text), fresh(server, entry, add[name].get("input"))):
            found.append(f"{name} begins with {text}")
    if order != list(begun):
        found.append(f"order {order}, not {list(begun)}")
    stream.close()
    return found


def follow_all(base, context, vectors):
    """(differences, the open stream); None where there is nothing to follow."""
    server = Server(base)
    every = [x for x in followed(context, vectors) if fresh(server, x[1], x[2])]
    if not every:
        return None, None
    kinds = {e["media-type"]: e for n, e in context.entries.items() if n.startswith("rialto-")}
    following = Following(server, kinds["text/event-stream"]["path"], every[:60])
    found = following.check()
    found += by_tips(server, kinds["application/alto-tips+json"]["path"], every)
    return found, following
