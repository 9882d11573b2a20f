# SPDX-License-Identifier: Apache-2.0
"""Calendars of the merged view over HTTP: of what was measured on past days, and of path vectors
under announced maintenance (RFC 8896, RFC 9275 section 9.4).

usage: calendars.py RIALTO-AGENT RIALTOD RIALTO
"""

import datetime
import email
import email.utils
import json
import pathlib
import signal
import sys
import urllib.request

from alto import generic

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "scenario"))
from bad_input_lib import PATIENCE, STATIC_ONE, Network, check  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None

HOUR, DAYS = datetime.timedelta(hours=1), 4
SRC, DST, OTHER = "ipv4:192.0.2.10", "ipv4:198.51.100.10", "ipv4:192.0.2.99"
HERE_PID, THERE_PID = "one:S1", "two:S2"
TPUT, RESIDUAL = ({"cost-mode": "numerical", "cost-metric": m} for m in ("tput", "bw-residual"))
PATHS = {"cost-mode": "array", "cost-metric": "ane-path"}
GIGABIT, FULL = 1e9, 1e9 / 8
LINKS = """links:
  - {a: {node: r1, interface: core}, b: {node: r2, interface: core}, capacity: 1G}
  - {a: {node: r2, interface: out}, b: {node: r3, interface: in, domain: two}, capacity: 10G}
"""
DAEMON = 'listen: "127.0.0.1:0"\nstores: ["*.db"]\npoll: 20ms\n'
SHAPES = {"application/alto-costmap+json": "cost_map_filtered",
          "application/alto-endpointcost+json": "endpoint_cost"}


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def results(now):
    """A throughput of each hour but one of the last days: 1 MB/s more for each hour of the day."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for i in range(1, 24 * DAYS):
        time = midnight - i * HOUR + 7 * HOUR / 60
        if time.hour != 3:
            yield {"@timestamp": stamp(time),
                   "test": {"type": "throughput",
                            "spec": {"source": "192.0.2.10", "dest": "198.51.100.10"}},
                   "pscheduler": {"start_time": stamp(time), "end_time": stamp(time),
                                  "run_id": f"run-{i}"},
                   "result": {"succeeded": True, "throughput": 8e6 * (time.hour + 1)}}


class Calendars(Network):
    def prepare(self):
        self.now = datetime.datetime.now(datetime.timezone.utc)
        self.hour = self.now.replace(minute=0, second=0, microsecond=0)
        found = list(results(self.now))
        self.present = found[0]["result"]["throughput"] / 8
        self.write("ps/results.json", json.dumps(found))
        self.write("one.yaml", (self.dir / "one.yaml").read_text() +
                   "  - {kind: perfsonar, path: ps, expires: 30d}\n")
        self.announce([])
        self.write("rialtod.yaml", DAEMON)
        self.gather("two")
        self.start()

    def announce(self, windows):
        lines = [f"  - {{entity: 'link:r1|r2', start: {stamp(self.hour + a * HOUR)}, "
                 f"end: {stamp(self.hour + b * HOUR)}, share: {share}}}\n"
                 for a, b, share in windows]
        self.write("one.static.yaml", STATIC_ONE + LINKS +
                   ("maintenance:\n" + "".join(lines) if lines else ""))
        self.gather("one")

    def gather(self, domain):
        code, said = self.collect(domain)
        check(code == 0, said)

    def entries(self):
        with urllib.request.urlopen(f"{self.url}/directory", timeout=PATIENCE) as reply:
            return json.load(reply)["resources"]

    def calendars(self, resource):
        capabilities = self.entries()[f"rialto-{resource}"]["capabilities"]
        return {name: (c["time-interval-size"], c["number-of-intervals"])
                for c in capabilities.get("calendar-attributes", [])
                for name in c["cost-type-names"]}

    def post(self, resource, body):
        """The JSON of the reply, or of its parts; each fits its schema."""
        entry = self.entries()[f"rialto-{resource}"]
        request = urllib.request.Request(entry["uri"], json.dumps(body).encode(),
                                         {"Content-Type": entry["accepts"]})
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            media, raw = reply.headers["Content-Type"], reply.read()
        if not media.startswith("multipart"):
            return fits(SHAPES[media], json.loads(raw))
        whole = email.message_from_bytes(b"Content-Type: " + media.encode() + b"\r\n\r\n" + raw)
        shape = "path_vector_costmap" if "costmap" in resource else "path_vector"
        return fits(shape, [json.loads(p.get_payload()) for p in whole.get_payload()])


def fits(shape, body):
    if jsonschema:
        path = HERE.parents[2] / "schemas" / "wire" / f"{shape}.schema.json"
        jsonschema.Draft202012Validator(json.loads(path.read_text())).validate(body)
    return body


def pair(src, dst):
    return {"endpoints": {"srcs": [src], "dsts": [dst]}}


def pids():
    return {"pids": {"srcs": [HERE_PID], "dsts": [THERE_PID]}}


def one(kind, where, **more):
    return {"cost-type": kind, "calendared": [True], **where, **more}


def cell(body, src, dst):
    for member in ("cost-map", "endpoint-cost-map"):
        if member in body:
            return body[member].get(src, {}).get(dst)
    raise SystemExit(f"failed: no costs in {body}")


def hours(body, n=24):
    """The beginnings of the intervals."""
    told = body["meta"]["calendar-response-attributes"]
    check(all(t["time-interval-size"] == 3600 and t["number-of-intervals"] == n for t in told),
          told)
    start = email.utils.parsedate_to_datetime(told[0]["calendar-start-time"])
    return [start + i * HOUR for i in range(n)]


def usual(net, time, present):
    """What the hour was on other days, else what is now."""
    return present if time.hour == 3 else 1e6 * (time.hour + 1)


def announced(net):
    """RFC 8896 section 4.1: only where there are calendars, and never of what is got."""
    for resource in ("costmap-filtered", "endpointcost", "pathvector", "pathvector-costmap"):
        # results state the mean, which is a metric of its own as well
        check(net.calendars(resource) == {n: (3600, 24) for n in ("num-tput", "num-tput:mean")},
              net.calendars(resource))
    check(not net.calendars("costmap-tput"), "a full map has no calendar")


def measured(net):
    """Sections 3.3.2 and 5: between the very endpoints, others of their sites, the sites."""
    for resource, where, src, dst in (
            ("costmap-filtered", pids(), HERE_PID, THERE_PID),
            ("endpointcost", pair(SRC, DST), SRC, DST),
            ("endpointcost", pair(OTHER, DST), OTHER, DST)):
        body = net.post(resource, one(TPUT, where))
        values = cell(body, src, dst)
        want = [usual(net, t, net.present) for t in hours(body)]
        check(values == want, f"{resource}: {values}, not {want}")
        single = net.post(resource, {"cost-type": TPUT, **where})
        check(cell(single, src, dst) == net.present, single)
        check("calendar-response-attributes" not in single["meta"], single["meta"])
    never = net.post("endpointcost", one(TPUT, pair(DST, SRC)))
    check(cell(never, DST, SRC) is None, f"nobody measured it: {never}")


def elements(parts, vector):
    return [parts[1]["property-map"][f".ane:{n}"]["max-reservable-bandwidth"] for n in vector]


def vectors(net):
    """PV-CAL-01 to PV-CAL-03, and windows before what was measured."""
    net.announce([(2, 3, 0.5), (4, 5, 0)])
    net.until(lambda: "path-vector" in net.calendars("pathvector"), "calendars of path vectors")
    for resource, where, src, dst in (("pathvector", pair(SRC, DST), SRC, DST),
                                      ("pathvector-costmap", pids(), HERE_PID, THERE_PID)):
        wanted = {"ane-property-names": ["max-reservable-bandwidth"]}
        parts = net.post(resource, one(PATHS, where, **wanted))
        times, values = hours(parts[0]), cell(parts[0], src, dst)
        shares = [0.5 if t == net.hour + 2 * HOUR else 0 if t == net.hour + 4 * HOUR else 1
                  for t in times]
        found = [min(elements(parts, v)) for v in values]
        check(found == [s * GIGABIT for s in shares], f"PV-CAL-01: {found}")
        names = {}
        for vector in values:
            for name, bandwidth in zip(vector, elements(parts, vector)):
                check(names.setdefault(name, bandwidth) == bandwidth, f"PV-CAL-02: {parts}")
        check(len({tuple(v) for v in values}) == 3, f"PV-CAL-02: {values}")
        check(not any(isinstance(p, list) for e in parts[1]["property-map"].values()
                      for p in e.values()) and
              "calendar-response-attributes" not in parts[1]["meta"], f"PV-CAL-03: {parts[1]}")
        several = {"multi-cost-types": [PATHS, RESIDUAL, TPUT, RESIDUAL],
                   "calendared": [True, True, True, False], **where, **wanted}
        parts = net.post(resource, several)
        times, values = hours(parts[0]), cell(parts[0], src, dst)
        check([min(elements(parts, v)) for v in values[0]] == [8 * c for c in values[1]],
              f"paths and costs of one time: {values}")
        check(values[2] == [min(s * FULL, usual(net, t, net.present))
                            for s, t in zip(shares, times)], f"throughput: {values[2]}")
        check(values[3] == FULL, f"one value: {values[3]}")


def all_checks(net):
    failed = [(n, found) for n, found in generic.run(f"{net.url}/directory") if found]
    check(not failed, failed)


def configured(net):
    """Another configuration makes other calendars of the same facts."""
    for text, want in (("calendars: {period: week}\n", (3600, 168)),
                       ("calendars: {least: 5}\n", None),
                       ("calendars: {least: 2, interval: 2h}\n", (7200, 12)),
                       ("calendars: {metrics: [delay-ow]}\n", None),
                       ("", (3600, 24))):
        net.write("rialtod.yaml", DAEMON + text)
        net.daemon.send_signal(signal.SIGHUP)
        net.until(lambda: net.calendars("costmap-filtered").get("num-tput") == want, text)


def main():
    with Calendars(*sys.argv[1:4]) as net:
        net.prepare()
        for step in (announced, measured, vectors, all_checks, configured):
            step(net)


main()
