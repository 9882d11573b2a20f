# SPDX-License-Identifier: Apache-2.0
"""A client of update streams (RFC 8895) and of patches (RFC 6902, RFC 7396)."""

import copy
import email
import http.client
import json
import queue
import re
import threading
import urllib.parse

STREAM = "application/alto-updatestreamparams+json"
CONTROL = "application/alto-updatestreamcontrol+json"
TIPS = "application/alto-tipsparams+json"
MERGE, PATCH = "application/merge-patch+json", "application/json-patch+json"


class PatchError(Exception):
    pass


def merge(target, patch):
    """RFC 7396 section 2."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merge(target.get(name), value)
    return target


def once(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise PatchError("a member stands there twice")
    return result


def load(text):
    return json.loads(text, object_pairs_hook=once)


def tokens(pointer):
    if pointer and not pointer.startswith("/"):
        raise PatchError(pointer)
    return [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]


def step(at, token, adding=False):
    """The key or index that a token stands for."""
    if isinstance(at, dict):
        if not adding and token not in at:
            raise PatchError(f"no member {token}")
        return token
    if not isinstance(at, list):
        raise PatchError(f"nothing holds {token}")
    if adding and token == "-":
        return len(at)
    if not token.isdigit() or (token[0] == "0" and token != "0"):
        raise PatchError(f"no index {token}")
    if int(token) >= len(at) + adding:
        raise PatchError(f"no element {token}")
    return int(token)


def get(document, pointer):
    for token in tokens(pointer):
        document = document[step(document, token)]
    return document


def same(a, b):
    """Equal as JSON: 1 is not true."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def add(document, pointer, value):
    path = tokens(pointer)
    if not path:
        return value
    at = document
    for token in path[:-1]:
        at = at[step(at, token)]
    key = step(at, path[-1], adding=True)
    if isinstance(at, list):
        at.insert(key, value)
    else:
        at[key] = value
    return document


def remove(document, pointer):
    path = tokens(pointer)
    at = document
    for token in path[:-1]:
        at = at[step(at, token)]
    del at[step(at, path[-1])]
    return document


def patch(document, operations):
    """RFC 6902: all operations, or PatchError."""
    document = copy.deepcopy(document)
    if not isinstance(operations, list):
        raise PatchError("a patch is an array")
    for o in operations:
        if o["op"] == "test":
            if not same(get(document, o["path"]), o["value"]):
                raise PatchError(f"test of {o['path']}")
        elif o["op"] == "replace":
            get(document, o["path"])
            document = add(remove(document, o["path"]) if o["path"] else None, o["path"],
                           copy.deepcopy(o["value"]))
        elif o["op"] == "remove":
            document = remove(document, o["path"])
        elif o["op"] == "add":
            document = add(document, o["path"], copy.deepcopy(o["value"]))
        elif o["op"] in ("move", "copy"):
            value = copy.deepcopy(get(document, o["from"]))
            document = remove(document, o["from"]) if o["op"] == "move" else document
            document = add(document, o["path"], value)
        else:
            raise PatchError(o["op"])
    return document


def apply(document, media, text):
    return (merge if media == MERGE else patch)(document, load(text))


def parts(media, text):
    """A multipart body: Content-ID without angle brackets, to its JSON."""
    whole = email.message_from_string(f"Content-Type: {media}\n\n{text}")
    if not whole.is_multipart() or whole.defects:
        raise PatchError(f"multipart: {whole.defects}")
    return {p["Content-ID"].strip("<>"): load(p.get_payload()) for p in whole.get_payload()}


class Server:
    def __init__(self, url):
        self.url = url
        self.at = urllib.parse.urlsplit(url)

    def path(self, uri):
        return urllib.parse.urlsplit(urllib.parse.urljoin(self.url, uri)).path

    def connect(self, timeout=30):
        return http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=timeout)

    def ask(self, method, path, body=None, media=None, **headers):
        """(status, headers, text)"""
        connection = self.connect()
        if media:
            headers["Content-Type"] = media
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        connection.request(method, self.path(path), body, headers)
        reply = connection.getresponse()
        result = reply.status, reply.headers, reply.read().decode()
        connection.close()
        return result

    def get(self, path):
        status, _, text = self.ask("GET", path)
        assert status == 200, (path, status, text)
        return load(text)


class Stream:
    """An open update stream: its events one by one, and what each substream holds."""

    def __init__(self, server, path, add, **more):
        self.server = server
        self.held, self.stopped, self.comments = {}, [], 0
        self.connection = server.connect(timeout=60)
        self.connection.request("POST", server.path(path), json.dumps({"add": add, **more}),
                                {"Content-Type": STREAM, "Accept": "text/event-stream"})
        self.reply = self.connection.getresponse()
        self.status = self.reply.status
        self.events = queue.Queue()
        if self.status == 200:
            threading.Thread(target=self.read, daemon=True).start()
            kind, text = self.next()
            assert kind == CONTROL, kind
            self.control = load(text)["control-uri"]

    def read(self):
        lines = []
        try:
            while (raw := self.reply.readline()):
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    assert not lines, "a comment inside an event"
                    self.comments += 1
                elif line:
                    lines.append(line)
                elif lines:
                    self.events.put(self.parse(lines))
                    lines = []
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        self.events.put(None)

    @staticmethod
    def parse(lines):
        assert lines[0].startswith("event: "), lines[0]
        assert all(line.startswith("data:") for line in lines[1:]), lines
        assert max(map(len, lines)) < 4096, "a line is too long"
        name = lines[0].removeprefix("event: ").partition(",")[2].split(".", 1)
        assert all(re.fullmatch(r"[0-9A-Za-z@:_.-]{0,64}", n) for n in name), lines[0]
        data = "\n".join(line[5:].removeprefix(" ") for line in lines[1:])
        return lines[0][7:], data

    def next(self, timeout=20):
        """The next event, (type, data); None: the server closed the stream."""
        return self.events.get(timeout=timeout)

    def take(self, timeout=20):
        """Takes the next event in; (media type, data id, data)."""
        event = self.next(timeout)
        if event is None:
            return None
        media, _, name = event[0].partition(",")
        if media == CONTROL:
            assert not name and "control-uri" not in load(event[1])
            self.stopped += load(event[1]).get("stopped", [])
            return media, name, load(event[1])
        substream, _, part = name.partition(".")
        if media in (MERGE, PATCH):
            held = self.held[substream]
            if part:
                held[part] = apply(held[part], media, event[1])
            else:
                self.held[substream] = apply(held, media, event[1])
        elif media.startswith("multipart/"):
            self.held[substream] = parts(media, event[1])
        else:
            self.held[substream] = load(event[1])
        return media, name, event[1]

    def tell(self, body):
        return self.server.ask("POST", self.control, body, STREAM)

    def close(self):
        self.connection.sock and self.connection.sock.shutdown(2)
        self.connection.close()
