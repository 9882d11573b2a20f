# SPDX-License-Identifier: Apache-2.0
"""Two domains that both publish maps of all addresses, and what is made of them together: generic
checks of the merged resources, units and composition of metrics, whose costs are whose.

usage: federation.py RIALTO-AGENT RIALTOD RIALTO
"""

import ipaddress
import json
import pathlib
import sys
import urllib.request

from alto import generic, server

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenario"))
from bad_input_lib import PATIENCE, STATIC_ONE, STATIC_TWO, Network, check  # noqa: E402

LINKS = """links:
  - {a: {node: r1, interface: core}, b: {node: r2, interface: core}, delay_ms: 10, capacity: 1G}
  - {a: {node: r2, interface: out}, b: {node: r3, interface: in, domain: two}, delay_ms: 5,
     capacity: 10G}
"""
LONG = "l" * 64  # an id that leaves no room for a domain's name
PAIR = ("one:S1", "two:S2")
MERGED = "rialto-networkmap"


def domain_map(name, address_of_p1):
    return {"meta": {"vtag": {"resource-id": name, "tag": "1"}}, "network-map": {
        "P1": {"ipv4": ["192.0.2.0/24"], "ipv6": [address_of_p1]},
        "P2": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]}}}


def domain_costs(factor, **more):
    return {"meta": {"dependent-vtags": [{"resource-id": "own-map", "tag": "1"}],
                     "cost-type": {"cost-mode": "numerical", "cost-metric": "routingcost"},
                     **more},
            "cost-map": {"P1": {"P1": factor, "P2": 10 * factor}, "P2": {"P1": 10 * factor}}}


class Federation(Network):
    def publish(self, folder, name, body):
        self.write(f"{folder}/{name}.json", json.dumps(body))

    def prepare(self):
        for folder, address in (("alto", "2001:DB8:1::/48"), ("alto2", "2001:DB8:2:0::/48")):
            self.publish(folder, "map", domain_map("own-map", address))
            self.publish(folder, "long", domain_map(LONG, address))
            self.publish(folder, "costs", domain_costs(1))
        self.write("two.yaml", """domain: two
store: two.db
sources:
  - {kind: static, file: two.static.yaml}
  - {kind: config, path: two}
  - {kind: documents, path: alto2}
""")
        for domain in ("one", "two"):
            self.gather(domain)
        self.start()

    def gather(self, domain):
        code, said = self.collect(domain)
        check(code == 0, said)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as reply:
            return json.load(reply)

    def costs(self, metric):
        return self.get(f"/costmap/num/{metric}")["cost-map"]

    def merged(self):
        body = self.get("/networkmap")
        return body["meta"]["vtag"], body["network-map"]


def owners(pids):
    out = {}
    for pid, groups in pids.items():
        for text in sum(groups.values(), []):
            out.setdefault(ipaddress.ip_network(text), []).append(pid)
    return out


def one_map_of_all(net):
    """RFC 7285 sections 6.3 and 11.2.2: complete and without overlap, under a name of its own."""
    vtag, pids = net.merged()
    found = owners(pids)
    for whole in ("0.0.0.0/0", "::/0"):
        check(len(found.get(ipaddress.ip_network(whole), [])) == 1, f"{whole}: {pids}")
    check(all(len(p) == 1 for p in found.values()), f"a prefix in two PIDs: {pids}")
    check(set(PAIR) <= set(pids), f"sites of both domains: {sorted(pids)}")
    check(vtag["resource-id"] == MERGED, vtag)


def names_of_domains(net):
    """RFC 7285 section 9.1.1: equal names of two domains are told apart, however long."""
    listed = net.get("/directory")["resources"]
    maps = {n: r for n, r in listed.items()
            if r["media-type"] == "application/alto-networkmap+json" and "accepts" not in r}
    check(len(maps) == 5, f"two maps of each domain, and the merged one: {sorted(maps)}")
    check(all(len(n) <= 64 for n in listed), sorted(listed))
    check(len({r["uri"] for r in maps.values()}) == 5, maps)
    for domain, address in (("one", "2001:db8:1::/48"), ("two", "2001:db8:2::/48")):
        told = net.get(f"/domain/{domain}/own-map/networkmap")
        check(told["network-map"]["P1"]["ipv6"] == [address], told)


def metrics(net):
    """RFC 9439 sections 4 and 5: microseconds, bytes per second; sums and the least."""
    offered = {k["cost-metric"] for k in net.get("/directory")["meta"]["cost-types"].values()}
    check(not offered & {"delay-ow", "bw-residual"}, f"nobody told of {offered}")
    hops = net.costs("hopcount")
    net.write("one.static.yaml", STATIC_ONE + LINKS)
    net.gather("one")
    net.until(lambda: "num-bw-residual" in net.get("/directory")["meta"]["cost-types"],
              "capacities are served")
    a, b = PAIR
    want = {"delay-ow": 10000 + 5000, "bw-residual": min(10**9, 10**10) / 8, "hopcount": 2}
    for metric, value in want.items():
        costs = net.costs(metric)
        check(costs[a][b] == value and costs[b][a] == value, f"{metric}: {costs}")
    costs = net.costs("delay-ow")
    check(costs["one"][a] == 10000 and costs["one"][b] == 5000, costs)
    check(net.costs("bw-residual")["one"][b] == 1250000000, "of the border alone")
    check(net.costs("hopcount") == hops, "hops are what they were")


def costs_of_domains(net):
    """RFC 8686 section 4.1, RFC 9439 section 3.1: what a domain counts is not added to, nor mixed
    with, what others count; its calendar is its own."""
    before, tag = net.costs("routingcost"), net.merged()[0]
    now = {"calendar-response-attributes": [{
        "calendar-start-time": "Thu, 01 Jan 2026 00:00:00 GMT", "time-interval-size": 3600,
        "number-of-intervals": 2, "repeated": 100000}]}
    net.publish("alto2", "costs", domain_costs(1000))
    body = domain_costs(1, **now)
    body["cost-map"] = {"P1": {"P2": [4, 5]}}
    net.publish("alto", "calendar", body)
    for domain in ("one", "two"):
        net.gather(domain)
    own = "/domain/two/own-map/costmap/num/routingcost"
    net.until(lambda: net.get(own)["cost-map"]["P1"]["P2"] == 10000, "costs of two")
    check(net.get(own.replace("two", "one"))["cost-map"]["P1"]["P2"] == 10, "costs of one")
    check(net.costs("routingcost") == before and net.merged()[0] == tag, "the merged costs")
    for name, entry in net.get("/directory")["resources"].items():
        calendars = entry.get("capabilities", {}).get("calendar-attributes", [])
        check(not calendars or name.startswith("one:"), f"{name}: {calendars}")


def one_prefix_of_two(net):
    """RFC 7285 section 11.2.2: it is in the PID whose name comes first, whoever is read first; the
    tag tells of it."""
    claim = "{name: X, prefixes: [203.0.113.64/26]}"
    stated = lambda: {s[0]: x["facts"] for s, x in net.sources().items() if s[1] == "static"}
    usual, tags = stated(), []
    for order in (("one", "two"), ("two", "one")):
        for domain in order:
            text = STATIC_ONE + LINKS if domain == "one" else STATIC_TWO
            net.write(f"{domain}.static.yaml", text.replace("sites:\n", f"sites:\n  - {claim}\n"))
            net.gather(domain)
        claimed = ipaddress.ip_network("203.0.113.64/26")
        net.until(lambda: all(stated()[d] > usual[d] for d in order), "both claims")
        net.until(lambda: claimed in owners(net.merged()[1]), "the claimed prefix")
        check(owners(net.merged()[1])[claimed] == ["one:X"], net.merged())
        tags.append((owners(net.merged()[1])[claimed], net.merged()[0]["tag"]))
        before = tags[-1][1]
        for domain in order:
            net.write(f"{domain}.static.yaml",
                      STATIC_ONE + LINKS if domain == "one" else STATIC_TWO)
            net.gather(domain)
        net.until(lambda: claimed not in owners(net.merged()[1]), "nobody claims it any more")
        check(net.merged()[0]["tag"] != before, "another map, the same tag")
    check(tags[0] == tags[1], f"the order of domains matters: {tags}")


def all_checks(net):
    failed = [(n, found) for n, found in generic.run(f"{net.url}/directory") if found]
    check(not failed, failed)


def main():
    with Federation(*sys.argv[1:4]) as net:
        net.prepare()
        for step in (one_map_of_all, names_of_domains, metrics, all_checks, costs_of_domains,
                     one_prefix_of_two):
            step(net)
        print(f"{len(generic.CHECKS)} generic checks of {server.Server(net.url).url.netloc}: good")


main()
