#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our reading of routers' answers with another project's reading of the same files.

usage: lg_labs.py AGENT [--table] [--rows N] [--only WORD]

AGENT is the program rialto-agent; RIALTO_LAB_VALIDATION names a checkout of
github.com/batfish/lab-validation: networks that ran, with what their routers showed, and
parsers of its own (they need pyparsing and attrs). Compared are its parsers' results, two forms
of one answer (text and JSON), and chosen BGP paths with installed routes. Differences that are
explained are listed here; every other one fails.

Exit status: 0 all agree, 1 a difference without explanation, 77 no checkout.
"""

import argparse
import collections
import contextlib
import importlib
import io
import ipaddress
import json
import logging
import os
import re
import subprocess
import sys

SKIP = 77
PARSERS = "lab_validation.parsers."


class Labs:
    """A checkout, and our reading of its files."""

    def __init__(self, agent, folder):
        self.agent, self.root, self.kept = agent, os.path.join(folder, "snapshots"), {}
        sys.path.insert(0, os.path.join(folder, "src"))

    def routers(self):
        for network in sorted(os.listdir(self.root)):
            show = os.path.join(self.root, network, "show")
            for router in sorted(os.listdir(show)) if os.path.isdir(show) else ():
                if os.path.isdir(os.path.join(show, router)):
                    yield network, router, os.path.join(show, router)

    def files(self, names):
        """(network/router, path) of each answer with one of these names that is not empty."""
        for network, router, folder in self.routers():
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and os.path.getsize(path) > 0:
                    yield f"{network}/{router}", path
                    break

    def facts(self, path, kind):
        if path not in self.kept:
            run = subprocess.run(
                [self.agent, "try", "--kind", "looking-glass", "--dialect", "auto", "--json",
                 path], stdout=subprocess.PIPE, check=False)
            self.kept[path] = json.loads(run.stdout)["readings"][0]
        return [f["fact"] for b in self.kept[path]["batches"] for f in b["facts"]
                if f["kind"] == kind]

    def routes(self, path, layer):
        return [f for f in self.facts(path, "route") if f["layer"] == layer]


    def platform(self, path):
        return [f.get("platform") for f in self.facts(path, "node")] or [None]


def of(platform, function):
    """Answers of one platform only: others have files of the same name."""
    return lambda labs, path: function(labs, path) if platform in labs.platform(path) else ([], [])


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def parser(module, function):
    return getattr(importlib.import_module(PARSERS + module), function)


def table(name):
    return "" if name in (None, "default", "master") else name


def number(value):
    return int(value) if value not in (None, "") else None


def network(text):
    return str(ipaddress.ip_network(text, strict=False))


# --- routes: (table, network, next hop, interface) of what routers forward by ---

def legs(fact):
    hops, names = fact.get("next_hops") or [], fact.get("interfaces") or []
    for i in range(max(len(hops), len(names), 1)):
        yield (hops[i] if i < len(hops) else None, (names[i] or None) if i < len(names) else None)


def our_legs(labs, path, want=lambda f: f["best"] == 1):
    for f in labs.routes(path, "rib"):
        if want(f):
            for hop, interface in legs(f):
                yield (f.get("table", ""), f["prefix"], hop, interface, f.get("distance") or 0,
                       f.get("metric") or 0)


def v4(rows):
    return [r for r in rows if ":" not in r[1]]


def cisco_name(text):
    """Without blanks, and in small letters: their parsers write NX-OS' names as IOS'."""
    return text if text is None else re.sub(r"\s+", "", text).lower()


def their_legs(module, function):
    """Their parsers of Cisco's text: an object for each next hop."""
    def compare(labs, path):
        # a connected or static route without a distance has one of its own
        truth = []
        for r in parser(module, function)(text_of(path)):
            if getattr(r, "backup", False):
                continue
            interface = cisco_name(r.next_hop_int)
            truth.append((table(r.vrf), network(r.network), hop(r.next_hop_ip),
                          None if interface in ("null0", "*null0") else interface,
                          number(r.admin) or 0, number(r.metric) or 0))
        ours = [r[:3] + (cisco_name(r[3]),) + r[4:] for r in v4(our_legs(labs, path))]
        return ours, truth
    return compare


def eos_routes(labs, path):
    truth = []
    for name, vrf in json.loads(text_of(path))["vrfs"].items():
        for prefix, r in vrf.get("routes", {}).items():
            for via in r["vias"] or [{}]:
                interface = via.get("interface")
                truth.append((table(name), prefix, via.get("nexthopAddr") or None,
                              None if interface == "Null0" else interface,
                              r.get("preference") or 0, r.get("metric") or 0))
    return our_legs(labs, path), truth


def junos_data(text):
    return json.loads(re.sub(r"\{master:0\}.*", "", text, flags=re.S))


def junos_routes(labs, path):
    truth = []
    for r in parser("junos.commands.routes", "parse_show_route_display_json")(text_of(path)):
        if r.active:
            truth.append((table(r.vrf), r.network, r.next_hop_ip, r.next_hop_int, r.admin,
                          (r.metric or 0) if r.protocol != "BGP" else 0))  # theirs: the MED
    return v4(our_legs(labs, path)), truth


def frr_routes(labs, path):
    """What is installed, of a document for each VRF."""
    decoder, text, truth = json.JSONDecoder(), text_of(path).strip(), []
    while text:
        document, end = decoder.raw_decode(text)
        text = text[end:].strip()
        for entries in document.values():
            for r in entries:
                if not (r.get("selected") and r.get("installed", True)):
                    continue  # old releases do not say what is installed
                hops = [n for n in r["nexthops"] if n.get("fib")]
                for n in hops or [{}]:
                    truth.append((table(r.get("vrfName")), r["prefix"], n.get("ip"),
                                  n.get("interfaceName"), r.get("distance", 0),
                                  r.get("metric", 0)))
    return our_legs(labs, path), truth


def sros_legs(nodes):
    for r in nodes:
        for n in r["nexthop"]:
            for inner in n.get("resolving-nexthop") or [n]:
                yield (r.get("ipv4-prefix") or r.get("ipv6-prefix"), inner.get("nexthop-ip"),
                       r["preference"], n["metric"])


def sros_tree(tree):
    if isinstance(tree, dict):
        if ("ipv4-prefix" in tree or "ipv6-prefix" in tree) and "preference" in tree:
            yield tree
        for value in tree.values():
            yield from sros_tree(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from sros_tree(value)


def sros_routes(labs, path):
    ours = [(r[1], r[2], r[4], r[5]) for r in our_legs(labs, path)]
    return ours, set(sros_legs(sros_tree(json.loads(text_of(path)))))


def sros_text_routes(labs, path):
    """The table in text and the state tree of the same router."""
    other = os.path.join(os.path.dirname(path), "info_json_state_router_Base_route-table.txt")
    ours = [(r[1], r[2], r[4], r[5]) for r in our_legs(labs, path)]
    return ours, set(sros_legs(sros_tree(json.loads(text_of(other)))))


# --- BGP tables ---

def our_paths(labs, path, fields):
    for f in labs.routes(path, "bgp"):
        if f.get("rd") and not f.get("table") and "rd" not in fields:
            continue  # others leave out routes of VPNs
        value = {"table": f.get("table", ""), "prefix": f["prefix"], "rd": f.get("rd"),
                 "hop": (f.get("next_hops") or [None])[0], "path": tuple(f.get("as_path", [])),
                 "origin": f.get("bgp_origin"), "lp": f.get("local_pref"), "med": f.get("med"),
                 "weight": f.get("weight"), "best": f["best"], "peer": f.get("peer")}
        yield tuple(value[k] for k in fields)


ORIGINS = {"i": "IGP", "e": "EGP", "?": "incomplete", "I": "IGP", "E": "EGP",
           "Igp": "IGP", "Egp": "EGP", "Incomplete": "incomplete", "IGP": "IGP",
           "incomplete": "incomplete", "igp": "IGP"}


def hop(text):
    return None if text in (None, "", "0.0.0.0", "::") else text


def cisco_paths(module, function, nested):
    """Their parsers have 100 and 0 where the table has no local preference or metric."""
    def compare(labs, path):
        found, truth = parser(module, function)(text_of(path)), []
        rows = [(table(v.name), r) for a in found for v in a.vrfs for r in v.routes] \
            if nested else [(table(r.vrf), r) for r in found]
        for vrf, r in rows:
            truth.append((vrf, network(r.network), hop(r.next_hop_ip), tuple(r.as_path),
                          ORIGINS[r.origin_type], r.local_preference, r.metric or 0, r.weight,
                          int(bool(r.best_path))))
        ours = [r[:5] + (100 if r[5] is None else r[5], r[6] or 0) + r[7:] for r in our_paths(
            labs, path, ("table", "prefix", "hop", "path", "origin", "lp", "med", "weight",
                         "best"))]
        return v4(ours), v4(truth)
    return compare


def eos_paths(labs, path):
    truth = []
    for name, vrf in json.loads(text_of(path))["vrfs"].items():
        for prefix, entry in vrf.get("bgpRouteEntries", {}).items():
            equal = False  # the active path comes first
            for p in entry["bgpRoutePaths"]:
                t, words = p["routeType"], re.sub(r"\([^)]*\)", "",
                                                  p["asPathEntry"]["asPath"] or "")
                if t.get("valid") is False:
                    continue
                equal = equal or (t["active"] and (t["ecmp"] or t["ecmpHead"]))
                truth.append((table(name), prefix,
                              hop((p.get("nextHop") or "").split("%", maxsplit=1)[0]),
                              tuple(int(a) for a in re.findall(r"\d+", words)),
                              p.get("localPreference"), p.get("med"), p.get("weight"),
                              int(t["active"] or (equal and (t["ecmp"] or t["ecmpHead"])))))
    return our_paths(labs, path, ("table", "prefix", "hop", "path", "lp", "med", "weight",
                                  "best")), truth


def junos_paths(labs, path):
    truth = []
    for r in parser("junos.commands.bgp_routes",
                    "parse_show_route_protocol_bgp_display_json")(text_of(path)):
        truth.append((table(r.vrf), r.network, tuple(r.as_path), ORIGINS[r.origin_type],
                      r.local_preference, r.metric, int(r.is_active)))
    ours = our_paths(labs, path, ("table", "prefix", "path", "origin", "lp", "med", "best"))
    return set(v4(ours)), set(truth)  # theirs has one for each next hop


def frr_paths(labs, path):
    truth = []
    for name, vrf in json.loads(text_of(path)).items():
        for prefix, paths in vrf.get("routes", {}).items():
            for p in paths:
                if not p.get("valid"):
                    continue
                truth.append((table(name), prefix,
                              tuple(int(a) for a in p.get("path", p.get("aspath")).split()
                                    if a.isdigit()),
                              ORIGINS[p["origin"]], p.get("locPrf", p.get("localpref")),
                              p.get("metric", p.get("med")),
                              p.get("weight"),
                              int(bool(p.get("bestpath") or p.get("multipath")))))
    return our_paths(labs, path, ("table", "prefix", "path", "origin", "lp", "med", "weight",
                                  "best")), truth


def sros_paths(labs, path, own=False):
    """`show router bgp routes`, or the state tree, and the tree of the same router."""
    other = os.path.join(os.path.dirname(path), "info_json_state_router_Base_bgp_rib.txt")
    truth = []
    for r in parser("sros.commands.bgp_routes", "parse_bgp_rib_json")(text_of(other), "x"):
        if r.owner == "bgp" and r.valid and (own or r.neighbor != "0.0.0.0"):
            truth.append((r.network, hop(r.next_hop_ip), tuple(r.as_path),
                          ORIGINS[r.origin_type], r.med, int(r.used)))
    return [r for r in our_paths(labs, path, ("prefix", "hop", "path", "origin", "med", "best"))
            if r[5] == 1], truth  # theirs: the chosen ones


# --- interfaces: (name, address, up) ---

def our_interfaces(labs, path, fields):
    for f in labs.facts(path, "interface"):
        value = {"name": f["name"], "mtu": f.get("mtu"), "up": f.get("up"),
                 "v4": tuple(a for a in f.get("addrs", []) if ":" not in a)[:1]}
        yield tuple(value[k] for k in fields)


def ios_interfaces(labs, path):
    truth = [(name, i["mtu"], int(i["enabled"] and "up" in i["line_protocol"]),
              tuple(i["ipv4"])[:1])
             for name, i in parser("ios.commands.interfaces", "parse_show_interfaces")(
                 text_of(path)).items()]
    return our_interfaces(labs, path, ("name", "mtu", "up", "v4")), truth


def xr_interfaces(labs, path):
    truth = [(i.name, i.mtu, int(i.admin_state == "up" and i.line_protocol.startswith("up")),
              (i.prefix,) if i.prefix else ())
             for i in parser("iosxr.commands.interfaces", "parse_show_interfaces")(text_of(path))]
    return our_interfaces(labs, path, ("name", "mtu", "up", "v4")), truth


def nxos_interfaces(labs, path):
    truth = [(cisco_name(i.name), i.mtu, int(bool(i.admin and i.line)))
             for i in parser("nxos.commands.interfaces", "parse_show_interface")(text_of(path))]
    return [(cisco_name(r[0]),) + r[1:] for r in our_interfaces(
        labs, path, ("name", "mtu", "up"))], truth


def frr_interfaces(labs, path):
    truth = [(i.name, i.mtu, int(bool(i.admin and i.line)))
             for i in parser("frr.commands.interfaces", "parse_show_interface")(text_of(path))]
    return our_interfaces(labs, path, ("name", "mtu", "up")), truth


def eos_interfaces(labs, path):
    truth = []
    for name, i in json.loads(text_of(path))["interfaces"].items():
        ip = [a["primaryIp"] for a in i.get("interfaceAddress", [])]
        truth.append((name, int(i["lineProtocolStatus"] == "up" and
                                i["interfaceStatus"] == "connected"),
                      tuple(f"{a['address']}/{a['maskLen']}" for a in ip
                            if a["address"] != "0.0.0.0")[:1]))
    return our_interfaces(labs, path, ("name", "up", "v4")), truth


def junos_interfaces(labs, path):
    truth = []
    for i in parser("junos.commands.interfaces", "parse_show_interfaces_json")(text_of(path)):
        truth.append((i.name, int(i.state.admin and i.state.line)))
    return our_interfaces(labs, path, ("name", "up")), truth


def sros_interfaces(labs, path):
    other = os.path.join(os.path.dirname(path), "info_json_state_router_Base_interface.txt")
    truth = [(i.name, int(i.oper_up), i.primary_address) for i in
             parser("sros.commands.interfaces", "parse_interface_state_json")(text_of(other))]
    ours = [(name, up, v4[0].split("/")[0] if v4 else None) for name, up, v4 in
            our_interfaces(labs, path, ("name", "up", "v4"))]
    return ours, truth


# --- two answers of one router ---

def twin(names, facts):
    """The same command in another form."""
    def compare(labs, path):
        for name in names:
            other = os.path.join(os.path.dirname(path), name)
            if os.path.isfile(other):
                return facts(labs, path), facts(labs, other)
        return [], []
    return compare


def rib_rows(labs, path):
    return list(our_legs(labs, path))


def path_rows(labs, path):
    """Tables leave out a local preference of 100 and a metric of 0."""
    return [r[:4] + (100 if r[4] is None else r[4], r[5] or 0, r[6]) for r in our_paths(
        labs, path, ("table", "prefix", "hop", "path", "lp", "med", "best"))]


def interface_rows(labs, path):
    return [(f["name"], f.get("mtu"), f.get("up"), f.get("speed"), tuple(f.get("addrs", [])))
            for f in labs.facts(path, "interface")]


def session_rows(labs, path):
    return [(f.get("table", ""), f.get("peer_addr"), f.get("peer_asn"), f.get("established"),
             f.get("family"))
            for f in labs.facts(path, "bgp_session")]


def link_rows(labs, path):
    return [(f.get("a_interface"), f.get("b_node"), f.get("protocol"))
            for f in labs.facts(path, "link")]


def chosen(name):
    """Chosen BGP paths, and the BGP routes that the router forwards by where no other
    protocol's route came first."""
    def compare(labs, path):
        other = os.path.join(os.path.dirname(path), name)
        if not os.path.isfile(other):
            return [], []
        rib = [f for f in labs.routes(other, "rib") if f["best"] == 1]
        mine = {(f.get("table", ""), f["prefix"]) for f in rib if f["protocol"] == "bgp"}
        taken = {(f.get("table", ""), f["prefix"]) for f in rib} - mine
        truth = [(f.get("table", ""), f["prefix"], h or interface) for f in rib
                 if f["protocol"] == "bgp" and not f.get("discard")
                 for h, interface in legs(f)]
        tables = {f.get("table", "") for f in rib}
        ours = [(f.get("table", ""), f["prefix"], h or interface)
                for f in labs.routes(path, "bgp")
                if f["best"] and not f.get("rd") and f.get("peer") != "0.0.0.0" and
                (f.get("table", ""), f["prefix"]) not in taken and f.get("table", "") in tables
                for h, interface in legs(f) if h or interface]
        return ours, truth
    return compare


COMPARISONS = [
    ("IOS, show ip route", ["show_ip_route.txt"],
     their_legs("ios.commands.route", "parse_show_ip_route")),
    ("IOS-XR, show route", ["show_route.txt"],
     their_legs("iosxr.commands.route", "parse_show_route")),
    ("IOS-XR, show route vrf all", ["show_route_vrf_all.txt"],
     their_legs("iosxr.commands.route", "parse_show_route_vrf_all")),
    ("NX-OS, show ip route", ["show_ip_route_vrf_all.txt"],
     of("nxos", their_legs("nxos.commands.routes", "parse_show_ip_route_vrf_all"))),
    ("EOS, show ip route as JSON", ["show_ip_route_vrf_all_|_json.txt",
                                    "show_ip_route_vrf_all_|_json.json"], eos_routes),
    ("Junos, show route as JSON", ["show_route_|_display_json.txt"], junos_routes),
    ("FRR, show ip route as JSON", ["vtysh_-c_'show_ip_route_vrf_all_json'.txt"], frr_routes),
    ("SR OS, route table as JSON", ["info_json_state_router_Base_route-table.txt"], sros_routes),
    ("SR OS, route table in text", ["show_router_route-table.txt"], sros_text_routes),
    ("IOS, show ip bgp all", ["show_ip_bgp_all.txt"],
     cisco_paths("ios.commands.show_bgp_all", "parse_show_bgp_all", True)),
    ("IOS-XR, show bgp all all", ["show_bgp_all_all.txt"],
     cisco_paths("iosxr.commands.show_bgp_all_all", "parse_show_bgp_all_all", True)),
    ("NX-OS, show ip bgp", ["show_ip_bgp_vrf_all.txt"],
     of("nxos", cisco_paths("nxos.commands.bgp_route", "parse_show_ip_bgp_all", False))),
    ("EOS, show ip bgp as JSON", ["show_ip_bgp_vrf_all_|_json.txt",
                                  "show_ip_bgp_vrf_all_|_json.json"], eos_paths),
    ("Junos, show route protocol bgp as JSON", ["show_route_protocol_bgp_|_display_json.txt"],
     junos_paths),
    ("Junos, the same in detail", ["show_route_protocol_bgp_detail_|_display_json.txt"],
     junos_paths),
    ("FRR, show ip bgp as JSON", ["vtysh_-c_'show_ip_bgp_vrf_all_json'.txt",
                                  "vtysh_-c_'show_ip_bgp_vrf_all_json'.json"], frr_paths),
    ("SR OS, bgp routes", ["show_router_bgp_routes.txt"], sros_paths),
    ("SR OS, bgp rib as JSON", ["info_json_state_router_Base_bgp_rib.txt"],
     lambda labs, path: sros_paths(labs, path, own=True)),
    ("IOS, show interfaces", ["show_interfaces.txt"], of("ios", ios_interfaces)),
    ("IOS-XR, show interfaces", ["show_interfaces.txt"], of("iosxr", xr_interfaces)),
    ("NX-OS, show interface", ["show_interface.txt"], nxos_interfaces),
    ("FRR, show interface", ["vtysh_-c_'show_interface_vrf_all'.txt"], frr_interfaces),
    ("EOS, show interfaces as JSON", ["show_interfaces_|_json.txt",
                                      "show_interfaces_|_json.json"], eos_interfaces),
    ("Junos, show interfaces as JSON", ["show_interfaces_|_display_json.txt"], junos_interfaces),
    ("SR OS, router interface", ["show_router_interface.txt"], sros_interfaces),
    ("EOS, routes in text and JSON", ["show_ip_route_vrf_all.txt"],
     twin(["show_ip_route_vrf_all_|_json.json"], rib_rows)),
    ("EOS, BGP in text and JSON", ["show_ip_bgp_vrf_all.txt"],
     twin(["show_ip_bgp_vrf_all_|_json.json"], path_rows)),
    ("EOS, interfaces in text and JSON", ["show_interfaces.txt"],
     twin(["show_interfaces_|_json.json"], interface_rows)),
    ("EOS, sessions in text and JSON", ["show_ip_bgp_neighbors_vrf_all.txt"],
     twin(["show_ip_bgp_neighbors_vrf_all_|_json.json"], session_rows)),
    ("EOS, OSPF neighbours in text and JSON", ["show_ip_ospf_neighbor.txt"],
     twin(["show_ip_ospf_neighbor_|_json.json"], link_rows)),
    ("SR OS, sessions in text and JSON", ["show_router_bgp_summary.txt"],
     twin(["info_json_state_router_Base_bgp_neighbor.txt"],
          lambda labs, path: [r[:2] + r[3:] for r in session_rows(labs, path)])),
    ("SR OS, IS-IS in text and JSON", ["show_router_isis_adjacency.txt"],
     twin(["info_json_state_router_Base_isis.txt"],
          lambda labs, path: [(r[0], r[2]) for r in link_rows(labs, path)])),
    ("IOS, table and detail", ["show_ip_bgp_all.txt"],
     twin(["show_ip_bgp_all_det.txt", "show_ip_bgp_all_detail.txt"], path_rows)),
    ("NX-OS, table and detail", ["show_ip_bgp_vrf_all.txt"],
     twin(["show_bgp_vrf_all_all_detail.txt"], path_rows)),
    ("Junos, routes and BGP in detail", ["show_route_protocol_bgp_detail_|_display_json.txt"],
     twin(["show_route_|_display_json.txt"],
          lambda labs, path: [r[:2] + r[3:] for r in path_rows(labs, path)])),
    ("Junos, routes and BGP", ["show_route_protocol_bgp_|_display_json.txt"],
     twin(["show_route_|_display_json.txt"], path_rows)),
    ("IOS-XR, sessions and their summary", ["show_bgp_all_all_summary.txt"],
     twin(["show_bgp_all_all_neighbors.txt"], session_rows)),
    ("IOS, chosen and installed", ["show_ip_bgp_all.txt"], chosen("show_ip_route.txt")),
    ("IOS-XR, chosen and installed", ["show_bgp_all_all.txt"], chosen("show_route.txt")),
    ("NX-OS, chosen and installed", ["show_ip_bgp_vrf_all.txt"],
     chosen("show_ip_route_vrf_all.txt")),
    ("EOS, chosen and installed", ["show_ip_bgp_vrf_all_|_json.txt"],
     chosen("show_ip_route_vrf_all_|_json.txt")),
    ("SR OS, chosen and installed", ["show_router_bgp_routes.txt"],
     chosen("show_router_route-table.txt")),
    ("SONiC, chosen and installed", ["show_bgp_ipv4_unicast.txt"],
     chosen("show_ip_route_bgp.txt")),
    ("SONiC, the same of IPv6", ["show_bgp_ipv6_unicast.txt"],
     chosen("show_ipv6_route_bgp.txt")),
]

# Differences that are right, by comparison: (ours alone, the other's alone, why).
EXPLAINED = {
    "IOS, show ip route": (4, 4, "static routes to Null0 without a distance: the other gives "
                           "them 1"),
    "IOS-XR, show route": (2, 2, "the same"),
    "Junos, show route as JSON": (0, 88, "routes that are for routing only (`@`), by which no "
                                  "packet goes: best is 0 here"),
    "FRR, show ip route as JSON": (0, 27, "prefixes written `10.0.0.0\\\\/8`, escaped twice "
                                   "by what collected them: refused"),
    "IOS, show ip bgp all": (12, 2, "paths through a confederation, which the other leaves out; "
                             "two that are not valid"),
    "IOS-XR, show bgp all all": (16, 0, "VRFs' routes in the VPNv4 table, which the other does "
                                 "not read"),
    "NX-OS, show ip bgp": (0, 3, "paths that are not valid"),
    "IOS, show interfaces": (2, 0, "subinterfaces of an aggregate, which the other passes over"),
    "NX-OS, show interface": (4, 0, "nve1, which the other passes over"),
    "Junos, show interfaces as JSON": (0, 1073, "Junos' own interfaces between routing engine "
                                       "and line cards (units from 16383 on)"),
    "SR OS, router interface": (2, 0, "of an IES service, which the tree of the base router "
                                "does not list"),
    "EOS, sessions in text and JSON": (2, 0, "this release has no JSON for the command"),
    "SR OS, sessions in text and JSON": (1, 1, "a session that is down: the summary tells no "
                                         "family of it"),
    "IOS, table and detail": (10, 0, "one network that stands in one of the two answers only"),
    "NX-OS, table and detail": (0, 4, "routes of a VRF that stand in the VPNv4 table once more"),
    "Junos, routes and BGP": (2, 0, "one network that stands in one of the two answers only"),
    "NX-OS, chosen and installed": (2, 0, "routes to the address of their own next hop, not "
                                    "installed"),
    "EOS, chosen and installed": (400, 155, "routes of VRFs behind VXLAN tunnels: BGP names the "
                                  "far end, the table of routes has no next hop"),
    "SONiC, chosen and installed": (14, 0, "connected routes come first; the command lists "
                                    "those of BGP only"),
}


def compare(labs, names, function):
    """What agrees, what only we have, what only the other has; answers that it did not read."""
    same, more, less, unread = [], [], [], []
    for where, path in labs.files(names):
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # what their parsers remark
                ours, truth = (collections.Counter(x) for x in function(labs, path))
        except Exception as e:  # pylint: disable=broad-except
            unread.append((where, f"{type(e).__name__}: {e}"[:200]))
            continue
        same += [(where, r) for r in (ours & truth).elements()]
        more += [(where, r) for r in (ours - truth).elements()]
        less += [(where, r) for r in (truth - ours).elements()]
    return same, more, less, unread


def main():
    p = argparse.ArgumentParser()
    p.add_argument("agent")
    p.add_argument("--table", action="store_true", help="print the scores as Markdown")
    p.add_argument("--rows", type=int, default=5, help="differences that are printed")
    p.add_argument("--only", default="", help="comparisons with this word in their name")
    args = p.parse_args()
    folder = os.environ.get("RIALTO_LAB_VALIDATION")
    if not folder or not os.path.isdir(os.path.join(folder, "snapshots")):
        print("SKIPPED: RIALTO_LAB_VALIDATION names no checkout of batfish/lab-validation")
        return SKIP
    logging.disable(logging.CRITICAL)
    labs, bad = Labs(args.agent, folder), 0
    for name, names, function in COMPARISONS:
        if args.only not in name:
            continue
        same, more, less, unread = compare(labs, names, function)
        want = EXPLAINED.get(name, (0, 0, ""))
        if args.table:
            print(f"| {name} | {len(same)} | {len(more)} | {len(less)} | {want[2]} |")
        if not same or (len(more), len(less)) != want[:2]:
            bad += 1
            print(f"{name}: {len(same)} agree, only ours {len(more)}, only the other's "
                  f"{len(less)}, not read by the other {len(unread)}")
            for title, rows in (("ours", more), ("other", less), ("unread", unread)):
                for row in rows[:args.rows]:
                    print(f"  {title}: {row}")
    print(f"{len(COMPARISONS) - bad} of {len(COMPARISONS)} comparisons as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
