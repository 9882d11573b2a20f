# SPDX-License-Identifier: Apache-2.0
"""Configurations of Junos and SR OS, as `rialto-agent try` reads them, against what is known of
these routers otherwise: `show` output of the same run, the cabling, or a second reading of the
text that shares nothing with the agent's.

usage: junos_sros.py RIALTO-AGENT
Prints a table: what was expected, how much of it was found, what is wrong. Exits with 1 unless
everything agrees, with 77 without RIALTO_SHARED.
"""

import collections
import ipaddress
import json
import os
import pathlib
import re
import subprocess
import sys

SET = "show_configuration_|_display_set.txt"


class Facts:
    """What the agent says of some files: facts by kind."""

    def __init__(self, agent, files):
        out = subprocess.run([agent, "try", "--kind", "config", "--json", *map(str, files)],
                             capture_output=True, text=True, check=False)
        self.kinds = collections.defaultdict(list)
        self.readings = json.loads(out.stdout)["readings"]
        for reading in self.readings:
            for batch in reading["batches"]:
                for fact in batch["facts"]:
                    self.kinds[fact["kind"]].append(fact["fact"])

    def of(self, kind, node=None):
        return [f for f in self.kinds[kind] if node is None or f["node"] == node]


class Score:
    def __init__(self):
        self.rows = []

    def compare(self, network, what, expected, found):
        """Two sets; whatever is in one only is shown."""
        self.rows.append((network, what, len(expected), len(expected & found),
                          len(found - expected)))
        for kind, some in (("missing", expected - found), ("wrong", found - expected)):
            for item in sorted(some, key=str):
                print(f"{network}: {what}: {kind}: {item}")

    def show(self):
        print("| network | what | expected | found | wrong |\n|---|---|---|---|---|")
        for row in self.rows:
            print("| " + " | ".join(map(str, row)) + " |")
        return all(row[2] == row[3] and row[4] == 0 and row[2] > 0 for row in self.rows)


# ---- Junos: what the lab's routers showed

def data(node, *path):
    """Junos' JSON wraps every value in a list of one object with "data"."""
    for name in path:
        node = (node.get(name) or [{}])[0]
    return node.get("data")


def full_prefix(text):
    """"10.100.1/24" is how Junos shows 10.100.1.0/24."""
    address, length = text.split("/")
    if ":" not in address:
        address += ".0" * (3 - address.count("."))
    return ipaddress.ip_network(f"{address}/{length}", strict=False)


def shown_addresses(show, units):
    """(unit, address with length) of the units that are configured, device-made ones aside."""
    out = set()
    for physical in show["interface-information"][0].get("physical-interface", []):
        for unit in physical.get("logical-interface", []):
            if data(unit, "name") not in units:
                continue
            for family in unit.get("address-family", []):
                for shown in family.get("interface-address", []):
                    local, net = data(shown, "ifa-local"), data(shown, "ifa-destination")
                    if not local or local.startswith(("fe80:", "fec0:", "128.0.0.", "0x")):
                        continue
                    bits = full_prefix(net).prefixlen if net else (128 if ":" in local else 32)
                    out.add((data(unit, "name"), f"{local}/{bits}"))
    return out


def shown_speeds(show, names):
    units = {"mbps": 10**6, "Gbps": 10**9}
    out = set()
    for physical in show["interface-information"][0].get("physical-interface", []):
        match = re.fullmatch(r"(\d+)([mG]bps)", data(physical, "speed") or "")
        if match and data(physical, "name") in names:
            out.add((data(physical, "name"), int(match[1]) * units[match[2]]))
    return out


def shown_peers(show):
    """Peers with the AS numbers and kinds of the session."""
    out = set()
    for peer in show.get("bgp-information", [{}])[0].get("bgp-peer", []):
        out.add((data(peer, "peer-address").split("+")[0], int(data(peer, "peer-as")),
                 int(data(peer, "local-as")), data(peer, "peer-type") == "External"))
    return out


def stated_peers(facts, node):
    own = {f.get("table", ""): f["asn"] for f in facts.of("bgp", node) if "asn" in f}
    out = set()
    for f in facts.of("bgp_session", node):
        local = f.get("local_asn", own[f.get("table", "")])
        out.add((f["peer_addr"], f["peer_asn"], local, f["peer_asn"] != local))
    return out


def no_neighbours(show):
    """The protocol isn't running, or has nobody to speak with."""
    return "not running" in json.dumps(show) or "neighbor" not in json.dumps(show)


def shown(folder, node, what):
    """A prompt may stand behind the document."""
    text = (folder / "show" / node / f"show_{what}_|_display_json.txt").read_text().strip()
    return json.JSONDecoder().raw_decode(text)[0] if text.startswith("{") else {}


def score_junos(agent, folder, score):
    for config in sorted((folder / "configs").glob(f"*/{SET}")):
        node = config.parent.name
        facts = Facts(agent, [config])
        name = f"{folder.name} {node}"
        show = shown(folder, node, "interfaces")
        made = re.compile(r"em\d")  # a port inside of the device has addresses of its own
        stated = {(i["name"], a) for i in facts.of("interface", node)
                  for a in i.get("addrs", []) if not made.match(i["name"])}
        units = {i["name"] for i in facts.of("interface", node) if not made.match(i["name"])}
        score.compare(name, "addresses", shown_addresses(show, units), stated)
        speeds = {(i["name"], i["speed"]) for i in facts.of("interface", node)
                  if "speed" in i and "parent" not in i}
        real = shown_speeds(show, {n for n, _ in speeds})
        score.compare(name, "speeds of ports that are there", real,
                      {s for s in speeds if s[0] in {n for n, _ in real}})
        score.compare(name, "BGP sessions", shown_peers(shown(folder, node, "bgp_neighbor")),
                      stated_peers(facts, node))
        interior = {"ospf_neighbor", "isis_adjacency"}
        idle = {p for p in interior if no_neighbours(shown(folder, node, p))}
        score.compare(name, "interior protocols without neighbours", idle,
                      set() if any("interface" in f for f in facts.of("igp", node))
                      else interior)


def conditions_hold(facts, node, term, path):
    """Conditions on AS paths; others stand in none of these policies."""
    for condition in term.get("match", []):
        word, name = condition.split(" ", 1)
        assert word == "as-path", condition
        lists = [f for f in facts.of("match_list", node) if f["name"] == name]
        if not any(re.search(f["value"], path) for f in lists):
            return False
    return True


def accepts(facts, node, policy, path):
    terms = sorted((t for t in facts.of("policy_term", node) if t["name"] == policy),
                   key=lambda t: t["seq"])
    first = next((t for t in terms if conditions_hold(facts, node, t, path)), None)
    return first is not None and first["action"] == "permit"


def shown_paths(folder, node):
    show = shown(folder, node, "route_protocol_bgp")
    return {data(entry, "as-path").rsplit(" ", 1)[0]
            for table in show["route-information"][0]["route-table"]
            for route in table.get("rt", []) for entry in route["rt-entry"]}


def score_as_paths(agent, folder, score):
    """One router sends the same paths to all; each takes those that its expression fits."""
    sent = shown_paths(folder, "allow_all")
    for config in sorted((folder / "configs").glob(f"*/{SET}")):
        node = config.parent.name
        facts = Facts(agent, [config])
        session = facts.of("bgp_session", node)[0]
        if "import_policy" not in session:
            continue
        score.compare(f"{folder.name} {node}", "paths taken and left", {
            (path, path in shown_paths(folder, node)) for path in sent}, {
                (path, accepts(facts, node, session["import_policy"], path)) for path in sent})


# ---- SR OS

def state(folder, node, what):
    path = folder / "show" / node / f"info_json_state_{what}.txt"
    text = path.read_text() if path.exists() else "{}"
    return json.loads(text) if text.strip().startswith("{") else {}


def sros_addresses(folder, node):
    """`show router interface`: a name, then its addresses below."""
    out, name = set(), None
    for line in (folder / "show" / node / "show_router_interface.txt").read_text().splitlines():
        if re.match(r"\S+ +(Up|Down) ", line):
            name = line.split()[0]
        match = re.match(r"   (\S+/\d+) ", line)
        if match and name:
            out.add((name, match[1]))
    return out


def sros_vprn(folder, node):
    out = set()
    for i in state(folder, node, "service_vprn_red_interface").get("nokia-state:interface", []):
        out.add((i["interface-name"], i["ipv4"]["primary"]["oper-address"]))
    return out


def sros_igp(folder, node):
    """(protocol, interface, cost, has neighbours) as the router's state has it."""
    out = set()
    for isis in state(folder, node, "router_Base_isis").get("nokia-state:isis", []):
        for i in isis.get("interface", []):
            level = next(x for x in i["level"] if x["level-number"] == "2")
            cost = level["oper-metric"]["ipv4-unicast"]
            out.add(("isis", i["interface-name"], 0 if cost == "none" else cost,
                     level["adjacencies-number"] > 0))
    for ospf in state(folder, node, "router_Base_ospf").get("nokia-state:ospf", []):
        for i in [i for a in ospf.get("area", []) for i in a.get("interface", [])]:
            out.add(("ospf", i["interface-name"], i["oper-metric"], i["neighbor-count"] > 0))
    return out


def sros_peers(folder, node):
    show = state(folder, node, "router_Base_bgp_neighbor").get("nokia-state:neighbor", [])
    return {(p["ip-address"], "IPv4" in p["statistics"]["negotiated-family"]) for p in show}


def cabled(folder, nodes):
    edges = json.loads((folder / "batfish/layer1_topology.json").read_text())["edges"]
    out = set()
    for e in edges:
        ends = [(e[k]["hostname"], e[k]["interfaceName"]) for k in ("node1", "node2")]
        if all(n in nodes for n, _ in ends):
            out.add(tuple(sorted(ends)))
    return out


def subnets(facts, family=None, only=None):
    """Interfaces by the network they share."""
    out = collections.defaultdict(list)
    for i in facts.of("interface"):
        for text in i.get("addrs", []):
            a = ipaddress.ip_interface(text)
            if a.network.num_addresses > 1 and i.get("up") != 0 and \
                    (family is None or a.version == family) and \
                    (only is None or (i["node"], i["name"]) in only):
                out[(i["table"], str(a.network))].append(i)
    return out


def derived_cables(facts):
    return {tuple(sorted((i["node"], i.get("parent", i["name"])) for i in ends))
            for ends in subnets(facts).values() if len(ends) == 2}


def score_sros(agent, folder, score):
    files = {p.parent.name: p for p in sorted((folder / "configs").glob("*/*.cfg"))}
    facts = Facts(agent, files.values())
    for node in files:
        name = f"{folder.name} {node}"
        stated = {(i["name"], a) for i in facts.of("interface", node) if not i["table"]
                  for a in i.get("addrs", [])}
        score.compare(name, "addresses", sros_addresses(folder, node), stated)
        vprn = sros_vprn(folder, node)
        if vprn:
            score.compare(name, "addresses of VPRN red", vprn, {
                (i["name"], a.split("/")[0]) for i in facts.of("interface", node)
                if i["table"] == "red" for a in i["addrs"]})
        igp = sros_igp(folder, node)
        if igp:
            score.compare(name, "interior costs and neighbours", igp, {
                (f["protocol"], f["interface"], f["metric"], f.get("passive") != 1)
                for f in facts.of("igp", node) if "interface" in f})
        peers = sros_peers(folder, node)
        if peers:
            score.compare(name, "BGP sessions", peers, {
                (f["peer_addr"], f.get("family") == 4) for f in facts.of("bgp_session", node)})
    if len(files) > 1:
        score.compare(folder.name, "cables", cabled(folder, files), derived_cables(facts))


# ---- Internet2: a second reading of the text

def blocks(text):
    """Lines of a Junos configuration with the path of blocks they stand in."""
    path = []
    for line in text.splitlines():
        line = re.sub(r"/\*.*?\*/", "", line).strip()
        if line.endswith("{"):
            path.append(line[:-1].strip())
        elif line == "}":
            path.pop()
        elif line and not line.startswith("#"):
            yield tuple(path), line.rstrip(";")
        if line.endswith("{"):
            yield tuple(path), ""


def second_reading(path):
    """Addresses by unit, and metrics of level 2 by unit, of one router."""
    addresses, metrics, off = collections.defaultdict(list), {}, set()
    for at, line in blocks(path.read_text(errors="replace")):
        if any(p.startswith("inactive:") for p in at) or line.startswith("inactive:"):
            continue
        if at[:1] == ("interfaces",) and len(at) >= 2:
            words = (" ".join(at[2:]) + " " + line).split()
            if words == ["disable"]:
                off.add(at[1])
            if len(words) > 5 and words[:1] == ["unit"] and words[2] == "family" and \
                    words[4] == "address" and words[3] in ("inet", "inet6"):
                unit = f"{at[1]}.{words[1]}"
                if words[5] not in addresses[unit]:
                    addresses[unit].append(words[5])
        if at[:2] == ("protocols", "isis") and len(at) == 3 and at[2].startswith("interface "):
            unit, match = at[2].split()[1], re.match(r"level 2 metric (\d+)", line)
            metrics.setdefault(unit, 10)
            if match:
                metrics[unit] = int(match[1])
            if line in ("disable", "passive"):
                metrics[unit] = None
    return ({u: a for u, a in addresses.items() if u.split(".")[0] not in off},
            {u: m for u, m in metrics.items() if m is not None})


def read_links(files):
    nets = collections.defaultdict(set)
    for path in files:
        addresses, metrics = second_reading(path)
        for unit, metric in metrics.items():
            for text in addresses.get(unit, []):
                a = ipaddress.ip_interface(text)
                if a.network.num_addresses > 1 and not unit.startswith("lo0"):
                    nets[a.network].add((path.stem, unit, metric))
    return {(str(n), *sorted(ends)) for n, ends in nets.items() if len(ends) > 1}


def stated_links(facts):
    out = set()
    for family in (4, 6):
        parts = {(f["node"], f["interface"]): f["metric"] for f in facts.of("igp")
                 if f["protocol"] == "isis" and f.get("family") == family and "interface" in f
                 and f["level"] & 2 and f.get("passive") != 1}
        for (_, net), ends in subnets(facts, family, parts).items():
            if len(ends) > 1:
                out.add((net, *sorted((i["node"], i["name"], parts[i["node"], i["name"]])
                                      for i in ends)))
    return out


def score_internet2(agent, folder, score):
    files = sorted((folder / "configs").glob("*.conf"))
    facts = Facts(agent, files)
    links = stated_links(facts)
    score.compare(folder.name, "IS-IS links with both metrics", read_links(files), links)
    pairs = {link for link in links if len(link) == 3}
    score.compare(folder.name, "links whose two metrics are equal", pairs,
                  {link for link in pairs if link[1][2] == link[2][2]})
    score.compare(folder.name, "routers", {p.stem for p in files},
                  {f["node"] for f in facts.of("node")})


def main():
    agent, shared = sys.argv[1], os.environ.get("RIALTO_SHARED", "")
    samples = pathlib.Path(shared) / "samples" / "router-configs"
    if not shared or not samples.is_dir():
        print("SKIPPED: RIALTO_SHARED names no folder with samples")
        return 77
    score = Score()
    score_internet2(agent, samples / "internet2-junos", score)
    for folder in sorted(samples.glob("lab-*")):
        if list(folder.glob(f"configs/*/{SET}")):
            score_junos(agent, folder, score)
        if folder.name == "lab-junos_as_path_acl":
            score_as_paths(agent, folder, score)
        if folder.name.startswith("lab-sros"):
            score_sros(agent, folder, score)
    return 0 if score.show() else 1


if __name__ == "__main__":
    sys.exit(main())
