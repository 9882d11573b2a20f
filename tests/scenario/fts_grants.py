# SPDX-License-Identifier: Apache-2.0
"""Grants from files and over REST with real programs: plans follow them, what was acknowledged
survives kill -9, who comes second is told. usage: fts_grants.py RIALTOD RIALTO-AGENT"""

import http.client
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is missing")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
RIALTOD, AGENT = sys.argv[1:3]
ONE = """
domain: {name: one, asns: [64496], prefixes: [10.1.0.0/16]}
nodes: [{name: r1}, {name: r2}]
links: [{a: {node: r1, interface: e0}, b: {node: r2, interface: e0}, capacity: 100G}]
sites: [{name: A, prefixes: [10.1.1.0/24], node: r1}, {name: B, prefixes: [10.1.2.0/24], node: r2}]
endpoints:
  - {name: a, site: A, hosts: [a.example], addresses: [10.1.1.1]}
  - {name: b, site: B, hosts: [b.example], addresses: [10.1.2.1]}
link_groups: [{name: all, links: ["r1|r2"]}]
grants: [{entity: "link:r1>r2", user: fts, share: 0.5, weights: {"2": 3}}]
"""
ROUTER = """hostname r{0}
interface e0
 ip address 10.1.255.{0}/30
 ip ospf area 0
interface lan
 ip address 10.1.{0}.254/24
 ip ospf area 0
router ospf
 ospf router-id 10.1.255.{0}
"""
REGISTRY = {"version": 1, "experiments": [
    {"expName": "atlas", "expId": 2,
     "activities": [{"activityName": "T0 Export", "activityId": 20}]}]}
CONFIG = """
listen: 127.0.0.1:0
stores: [one.db]
inbox: inbox.db
scitags: scitags.json
poll: 50ms
clients:
  - name: fts
    networks: [127.0.0.0/8]
    grants: [path-vector, private-properties, operator-api, resource-specification]
"""
PAIR = {"source_se": "davs://a.example", "dest_se": "davs://b.example"}
DOCUMENT = "/fts/grants/one"


def check(condition, text):
    if not condition:
        raise SystemExit(f"failed: {text}")


def validate(name, text):
    schema = json.loads((ROOT / "schemas" / "wire" / f"{name}.schema.json").read_text())
    document = json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


class Daemon:
    """rialtod in a folder; kill() is what a power cut is."""

    def __init__(self, folder):
        self.folder = folder
        self.start()

    def start(self):
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.log = open(self.folder / "log", "a", encoding="utf-8")
        self.process = subprocess.Popen(
            [RIALTOD, "-c", "rialtod.yaml", "--ready-file", "ready"], cwd=self.folder,
            stderr=self.log)
        for _ in range(600):
            if ready.exists():
                break
            check(self.process.poll() is None, (self.folder / "log").read_text())
            time.sleep(0.05)
        self.address = urllib.parse.urlsplit(ready.read_text().strip())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        check(self.process.returncode == 0, "it ends well")

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port,
                                                timeout=60)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        result = reply.status, reply.headers, reply.read().decode()
        connection.close()
        return result

    def until(self, what, path, condition):
        for _ in range(600):
            text = self.ask("GET", path)[2]
            if condition(text):
                return json.loads(text)
            time.sleep(0.05)
        raise SystemExit(f"in vain: {what}: {text}")


def limit(bits):
    return {"grants": [{"link": "r2>r1", "user": "fts", "limit": bits}]}


def prepare(folder):
    (folder / "one.yaml").write_text(ONE)
    (folder / "scitags.json").write_text(json.dumps(REGISTRY))
    (folder / "rialtod.yaml").write_text(CONFIG)
    (folder / "agent.yaml").write_text(
        "domain: one\nstore: one.db\nsources:\n- {kind: static, file: one.yaml}\n"
        "- {kind: config, path: routers/, dialect: frr}\n")
    (folder / "routers").mkdir()
    for number in (1, 2):
        (folder / "routers" / f"r{number}.conf").write_text(ROUTER.format(number))
    subprocess.run([AGENT, "-c", "agent.yaml", "--once"], cwd=folder, check=True,
                   stderr=subprocess.DEVNULL)


def plans(daemon):
    """What the file grants is what plans keep to."""
    asked = {"pairs": [dict(PAIR, scitag=2 << 6 | 20), dict(PAIR, vo="cms")], "user": "fts"}
    jsonschema.Draft202012Validator(
        json.loads((ROOT / "schemas/wire/fts_params.schema.json").read_text())).validate(asked)
    status, _, text = daemon.ask("POST", "/fts/plan", asked)
    check(status == 200, text)
    plan = validate("fts_plan", text)
    rates = [entry["rate"] for entry in plan["plan"]]
    check(rates == [37.5e9, 12.5e9], f"half of 100G, three to one: {rates}")
    check(plan["plan"][0]["scitag"] == 148 and plan["plan"][0]["activity"] == "T0 Export", text)
    check(plan["links"][0]["granted_by"] == ["one"] and plan["links"][0]["limit"] == 50e9, text)
    status, _, text = daemon.ask("POST", "/fts/constraints", {"pairs": [PAIR]})
    check(validate("fts_constraints", text)["links"][0]["limit"] == 50e9, text)
    for name in ("netlinks", "traces", "netconfig"):
        status, _, text = daemon.ask("GET", f"/fts/{name}")
        check(status == 200, text)
        check(len(next(iter(validate(f"fts_{name}", text).values()))) > 0, text)


def documents(daemon):
    """A document by versions, as it is seen in the list and in plans."""
    status, headers, text = daemon.ask("PUT", DOCUMENT, limit(8), If_None_Match="*")
    check(status == 201 and headers["ETag"] == '"1"', text)
    validate("fts_receipt", text)
    listed = daemon.until("a grant that was handed in", "/fts/grants",
                          lambda text: "inbox" in text and '"version":1' in text)
    validate("fts_grants", json.dumps(listed))
    back = {"source_se": PAIR["dest_se"], "dest_se": PAIR["source_se"]}
    plan = json.loads(daemon.ask("POST", "/fts/plan", {"pairs": [back]})[2])
    check(plan["plan"][0]["rate"] == 8, plan)
    status, _, text = daemon.ask("PUT", DOCUMENT + "?dry_run=true", limit(9), If_Match='"1"')
    check(status == 200, text)
    validate("fts_receipt", text)
    for body, status in ((limit(0), 400), ({"grants": [dict(limit(1)["grants"][0], link="r1|r2")]},
                                           409), ({"groups": {"g": ["r1|zz"]}}, 422)):
        got, _, text = daemon.ask("PUT", DOCUMENT, body, If_Match='"1"')
        check(got == status, f"{got}: {text}")
        check("error" in json.loads(text), text)
    text = daemon.ask("GET", DOCUMENT)[2]
    check(validate("fts_document", text)["grants"][0]["limit"] == 8, "nothing changed half-way")
    check(daemon.ask("DELETE", DOCUMENT, If_Match='"1"')[0] == 200, "withdrawn")
    check(daemon.ask("GET", DOCUMENT)[0] == 404, "withdrawn")
    daemon.until("a plan without it", "/fts/grants", lambda text: '"r2>r1","user"' not in text)


def writers(daemon):
    """Of many who replace the same version one is let in."""
    check(daemon.ask("PUT", DOCUMENT, limit(10), If_None_Match="*")[0] == 201, "created")
    got = []

    def write(n):
        got.append(daemon.ask("PUT", DOCUMENT, limit(n), If_Match='"3"')[0])
    threads = [threading.Thread(target=write, args=(100 + n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(sorted(got) == [200] + 7 * [412], got)


def crashes(daemon):
    """What was acknowledged is there after a crash; a version is whole or not there."""
    for turn in range(4):
        number = int(daemon.ask("GET", DOCUMENT)[1]["ETag"].strip('"'))
        stop = threading.Event()
        acknowledged = []

        def write():
            last = number
            while not stop.is_set():
                try:
                    status, headers, _ = daemon.ask("PUT", DOCUMENT, limit(last + 1),
                                                    If_Match=f'"{last}"')
                except (OSError, http.client.HTTPException):
                    return
                if status == 200:
                    last = int(headers["ETag"].strip('"'))
                    acknowledged.append(last)
        thread = threading.Thread(target=write)
        thread.start()
        while len(acknowledged) < 3 + turn:
            time.sleep(0.01)
        daemon.kill()
        stop.set()
        thread.join()
        daemon.start()
        status, headers, text = daemon.ask("GET", DOCUMENT)
        now = int(headers["ETag"].strip('"'))
        check(status == 200 and acknowledged[-1] <= now <= acknowledged[-1] + 1,
              f"{acknowledged[-1]} and {now}")
        check(json.loads(text)["grants"][0]["limit"] == now, text)
        check(daemon.ask("GET", f"{DOCUMENT}?version={now - 1}")[0] == 200, "the one before")


def reload(daemon, config, line):
    """Has the server read another configuration, and look at the stores after it."""
    log = daemon.folder / "log"
    seen = len(log.read_text())
    (daemon.folder / "rialtod.yaml").write_text(config)
    daemon.process.send_signal(signal.SIGHUP)
    for _ in range(600):
        if line in log.read_text()[seen:]:
            return
        time.sleep(0.05)
    raise SystemExit(f"in vain: {line}")


def reloads(daemon):
    """A reload that names another inbox, or none, lifts no grant: it needs a restart."""
    for config in (CONFIG.replace("inbox.db", "other.db"), CONFIG.replace("inbox: inbox.db", "")):
        reload(daemon, config, "another inbox needs a restart")
        version = daemon.ask("GET", DOCUMENT)[1]["ETag"]
        status, headers, text = daemon.ask("PUT", DOCUMENT, limit(7), If_Match=version)
        check(status == 200, text)
        number = headers["ETag"].strip('"')
        daemon.until("what was handed in after a reload", "/fts/grants",
                     lambda text, n=number: f'"version":{n}' in text)
    check(not (daemon.folder / "other.db").exists(), "the other inbox is not made")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(folder)
        daemon = Daemon(folder)
        try:
            plans(daemon)
            documents(daemon)
            writers(daemon)
            crashes(daemon)
            reloads(daemon)
        except BaseException:
            daemon.kill()
            print((folder / "log").read_text()[-2000:])
            raise
        daemon.stop()
    print("ok")


main()
