#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the facts of text looking glasses with what others read from the same answers.

usage: lg_text.py AGENT [--table]

AGENT is the program rialto-agent; RIALTO_SHARED names the folder of samples. Each comparison
is a set of tuples from our facts and a set of tuples from the truth (another parser's result,
the same device's JSON, or the kernel's routes). Differences that are explained are listed here
with the explanation; every other one fails.

Exit status: 0 all agree, 1 a difference without explanation, 77 no samples.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys

SKIP = 77
ORIGINS = {"i": "IGP", "e": "EGP", "?": "incomplete", "IGP": "IGP", "EGP": "EGP",
           "INCOMPLETE": "incomplete", "incomplete": "incomplete"}


class Samples:
    """The folder of samples, and our reading of its files."""

    def __init__(self, agent, folder):
        self.agent, self.folder = agent, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def facts(self, name, kind, dialect="auto"):
        run = subprocess.run(
            [self.agent, "try", "--kind", "looking-glass", "--dialect", dialect, "--json",
             self.path(name)], stdout=subprocess.PIPE, check=False)
        reading = json.loads(run.stdout)["readings"][0]
        return [f["fact"] for b in reading["batches"] for f in b["facts"] if f["kind"] == kind]

    def routes(self, name, layer, dialect="auto"):
        return [f for f in self.facts(name, "route", dialect) if f["layer"] == layer]


def number(text):
    """A number of a truth, where absent ones are empty or dashes."""
    return int(text) if text not in (None, "", "-", "None") else None


def ases(text):
    """An AS path of a truth; sets one by one, as facts have them."""
    words = re.findall(r"[0-9.]+", re.sub(r"\([^)]*\)", "", text or ""))
    return tuple(int(w) if "." not in w else
                 int(w.split(".")[0]) * 65536 + int(w.split(".")[1]) for w in words)


def hop(text):
    """A next hop of a truth; the router itself is none."""
    text = (text or "").lower()
    return None if text in ("", "-", "0.0.0.0", "::") else text.replace("::ffff:10.", "10.")


def our_path(f, fields):
    """A BGP path of ours as a tuple of the fields that a truth has."""
    value = {
        "table": f.get("table", ""), "prefix": f["prefix"], "rd": f.get("rd"),
        "hop": (f.get("next_hops") or [None])[0], "path": tuple(f.get("as_path", [])),
        "origin": f.get("bgp_origin"), "lp": f.get("local_pref"), "med": f.get("med"),
        "weight": f.get("weight"), "external": f.get("external"), "best": f.get("best"),
        "peer": f.get("peer"), "communities": tuple(f.get("communities", []))}
    return tuple(value[k] for k in fields)


# --- ntc-templates: lg-cli-text/*.raw and truth/*.yml ---

NTC_FIELDS = ("prefix", "hop", "path", "origin", "lp", "med", "weight")


def classful(network, length):
    if "/" in network or length:
        return f"{network}/{length}" if length else network
    first = int(network.split(".")[0])
    return f"{network}/{8 if first < 128 else 16 if first < 192 else 24}"


def ntc_row(row):
    path = ases(row.get("as_path"))
    return (classful(row.get("network") or row.get("prefix"),
                     row.get("prefix_length") or row.get("netmask")),
            hop(row["next_hop"]), path, ORIGINS.get(row["origin"]), number(row["local_pref"]),
            number(row["metric"]), number(row["weight"]))


def ntc(s, name):
    import yaml
    truth = yaml.safe_load(s.text(f"lg-cli-text/truth/{name}.yml"))["parsed_sample"]
    ours = [our_path(f, NTC_FIELDS) for f in s.routes(f"lg-cli-text/{name}.raw", "bgp")]
    return ours, [ntc_row(r) for r in truth]


# --- genie: lg-cli-text/*.txt and truth/*.py ---

def genie_truth(s, name):
    scope = {}
    exec(s.text(f"lg-cli-text/truth/{name}.py"), scope)  # a dictionary literal
    return scope["expected_output"]


def genie_detail(s, name):
    """IOS-XE, entries in full."""
    fields = ("prefix", "hop", "path", "origin", "lp", "med", "best", "rd")
    ours = [our_path(f, fields) for f in s.routes(f"lg-cli-text/{name}.txt", "bgp")]
    truth = []
    for vrf in genie_truth(s, name)["instance"]["default"]["vrf"].values():
        for family in vrf["address_family"].items():
            truth += genie_family(*family)
    return ours, truth


def genie_family(title, family):
    rows = []
    rd = family.get("route_distinguisher") or (re.findall(r"RD (\S+)", title) or [None])[0]
    for prefix, entry in family.get("prefixes", {}).items():
        for path in entry["index"].values():
            if path.get("inaccessible"):
                continue  # ours: a path that can't be used
            info = re.sub(r",? *\(.*", "", path["route_info"])
            rows.append((prefix.lower(), hop(path["next_hop"]), ases(info),
                         ORIGINS[path["origin_codes"]], path["localpref"], path["metric"],
                         int(">" in path["status_codes"]), rd))
    return rows


def genie_xr(s, name):
    """IOS-XR's table: genie moves numbers to other columns where one is missing, so only
    network, next hop and status are compared."""
    fields = ("prefix", "hop", "best")
    ours = [our_path(f, fields) for f in s.routes(f"lg-cli-text/{name}.txt", "bgp")]
    prefixes = genie_truth(s, name)["address_family"]["ipv4_unicast"]["prefix"]
    truth = [(p, hop(r["next_hop"]), int(">" in r["status_codes"]))
             for p, e in prefixes.items() for r in e["index"].values()]
    return ours, truth


def genie_junos(s, name):
    """Junos: all entries, those of BGP by layer bgp."""
    text = f"lg-cli-text/{name}.txt"
    ours = [junos_fact(f) for f in s.facts(text, "route")
            if f["layer"] == "bgp" or f["protocol"] != "bgp"]
    truth, prefix = [], None
    for table in genie_truth(s, name)["route-information"]["route-table"]:
        if not re.search(r"inet6?\.0$", table.get("table-name", "inet.0")):
            continue
        for rt in table.get("rt", []):
            prefix = rt.get("rt-destination", prefix)
            entries = rt["rt-entry"] if isinstance(rt["rt-entry"], list) else [rt["rt-entry"]]
            truth += [junos_truth(prefix, e) for e in entries]
    return ours, truth


def genie_extensive(s, name):
    """Of extensive, genie leaves out most of BGP's fields."""
    return tuple([row[:4] for row in rows] for rows in genie_junos(s, name))


JUNOS_PROTOCOLS = {"Direct": "connected", "Local": "local", "OSPF": "ospf", "OSPF3": "ospf",
                   "BGP": "bgp", "Static": "static", "IS-IS": "isis", "INET6": "local"}


def junos_fact(f):
    hops = (f.get("next_hops") or [None])[0] if f["protocol"] != "bgp" else None
    return (f["prefix"], f["protocol"], f["best"], f.get("metric"), f.get("med"),
            f.get("local_pref"), hops, (f.get("interfaces") or [None])[0]
            if f["protocol"] != "bgp" else None)


def junos_truth(prefix, e):
    protocol = JUNOS_PROTOCOLS[e["protocol-name"]]
    bgp = protocol == "bgp"
    metric = number(e.get("metric"))
    nh = (e.get("nh") or [{}])[0] if not bgp else {}
    return (prefix, protocol, int("active-tag" in e), None if bgp else metric,
            number(e.get("med") or e.get("metric")) if bgp else None,
            number(e.get("local-preference") or e.get("localpref")), nh.get("to"),
            nh.get("via") or nh.get("nh-local-interface"))


def genie_lldp(s, name):
    ours = [(f["a_interface"], f["b_node"], f["b_interface"])
            for f in s.facts(f"lg-cli-text/{name}.txt", "link")]
    truth = [(local, n["system_name"], port)
             for local, i in genie_truth(s, name)["interfaces"].items()
             for port, p in i["port_id"].items() for n in p["neighbors"].values()]
    return ours, truth


# --- birdwatcher's tests: lg-bird-text ---

def go_numbers(text):
    return [":".join(n.strip() for n in g.split(","))
            for g in re.findall(r"\{([0-9, ]+)\}", text)]


def birdwatcher(s, sample, function):
    """What birdwatcher's own test expects of the same file."""
    go = s.text("lg-bird-text/truth/parser_test.go")
    body = go.split(f"func {function}(")[1].split("\nfunc ")[0]
    truth = []
    for block in re.findall(r"expectedRoute\{(.*?)\n\t\}, routes", body, re.S):
        text = {k: v for k, v in re.findall(r'(\w+): +"([^"]*)"', block)}
        lists = dict(re.findall(r"(community|largeCommunities): +\[\]\[\]int64\{(.*?)\n\t\t\}",
                                block, re.S))
        path = re.search(r"asPath: +\[\]string\{([^}]*)\}", block).group(1)
        truth.append((text["network"], text["gateway"], tuple(
            int(a) for a in re.findall(r"\d+", path)), int(text["localPref"]),
            int("primary:   true" in block),
            tuple(go_numbers(lists.get("community", "")) +
                  go_numbers(lists.get("largeCommunities", "")))))
    ours = []
    for f in s.routes(f"lg-bird-text/{sample}", "bgp"):
        # birdwatcher calls "gateway" what stands behind "via", as ours of layer rib has it
        via = [r["next_hops"][0] for r in s.routes(f"lg-bird-text/{sample}", "rib")
               if f["best"] and r["prefix"] == f["prefix"]] or f["next_hops"]
        ours.append((f["prefix"], via[0], tuple(f["as_path"]), f["local_pref"], f["best"],
                     tuple(f["communities"])))
    return ours, truth


# --- the same device's JSON, or another program's view of the same routes ---

def kernel(s, router, family):
    """BIRD's chosen routes and what it put into the kernel."""
    letter = "6" if family == 6 else ""
    ours = []
    for f in s.routes(f"lab-live/bird/{router}/show_route_all.txt", "rib"):
        if (":" in f["prefix"]) == (family == 6) and f["best"] == 1:
            hops = f.get("next_hops") or [None] * 9
            ours.append((f["prefix"], frozenset(zip(hops, f.get("interfaces", [])))))
    truth = []
    for r in json.loads(s.text(f"lab-live/kernel/{router}_ip{letter}_route.json")):
        if r.get("protocol") != "bird":
            continue
        legs = r.get("nexthops") or ([r] if r["dev"] != "lo" or r.get("type") is None else [])
        dst = r["dst"] if "/" in r["dst"] else r["dst"] + ("/128" if family == 6 else "/32")
        truth.append((dst, frozenset((x.get("gateway"), x["dev"]) for x in legs)))
    return ours, truth


def raw_socket(s, router):
    """The control socket's form says what birdc prints."""
    both = []
    for name in ("raw_show_route_all.txt", "show_route_all.txt"):
        facts = s.facts(f"lab-live/bird/{router}/{name}", "route")
        for f in facts:
            f.pop("node")
        both.append([json.dumps(f, sort_keys=True) for f in facts])
    return both[0], both[1]


def frr_bgp(s, text, other):
    fields = ("table", "prefix", "hop", "path", "origin", "lp", "med", "weight", "best")
    return ([our_path(f, fields) for f in s.routes(text, "bgp")],
            [our_path(f, fields) for f in s.routes(other, "bgp")])


def frr_rib(s, text, other):
    def key(f):
        return (f.get("table", ""), f["prefix"], f["protocol"], f["best"], f.get("discard"),
                f.get("distance") or 0, f.get("metric") or 0,
                tuple(f.get("next_hops", [])), tuple(f.get("interfaces", [])))
    return [key(f) for f in s.routes(text, "rib")], [key(f) for f in s.routes(other, "rib")]


def eos_json(s, folder):
    """EOS's `show ip bgp vrf all`, text and JSON."""
    path = f"router-configs/{folder}/show_ip_bgp_vrf_all"
    other = next(p for p in (f"{path}_|_json.json", f"{path}_|_json.txt")
                 if os.path.exists(s.path(p)))
    fields = ("table", "prefix", "hop", "path", "lp", "med", "best")
    ours = [our_path(f, fields) for f in s.routes(path + ".txt", "bgp")]
    truth = []
    for name, vrf in json.loads(s.text(other))["vrfs"].items():
        for prefix, entry in vrf["bgpRouteEntries"].items():
            for p in entry["bgpRoutePaths"]:
                truth.append(("" if name == "default" else name, prefix, hop(p.get("nextHop")),
                              ases(p["asPathEntry"]["asPath"]),
                              p.get("localPreference"), p.get("med"),
                              int(p["routeType"]["active"] or p["routeType"]["ecmp"])))
    return [blank_zero(r) for r in ours], [blank_zero(r) for r in truth]


def blank_zero(row):
    """EOS's JSON has 0 where its table has a dash."""
    return tuple(None if v == 0 and i in (4, 5) else v for i, v in enumerate(row))


def eos_routes(s, folder):
    path = f"router-configs/{folder}/show_ip_route_vrf_all"
    other = next(p for p in (f"{path}_|_json.json", f"{path}_|_json.txt")
                 if os.path.exists(s.path(p)))
    ours = [(f["table"], f["prefix"], f.get("discard"), frozenset(zip(
        f.get("next_hops") or [None] * 9, f.get("interfaces", []))))
        for f in s.routes(path + ".txt", "rib")]
    truth = []
    for name, vrf in json.loads(s.text(other))["vrfs"].items():
        for prefix, r in vrf["routes"].items():
            legs = frozenset((v.get("nexthopAddr") or None, v["interface"])
                             for v in r["vias"] if v["interface"] != "Null0")
            truth.append(("" if name == "default" else name, prefix,
                          1 if r.get("routeAction") == "drop" else None, legs))
    return ours, truth


def bgp_and_rib(s, folder, bgp, rib):
    """Chosen BGP paths and the BGP routes that the router forwards by, where no other
    protocol's route came first."""
    ours, truth = [], []
    for router in sorted(os.listdir(s.path(folder))):
        if not os.path.exists(s.path(f"{folder}/{router}/{rib}")):
            continue
        installed = s.routes(f"{folder}/{router}/{rib}", "rib")
        others = {(f["table"], f["prefix"]) for f in installed if f["protocol"] != "bgp"}
        truth += [(router, f["table"], f["prefix"], hop) for f in installed
                  if f["protocol"] == "bgp" for hop in f.get("next_hops", [])]
        ours += [(router, f["table"], f["prefix"], f["next_hops"][0])
                 for f in s.routes(f"{folder}/{router}/{bgp}", "bgp")
                 if f["best"] and f.get("next_hops") and not f.get("rd") and
                 (f["table"], f["prefix"]) not in others]
    return ours, truth


def table_and_detail(s, folder):
    """NX-OS's table and its entries in full."""
    fields = ("table", "prefix", "hop", "path", "origin", "best", "external")
    table, detail = "show_ip_bgp_vrf_all.txt", "show_bgp_vrf_all_all_detail.txt"
    routers = [r for r in sorted(os.listdir(s.path(folder)))
               if os.path.exists(s.path(f"{folder}/{r}/{detail}"))]
    return tuple([(r,) + our_path(f, fields) for r in routers
                  for f in s.routes(f"{folder}/{r}/{name}", "bgp")] for name in (table, detail))


def mask_length(mask):
    return mask if mask.isdigit() else str(sum(bin(int(b)).count("1") for b in mask.split(".")))


def configured_addresses(text):
    """Interfaces with their IPv4 addresses in a configuration of Cisco's kind."""
    found, name = [], None
    for line in text.splitlines() + ["!"]:
        if not line.startswith(" "):
            name = line.split()[1] if line.startswith("interface ") else None
        m = re.match(r" +(?:ip|ipv4) address ([0-9.]+)[/ ]([0-9.]+)(?: secondary)?$", line)
        if name and m:
            found.append((name, f"{m.group(1)}/{mask_length(m.group(2))}"))
    return found


def interfaces(s, folder, show):
    """Addresses that interfaces have, and those configured. Interfaces without any that run
    DHCP are left out."""
    ours, truth = [], []
    for router in sorted(os.listdir(s.path(f"{folder}/configs"))):
        name = f"{folder}/show/{router}/{show}"
        if not os.path.exists(s.path(name)):
            continue
        config = s.text(f"{folder}/configs/{router}/show_running-config.txt")
        dhcp = set(re.findall(r"interface (\S+)\n(?: .*\n)*? +ip address dhcp", config))
        truth += [(router,) + a for a in configured_addresses(config)]
        ours += [(router, f["name"], a) for f in s.facts(name, "interface")
                 if f["name"] not in dhcp for a in f.get("addrs", []) if ":" not in a]
    return ours, truth


def ios_sessions(s, folder):
    """IOS: neighbours that the router shows, and those configured, with peer groups' AS."""
    ours, truth = [], []
    for router in sorted(os.listdir(s.path(f"{folder}/configs"))):
        name = f"{folder}/show/{router}/show_ip_bgp_all_neighbor.txt"
        config = s.text(f"{folder}/configs/{router}/show_running-config.txt")
        asn = dict(re.findall(r" neighbor (\S+) remote-as (\d+)", config))
        group = dict(re.findall(r" neighbor ([0-9.]+) peer-group (\S+)", config))
        truth += [(router, n, int(asn.get(n) or asn[group[n]]))
                  for n in set(group) | {a for a in asn if a[0].isdigit()}]
        ours += [(router, f["peer_addr"], f["peer_asn"]) for f in s.facts(name, "bgp_session")]
    return ours, truth


def sros_routes(s, folder):
    """SR OS's table and the same in its state tree."""
    ours = [(f["prefix"], f["distance"], f["metric"], (f.get("next_hops") or [None])[0])
            for f in s.routes(f"{folder}/show_router_route-table.txt", "rib")]
    tree = json.loads(s.text(f"{folder}/info_json_state_router_Base_route-table.txt"))
    truth = []
    for route in sros_entries(tree):
        hop = route["nexthop"][0]
        truth.append((route["ipv4-prefix"], route["preference"], hop["metric"],
                      hop.get("nexthop-ip")))
    return ours, set(truth)  # the tree lists local routes twice


def sros_entries(tree):
    """The objects of a tree that are routes."""
    if isinstance(tree, dict):
        if "ipv4-prefix" in tree and "preference" in tree:
            yield tree
        for value in tree.values():
            yield from sros_entries(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from sros_entries(value)


# Differences that are right, by comparison: (ours alone, the truth's alone, why).
EXPLAINED = {
    "arista_eos_show_ip_bgp_detail": (0, 8, "paths with numbers above 4294967295 (the sample "
                                      "was made anonymous), which are no AS numbers; two stand "
                                      "under a network without length that is of no class"),
    "cisco_nxos_show_ip_bgp": (0, 7, "paths marked deleted, or not valid, which the router "
                               "does not use"),
    "iosxe-ShowBgpAllDetail-golden_output1": (0, 2, "paths whose next hop is inaccessible"),
    "bird r4, kernel's IPv4": (5, 0, "r4 does not export connected and static routes to its "
                               "kernel"),
    "bird r4, kernel's IPv6": (4, 0, "the same"),
}

COMPARISONS = [
    ("arista_eos_show_ip_bgp", ntc), ("arista_eos_show_ip_bgp_detail", ntc),
    ("cisco_ios_show_ip_bgp", ntc), ("cisco_ios_show_ip_bgp2", ntc),
    ("cisco_ios_show_ip_bgp4", ntc), ("cisco_nxos_show_ip_bgp", ntc),
    ("cisco_nxos_show_ip_bgp_vrf", ntc), ("cisco_xr_show_bgp", ntc),
    ("iosxe-ShowBgpAllDetail-golden_output1", genie_detail),
    ("iosxe-ShowIpBgpDetail-golden_output1", genie_detail),
    ("iosxr-ShowBgpAddressFamily-golden_output1", genie_xr),
    ("junos-ShowRoute-golden_output_3", genie_junos),
    ("junos-ShowRoute-golden_output_5", genie_junos),
    ("junos-ShowRouteProtocolExtensive-golden_output_5", genie_extensive),
    ("iosxr-ShowLldpNeighborDetail-golden_output_1", genie_lldp),
    ("routes_bird1_ipv4.sample", lambda s, n: birdwatcher(s, n, "runTestForIpv4WithFile")),
    ("routes_bird2_ipv4.sample", lambda s, n: birdwatcher(s, n, "runTestForIpv4WithFile")),
    ("bird r2, kernel's IPv4", lambda s, n: kernel(s, "r2", 4)),
    ("bird r2, kernel's IPv6", lambda s, n: kernel(s, "r2", 6)),
    ("bird r4, kernel's IPv4", lambda s, n: kernel(s, "r4", 4)),
    ("bird r4, kernel's IPv6", lambda s, n: kernel(s, "r4", 6)),
    ("bird r2, control socket", lambda s, n: raw_socket(s, "r2")),
    ("bird r4, control socket", lambda s, n: raw_socket(s, "r4")),
] + [
    (f"frr {r}, {what}", lambda s, n, r=r, a=a, b=b, f=f: f(
        s, f"lab-live/frr/{r}/{a}", f"lab-live/frr/{r}/{b}"))
    for r in ("r1", "r3")
    for what, a, b, f in (
        ("BGP as JSON", "show_bgp_ipv4_unicast.txt", "show_bgp_ipv4_unicast.json", frr_bgp),
        ("routes as JSON", "show_ip_route.txt", "show_ip_route.json", frr_rib))
] + [
    (f"{f}, BGP and routes", lambda s, n, f=f, b=b, r=r: bgp_and_rib(
        s, f"router-configs/{f}/show", b, r))
    for f, b, r in (
        ("lab-ios_example_network", "show_ip_bgp_all.txt", "show_ip_route.txt"),
        ("lab-iosxr_ibgp_rr_over_ospf", "show_bgp_all_all.txt", "show_route.txt"),
        ("lab-nxos_redistribution", "show_ip_bgp_vrf_all.txt", "show_ip_route_vrf_all.txt"),
        ("lab-mix_vendor_bgp_vrf", "show_ip_bgp_vrf_all.txt", "show_ip_route_vrf_all.txt"))
] + [
    (f"{f}, table and detail", lambda s, n, f=f: table_and_detail(s, f"router-configs/{f}/show"))
    for f in ("lab-nxos_redistribution", "lab-mix_vendor_bgp_vrf")
] + [
    (f"{f}, interfaces and configuration", lambda s, n, f=f, show=show: interfaces(
        s, f"router-configs/{f}", show))
    for f, show in (("lab-ios_example_network", "show_interfaces.txt"),
                    ("lab-iosxr_ibgp_rr_over_ospf", "show_interfaces.txt"),
                    ("lab-nxos_redistribution", "show_interface.txt"),
                    ("lab-eos_ospf_bgp", "show_interfaces.txt"),
                    ("lab-mix_vendor_bgp_vrf", "show_interfaces.txt"))
] + [
    ("lab-ios_example_network, sessions and configuration",
     lambda s, n: ios_sessions(s, "router-configs/lab-ios_example_network")),
] + [
    (f"{f} {r}, routes as JSON", lambda s, n, f=f, r=r: sros_routes(
        s, f"router-configs/{f}/show/{r}"))
    for f, r in (("lab-sros_ceos_ebgp", "r1"), ("lab-sros_isis", "r1"), ("lab-sros_isis", "r3"),
                 ("lab-sros_vprn_bgp", "pe1"), ("lab-sros_vprn_bgp", "pe2"))
] + [
    (f"eos {f.split('/')[-1]}, {what}", lambda s, n, f=f, g=g: g(s, f))
    for f in ("lab-mix_vendor_bgp_vrf/show/D-AristaEOS", "lab-eos_ospf_bgp/show/np01",
              "lab-eos_ospf_bgp/show/np02")
    for what, g in (("BGP as JSON", eos_json), ("routes as JSON", eos_routes))
]


def compare(s, name, function):
    """Counts of what agrees, what only we have, what only the truth has; and the rows."""
    ours, truth = (collections.Counter(x) for x in function(s, name))
    return ours & truth, ours - truth, truth - ours


def main():
    p = argparse.ArgumentParser()
    p.add_argument("agent")
    p.add_argument("--table", action="store_true", help="print the scores as Markdown")
    args = p.parse_args()
    shared = os.environ.get("RIALTO_SHARED")
    if not shared or not os.path.isdir(os.path.join(shared, "samples", "lg-cli-text")):
        print("SKIPPED: RIALTO_SHARED names no folder with samples/lg-cli-text")
        return SKIP
    s = Samples(args.agent, os.path.join(shared, "samples"))
    bad = 0
    for name, function in COMPARISONS:
        same, more, less = (sum(c.values()) for c in compare(s, name, function))
        want = EXPLAINED.get(name, (0, 0, ""))
        if args.table:
            print(f"| {name} | {same} | {more} | {less} | {want[2]} |")
        if same == 0 or (more, less) != want[:2]:
            bad += 1
            print(f"{name}: {same} agree, only ours {more}, only the truth's {less}")
            for title, rows in zip(("ours", "truth"), compare(s, name, function)[1:]):
                for row in list(rows)[:5]:
                    print(f"  {title}: {row}")
    print(f"{len(COMPARISONS) - bad} of {len(COMPARISONS)} comparisons as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
