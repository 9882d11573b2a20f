# SPDX-License-Identifier: Apache-2.0
"""Which folders of samples hold what, and how a file of theirs is tried."""

import collections
import fnmatch
import json
import pathlib
import subprocess

# Folder: the kinds of sources that read such files, in the order in which they are asked. A file
# belongs to the first kind one of whose formats it looks like.
KINDS = {
    "bgpls-frr-json": ["looking-glass"],
    "lab-live": ["config", "looking-glass", "traceroute"],
    "lg-alice-json": ["looking-glass"],
    "lg-bird-text": ["looking-glass"],
    "lg-birdwatcher-json": ["looking-glass"],
    "lg-cli-text": ["looking-glass"],
    "lg-device-structured": ["looking-glass"],
    "lg-frr-json": ["looking-glass"],
    "lg-junos-text": ["looking-glass"],
    "lg-lhcone-esnet": ["cric", "looking-glass"],
    "lg-openbgpd-json": ["looking-glass"],
    "lg-ripestat": ["looking-glass"],
    "oxidized": ["config"],
    "perfsonar-esmond": ["perfsonar"],
    "perfsonar-opensearch": ["perfsonar"],
    "perfsonar-pscheduler": ["perfsonar"],
    "perfsonar-psconfig": ["perfsonar"],
    "perfsonar-sls": ["perfsonar"],
    "router-configs": ["config", "looking-glass"],
    "topology-esnet": ["topology"],
    "topology-nml": ["topology"],
    "topology-rfc8345": ["topology"],
    "topology-sndlib": ["topology"],
    "topology-zoo": ["topology"],
    "traceroute-atlas": ["traceroute"],
    "traceroute-json": ["traceroute"],
    "traceroute-rne": ["traceroute"],
    "traceroute-text": ["traceroute"],
}

# Folder: why no source reads it.
UNREAD = {
    "bgp-exabgp": "ExaBGP's stream of messages: no source speaks BGP yet",
    "bgp-gobgp": "pages of GoBGP's manual; its answers in JSON are read, see lab-live",
    "bgp-mrt": "MRT dumps: no source reads them yet",
    "bgp-pcap": "captured packets of BGP",
    "bmp-pcap": "captured packets of BMP: no source speaks it yet",
    "flow-goflow2": "flows: no source reads them yet",
    "flow-netflow-ipfix": "flows: no source reads them yet",
    "flow-nfdump": "flows: no source reads them yet",
    "flow-sflow": "flows: no source reads them yet",
    "lab-live/exabgp": "ExaBGP's stream of messages: no source speaks BGP yet",
    "lab-live/kernel": "what Linux hosts say (`ip -j`): no source reads it",
    "lab-live/lldp": "lldpctl's neighbours: no source reads them",
    "lab-live/snmp": "SNMP: no source speaks it yet",
    "k8s-nodes": "nodes of Kubernetes: no source reads them yet",
    "pfx2as": "prefixes to ASes as CAIDA derives them: no source reads them yet",
    "rucio-fts": "what Rucio and FTS say and ask: clients of the server, not sources",
    "snmp": "SNMP: no source speaks it yet",
    "snmp-lldp-pcap": "captured packets of SNMP",
}

# What lies beside the samples: what is known of them, and notes for people. Not input.
BESIDE = ["*/truth/*", "*/truth.json", "*/schema/*", "*/validation/*", "*/README*", "*.md",
          "*.rst", "*.py", "*.php", "*.dot", "*.yml", "*.yaml", "*/host_nos.txt",
          "*/layer1_topology.json"]

# Folders whose folders are told apart.
DEEP = {"lab-live", "router-configs"}


def is_beside(name):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in BESIDE)


def attempt(agent, kind, paths, dialect=None):
    """What `rialto-agent try --json` says of files, all in one run."""
    how = ["--dialect", dialect] if dialect else []
    run = subprocess.run([agent, "try", "--kind", kind, *how, "--json", *map(str, paths)],
                         capture_output=True, check=False)
    if run.returncode not in (0, 3):
        raise RuntimeError(f"{kind}: exit {run.returncode}: {run.stderr.decode()[-2000:]}")
    return json.loads(run.stdout)


def dialects(agent):
    """Kind: its dialects, as the help lists them."""
    text = subprocess.run([agent, "try", "--help"], capture_output=True, text=True,
                          check=True).stdout
    found = collections.defaultdict(list)
    for line in text.split("Kinds and dialects:\n")[1].splitlines():
        kind, dialect = line.split()[:2]
        found[kind].append(dialect)
    return dict(found)


def group_of(samples, path):
    """The folder under which the page counts a file."""
    parts = pathlib.Path(path).relative_to(samples).parts
    deep = parts[0] in DEEP and len(parts) > 2
    return "/".join(parts[:2]) if deep else parts[0]


def files_of(samples, folder):
    """Input of a folder, and what lies beside it."""
    files = sorted(p for p in (samples / folder).rglob("*") if p.is_file())
    files = [p for p in files if group_of(samples, p) not in UNREAD]
    beside = [p for p in files if is_beside(str(p.relative_to(samples)))]
    return [p for p in files if p not in beside], beside


def read_folder(agent, samples, folder, known, check=None):
    """A reading for each input of the folder: of the first kind that knows its format."""
    left, readings = files_of(samples, folder)[0], {}
    kinds = [k for k in KINDS[folder] if k in known]
    for kind in kinds:
        if not left:
            break
        document = attempt(agent, kind, left)
        if check is not None:
            check(document)
        for reading in document["readings"]:
            if reading["dialect"] is not None or reading["file"] not in readings:
                readings[reading["file"]] = reading
        left = [p for p in left if readings[str(p)]["dialect"] is None]
    for path in left:
        if readings[str(path)].get("reason", "").startswith("looks like none"):
            names = " or ".join(kinds)
            readings[str(path)]["reason"] = f"looks like none of the formats that {names} reads"
    return [readings[name] for name in sorted(readings)]
