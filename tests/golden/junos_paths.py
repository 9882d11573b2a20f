# SPDX-License-Identifier: Apache-2.0
"""A network of Junos routers through agents, store, aggregator and server: packets get where the
routers' own tables led them, and nowhere else. One router prepends and sends two networks to six
others, whose policies take or leave them by the AS path.

usage: junos_paths.py RIALTO-AGENT RIALTOD RIALTO
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import junos_sros

SENDER = "sender"


def collect(agent, folder, work):
    """One domain per router; the stores."""
    stores = []
    for config in sorted((folder / "configs").glob(f"*/{junos_sros.SET}")):
        name = config.parent.name
        (work / name).mkdir()
        shutil.copy(config, work / name / "router.conf")
        asn = junos_sros.Facts(agent, [config]).of("bgp")[0]["asn"]
        (work / f"{name}.static.yaml").write_text(f"domain: {{asns: [{asn}]}}\n")
        (work / f"{name}.yaml").write_text(
            f"domain: {name}\nstore: {name}.db\nsources:\n"
            f"  - {{kind: config, path: {name}}}\n"
            f"  - {{kind: static, file: {name}.static.yaml}}\n")
        subprocess.run([agent, "--once", "-c", f"{name}.yaml"], cwd=work, check=True,
                       capture_output=True)
        stores.append(f"{name}.db")
    return stores


@contextlib.contextmanager
def serving(rialtod, stores, work):
    (work / "d.yaml").write_text(f"listen: 127.0.0.1:0\nstores: {json.dumps(stores)}\n")
    with open(work / "d.log", "w", encoding="utf-8") as log, \
            subprocess.Popen([rialtod, "-c", "d.yaml", "--ready-file", "ready"], cwd=work,
                             stderr=log) as daemon:
        ready, deadline = work / "ready", time.monotonic() + 60
        while not (ready.exists() and ready.read_text().strip()):
            if daemon.poll() is not None or time.monotonic() > deadline:
                sys.exit("rialtod isn't ready: " + (work / "d.log").read_text())
            time.sleep(0.05)
        yield ready.read_text().strip()
        daemon.terminate()


def routes(folder, node):
    show = junos_sros.shown(folder, node, "route_protocol_bgp")
    return {junos_sros.data(route, "rt-destination")
            for table in show["route-information"][0]["route-table"]
            for route in table.get("rt", [])}


def main():
    agent, rialtod, rialto = (os.path.abspath(p) for p in sys.argv[1:])
    shared = os.environ.get("RIALTO_SHARED", "")
    folder = pathlib.Path(shared) / "samples/router-configs/lab-junos_as_path_acl"
    if not shared or not folder.is_dir():
        print("SKIPPED: RIALTO_SHARED names no folder with samples")
        return 77
    expected, found = set(), set()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        stores = collect(agent, folder, work)
        sent = routes(folder, "allow_all")
        with serving(rialtod, stores, work) as url:
            for store in stores:
                node = store.removesuffix(".db")
                if node == SENDER:
                    continue
                config = folder / "configs" / node / junos_sros.SET
                facts = junos_sros.Facts(agent, [config])
                own = next(a.split("/")[0] for i in facts.of("interface") for a in
                           i.get("addrs", []) if i["name"].startswith("xe-"))
                for prefix in sent:
                    expected.add((node, prefix, prefix in routes(folder, node)))
                    out = subprocess.run([rialto, "--server", url, "path", "--json", own,
                                          prefix.split("/")[0]], capture_output=True, text=True,
                                         check=False)
                    path = json.loads(out.stdout)
                    found.add((node, prefix, path["reached"] and path["routers"] == [node, SENDER]))
    score = junos_sros.Score()
    score.compare(folder.name, "paths that arrive or don't", expected, found)
    return 0 if score.show() else 1


if __name__ == "__main__":
    sys.exit(main())
