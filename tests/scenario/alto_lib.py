# SPDX-License-Identifier: Apache-2.0
"""What scenarios of one ALTO server as the source of another have in common: the source is `alto`
of domain `peer`, in the store peer.db."""

import contextlib
import json
import signal
import socket
import socketserver
import subprocess
import threading
import urllib.error
import urllib.request

from bad_input_lib import COSTS, MAP, PATIENCE, check

DIRECTORY = "application/alto-directory+json"
NETWORK = "application/alto-networkmap+json"
COST = "application/alto-costmap+json"


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
        return json.load(reply)


def documents(second):
    """Domain two's sources on the second server: scope -> what is said of it."""
    return {scope: s for (domain, source, scope), s in second.sources().items()
            if domain == "peer" and source == "alto" and scope != "*"}


def whole_maps(directory, media):
    """Documents that a directory offers by GET, by their ids."""
    return {name: get(r["uri"]) for name, r in directory["resources"].items()
            if r["media-type"] == media and "accepts" not in r}


def configure(second, url, interval="1s", more="", path="/directory"):
    second.write("peer.yaml", f"""domain: peer
store: peer.db
interval: {interval}
sources:
  - kind: alto
    url: "{url}{path}"
    allow: [127.0.0.1/32]
    limits: {{interval: 0s, timeout: 2s, body: 1M}}
{more}""")
    second.write("rialtod.yaml", 'listen: "127.0.0.1:0"\nstores: ["peer.db"]\npoll: 20ms\n')


class Proxy(socketserver.ThreadingTCPServer):
    """Hands bytes on to a server and back; can cut connections, and spoil answers to requests
    that begin with `spoiled`."""

    daemon_threads = True

    def __init__(self, spoiled=b"POST /updates "):
        super().__init__(("127.0.0.1", 0), None)
        self.behind, self.spoil, self.spoiled = None, None, spoiled
        self.streams, self.posts, self.gets = 0, 0, []
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
        self.posts += data.startswith(b"POST ")
        if data.startswith(self.spoiled):
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
    """Does the second server answer with these? While only one of both maps has come, the costs
    are not served."""
    ours = get(f"{second.url}/directory")
    try:
        pids = [m["network-map"].get("P1", {}) for m in whole_maps(ours, NETWORK).values()]
        costs = [m["cost-map"].get("P1", {}).get("P2") for m in whole_maps(ours, COST).values()]
    except urllib.error.HTTPError:
        return False
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
