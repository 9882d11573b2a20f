# SPDX-License-Identifier: Apache-2.0
"""Values that no network has: what a parser makes of a column that it took for another."""

import ipaddress
import re

WORD32 = 2**32 - 1
FLAG = (0, 1)
# Field: the smallest and the largest value that makes sense, wherever it stands.
RANGES = {
    "asn": (1, WORD32), "peer_asn": (1, WORD32), "local_asn": (1, WORD32),
    "speed": (1, 10**15), "capacity": (1, 10**15), "bits": (1, 10**15), "mtu": (64, 2**20),
    "metric": (0, WORD32), "metric_ab": (0, WORD32), "metric_ba": (0, WORD32),
    "metric_type": (1, 2), "level": (1, 3), "maximum_paths": (1, 1024),
    "maximum_paths_ibgp": (1, 1024), "local_pref": (0, WORD32), "med": (0, WORD32),
    "weight": (0, WORD32), "distance": (0, 255), "distance_external": (1, 255),
    "distance_internal": (1, 255), "distance_local": (1, 255), "multihop": (1, 255),
    "allow_own_as": (0, 255), "next_hop_self": (0, 2), "send_community": (0, 0),
    "up": FLAG, "passive": FLAG, "best": FLAG, "discard": FLAG, "external": FLAG,
    "established": FLAG, "shutdown": FLAG, "reached": FLAG, "rr_client": FLAG,
    "default_originate": FLAG, "summary_only": FLAG, "as_set": FLAG, "expanded": FLAG,
    "latitude": (-90, 90), "longitude": (-180, 180), "delay": (0, 10**6), "share": (0, 1),
    "samples": (1, 10**12), "clock_error": (0, 10**12),
}
WORDS = {
    "action": {"permit", "deny"}, "layer": {"rib", "bgp", "config"},
    "into": {"bgp", "ospf", "ospf3", "isis"},
    "how": {"network", "aggregate", "redistribute", "default"},
    "bgp_origin": {"IGP", "EGP", "incomplete"}, "family": {4, 6},
}
NAMES = {"name", "node", "interface", "table", "a_node", "b_node", "a_interface", "b_interface",
         "site", "parent", "process", "platform", "rse"}
ADDRESSES = {"addr", "peer_addr", "local_addr", "router_id", "cluster_id", "peer",
             "peer_router_id", "source", "destination"}
TIMES = {"observed", "start", "end"}
NEEDED = {
    "node": ["node"], "interface": ["node", "name"], "link": ["a_node", "b_node"],
    "route": ["node", "layer", "prefix"], "bgp": ["node"], "bgp_session": ["node"],
    "igp": ["node", "protocol"], "origination": ["node", "into", "how"],
    "policy_term": ["node", "name", "seq", "action"], "match_list": ["node", "name", "action"],
    "prefix_origin": ["prefix"], "observed_path": ["hops"],
    "measurement": ["metric", "statistic", "value"], "site": ["name"], "endpoint": ["name"],
}
PERCENT = {"lossrate"}


def is_prefix(text):
    try:
        ipaddress.ip_network(text)  # strict: no bits beyond the length
    except ValueError:
        return False
    return "/" in text


def address_fault(text, many=False):
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return "is no address"
    if address.is_unspecified:
        return "is no host's address"
    return "is the address of many" if address.is_multicast and not many else None


def name_fault(text):
    if text != text.strip() or len(text) > 255:
        return "has blanks around it or no end"
    return "has unprintable characters" if re.search(r"[\x00-\x1f\x7f]", text) else None


def field_faults(name, value):
    low, high = RANGES.get(name, (None, None))
    if low is not None and not isinstance(value, str) and not low <= value <= high:
        yield f"{name} {value} is not between {low} and {high}"
    if name in WORDS and value not in WORDS[name]:
        yield f"{name} {value!r} is not one of its words"
    if name in NAMES and name_fault(value):
        yield f"{name} {value!r} {name_fault(value)}"
    if name in ADDRESSES and address_fault(value):
        yield f"{name} {value} {address_fault(value)}"
    if name == "prefix" and not is_prefix(value):
        yield f"prefix {value} has bits beyond its length, or none"
    if name == "prefixes":
        yield from (f"prefix {p} has bits beyond its length" for p in value if not is_prefix(p))
    if name in TIMES and not "1990" <= str(value)[:4] < "2100":
        yield f"{name} {value} is of another century"
    if name in ("as_path", "asns"):
        yield from (f"AS {a} in {name}" for a in value if not 1 <= a <= WORD32)


def interface_faults(fact):
    for text in fact.get("addrs", []):
        address = str(text).split("/", maxsplit=1)[0]
        if "/" not in str(text):
            yield f"address {text} has no length"
        elif address_fault(address):
            yield f"address {text} {address_fault(address)}"


def route_faults(fact):
    hops, interfaces = fact.get("next_hops", []), fact.get("interfaces", [])
    for i, text in enumerate(hops):
        if text == "" and i < len(interfaces) and interfaces[i] != "":
            continue  # only the interface is known
        if address_fault(text):
            yield f"next hop {text!r} {address_fault(text)}"
    if hops and interfaces and len(hops) > len(interfaces):
        yield f"{len(hops)} next hops, but {len(interfaces)} interfaces"
    for text in fact.get("communities", []):
        parts = text.split(":")
        if len(parts) not in (2, 3) or not all(p.isdigit() and int(p) <= WORD32 for p in parts):
            yield f"community {text!r}"


def match_list_faults(fact):
    if fact.get("kind") != "prefix" or fact.get("value", "any") == "any":
        return
    value = fact["value"]
    if not is_prefix(value):
        yield f"value {value!r} has bits beyond its length"
        return
    network = ipaddress.ip_network(value)
    bounds = [network.prefixlen, fact.get("ge", network.prefixlen),
              fact.get("le", network.max_prefixlen), network.max_prefixlen]
    if bounds != sorted(bounds):
        yield f"lengths {bounds} of {value} are out of order"


def observed_path_faults(fact):
    last = 0
    for hop in fact["hops"]:
        if not last < hop["ttl"] <= 255:
            yield f"TTL {hop['ttl']} behind {last}"
        last = hop["ttl"]
        if hop.get("lost", 0) > hop.get("probes", 0) or hop.get("lost", 0) < 0:
            yield f"{hop['lost']} of {hop['probes']} probes lost"
        for responder in hop["responders"]:
            if "addr" in responder and address_fault(responder["addr"]):
                yield f"responder {responder['addr']} {address_fault(responder['addr'])}"
            if not 0 <= responder.get("rtt", 0) < 300_000:
                yield f"round trip of {responder['rtt']} ms"


def measurement_faults(fact):
    if fact["metric"] in PERCENT and not 0 <= fact["value"] <= 100:
        yield f"{fact['metric']} {fact['value']}"
    if fact["metric"] in ("tput", "delay-rt", "hopcount") and fact["value"] < 0:
        yield f"{fact['metric']} {fact['value']}"
    if fact.get("end", "9") < fact.get("start", ""):
        yield "ends before it begins"


def bgp_session_faults(fact):
    if "peer_addr" not in fact and "local_interface" not in fact:
        yield "a neighbour without address or interface"


OF_KIND = {
    "interface": interface_faults, "route": route_faults, "match_list": match_list_faults,
    "observed_path": observed_path_faults, "measurement": measurement_faults,
    "bgp_session": bgp_session_faults,
}


def fact_faults(kind, fact):
    for name in NEEDED.get(kind, []):
        if name not in fact or fact[name] == "":
            yield f"{name} is missing"
            return
    for name, value in fact.items():
        yield from field_faults(name, value)
    if kind in OF_KIND:
        yield from OF_KIND[kind](fact)


def faults(reading):
    """What is wrong with a reading, each kind of fault once."""
    found = {}
    for batch in reading["batches"]:
        for fact in batch["facts"]:
            for text in fact_faults(fact["kind"], fact["fact"]):
                found.setdefault((fact["kind"], re.sub(r"[0-9]+", "N", text)),
                                 f"{fact['kind']}: {text} in {str(fact['fact'])[:300]}")
        if not reading["dialect"]:
            found["dialect"] = "facts of no dialect"
    if reading["result"] == "refused" and not reading.get("reason") and not reading["failed"]:
        found["reason"] = "refused without a reason"
    return list(found.values())
