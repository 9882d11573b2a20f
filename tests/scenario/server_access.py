# SPDX-License-Identifier: Apache-2.0
"""Classes of clients: by network and by Digest credentials."""

import hashlib
import json
import os
import tempfile
import urllib.request

from server_lib import Server, check

VECTOR = {"cost-type": {"cost-mode": "array", "cost-metric": "ane-path"},
          "endpoints": {"srcs": ["ipv4:10.1.0.1"], "dsts": ["ipv4:10.2.0.1"]}}
COSTS = "application/alto-endpointcostparams+json"
PATH = "/pathvector/endpointcost"


def fields_of(challenge):
    items = urllib.request.parse_http_list(challenge.split(" ", 1)[1])
    return urllib.request.parse_keqv_list(items)


def authorization(challenge, target, password, algorithm):
    """RFC 7616 section 3.4, written out."""
    fields = fields_of(challenge)
    digest = {"sha-256": hashlib.sha256, "md5": hashlib.md5}[algorithm]

    def h(text):
        return digest(text.encode()).hexdigest()
    a1, a2 = h(f"fts:{fields['realm']}:{password}"), h(f"{target[0]}:{target[1]}")
    response = h(f"{a1}:{fields['nonce']}:00000001:cafe:auth:{a2}")
    return (f'Digest username="fts", realm="{fields["realm"]}", nonce="{fields["nonce"]}", '
            f'uri="{target[1]}", qop=auth, nc=00000001, cnonce="cafe", response="{response}", '
            f'algorithm={fields["algorithm"]}, opaque="{fields["opaque"]}"')


def challenges(headers):
    found = {}
    for value in headers.get_all("WWW-Authenticate") or []:
        found[fields_of(value)["algorithm"].lower()] = value
    return found


def with_digest(server, method, path, body, password, algorithm):
    """As a client does it: a nonce may be stale once (RFC 7616 section 3.3)."""
    headers = {"Content-Type": COSTS}
    status, reply, text = server.ask(method, path, body, headers)
    check(status == 401, f"challenge: {status}")
    for _ in range(3):
        headers["Authorization"] = authorization(
            challenges(reply)[algorithm], (method, path), password, algorithm)
        status, reply, text = server.ask(method, path, body, headers)
        if status != 401 or "stale" not in challenges(reply)[algorithm]:
            break
    return status, reply, text


def by_credentials(secret):
    config = f"""
clients:
  - {{name: other, networks: [192.0.2.0/24], grants: [operator-api]}}
  - {{name: fts, digest: {{user: fts, password_file: {secret}}}, grants: [path-vector]}}
"""
    with Server(config) as server:
        body = json.dumps(VECTOR)
        for algorithm in ("sha-256", "md5"):
            check(with_digest(server, "POST", PATH, body, "secret", algorithm)[0] == 200, algorithm)
            check(with_digest(server, "POST", PATH, body, "wrong", algorithm)[0] == 401, "password")
        check(server.get("/api/v1/status")[0] == 403, "no class has that grant here")
        check(server.get("/networkmap")[0] == 200, "maps are public")
        private = dict(VECTOR, **{"ane-property-names": ["priv:link"]})
        status, _, reply = with_digest(
            server, "POST", PATH, json.dumps(private), "secret", "sha-256")
        check(status == 400, "private property")
        check(json.loads(reply)["meta"]["value"] == "priv:link", "which property")
        # a client must find the resource before it can be asked for credentials
        resources = json.loads(server.get("/directory")[2])["resources"]
        check("rialto-pathvector" in resources, "directory")
        # Digest clients send no body with the first request
        status, _, _ = server.ask("POST", "/endpointcost", "", {"Content-Type": COSTS})
        check(status == 401, "first request")


def by_network():
    far = "clients: [{name: far, networks: [192.0.2.0/24], grants: [path-vector]}]\n"
    with Server(far) as server:
        status, headers, _ = server.post(PATH, COSTS, VECTOR)
        check(status == 403 and not headers.get("WWW-Authenticate"), "nothing to ask for")
        resources = json.loads(server.get("/directory")[2])["resources"]
        check("rialto-pathvector" not in resources, "directory")
        check(server.post("/endpointcost", COSTS, "")[0] == 400, "an empty body is a mistake here")
    with Server("") as server:
        check(server.post(PATH, COSTS, VECTOR)[0] == 200, "loopback has all grants by default")
        check(server.get("/api/v1/status")[0] == 200, "operator API")


def main():
    with tempfile.NamedTemporaryFile("w", delete=False) as secret:
        secret.write("secret\n")
    try:
        by_credentials(secret.name)
        by_network()
    finally:
        os.unlink(secret.name)
    print("access is as configured")


main()
