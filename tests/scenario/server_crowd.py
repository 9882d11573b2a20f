# SPDX-License-Identifier: Apache-2.0
"""All kinds of bad clients at once: slow ones by the hundred, requests that hide others, deep and
wide bodies, path vectors of everything. Whoever asks properly meanwhile is answered as before."""

import http.client
import json
import re
import socket
import threading

from server_lib import Server, check

CONFIG = """
limits: {header_timeout: 3s, connections_per_client: 400, pairs: 20000, path_vector_pairs: 2000}
"""
COSTS = "application/alto-endpointcostparams+json"
FILTER = "application/alto-costmapfilter+json"
ENTITIES = "application/alto-propmapparams+json"
NUM = {"cost-mode": "numerical", "cost-metric": "routingcost"}
PV = {"cost-mode": "array", "cost-metric": "ane-path"}
ENDS = {"srcs": ["ipv4:10.1.0.1"], "dsts": ["ipv4:10.2.0.1", "ipv4:10.3.4.1"]}
MANY = [f"ipv4:10.1.{i // 250}.{i % 250}" for i in range(1000)]
HIDDEN = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"  # must never be answered


def head(*lines, method="POST"):
    return "".join(f"{x}\r\n" for x in (f"{method} /endpointcost HTTP/1.1", "Host: x",
                                        f"Content-Type: {COSTS}", *lines, ""))


def chunk(text):
    return f"{len(text):x}\r\n{text}\r\n"


# Requests that end elsewhere for who reads them otherwise (RFC 9112 sections 6 and 11.2).
SMUGGLED = [
    *(head(a, b) + body for body in ("0\r\n\r\n" + HIDDEN, HIDDEN) for a, b in (
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 0"),
        ("Content-Length: 0", f"Content-Length: {len(HIDDEN)}"),
        (f"Content-Length: {len(HIDDEN)}", "Content-Length: 0"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: identity", "Transfer-Encoding: chunked"))),
    *(head(line) + "0\r\n\r\n" + HIDDEN for line in (
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=0", "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding : chunked", "Content-Length: +5", "Content-Length: -5",
        "Content-Length: 5, 5", "Content-Length: 0x5", "Content-Length: 5 0",
        "Content-Length: 99999999999999999999", "Content-Length: ", "Content-Length: five")),
    *(head("Transfer-Encoding: chunked") + bad + HIDDEN for bad in (
        "-1\r\n", "0x0\r\n\r\n", "g\r\n\r\n", "ffffffffffffffffff\r\n", " 0\r\n\r\n",
        "1\r\nxx\r\n0\r\n\r\n", "5;\0\r\n", "\r\n0\r\n\r\n")),
    "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + HIDDEN,
    "GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n" + HIDDEN,
    "GET /livez HTTP/1.1\r\n\r\n" + HIDDEN,
    "GET /livez HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN,
    "GET /livez\0 HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN,
]
BOMBS = [
    *((path, media, bomb) for path, media in (("/endpointcost", COSTS),
                                              ("/costmap/filtered", FILTER),
                                              ("/propmap/filtered", ENTITIES))
      for bomb in ("[" * 500000, '{"a":' * 100000, '{"a":[' * 80000, '{"a":"' + "[" * 800000)),
]
HEAVY = [
    ("/pathvector/endpointcost", COSTS, {"cost-type": PV, "endpoints": {
        "srcs": MANY[:44], "dsts": MANY[100:144]}, "ane-property-names":
        ["max-reservable-bandwidth"]}, 200),
    ("/pathvector/endpointcost", COSTS, {"cost-type": PV, "endpoints": {
        "srcs": MANY, "dsts": MANY}}, 413),
    ("/pathvector/costmap", FILTER, {"cost-type": PV, "ane-property-names":
                                     ["max-reservable-bandwidth"]}, 200),
    ("/endpointcost", COSTS, {"cost-type": NUM, "endpoints": {
        "srcs": MANY[:140], "dsts": MANY[:140]}, "constraints": ["ge 0"] * 256}, 200),
    ("/endpointcost", COSTS, {"cost-type": NUM, "endpoints": {"srcs": MANY, "dsts": MANY}}, 413),
    ("/costmap/filtered", FILTER, {"cost-type": NUM, "constraints": ["ge 0"] * 10000}, 413),
    ("/costmap/filtered", FILTER, {"cost-type": NUM, "pids": {
        "srcs": ["alpha"] * 50000, "dsts": ["beta"] * 50000}}, 200),
    ("/propmap/filtered", ENTITIES, {"entities": ["ipv4:0.0.0.0/0"] * 40000,
                                     "properties": []}, 200),
]


def answered(work, *args):
    """On a slow machine a deadline may be missed that is meant for others: then once more."""
    for _ in range(20):
        try:
            return work(*args)
        except (ConnectionError, http.client.HTTPException):
            continue
    return work(*args)


class Crowd:
    """Threads that go on until told to stop; what they find wrong is kept."""

    def __init__(self, server):
        self.server = server
        self.over = threading.Event()
        self.wrong, self.threads, self.finished = [], [], set()

    def start(self, times, work, *args):
        for _ in range(times):
            t = threading.Thread(target=self.run, args=(work, *args), daemon=True)
            self.threads.append(t)
            t.start()

    def run(self, work, *args):
        try:
            while not self.over.is_set() and not self.wrong:
                work(*args)
                self.finished.add(work.__name__)
        except Exception as e:  # pylint: disable=broad-except
            self.wrong.append(f"{work.__name__}: {e!r}")

    def end(self):
        self.over.set()
        for t in self.threads:
            t.join(60)
        check(not self.wrong, "; ".join(self.wrong[:5]))

    # --- the bad ones ---

    def drip(self, start):
        """A byte now and then, until it is cut off."""
        with self.server.raw() as s:
            s.settimeout(0.5)
            try:
                s.sendall(start)
                while not self.over.is_set():
                    s.sendall(b"x")
                    try:
                        if s.recv(4096) == b"":
                            return
                    except TimeoutError:
                        pass
            except OSError:
                pass

    def never_read(self, request):
        """Asks, and takes nothing of the answers."""
        with self.server.raw() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.settimeout(0.2)
            try:
                for _ in range(200):
                    s.sendall(request)
            except OSError:
                pass
            self.over.wait(1)

    def smuggle(self, texts):
        for text in texts:
            with self.server.raw() as s:
                got = b""
                try:
                    s.sendall(text.encode("latin-1"))
                    s.shutdown(socket.SHUT_WR)
                    while piece := s.recv(65536):
                        got += piece
                except ConnectionError:
                    pass
            heads = re.findall(rb"HTTP/1\.1 (\d+)", got)
            if len(heads) > 1 or b"ready" in got.split(b"\r\n\r\n", 1)[-1] or \
                    (heads and heads[0] not in (b"400", b"413", b"501")):
                self.wrong.append(f"{text!r}: {got[:300]!r}")

    def bomb(self):
        for path, media, body in BOMBS:
            status, _, reply = answered(self.server.post, path, media, body)
            if status != 400 or json.loads(reply)["meta"]["code"] != "E_SYNTAX":
                self.wrong.append(f"{path} {body[:10]}: {status} {reply[:100]}")

    def weigh(self):
        for path, media, body, want in HEAVY:
            status, _, reply = answered(self.server.post, path, media, body)
            if status not in (want, 503):  # 503: others wait already
                self.wrong.append(f"{path} of {len(json.dumps(body))} bytes: {status} "
                                  f"{reply[:100]}")


def ask(server):
    """What is asked properly, and its answers; names of elements are of one answer alone."""
    asked = [("GET", "/directory", None, None), ("GET", "/networkmap", None, None),
             ("GET", "/costmap/num/routingcost", None, None), ("GET", "/propmap", None, None),
             ("POST", "/costmap/filtered", FILTER, {"cost-type": NUM, "constraints": ["le 5"]}),
             ("POST", "/endpointcost", COSTS, {"cost-type": NUM, "endpoints": ENDS}),
             ("POST", "/pathvector/endpointcost", COSTS, {"cost-type": PV, "endpoints": ENDS})]
    out = []
    for method, path, media, body in asked:
        headers = {"Content-Type": media} if media else {}
        status, got, reply = answered(server.ask, method, path,
                                      json.dumps(body) if body else None, headers)
        if path.startswith("/pathvector"):
            reply = re.sub(rb"ane-[a-z0-9]+|[0-9a-f]{32}", b"", reply)
            got = {"Content-Type": got["Content-Type"].split(";")[0]}
        out.append((path, status, got["Content-Type"], reply))
    return out


def met(server):
    """Have they all met a limit?"""
    status, _, text = answered(server.get, "/metrics")
    check(status == 200, "metrics")
    counts = {reason: re.search(rf'"{reason}"[^\n]* (\d+)\n', text.decode())
              for reason in ("late", "malformed")}
    check(all(counts.values()), f"metrics: {counts}")
    return int(counts["late"][1]) >= 120 and int(counts["malformed"][1]) > 0


def main():
    with Server(CONFIG) as server:
        before = ask(server)
        check(all(x[1] == 200 for x in before), f"before: {[x[:2] for x in before]}")
        crowd = Crowd(server)
        crowd.start(120, crowd.drip, b"GET /networkmap HTTP/1.1\r\nHost: x\r\nX-")
        crowd.start(60, crowd.drip, head("Content-Length: 60000").encode())  # till the end
        crowd.start(40, crowd.never_read, b"GET /networkmap HTTP/1.1\r\nHost: x\r\n\r\n")
        crowd.start(1, crowd.smuggle, SMUGGLED)
        crowd.start(1, crowd.bomb)
        crowd.start(1, crowd.weigh)
        rounds = 0
        while not (met(server) and crowd.finished >= {"drip", "smuggle", "bomb", "weigh"}):
            for was, now in zip(before, ask(server)):
                check(was == now, f"{was[0]}: {now}, before {was}")
            rounds += 1
            check(not crowd.wrong, "; ".join(crowd.wrong[:5]))
        check(rounds > 0, "nobody was asked meanwhile")
        crowd.end()
        check(ask(server) == before, "afterwards")
    print(f"{len(SMUGGLED)} hidden requests, {len(BOMBS)} bombs, {len(HEAVY)} heavy ones: "
          "others are served")


main()
