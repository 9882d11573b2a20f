# SPDX-License-Identifier: Apache-2.0
"""How fast is the server over HTTP? Against nginx and against the least that a server can do.

usage: overhttp.py BIN [SECONDS]; BIN holds rialtod, rialto-agent and the measuring programs

All servers run at once, on maps of 250,000 prefixes and 1.3 million costs; each round asks one
after the other, so that what else the machine does hurts all alike. Needs wrk, nginx and h2load
(RIALTO_NGINX and RIALTO_H2LOAD: where they are); without them their rows are left out, loudly.
"""

import gzip
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROUNDS = 5
ROUNDS_OF_LARGE = 9  # connections fall to one thread or another by chance
CLIENTS = 64  # whose memory is looked at
ROUNDS_OF_LATENCY = 15  # what else the machine does shows in p99 first
LONG = 0.1  # seconds that a long question takes at least, and after which the next one comes
ASKING = 4  # connections that take turns with those
TICK = os.sysconf("SC_CLK_TCK")
MAP, COSTS = "/domain/big/big-map/networkmap", "/domain/big/big-map/costmap/num/routingcost"
SMALL, ECS = "/domain/tiny/tiny/networkmap", "/domain/big/big-map/endpointcost"
WRK_POST = ('wrk.method = "POST"\nwrk.body = %s\n'
            'wrk.headers["Content-Type"] = "application/alto-endpointcostparams+json"\n')
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1
NGINX = os.environ.get("RIALTO_NGINX") or shutil.which("nginx", path="/usr/sbin:/usr/bin")
H2LOAD = os.environ.get("RIALTO_H2LOAD") or shutil.which("h2load")


class Measured:
    """A server process, with its children."""

    def __init__(self, name, port, command, tls=False, **more):
        self.name, self.port, self.tls = name, port, tls
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)

    def pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]

    def cpu(self):
        """Seconds of CPU so far."""
        ticks = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICK

    def memory(self, what="VmRSS"):
        """MiB."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+)", text)[1]) / 1024

    def url(self, path):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def wait(self, path, seconds=60):
        """Until it answers 200: seconds waited."""
        start = time.monotonic()
        while time.monotonic() < start + seconds and self.process.poll() is None:
            try:
                c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
                c.request("GET", path)
                if c.getresponse().status == 200:
                    return time.monotonic() - start
            except OSError:
                pass
            time.sleep(0.005)
        raise SystemExit(f"{self.name} does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def row(what, figure, goal, least, note=""):
    """One line of the table; goal None: a figure alone."""
    met = "" if goal is None else "met" if (figure >= goal) == least or figure == goal else "MISSED"
    told = "-" if goal is None else f"{'>=' if least else '<='}{goal:g}"
    print(f"{what:46} {figure:10.3f} x  {told:8} x  {met} {note}", flush=True)


def clients_cpu():
    """Seconds of CPU of all clients that are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wrk_of(connections):
    """The client of most rows: its command; what it tells of rate, replies and bad ones."""
    return (["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}s"],
            (r"Requests/sec:\s+([\d.]+)", r"(\d+) requests in",
             r"Non-2xx or 3xx responses: (\d+)"))


def h2load_of(connections):
    """That of rows with a 304, which tells the length of the 200: wrk waits for so much."""
    return ([H2LOAD, "--h1", "-t2", f"-c{connections}", f"-D{SECONDS}"],
            (r"finished in .*?, ([\d.]+) req/s", r"(\d+) succeeded",
             r"([1-9]\d*) (?:failed|[45]xx)"))


def load(server, path, connections, *options, client=wrk_of):
    """One run: requests a second; seconds of CPU a request: the server's, the client's."""
    before, theirs = server.cpu(), clients_cpu()
    command, (rate, replies, refused) = client(connections)
    out = subprocess.run([*command, *options, server.url(path)], capture_output=True, text=True,
                         check=True).stdout
    used, theirs = server.cpu() - before, clients_cpu() - theirs
    count = int(re.search(replies, out)[1])
    if re.search(refused, out) or count == 0:
        raise SystemExit(f"{server.name} {path}: {out}")
    return float(re.search(rate, out)[1]), used / count, theirs / count


def compare(contestants, rounds=ROUNDS, client=wrk_of):
    """Medians of rounds that take turns: {name: (requests/s, CPU of server, of client)}."""
    runs = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, args in contestants.items():
            runs[name].append(load(*args, client=client))
    return {name: tuple(statistics.median(v) for v in zip(*r)) for name, r in runs.items()}


def note(results):
    load1 = os.getloadavg()[0]
    return "(" + ", ".join(f"{n} {r:.0f}/s {c * 1e6:.1f} us" for n, (r, c, _) in results.items()
                           ) + f"; load {load1:.1f})"


def rate_of_both(result):
    """
    Requests in a second of processor time of server and client together. Where both share all
    cores, and others do not, that is the throughput of a core.
    """
    return 1 / (result[1] + result[2])


class Bench:
    def __init__(self, binaries, folder):
        self.bin, self.folder = binaries, folder
        self.servers = {}

    def write(self, name, text):
        (self.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def make_store(self, name, prefix):
        self.write(f"{name}.yaml", f"domain: {name}\nstore: {name}.db\nsources:\n"
                   f"- {{kind: static, file: {name}-static.yaml}}\n"
                   f"- {{kind: documents, path: {name}}}\n")
        self.write(f"{name}-static.yaml",
                   f"domain: {{name: {name}, asns: [64496], prefixes: [{prefix}]}}\n")
        subprocess.run([self.bin / "rialto-agent", "-c", self.folder / f"{name}.yaml", "--once"],
                       check=True, capture_output=True)

    def make_files(self):
        for name in ("big", "tiny"):
            (self.folder / name).mkdir()
        subprocess.run([self.bin / "rialto-bench-maps", "-w", self.folder / "big"], check=True)
        self.write("tiny/map.json", json.dumps(
            {"meta": {"vtag": {"resource-id": "tiny", "tag": "1"}},
             "network-map": {"PID1": {"ipv4": ["192.0.2.0/24"]},
                             "PID2": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]}}}))
        self.make_store("big", "198.51.100.0/24")
        self.make_store("tiny", "192.0.2.0/24")

    def start(self, name, port, command, ready="/", **more):
        self.servers[name] = Measured(name, port, command, **more)
        return self.servers[name].wait(ready)

    def start_rialto(self):
        for name, more in (("rialto", ""), ("tls", "tls: {certificate: c.pem, key: k.pem}\n")):
            self.write(f"{name}d.yaml", "listen: 127.0.0.1:%d\nstores: [big.db, tiny.db]\n"
                       "limits: {connections_per_client: 20000, connections: 20000}\n%s"
                       % (18180, more))
        seconds = self.start("rialto", 18180,
                             [self.bin / "rialtod", "-c", self.folder / "rialtod.yaml"],
                             "/readyz", stderr=subprocess.DEVNULL)
        row("start to ready from the store (s)", seconds, 5, False)
        for path in (SMALL, MAP, COSTS):
            for coding in ("identity", "gzip"):
                self.fetch(path, coding)

    def fetch(self, path, coding="identity", body=None):
        c = http.client.HTTPConnection("127.0.0.1", 18180, timeout=60)
        start = time.monotonic()
        c.request("POST" if body else "GET", path, body,
                  {"Accept-Encoding": coding,
                   "Content-Type": "application/alto-endpointcostparams+json"})
        reply = c.getresponse()
        text = reply.read()
        assert reply.status == 200, (path, reply.status, text[:300])
        if coding == "gzip" and path != SMALL:
            assert reply.headers["Content-Encoding"] == "gzip", path
            assert reply.headers["Vary"], path
        return text, reply.headers, time.monotonic() - start

    def start_others(self):
        bodies = {"small": self.fetch(SMALL)[0], "map.gz": self.fetch(MAP, "gzip")[0],
                  "costs": self.fetch(COSTS)[0]}
        for name, body in bodies.items():
            self.write(f"{name}.body", body)
        assert gzip.decompress(bodies["map.gz"]) == self.fetch(MAP)[0]
        (self.folder / "www").mkdir()
        self.write("www/small", bodies["small"])
        self.write("www/map", self.fetch(MAP)[0])
        self.write("www/map.gz", bodies["map.gz"])
        self.write("www/costs", bodies["costs"])
        for i, name in enumerate(bodies):
            self.start(f"raw-{name}", 18190 + i,
                       [self.bin / "rialto-bench-epoll", str(18190 + i),
                        self.folder / f"{name}.body"])
        self.start("echo", 18193, [self.bin / "rialto-bench-echo", "18193"])
        if not NGINX:
            print("SKIPPED: nginx (nginx-light) is not installed: not compared with it")
            return
        self.write("nginx.conf", f"""
            daemon off; worker_processes 2; pid {self.folder}/nginx.pid;
            error_log stderr crit; events {{ worker_connections 2048; }}
            http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
                   default_type application/json; gzip_static on;
                   client_body_temp_path {self.folder}/t1; proxy_temp_path {self.folder}/t2;
                   fastcgi_temp_path {self.folder}/t3; uwsgi_temp_path {self.folder}/t4;
                   scgi_temp_path {self.folder}/t5;
                   server {{ listen 127.0.0.1:18199; root {self.folder}/www; }} }}""")
        self.folder.chmod(0o755)
        self.start("nginx", 18199, [NGINX, "-c", self.folder / "nginx.conf", "-p", self.folder],
                   "/small", stderr=subprocess.DEVNULL)

    def against(self, path, connections, raw, file, *options, rounds=ROUNDS):
        s = self.servers
        contestants = {"rialto": (s["rialto"], path, connections, *options),
                       "raw": (s[raw], "/", connections, *options)}
        if "nginx" in s:
            contestants["nginx"] = (s["nginx"], file, connections, *options)
        return compare(contestants, rounds)

    def memory_of_clients(self):
        """How much the server grows while 64 clients are sent 44 MB each, and do not read on."""
        server, clients = self.servers["rialto"], []
        before = server.memory()
        for _ in range(CLIENTS):
            s = socket.create_connection(("127.0.0.1", server.port))
            s.sendall(f"GET {COSTS} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            clients.append(s)
        for s in clients:
            assert s.recv(12) == b"HTTP/1.1 200"
        grown = server.memory() - before
        for s in clients:
            s.close()
        row("http-costmap: KiB a client of 64", grown * 1024 / CLIENTS, 64, False,
            f"({before:.1f} MiB before)")

    def small(self):
        accept = "Accept: application/alto-networkmap+json,application/alto-error+json"
        r = self.against(SMALL, 64, "raw-small", "/small", "-H", accept,
                         "-H", 'If-None-Match: "another"')
        row("http-small: CPU / raw epoll", r["rialto"][1] / r["raw"][1], 1.3, False, note(r))
        if "nginx" in r:
            row("http-small: CPU / nginx", r["rialto"][1] / r["nginx"][1], 0.8, False)
        if not H2LOAD:
            print("SKIPPED: h2load (nghttp2-client) is not installed: no conditional GET")
            return
        etag = self.fetch(SMALL)[1]["ETag"]
        s = self.servers["rialto"]
        r = compare({"plain": (s, SMALL, 64), "304": (s, SMALL, 64, "-H", f"If-None-Match: {etag}"),
                     "304-of-map": (s, MAP, 64, "-H",
                                    f"If-None-Match: {self.fetch(MAP)[1]['ETag']}")},
                    client=h2load_of)
        row("conditional GET: CPU / small GET", r["304"][1] / r["plain"][1], 1.1, False, note(r))

    def large(self):
        r = self.against(MAP, 16, "raw-map.gz", "/map", "-H", "Accept-Encoding: gzip",
                         rounds=ROUNDS_OF_LARGE)
        self.tell_large("http-netmap-gz", r, 0.9, 1.7)
        r = self.against(COSTS, 4, "raw-costs", "/costs", rounds=ROUNDS_OF_LARGE)
        self.tell_large("http-costmap", r, 0.85, 1.4)

    @staticmethod
    def tell_large(name, r, of_raw, of_nginx):
        row(f"{name}: throughput / raw epoll", r["rialto"][0] / r["raw"][0], of_raw, True, note(r))
        if "nginx" not in r:
            return
        both = {n: rate_of_both(v) for n, v in r.items()}
        row(f"{name}: throughput / nginx", r["rialto"][0] / r["nginx"][0], of_nginx, True,
            f"(raw epoll {r['raw'][0] / r['nginx'][0]:.2f} x)")
        row(f"{name}: by CPU of both ends / nginx", both["rialto"] / both["nginx"], of_nginx, True,
            f"(raw epoll {both['raw'] / both['nginx']:.2f} x)")
        row(f"{name}: CPU / nginx", r["rialto"][1] / r["nginx"][1], None, False)

    def question(self, sources, destinations, **more):
        """An endpoint cost query over addresses that are in the map, with costs for all pairs."""
        pids = json.loads((self.folder / "big" / "map.json").read_text())["network-map"]
        addresses = ["ipv4:" + p.split("/")[0] for g in pids.values() for p in g.get("ipv4", [])]
        reached = addresses[:len(addresses) * 2 // 5]  # PIDs come in order, the first have costs

        def pick(v, n):
            return v[::len(v) // n][:n]

        return json.dumps({"cost-type": {"cost-mode": "numerical", "cost-metric": "routingcost"},
                           "endpoints": {"srcs": pick(addresses, sources),
                                         "dsts": pick(reached, destinations)}, **more})

    def queries(self):
        runs = {}
        for s, d in ((1, 3), (1, 100), (100, 100)):
            body = self.question(s, d)
            self.fetch(ECS, body=body)
            self.write(f"ecs-{s}x{d}.json", body)
            self.write(f"ecs-{s}x{d}.lua", WRK_POST % json.dumps(body))
            runs[f"{s}x{d}"] = (self.servers["rialto"], ECS, 16, "-s",
                                self.folder / f"ecs-{s}x{d}.lua")
        runs["GET"] = (self.servers["rialto"], SMALL, 16)
        runs["echo"] = (self.servers["echo"], "/", *runs["1x3"][2:])
        r = compare(runs)
        row("ecs-1x3 over HTTP: CPU / echo of a POST", r["1x3"][1] / r["echo"][1], 1.2, False,
            note(r))
        row("ecs-1x3 over HTTP: CPU / small GET", r["1x3"][1] / r["GET"][1], None, False)
        self.isolation()
        if not H2LOAD:
            print("SKIPPED: h2load (nghttp2-client) is not installed: no openloop-1000")
            return
        out = subprocess.run(
            [H2LOAD, "--h1", "-c10", "-t1", "--rps=100", "-D5",
             "-d", self.folder / "ecs-1x100.json", "--log-file", self.folder / "rps.log", "-H",
             "Content-Type: application/alto-endpointcostparams+json",
             self.servers["rialto"].url(ECS)], capture_output=True, text=True, check=True)
        took = sorted(int(x.split()[2]) / 1000
                      for x in (self.folder / "rps.log").read_text().splitlines())
        assert "5000 succeeded" in out.stdout or len(took) > 4500, out.stdout
        row("openloop-1000: p99 (ms)", took[len(took) * 99 // 100], 5, False,
            f"({len(took)} replies, median {took[len(took) // 2]:.2f} ms, most {took[-1]:.2f} ms;"
            f" load {os.getloadavg()[0]:.1f})")

    def latency(self):
        """p50 and p99 of small GETs, 16 at a time (ms)."""
        out = subprocess.run(["wrk", "-t1", "-c16", f"-d{SECONDS}s", "--latency",
                              self.servers["rialto"].url(SMALL)], capture_output=True, text=True,
                             check=True).stdout
        scale = {"us": 0.001, "ms": 1, "s": 1000}
        return [float(figure) * scale[unit] for figure, unit in
                re.findall(r"(?:50|99)%\s+([\d.]+)(us|ms|s)", out)]

    def long_question(self):
        """Ranks of so many pairs that they take a tenth of a second; few are in the answer."""
        for n in range(200, 1001, 50):
            body = self.question(n, n, constraints=["le 10"]).replace("numerical", "ordinal")
            if min(self.fetch(ECS, body=body)[2] for _ in range(3)) >= LONG:
                break
        return body

    def isolation(self):
        """Ten questions a second, each of a tenth of a second: do they stall the others?"""
        body, stop, took = self.long_question(), threading.Event(), []

        def ask(first):
            while not stop.wait(max(0, first - time.monotonic())):
                took.append(self.fetch(ECS, body=body)[2])
                first += ASKING * LONG

        with_, without = [], []
        for _ in range(ROUNDS_OF_LATENCY):
            without.append(self.latency())
            stop.clear()
            start = time.monotonic()
            asking = [threading.Thread(target=ask, args=(start + i * LONG,))
                      for i in range(ASKING)]
            for thread in asking:
                thread.start()
            with_.append(self.latency())
            stop.set()
            for thread in asking:
                thread.join()
        a, b = ([statistics.median(v) for v in zip(*runs)] for runs in (with_, without))
        row("slow-isolation: p99 with / without", a[1] / b[1], 2, False,
            f"({a[1]:.2f} ms, {b[1]:.2f} ms; medians {a[0]:.2f} ms, {b[0]:.2f} ms; long ones "
            f"{statistics.median(took) * 1000:.0f} ms, {len(took)}; load {os.getloadavg()[0]:.1f})")

    def tls(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                        "-keyout", self.folder / "k.pem", "-out", self.folder / "c.pem"],
                       check=True, capture_output=True)
        text = (self.folder / "tlsd.yaml").read_text().replace("18180", "18181")
        self.write("tlsd.yaml", text.replace("big.db, ", ""))
        server = Measured("tls", 18181, [self.bin / "rialtod", "-c", self.folder / "tlsd.yaml"],
                          tls=True, stderr=subprocess.DEVNULL)
        self.servers["tls"] = server
        time.sleep(2)
        r = compare({"TLS": (server, SMALL, 64), "plain": (self.servers["rialto"], SMALL, 64)})
        row("TLS, small GET: CPU / plain", r["TLS"][1] / r["plain"][1], None, False, note(r))

    def vectors(self):
        """Path vectors of a network of 900 routers, 1 by 5, in 200 different questions."""
        net = self.folder / "net"
        net.mkdir()
        subprocess.run([self.bin / "rialto-bench-vectors", "-w", net], check=True)
        self.write("net/d.yaml", "listen: 127.0.0.1:18182\nstores: [d*.db]\n"
                   "limits: {connections_per_client: 20000, connections: 20000}\n")
        self.servers["net"] = Measured("net", 18182, [self.bin / "rialtod", "-c", net / "d.yaml"],
                                       stderr=subprocess.DEVNULL)
        self.servers["net"].wait("/readyz", 300)
        script = ("-s", net / "pv-1x5.lua")
        compare({"once, to warm up": (self.servers["net"], "/", 16, *script)})
        r = compare({"pv-1x5": (self.servers["net"], "/", 16, *script),
                     "GET": (self.servers["rialto"], SMALL, 16)})
        row("pv-1x5 over HTTP: 1,000 requests/s", r["pv-1x5"][0] / 1000, 20, True, note(r))
        row("pv-1x5 over HTTP: CPU / small GET", r["pv-1x5"][1] / r["GET"][1], None, False)
        row("pv-1x5: memory (MiB)", self.servers["net"].memory(), None, False)

    def stop(self):
        for server in self.servers.values():
            server.stop()


def main():
    if not shutil.which("wrk"):
        print("SKIPPED: wrk is not installed: nothing is measured over HTTP")
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(folder))
        try:
            bench.make_files()
            bench.start_rialto()
            bench.start_others()
            rialto = bench.servers["rialto"]
            row("memory, no clients yet (MiB)", rialto.memory(), 400, False,
                f"(highest {rialto.memory('VmHWM'):.0f} MiB)")
            bench.memory_of_clients()
            bench.small()
            bench.large()
            bench.queries()
            row("memory after all of it (MiB)", rialto.memory(), 400, False,
                f"(highest {rialto.memory('VmHWM'):.0f} MiB)")
            bench.tls()
            bench.vectors()
        finally:
            bench.stop()


main()
