# SPDX-License-Identifier: Apache-2.0
"""A small network of two domains whose agent reads all five kinds of sources.

Domain one (AS 64501) has the routers r1 and r2, domain two (AS 64502) has r3:
192.0.2.0/24 - r1 - r2 - r3 - 198.51.100.0/24. The sources of domain one can be spoiled and
repaired; rialtod serves both stores meanwhile.
"""

import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request

PATIENCE = 60  # seconds until something that must happen has happened
SOURCE, DESTINATION = "192.0.2.10", "198.51.100.10"


def check(condition, text):
    if not condition:
        raise SystemExit(f"failed: {text}")


def frr(name, loopback, body):
    return f"""Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname {name}
!
interface lo
 ip address {loopback}/32
exit
!
{body}!
end
"""


ONE = {
    "r1.conf": frr("r1", "10.1.255.1", """interface lan
 ip address 192.0.2.1/24
exit
!
interface core
 ip address 10.1.0.1/30
 ip ospf cost 10
exit
!
router bgp 64501
 bgp router-id 10.1.255.1
 neighbor 10.1.255.2 remote-as 64501
 neighbor 10.1.255.2 update-source lo
 !
 address-family ipv4 unicast
  network 192.0.2.0/24
 exit-address-family
exit
!
router ospf
 network 10.1.0.0/16 area 0
exit
"""),
    "r2.conf": frr("r2", "10.1.255.2", """interface core
 ip address 10.1.0.2/30
 ip ospf cost 10
exit
!
interface out
 ip address 203.0.113.1/30
exit
!
router bgp 64501
 bgp router-id 10.1.255.2
 no bgp ebgp-requires-policy
 neighbor 10.1.255.1 remote-as 64501
 neighbor 10.1.255.1 update-source lo
 neighbor 203.0.113.2 remote-as 64502
 !
 address-family ipv4 unicast
  neighbor 10.1.255.1 next-hop-self
 exit-address-family
exit
!
router ospf
 network 10.1.0.0/16 area 0
exit
"""),
}
TWO = {
    "r3.conf": frr("r3", "10.2.255.3", """interface in
 ip address 203.0.113.2/30
exit
!
interface lan
 ip address 198.51.100.1/24
exit
!
router bgp 64502
 bgp router-id 10.2.255.3
 no bgp ebgp-requires-policy
 neighbor 203.0.113.1 remote-as 64501
 !
 address-family ipv4 unicast
  network 198.51.100.0/24
 exit-address-family
exit
"""),
}

STATIC_ONE = """domain: {name: one, asns: [64501], prefixes: [192.0.2.0/24, 203.0.113.0/30]}
sites:
  - {name: S1, prefixes: [192.0.2.0/24]}
endpoints:
  - {name: se1, rse: ONE_DISK, site: S1, hosts: [se1.one.example], addresses: [192.0.2.10]}
"""
STATIC_TWO = """domain: {name: two, asns: [64502], prefixes: [198.51.100.0/24]}
sites:
  - {name: S2, prefixes: [198.51.100.0/24]}
endpoints:
  - {name: se2, rse: TWO_DISK, site: S2, hosts: [se2.two.example], addresses: [198.51.100.10]}
"""


def bgp_table(router_id, *routes):
    """What `show bgp ipv4 unicast json` prints; of a route: prefix, from, peer, AS path."""
    table = {}
    for prefix, where, peer, path in routes:
        route = {"valid": True, "bestpath": True, "pathFrom": where, "network": prefix,
                 "prefix": prefix.split("/")[0], "prefixLen": 24, "locPrf": 100, "weight": 0,
                 "peerId": peer, "path": path, "origin": "IGP",
                 "nexthops": [{"ip": "0.0.0.0" if peer == "(unspec)" else peer,
                               "afi": "ipv4", "used": True}]}
        table[prefix] = [route]
    return json.dumps({"vrfId": 0, "vrfName": "default", "routerId": router_id,
                       "defaultLocPrf": 100, "localAS": 64501, "routes": table}, indent=1)


BGP_R1 = bgp_table("10.1.255.1", ("192.0.2.0/24", "external", "(unspec)", ""),
                   ("198.51.100.0/24", "internal", "10.1.255.2", "64502"))
BGP_R2 = bgp_table("10.1.255.2", ("192.0.2.0/24", "internal", "10.1.255.1", ""),
                   ("198.51.100.0/24", "external", "203.0.113.2", "64502"))

TRACE = """traceroute to 198.51.100.10 (198.51.100.10), 30 hops max, 60 byte packets
 1  192.0.2.1  0.4 ms  0.3 ms
 2  10.1.0.2  1.4 ms  1.3 ms
 3  203.0.113.2  2.4 ms  2.3 ms
 4  198.51.100.10  2.9 ms  2.8 ms
"""
TRACE_BACK = """traceroute to 192.0.2.10 (192.0.2.10), 30 hops max, 60 byte packets
 1  198.51.100.1  0.4 ms  0.3 ms
 2  203.0.113.1  1.4 ms  1.3 ms
 3  10.1.0.1  2.4 ms  2.3 ms
 4  192.0.2.10  2.9 ms  2.8 ms
"""
INDEX = """file\tsource\tdestination\tobserved_at
there.txt\t192.0.2.10\t198.51.100.10\t2026-11-20T00:00:00Z
back.txt\t198.51.100.10\t192.0.2.10\t2026-11-20T00:00:00Z
"""

MAP = json.dumps({"meta": {"vtag": {"resource-id": "own-map", "tag": "1"}},
                  "network-map": {"P1": {"ipv4": ["192.0.2.0/24"]},
                                  "P2": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]}}}, indent=1)
COSTS = json.dumps({"meta": {"dependent-vtags": [{"resource-id": "own-map", "tag": "1"}],
                             "cost-type": {"cost-mode": "numerical",
                                           "cost-metric": "routingcost"}},
                    "cost-map": {"P1": {"P1": 1, "P2": 10}, "P2": {"P1": 10}}}, indent=1)


class Glass:
    """A looking glass on loopback. `answer` is a function of the request's handler; None: as a
    healthy router does."""

    def __init__(self, text):
        glass = self
        glass.text, glass.answer, glass.requests = text, None, 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                glass.requests += 1
                try:
                    (glass.answer or Glass.healthy)(self)
                except OSError:
                    pass  # the client had enough

            def log_message(self, *_):
                pass

        Handler.glass = glass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @staticmethod
    def reply(handler, code, body, *headers):
        body = body if isinstance(body, bytes) else body.encode()
        handler.send_response(code)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @staticmethod
    def healthy(handler):
        kind, tag = ("Content-Type", "application/json"), ("ETag", '"1"')
        if handler.headers.get("If-None-Match") == '"1"':
            handler.send_response(304)
            handler.send_header(*tag)
            handler.end_headers()
        else:
            Glass.reply(handler, 200, handler.glass.text, kind, tag)


class Network:
    """The two domains in a temporary folder, and the programs that read and serve them."""

    def __init__(self, agent, rialtod, rialto):
        self.agent, self.rialtod, self.rialto = agent, rialtod, rialto
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="rialto-bad-"))
        self.glass = Glass(BGP_R2)
        self.daemon = None
        self.url = None
        self.write_sources()
        self.write_configurations()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.daemon:
            self.daemon.send_signal(signal.SIGTERM)
            code = self.daemon.wait(PATIENCE)
            if code != 0:
                print((self.dir / "rialtod.log").read_text(errors="replace")[-4000:])
            check(code == 0, f"rialtod ended with {code}")
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- files ---

    def write(self, name, content):
        path = self.dir / name
        content = content.encode() if isinstance(content, str) else content
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or not path.is_file() or path.stat().st_size != len(content) \
                or path.read_bytes() != content:
            self.remove(name)
            path.write_bytes(content)

    def remove(self, name):
        path = self.dir / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def sparse(self, name, size):
        self.write(name, "")
        os.truncate(self.dir / name, size)

    def git(self, *arguments):
        subprocess.run(
            ["git", "-C", str(self.dir / "repo"), "-c", "user.name=t", "-c",
             "user.email=t@example.net", "-c", "commit.gpgsign=false", "-c", "core.fsync=none",
             *arguments], check=True, capture_output=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "update")

    def write_repository(self):
        self.remove("repo")
        for name, text in ONE.items():
            self.write(f"repo/configs/{name}", text)
        self.git("init", "-q", "-b", "main")
        self.commit()

    def write_sources(self):
        self.write("one.static.yaml", STATIC_ONE)
        self.write("two.static.yaml", STATIC_TWO)
        self.write_repository()
        for name, text in TWO.items():
            self.write(f"two/{name}", text)
        self.write("lg/r1.bgp4.json", BGP_R1)
        self.write("trace/there.txt", TRACE)
        self.write("trace/back.txt", TRACE_BACK)
        self.write("trace/index.tsv", INDEX)
        self.write("alto/map.json", MAP)
        self.write("alto/costs.json", COSTS)

    def write_configurations(self):
        self.write("one.yaml", f"""domain: one
store: one.db
interval: 1s
sources:
  - {{kind: static, file: one.static.yaml}}
  - {{kind: config, repository: repo, folder: configs}}
  - kind: looking-glass
    routers:
      - {{name: r1, path: lg/r1}}
      - {{name: r2, url: "http://127.0.0.1:{self.glass.port}/?q=%q"}}
    commands: [bgp4]
    allow: [127.0.0.1/32]
    limits: {{body: 1M, timeout: 2s, interval: 0s, redirects: 3}}
  - {{kind: traceroute, path: trace, index: trace/index.tsv}}
  - {{kind: documents, path: alto}}
""")
        self.write("two.yaml", """domain: two
store: two.db
sources:
  - {kind: static, file: two.static.yaml}
  - {kind: config, path: two}
""")
        self.write("rialtod.yaml",
                   'listen: "127.0.0.1:0"\nstores: ["*.db"]\npoll: 20ms\n')

    # --- programs ---

    def collect(self, domain="one"):
        """(exit code, what the agent said)"""
        done = subprocess.run([self.agent, "-c", str(self.dir / f"{domain}.yaml"), "--once"],
                              capture_output=True, timeout=PATIENCE)
        return done.returncode, done.stderr.decode(errors="replace")

    def start(self):
        ready, log = self.dir / "ready", open(self.dir / "rialtod.log", "wb")
        self.daemon = subprocess.Popen(
            [self.rialtod, "-c", str(self.dir / "rialtod.yaml"), "--ready-file", str(ready)],
            stderr=log)
        log.close()
        self.until(lambda: ready.exists() or self.daemon.poll() is not None, "rialtod is ready")
        check(self.daemon.poll() is None, "rialtod did not start")
        self.url = ready.read_text().strip()

    def ask(self, *arguments):
        """(exit code, JSON)"""
        done = subprocess.run([self.rialto, "--server", self.url, "--json", *arguments],
                              capture_output=True, timeout=PATIENCE)
        check(done.stdout, f"rialto {' '.join(arguments)}: {done.stderr.decode()}")
        return done.returncode, json.loads(done.stdout)

    def sources(self):
        """(domain, source, scope) -> what is said of it"""
        code, answer = self.ask("sources")
        check(code == 0, "rialto sources answers")
        return {(s["domain"], s["source"], s["scope"]): s for s in answer["sources"]}

    def tag(self):
        """Of all that is served."""
        with urllib.request.urlopen(f"{self.url}/api/v1/status", timeout=PATIENCE) as reply:
            return json.load(reply)["tag"]

    def path(self, source=SOURCE, destination=DESTINATION):
        """What the answer says of the way."""
        _, answer = self.ask("path", source, destination)
        return {k: answer.get(k) for k in ("reached", "class", "routers", "links", "as_path")}

    @staticmethod
    def comes_true(true):
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def until(self, true, what):
        check(self.comes_true(true), f"in vain: {what}")
