# SPDX-License-Identifier: Apache-2.0
"""One ALTO server as the source of another: a domain's agent reads a rialtod, a second rialtod
serves what it read, and both must say the same. Then the first one answers badly in every way,
and what was good stays, marked stale.

usage: alto_peer.py RIALTO-AGENT RIALTOD RIALTO
"""

import contextlib
import http.client
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.request

from alto_lib import COST, DIRECTORY, NETWORK, configure, documents, get, whole_maps
from bad_input_lib import DESTINATION, PATIENCE, SOURCE, Network, check


class Front(http.server.BaseHTTPRequestHandler):
    """Stands before the first server and hands its answers on, unless it is told otherwise."""

    behind = None
    bad = {}  # path -> function of the handler
    seen = []  # (method, path, If-None-Match, status)

    def hand_on(self, body=None):
        host, port = self.behind
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        connection.request(self.command, self.path, body, dict(self.headers))
        reply = connection.getresponse()
        text = reply.read()
        self.seen.append((self.command, self.path, self.headers["If-None-Match"], reply.status))
        self.send_response(reply.status)
        for name in ("Content-Type", "ETag", "Last-Modified"):
            if reply.headers[name]:
                self.send_header(name, reply.headers[name])
        if reply.status != 304:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        connection.close()

    def do_GET(self):
        with contextlib.suppress(OSError):
            self.bad.get(self.path, Front.hand_on)(self)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with contextlib.suppress(OSError):
            self.hand_on(body)

    def answer(self, status, text, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def typed(media, document):
    text = document if isinstance(document, str) else json.dumps(document)
    return lambda handler: handler.answer(200, text, ("Content-Type", media))


def stall(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    time.sleep(5)


BAD = {
    "HTTP status 500": lambda h: h.answer(500, "no"),
    "answered with text/html": typed("text/html", "<p>hello</p>"),
    "1:1: ": typed(NETWORK, "garbage"),
    "it is a cost-map": typed(NETWORK, {
        "meta": {"cost-type": {"cost-mode": "numerical", "cost-metric": "x"}}, "cost-map": {}}),
    "timed out": stall,
    "a body of more than": typed(NETWORK, " " * (2 << 20)),
    "redirect": lambda h: h.answer(302, "", ("Location", "http://10.0.0.1/map")),
}


VECTORS = f"""    vectors:
      - {{name: pairs, sources: ["ipv4:{SOURCE}"], destinations: ["ipv4:{DESTINATION}"]}}
"""


def compare(first, second):
    """Every map of the first server is one of the second's; returns how many."""
    ours = get(f"{second.url}/directory")
    networks = [m["network-map"] for m in whole_maps(ours, NETWORK).values()]
    costs = [(m["meta"]["cost-type"], m["cost-map"]) for m in whole_maps(ours, COST).values()]
    count = 0
    theirs = get(f"{first.url}/directory")
    for name, m in whole_maps(theirs, NETWORK).items():
        check(m["network-map"] in networks, f"{name} is served as it was")
        count += 1
    for name, m in whole_maps(theirs, COST).items():
        if not any(m["cost-map"].values()):
            continue
        check((m["meta"]["cost-type"], m["cost-map"]) in costs, f"{name} is served as it was")
        count += 1
    check(count >= 4, f"{count} maps are enough to compare")
    return count


def try_once(second):
    """What the source would say now, as JSON."""
    done = subprocess.run([second.agent, "try", "--json", str(second.dir / "peer.yaml")],
                          capture_output=True, timeout=PATIENCE)
    return json.loads(done.stdout)["readings"][0]


def check_vectors(first, second):
    """The path vectors are one document: the same links as the first server names."""
    reading = try_once(second)
    kinds = {f["fact"]["name"]: f["fact"] for b in reading["batches"] for f in b["facts"]}
    check(kinds["pairs.json"]["kind"] == "ane-path", "path vectors are a document")
    body = json.loads(kinds["pairs.json"]["body"])
    path = body["endpoint-cost-map"][f"ipv4:{SOURCE}"][f"ipv4:{DESTINATION}"]
    check(len(path) == 2, f"a path of two links: {path}")
    check({f".ane:{a}" for a in path} == set(body["property-map"]), "with their properties")


def check_conditional(second):
    """What has not changed is not sent again, and no batch is made of it."""
    before = {scope: s["epoch"] for scope, s in documents(second).items() if s["facts"]}
    del before["pairs.json"]  # network elements have new names in every answer
    Front.seen.clear()
    agent = subprocess.Popen([second.agent, "-c", str(second.dir / "peer.yaml")],
                             stderr=subprocess.DEVNULL)
    try:
        second.until(lambda: sum(status == 304 for *_, status in Front.seen) >= len(before),
                     "a daemon asks whether documents changed")
    finally:
        agent.terminate()
        check(agent.wait(PATIENCE) == 0, "the agent ends well")
    now = documents(second)
    check(before == {scope: now[scope]["epoch"] for scope in before}, "epochs stay")


def last_modified(second):
    """What the second server says of the age of the first one's maps."""
    out = {}
    for name, r in get(f"{second.url}/directory")["resources"].items():
        if r["media-type"] == NETWORK and "accepts" not in r and "/domain/" in r["uri"]:
            with urllib.request.urlopen(r["uri"], timeout=PATIENCE) as reply:
                out[name] = reply.headers["Last-Modified"]
    return out


def check_bad(second, url):
    """A resource that goes wrong is stale on its own, and good again when it is repaired; as long
    as it is served it is as old as it was."""
    resources = get(f"{url}/directory")["resources"]
    name, path = next((n, r["uri"][len(url):]) for n, r in resources.items()
                      if r["media-type"] == NETWORK and "accepts" not in r)
    scope = f"{name}.json"
    good, age = documents(second), last_modified(second)
    check(age and all(age.values()), f"maps have an age: {age}")
    for reason, behave in BAD.items():
        Front.bad = {path: behave}
        second.collect("peer")
        second.until(lambda: reason in (documents(second)[scope]["error"] or ""),
                     f"told: {reason}")
        now = documents(second)
        check(now[scope]["stale"], f"stale: {reason}")
        check(now[scope]["facts"] == 1, "the last good document stays")
        check(last_modified(second) == age, f"{last_modified(second)}, not {age}")
        check(set(now) == set(good), f"nothing else is gone or new: {set(now) ^ set(good)}")
        check(not any(s["stale"] for k, s in now.items() if k != scope),
              f"only {scope} is stale after {reason}")
    Front.bad = {}
    second.collect("peer")
    second.until(lambda: not documents(second)[scope]["stale"], "good again")


def check_directory(second, url):
    """Without the directory everything is stale and stays; loops of directories end."""
    good = set(documents(second))
    whole = get(f"{url}/directory")
    for behave in (lambda h: h.answer(503, "", ("Retry-After", "0")), typed(DIRECTORY, "{"),
                   typed(DIRECTORY, {"resources": []}), stall):
        Front.bad = {"/directory": behave}
        second.collect("peer")
        second.until(lambda: all(s["stale"] for s in documents(second).values()), "all stale")
        check(set(documents(second)) == good, "nothing is forgotten")
        Front.bad = {}
        second.collect("peer")
        second.until(lambda: not any(s["stale"] for s in documents(second).values()), "repaired")
    loop = dict(whole, resources=dict(whole["resources"]))
    for n in range(40):
        loop["resources"][f"more-{n}"] = {"uri": f"/loop/{n}", "media-type": DIRECTORY}
    looped = typed(DIRECTORY, loop)
    Front.bad = {"/directory": looped} | {f"/loop/{n}": looped for n in range(40)}
    code, said = second.collect("peer")
    check(code == 0, f"loops end: {said}")
    second.until(lambda: documents(second)["directory"]["ignored"] > 0, "and are remarked")
    Front.bad = {}


def check_gone(second, url):
    """A resource that the directory has no longer takes its document along."""
    whole = get(f"{url}/directory")
    name = next(n for n, r in whole["resources"].items()
                if r["media-type"] == COST and "accepts" not in r)
    del whole["resources"][name]
    Front.bad = {"/directory": typed(DIRECTORY, whole)}
    second.collect("peer")
    second.until(lambda: f"{name}.json" not in documents(second), f"{name} is retired")
    Front.bad = {}


def main():
    with Network(*sys.argv[1:4]) as first, Network(*sys.argv[1:4]) as second:
        for domain in ("one", "two"):
            code, said = first.collect(domain)
            check(code == 0, said)
        first.start()
        host, port = first.url.removeprefix("http://").split(":")
        Front.behind = host, int(port)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        configure(second, url, more=VECTORS)
        code, said = second.collect("peer")
        check(code == 0, said)
        second.start()
        second.until(lambda: len(documents(second)) > 3, "documents arrive")
        count = compare(first, second)
        check_vectors(first, second)
        check_conditional(second)
        check_bad(second, url)
        check_directory(second, url)
        check_gone(second, url)
        print(f"{count} maps are the same; {len(BAD)} bad answers, and directories: good")


main()
