# SPDX-License-Identifier: Apache-2.0
"""Published cases of RFC 7285, asked of the maps that a domain publishes as documents.

usage: published_cases.py RIALTOD RIALTO-AGENT; needs RIALTO_SHARED (exit 77 without it)
"""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

MAP = "my-default-network-map"
TAG = "da65eca2eb7a10ce8b059740b0b2e3f8eb1d4785"
BASE = f"/domain/a/{MAP}"
OWN = f"a:{MAP}-networkmap"  # resource id that the server gives the map
PATHS = {"/networkmap": "/networkmap", "/networkmap/filtered": "/networkmap/filtered",
         "/costmap/num/routingcost": "/costmap/num/routingcost",
         "/costmap/num/hopcount": "/costmap/num/hopcount", "/costmap/filtered": "/costmap/filtered",
         "/endpointprop/lookup": "/endpointprop", "/endpointcost/lookup": "/endpointcost"}
# needs endpoint properties, which are no document
LEFT_OUT = {"eps-02"}


def write_domain(folder, data):
    docs = folder / "docs"
    docs.mkdir()
    vtag = {"resource-id": MAP, "tag": TAG}
    (docs / "map.json").write_text(json.dumps(
        {"meta": {"vtag": vtag}, "network-map": data["network-maps"][MAP]}))
    for metric, costs in (("routingcost", data["cost-maps"]["num-routing"]),
                          ("hopcount", data["invented"]["num-hop"])):
        kind = {"cost-mode": "numerical", "cost-metric": metric}
        (docs / f"{metric}.json").write_text(json.dumps(
            {"meta": {"dependent-vtags": [vtag], "cost-type": kind}, "cost-map": costs}))
    (folder / "static.yaml").write_text(
        "domain: {name: a, asns: [64496], prefixes: [192.0.2.0/24]}\n")
    (folder / "agent.yaml").write_text(
        "domain: a\nstore: a.db\n"
        "sources: [{kind: static, file: static.yaml}, {kind: documents, path: docs}]\n")
    (folder / "rialtod.yaml").write_text("listen: 127.0.0.1:0\nstores: [a.db]\n")


def start(folder):
    subprocess.run([sys.argv[2], "-c", folder / "agent.yaml", "--once"], check=True,
                   capture_output=True)
    ready = folder / "ready"
    server = subprocess.Popen([sys.argv[1], "-c", folder / "rialtod.yaml", "--ready-file", ready],
                              stderr=subprocess.DEVNULL)
    for _ in range(300):
        if ready.exists():
            return server, urllib.parse.urlsplit(ready.read_text().strip())
        time.sleep(0.1)
    server.kill()
    raise SystemExit("failed: the server is not ready")


def ask(url, request):
    path, body = request["path"], request["body"]
    path = BASE + PATHS[path] if path in PATHS else path
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
    if body:
        body = body.replace(f"{MAP}.pid", f"{OWN}.pid")
    headers = {k: v for k, v in request["headers"].items()
               if k.lower() not in ("host", "content-length")}
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.request(request["method"], path, body, headers)
    reply = connection.getresponse()
    return reply.status, reply.headers.get("Content-Type"), reply.read().decode().replace(OWN, MAP)


def differences(case, status, media, body):
    wanted = case["response"]
    if status not in [wanted["status"]] + wanted.get("status_alternatives", []):
        return [f"status {status}, not {wanted['status']}"]
    found = []
    right = wanted.get("content_type")
    if right and status == wanted["status"] and media != right:
        found.append(f"type {media}")
    expected = wanted.get("body")
    if not isinstance(expected, dict) or not body:
        return found
    reply = json.loads(body)
    for key, value in expected.items():
        right = [value] + [a.get(key) for a in wanted.get("body_alternatives", [])
                           if isinstance(a, dict)]
        if key != "meta" and reply.get(key) not in right:
            found.append(f"{key}: {reply.get(key)}, not {value}")
    for key in ("code", "field", "value"):
        value = expected.get("meta", {}).get(key) if status >= 400 else None
        right = [value] + wanted.get(f"{key}_alternatives", [])
        if value is not None and reply["meta"].get(key, value) not in right:
            found.append(f"{key}: {reply['meta'].get(key)}, not {value}")
    return found


def main():
    shared = os.environ.get("RIALTO_SHARED")
    if not shared:
        print("SKIPPED: RIALTO_SHARED is not set, published cases were not asked")
        return 77
    vectors = pathlib.Path(shared) / "spec" / "vectors"
    cases = [c for c in json.loads((vectors / "vectors-derived.json").read_text())
             if c["dataset"] == "rfc7285" and c["id"] not in LEFT_OUT]
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_domain(folder, json.loads((vectors / "datasets-base.json").read_text())["rfc7285"])
        server, url = start(folder)
        for case in cases:
            for text in differences(case, *ask(url, case["request"])):
                print(f"FAILED: {case['id']} {case['title']}: {text}")
                bad += 1
        server.terminate()
        server.wait(60)
    print(f"{len(cases)} cases, {bad} differences")
    return 1 if bad or len(cases) < 40 else 0


sys.exit(main())
