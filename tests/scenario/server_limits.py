# SPDX-License-Identifier: Apache-2.0
"""Limits over a real connection: slow and large requests, deep JSON, many pairs."""

import json
import os
import resource
import time

from server_lib import Server, check

IMPATIENT = "limits: {header_timeout: 200ms, body_timeout: 200ms}\n"
SMALL = "limits: {body: 64k, json_depth: 8, pairs: 100, path_vector_pairs: 10}\n"
FEW = "limits: {connections_per_client: 20}\n"
COSTS = "application/alto-endpointcostparams+json"


def closed_while(connection, piece):
    """The server closes though something comes all the time."""
    connection.settimeout(0.02)
    for _ in range(1500):  # at most half a minute; the server closes long before
        try:
            connection.sendall(piece)
            if connection.recv(4096) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def slow(server):
    for start in (b"", b"GET /networkmap HTTP/1.1\r\nHost: x\r\nX-",
                  b"POST /endpointcost HTTP/1.1\r\n"
                  b"Host: x\r\nContent-Length: 60000\r\n\r\n"):
        connection = server.raw()
        if start:
            connection.sendall(start)
        check(closed_while(connection, b"x"), f"deadline after {start!r}")
        connection.close()


def large(server):
    status, _, _ = server.post("/endpointcost", COSTS, " " * 70000)
    check(status == 413, f"oversized body: {status}")
    status, _, _ = server.get("/networkmap", **{"X-Large": "x" * 30000})
    check(status == 431, f"oversized header: {status}")
    status, headers, body = server.post("/endpointcost", COSTS, '{"x":' + "[" * 5000)
    check(status == 400 and json.loads(body)["meta"]["code"] == "E_SYNTAX", "deep JSON")


def pairs(server):
    def costs(kind, path, n):
        return server.post(path, COSTS, {
            "cost-type": kind, "endpoints": {"srcs": [f"ipv4:10.1.0.{i}" for i in range(n)],
                                             "dsts": ["ipv4:10.2.0.1", "ipv4:10.3.0.1"]}})
    number = {"cost-mode": "numerical", "cost-metric": "hopcount"}
    vector = {"cost-mode": "array", "cost-metric": "ane-path"}
    check(costs(number, "/endpointcost", 50)[0] == 200, "100 pairs")
    check(costs(number, "/endpointcost", 51)[0] == 413, "102 pairs")
    check(costs(vector, "/pathvector/endpointcost", 5)[0] == 200, "10 vectors")
    check(costs(vector, "/pathvector/endpointcost", 6)[0] == 413, "12 vectors")


def forms(server):
    check(server.get("/networkmap", Accept="text/html")[0] == 406, "Accept")
    check(server.post("/endpointcost", "text/plain", "{}")[0] == 415, "Content-Type")
    for method, path, allow in (("POST", "/networkmap", "GET"), ("GET", "/endpointcost", "POST"),
                                ("DELETE", "/networkmap", "GET"), ("PUT", "/livez", "GET")):
        status, headers, _ = server.ask(method, path)
        check(status == 405 and allow in headers["Allow"], f"{method} {path}")
    check(server.get("/none")[0] == 404, "404")
    status, headers, body = server.ask("HEAD", "/networkmap")
    check(status == 200 and body == b"" and int(headers["Content-Length"]) > 0, "HEAD")
    etag = headers["ETag"]
    check(server.get("/networkmap", **{"If-None-Match": etag})[0] == 304, "304")


def connections(server):
    """One client can't take them all; what it gives back it may use again."""
    held = [server.raw() for _ in range(20)]
    for connection in held:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        check(connection.recv(4096).startswith(b"HTTP/1.1 200"), "held connection")
    more = server.raw()
    try:
        more.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        check(more.recv(4096) == b"", "one connection too many")
    except ConnectionError:
        pass
    for connection in held + [more]:
        connection.close()
    for _ in range(500):
        try:
            if server.get("/livez")[0] == 200:
                return
        except OSError:
            time.sleep(0.02)
    check(False, "connections are not given back")


def paths(server):
    """Nothing but what is named exactly is there, however it is written."""
    up = ("..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "..;", "%c0%ae%c0%ae",
          "%e0%80%ae%e0%80%ae", "..%5c", "%uff0e%uff0e", "...")
    down = ("etc/passwd", "networkmap", "livez", "proc/self/environ")
    forms = [f"/{u}{s}{d}" for u in up for s in ("/", "//", "%2f", "\\") for d in down]
    forms += [f"{base}{end}" for base in ("/networkmap", "/directory")
              for end in ("/", "//", "/.", "/..", "%00", "%00.json", ";x", ";/", "%20", ".",
                          "%c0%80", "\\", "%2f", "/%2e", "%ff")]
    forms += ["//networkmap", "/./networkmap", "/NetworkMap", "/x/../networkmap", "%2fnetworkmap"]
    for path in forms:
        with server.raw() as s:
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                      .encode("latin-1"))
            got = b""
            while piece := s.recv(65536):
                got += piece
        check(got.split(b" ")[1] in (b"400", b"404"), f"{path}: {got[:60]}")


def descriptors(server):
    """They run out, and come back; none is lost."""
    pid = server.process.pid

    def used():
        return len(os.listdir(f"/proc/{pid}/fd"))

    server.get("/livez")
    before = used()
    for _ in range(500):
        server.raw().close()
    check(settles(lambda: used() <= before), f"{used()} descriptors after 500 connections, "
                                             f"{before} before")
    old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (before + 10, old[1]))
    held = [server.raw() for _ in range(60)]
    check(settles(lambda: used() >= before + 10), f"{used()} descriptors of {before + 10}")
    for connection in held:
        connection.close()
    check(settles(lambda: answers(server)), "no answer once descriptors are free again")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, old)
    check(settles(lambda: used() <= before), f"{used()} descriptors, {before} before")


def settles(met):
    for _ in range(1500):
        if met():
            return True
        time.sleep(0.02)
    return False


def answers(server):
    try:
        return server.get("/livez")[0] == 200
    except OSError:
        return False


def main():
    # A server for each: deadlines that slow ones miss are for nobody else, and who counts
    # connections must not meet earlier ones.
    servers = {IMPATIENT: (slow,), SMALL: (large, pairs, forms, paths), FEW: (connections,),
               "": (descriptors,)}
    for config, tests in servers.items():
        with Server(config) as server:
            for test in tests:
                test(server)
            check(server.get("/readyz")[0] in (200, 503), "still answers")
    print("limits hold")


main()
