# SPDX-License-Identifier: Apache-2.0
"""One ALTO server follows another by its update stream: changes arrive though nothing is polled
for an hour, a lost stream is begun again, a spoiled one is told and spoils no document.

usage: alto_follow.py RIALTO-AGENT RIALTOD RIALTO
"""

import contextlib
import json
import signal
import socket
import socketserver
import subprocess
import sys
import threading

from alto_lib import COST, NETWORK, configure, documents, get, whole_maps
from bad_input_lib import COSTS, MAP, PATIENCE, Network, check

GARBAGE = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
           b"event: application/alto-updatestreamcontrol+json\ndata: {}\n\ndata: hello\n\n")


class Proxy(socketserver.ThreadingTCPServer):
    """Hands bytes on to a server and back, and can cut or spoil update streams."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), None)
        self.behind, self.spoil = None, None
        self.streams, self.gets = 0, []
        self.open = set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def finish_request(self, request, _):
        with contextlib.suppress(OSError), socket.create_connection(self.behind) as server:
            self.open |= {request, server}
            back = threading.Thread(target=self.pump, args=(server, request), daemon=True)
            back.start()
            self.pump(request, server, self.look)
            back.join()
            self.open -= {request, server}

    def look(self, client, data):
        """False: the request is answered already."""
        if data.startswith(b"GET "):
            self.gets.append(data.split()[1].decode())
        if data.startswith(b"POST /updates "):
            self.streams += 1
            if self.spoil:
                client.sendall(self.spoil)
                return False
        return True

    @staticmethod
    def pump(source, target, look=None):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if look and not look(source, data):
                    break
                target.sendall(data)
        for s in (source, target):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def cut(self):
        for s in list(self.open):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)


def address(server):
    host, port = server.url.removeprefix("http://").split(":")
    return host, int(port)


def stop(first):
    first.daemon.send_signal(signal.SIGTERM)
    check(first.daemon.wait(PATIENCE) == 0, "the first server ends well")
    (first.dir / "ready").unlink()


def change(first, n):
    """Domain one publishes other documents; returns a prefix of its network map, and a cost."""
    network, costs = json.loads(MAP), json.loads(COSTS)
    network["meta"]["vtag"]["tag"] = costs["meta"]["dependent-vtags"][0]["tag"] = f"v{n}"
    prefix, cost = f"203.0.113.{n}/32", 100 + n
    network["network-map"]["P1"]["ipv4"].append(prefix)
    costs["cost-map"]["P1"]["P2"] = cost
    first.write("alto/map.json", json.dumps(network))
    first.write("alto/costs.json", json.dumps(costs))
    code, said = first.collect("one")
    check(code == 0, said)
    return prefix, cost


def serves(second, prefix, cost):
    """Does the second server answer with these?"""
    ours = get(f"{second.url}/directory")
    pids = [m["network-map"].get("P1", {}) for m in whole_maps(ours, NETWORK).values()]
    costs = [m["cost-map"].get("P1", {}).get("P2") for m in whole_maps(ours, COST).values()]
    return any(prefix in p.get("ipv4", []) for p in pids) and cost in costs


class Agent:
    """The second network's agent as a daemon."""

    def __init__(self, second):
        self.process = subprocess.Popen([second.agent, "-c", str(second.dir / "peer.yaml")],
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        check(self.process.wait(PATIENCE) == 0, "the agent ends well")


def check_change(first, second, n, why):
    second.until(lambda: "stream" not in documents(second), f"the stream is good: {why}")
    changed = change(first, n)
    second.until(lambda: serves(second, *changed), f"a change arrives: {why}")


def check_spoiled(second, proxy):
    """What can't be used is told of the stream, not of the documents."""
    proxy.spoil = GARBAGE
    proxy.cut()
    second.until(lambda: "not a media type" in
                 (documents(second).get("stream", {}).get("error") or ""), "garbage is told")
    now = documents(second)
    check(now["stream"]["stale"], "the stream is stale")
    check(not any(s["stale"] for scope, s in now.items() if scope != "stream"),
          "documents are not")
    proxy.spoil = None


def check_unwanted(second, proxy):
    """Whoever does not want streams gets none."""
    configure(second, proxy.url, more="    follow: false\n")
    streams, polls = proxy.streams, proxy.gets.count("/directory")
    with Agent(second):
        second.until(lambda: proxy.gets.count("/directory") >= polls + 3, "polling goes on")
    check(proxy.streams == streams, "no stream was opened")


def main():
    with Network(*sys.argv[1:4]) as first, Network(*sys.argv[1:4]) as second:
        for domain in ("one", "two"):
            code, said = first.collect(domain)
            check(code == 0, said)
        first.start()
        proxy = Proxy()
        proxy.behind = address(first)
        configure(second, proxy.url, "1h")
        code, said = second.collect("peer")
        check(code == 0, said)
        check(proxy.streams == 0, "who reads once follows nothing")
        second.start()
        with Agent(second):
            # the agent itself reads everything once, then only the stream speaks
            second.until(lambda: proxy.streams == 1 and len(documents(second)) > 3, "a stream")
            check_change(first, second, 1, "from the beginning")
            asked = list(proxy.gets)
            check_change(first, second, 2, "by a patch")
            check(proxy.gets == asked, f"nothing was polled: {proxy.gets[len(asked):]}")
            stop(first)
            second.until(lambda: "stream" in documents(second), "the stream's end is told")
            first.start()
            proxy.behind = address(first)
            check_change(first, second, 3, "after the server was restarted")
            check_spoiled(second, proxy)
            check_change(first, second, 4, "after garbage")
        check_unwanted(second, proxy)
        print(f"4 changes arrived by {proxy.streams} streams")


main()
