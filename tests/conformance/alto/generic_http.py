# SPDX-License-Identifier: Apache-2.0
"""Checks of HTTP/1.1 (RFC 9110, RFC 9112), asked byte by byte."""

import http.client
import json
import socket
import ssl

from alto.compare import is_date
from alto.site import check, path_request


class Kept:
    """What is read of a connection; a reply that was read does not close it."""

    def __init__(self, file):
        self.file = file

    def __getattr__(self, name):
        return getattr(self.file, name)

    def close(self):
        pass


class Wire:
    """One connection, and the replies on it in their order."""

    def __init__(self, url):
        self.socket = socket.create_connection((url.hostname, url.port or
                                                (443 if url.scheme == "https" else 80)), 10)
        if url.scheme == "https":
            self.socket = ssl._create_unverified_context().wrap_socket(self.socket)
        self.file = Kept(self.socket.makefile("rb"))

    def makefile(self, _mode):
        return self.file

    def send(self, *lines, body=b""):
        self.socket.sendall("".join(f"{x}\r\n" for x in (*lines, "")).encode() + body)

    def reply(self, method="GET"):
        """(status, headers, body); None: there is none."""
        response = http.client.HTTPResponse(self, method=method)
        try:
            response.begin()
            return response.status, response, response.read()
        except (http.client.HTTPException, ConnectionError, TimeoutError):
            return None

    def is_closed(self):
        try:
            return self.file.read(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def close(self):
        self.file.file.close()
        self.socket.close()


class Talk:
    """Each case has a connection of its own; what is wrong with them is kept."""

    def __init__(self, site):
        self.url, self.host = site.server.url, f"Host: {site.server.url.netloc}"
        self.found = []
        self.wire = None

    def begin(self, *lines, body=b""):
        if self.wire:
            self.wire.close()
        self.wire = Wire(self.url)
        self.wire.send(*lines, body=body)

    def want(self, what, statuses):
        got = self.wire.reply()
        if not got or got[0] not in statuses:
            self.found.append(f"{what}: {got and got[0]}, not one of {statuses}")
        return got


def connections(talk, path):
    """RFC 9112 section 9: they persist, requests may wait in them, either side may end them."""
    get = f"GET {path} HTTP/1.1"
    talk.begin(get, talk.host, body=f"GET /no/such HTTP/1.1\r\n{talk.host}\r\n\r\n".encode())
    first = talk.want("the first of two requests", [200])
    if first and (first[1].version != 11 or not is_date(first[1].getheader("Date"))):
        talk.found.append(f"version {first[1].version}, Date {first[1].getheader('Date')}")
    talk.want("the second of two requests", [404])
    talk.begin(get, talk.host, "Connection: close")
    last = talk.want("Connection: close", [200])
    if not last or last[1].getheader("Connection", "").lower() != "close" or \
            not talk.wire.is_closed():
        talk.found.append("Connection: close does not close")
    talk.begin(f"GET {path} HTTP/1.0")
    old = talk.want("HTTP/1.0", [200])
    if not old or old[1].getheader("Transfer-Encoding") or not talk.wire.is_closed():
        talk.found.append("HTTP/1.0: chunks, or no end")


def requests(talk, path):
    """RFC 9112 sections 3 and 5: forms that are understood, and those that must not be."""
    get = f"GET {path} HTTP/1.1"
    talk.begin(f"GET {talk.url.scheme}://{talk.url.netloc}{path} HTTP/1.1", talk.host)
    talk.want("absolute form", [200])
    talk.begin(f"GET {talk.url.scheme}://{talk.url.netloc}{path} HTTP/1.1", "Host: other.example")
    whose = talk.want("absolute form beside another Host", [200])
    if whose and b"other.example" in whose[2]:
        talk.found.append("Host counts more than an absolute target")
    talk.begin(get, talk.host.replace("Host", "hOST"))
    talk.want("case of header names", [200])
    for what, lines, statuses in (
            ("no Host", [get], [400]),
            ("a blank before the colon", [get, talk.host, "Accept : */*"], [400]),
            ("no version", [f"GET {path}", talk.host], [400]),
            ("a version of another kind", [f"GET {path} HTTP/9.9", talk.host], [400, 505]),
            ("an unknown method", [f"BREW {path} HTTP/1.1", talk.host], [405, 501]),
            ("two lengths", [get, talk.host, "Content-Length: 1", "Content-Length: 2"], [400]),
            ("a Host that is none", [get, "Host: a b"], [400]),
            ("a length that is none", [get, talk.host, "Content-Length: +1"], [400]),
            ("a length too large to tell", [get, talk.host, f"Content-Length: {2 ** 64}"],
             [400, 413]),
            ("a coding that does not end", [get, talk.host, "Transfer-Encoding: gzip"],
             [400, 501]),
            ("chunks in chunks", [get, talk.host, "Transfer-Encoding: chunked, chunked"],
             [400, 501])):
        talk.begin(*lines)
        got = talk.want(what, statuses)
        if got and b"HTTP/1.1 " in got[2]:
            talk.found.append(f"{what}: a reply within the reply")
    talk.begin("OPTIONS * HTTP/1.1", talk.host)
    talk.want("OPTIONS of the server", [200, 204])


def lists(talk, path):
    """RFC 9110 section 5.3: a list on several lines is one list."""
    get = [f"GET {path} HTTP/1.1", talk.host]
    talk.begin(*get, "Accept: text/html", "Accept: */*")
    first = talk.want("two lines of Accept", [200])
    tag = first and first[1].getheader("ETag")
    for name, known in (("If-None-Match", 304), ("If-Match", 200)):
        talk.begin(*get, f'{name}: "x"', f"{name}: {tag}")
        talk.want(f"two lines of {name}", [known])


def bodies(talk, entry):
    """RFC 9112 sections 6 and 7: a body in chunks is as good as a whole one."""
    body = json.dumps(path_request(entry) if entry["kind"].startswith("path-vector")
                      else {}).encode()
    head = [f"POST {entry['path']} HTTP/1.1", talk.host, f"Content-Type: {entry['accepts']}",
            "Accept: */*"]
    talk.begin(*head, f"Content-Length: {len(body)}", body=body)
    whole = talk.wire.reply()
    chunks = b"".join(f"{1:x};x=y\r\n".encode() + body[i:i + 1] + b"\r\n"
                      for i in range(len(body))) + b"0\r\nTrailer: x\r\n\r\n"
    talk.begin(*head, "Transfer-Encoding: chunked", body=chunks)
    parted = talk.want("a body in chunks", [whole[0]])
    if parted and parted[0] == 400 and parted[2] != whole[2]:
        talk.found.append("a body in chunks gives another reply")
    talk.begin(*head, f"Content-Length: {len(body)}", "Expect: 100-continue")
    if talk.wire.file.readline().split()[1:2] != [b"100"]:
        talk.found.append("Expect: 100-continue is not answered before the body")
    talk.wire.file.readline()
    talk.wire.socket.sendall(body)
    talk.want("a body that was waited for", [whole[0]])
    talk.begin(*head, "Content-Length: 2", "Transfer-Encoding: chunked", body=b"0\r\n\r\n")
    both = talk.wire.reply()  # RFC 9112 section 6.1: refused or not, it is the last one
    if both and not talk.wire.is_closed():
        talk.found.append(f"two kinds of length: {both[0]}, and the connection stays")


@check("B-003")
def http_1_1(site):
    talk = Talk(site)
    connections(talk, site.root)
    requests(talk, site.root)
    lists(talk, site.root)
    for entry in [e for e in site.entries.values() if e["kind"] and "accepts" in e][:1]:
        bodies(talk, entry)
    talk.wire.close()
    yield from talk.found
