# SPDX-License-Identifier: Apache-2.0
"""rialtod over TLS, with Digest credentials: usage: tls.py RIALTOD RIALTO-AGENT"""

import hashlib
import http.client
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.request
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from alto.server import Daemon  # noqa: E402

TIPS, STREAM = "application/alto-tipsparams+json", "application/alto-updatestreamparams+json"
PATH_VECTOR = {"cost-mode": "array", "cost-metric": "ane-path"}
SRC, DST = "ipv4:192.0.2.1", "ipv4:198.51.100.1"
DOCUMENT = {"meta": {"cost-type": PATH_VECTOR}, "endpoint-cost-map": {SRC: {DST: ["e"]}},
            "property-map": {".ane:e": {"max-reservable-bandwidth": 5}}}
CLIENTS = ("one", "two")
VIEW = {"merged": False, "cost-types": {"pv": PATH_VECTOR}, "resources": [
    {"id": "paths", "path": "/paths", "kind": "path-vector", "document": "paths.json",
     "cost-types": ["pv"], "properties": ["max-reservable-bandwidth"]},
    *({"id": f"dir-{n}", "path": f"/{n}", "kind": "directory", "clients": [n]} for n in CLIENTS),
    *({"id": f"tips-{n}", "path": f"/{n}/tips", "kind": "tips", "clients": [n],
       "directory": f"dir-{n}"} for n in CLIENTS),
    *({"id": f"for-{n}", "path": f"/cdni/{n}", "document": "cdni.json", "clients": [n],
       "directory": f"dir-{n}"} for n in CLIENTS)]}
CDNI = {"meta": {"vtag": {"resource-id": "x", "tag": "1"}}, "cdni-advertisement": {
    "capabilities-with-footprints": [{
        "capability-type": "FCI.DeliveryProtocol",
        "capability-value": {"delivery-protocols": ["http/1.1"]}}]}}
WANTED = {"resource-id": "paths", "input": {
    "cost-type": PATH_VECTOR, "endpoints": {"srcs": [SRC], "dsts": [DST]}}}
CHECKS = 0


def check(condition, item, what=""):
    global CHECKS
    CHECKS += 1
    if not condition:
        raise SystemExit(f"failed: {item}: {what}")


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=alto.example.net", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def context(trusted, version=None, ciphers=None):
    out = ssl.create_default_context(cafile=trusted)
    warnings.simplefilter("ignore", DeprecationWarning)  # of old versions: they are to be refused
    if ciphers:
        out.set_ciphers(ciphers)
    if version:
        out.minimum_version = out.maximum_version = version
    return out


def handshake(server, how):
    """(version, cipher), or the error."""
    connection = http.client.HTTPSConnection(server.url.hostname, server.url.port, timeout=30,
                                             context=how)
    try:
        connection.connect()
        return connection.sock.version(), connection.sock.cipher()[0]
    except (ssl.SSLError, OSError) as e:
        return e
    finally:
        connection.close()


def versions(server, trusted):
    for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        got = handshake(server, context(trusted, version))
        check(isinstance(got, tuple) and got[0] == name, "B-027 B-029", got)
    # RFC 9325 sections 3.1.1, 4.1 and 4.2: what must not, or should not, be agreed on
    anything = "ALL:@SECLEVEL=0"
    for version, ciphers in ((ssl.TLSVersion.TLSv1, anything), (ssl.TLSVersion.TLSv1_1, anything),
                             (ssl.TLSVersion.TLSv1_2, "eNULL:aNULL:RC4:3DES:@SECLEVEL=0")):
        try:
            how = context(trusted, version, ciphers)
        except ssl.SSLError:
            continue  # this client has no such ciphers itself
        got = handshake(server, how)
        check(isinstance(got, Exception), "TIPS-SEC-01", got)
    got = handshake(server, context(trusted, ssl.TLSVersion.TLSv1_2))
    check(got[1].startswith("ECDHE") and ("GCM" in got[1] or "CHACHA" in got[1]), "TIPS-SEC-01",
          got)


def plain(server):
    connection = http.client.HTTPConnection(server.url.hostname, server.url.port, timeout=30)
    try:
        connection.request("GET", "/directory")
        status = connection.getresponse().status
    except (http.client.HTTPException, OSError):
        status = 0
    check(status != 200, "B-027: nothing is told in the clear", status)


def authorization(challenge, method, path):
    """RFC 7616 section 3.4."""
    f = urllib.request.parse_keqv_list(urllib.request.parse_http_list(challenge.split(" ", 1)[1]))
    digest = {"sha-256": hashlib.sha256, "md5": hashlib.md5}[f["algorithm"].lower()]
    h = lambda text: digest(text.encode()).hexdigest()
    response = h(":".join((h(f"client1:{f['realm']}:helloalto"), f["nonce"], "00000001", "cafe",
                           "auth", h(f"{method}:{path}"))))
    return (f'Digest username="client1", realm="{f["realm"]}", nonce="{f["nonce"]}", uri="{path}", '
            f'qop=auth, nc=00000001, cnonce="cafe", response="{response}", '
            f'algorithm={f["algorithm"]}, opaque="{f["opaque"]}"')


def with_digest(server, method, path, headers, body=None):
    """As clients do it: first without, and a nonce may be stale once."""
    reply = server.ask(method, path, headers, body)
    check(reply.status == 401, "TIPS-OPEN-13: who asks without is asked who he is", reply.status)
    for _ in range(3):
        if reply.status == 401:
            allowed = {**headers, "Authorization": authorization(
                reply.headers["www-authenticate"], method, path)}
            reply = server.ask(method, path, allowed, body)
    return reply


def tips(server):
    """RFC 9569 section 6.3.2."""
    reply = with_digest(server, "POST", "/tips", {"Content-Type": TIPS}, WANTED)
    check(reply.status == 200, "TIPS-OPEN-13, V099", reply.raw)
    uri = reply.json()["tips-view-uri"]
    check(uri.startswith("https://"), "TIPS-OPEN-02", uri)
    edge = "/" + uri.split("/", 3)[3] + "/ug/0/1"
    reply = with_digest(server, "GET", edge, {})
    check(reply.status == 200 and reply.media.startswith("multipart/"), "TIPS-OPEN-13", reply.raw)
    reply = with_digest(server, "POST", "/paths", {
        "Content-Type": "application/alto-endpointcostparams+json"}, WANTED["input"])
    check(reply.status == 200, "PV-SEC-01", reply.raw)


def isolated(server):
    """RFC 9241 section 8: each client has its own advertisement, and knows of no other."""
    def ask(path, wanted=None):
        method, headers = ("POST", {"Content-Type": TIPS}) if wanted else ("GET", {})
        return with_digest(server, method, path, headers, wanted)

    own, other = ask("/cdni/one"), ask("/cdni/two")
    check(own.status == 200 and own.json()["cdni-advertisement"], "CDNI-14", own.raw)
    check(other.status == 403, "CDNI-15", (other.status, other.raw))
    names = {"for-one", "for-two", "tips-one"}
    listed = set(server.get("/directory").json()["resources"])
    check(not names & listed, "CDNI-15", listed)
    resources = ask("/one").json()["resources"]
    check(set(resources) == {"for-one", "tips-one"}, "CDNI-15", resources)
    check(resources["tips-one"]["uses"] == ["for-one"], "CDNI-15", resources)
    check(ask("/two").status == 403, "CDNI-15")
    check(ask("/one/tips", {"resource-id": "for-two"}).status == 400, "CDNI-15")
    view = ask("/one/tips", {"resource-id": "for-one"})
    check(view.status == 200, "CDNI-15", view.raw)
    edge = ask("/" + view.json()["tips-view-uri"].split("/", 3)[3] + "/ug/0/1")
    check(edge.status == 200 and edge.json() == own.json(), "CDNI-15", edge.raw)


def main():
    if not shutil.which("openssl"):
        print("SKIPPED: there is no openssl to make a certificate with")
        return 77
    programs = {"rialtod": sys.argv[1], "rialto-agent": sys.argv[2]}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        cert, key = certificate(folder)
        (folder / "secret").write_text("helloalto\n")
        (folder / "secret").chmod(0o600)
        server = Daemon(programs, {"paths.json": DOCUMENT, "cdni.json": CDNI}, VIEW, config=(
            f"tls: {{certificate: {cert}, key: {key}}}\nclients:\n- {{name: one, digest: {{user: "
            f"client1, password_file: {folder / 'secret'}}}, grants: [path-vector]}}\n- {{name: "
            f"two, digest: {{user: client2, password_file: {folder / 'secret'}}}, grants: []}}\n"))
        try:
            server.start()
            check(server.url.scheme == "https", "B-027", server.url)
            versions(server, cert)
            plain(server)
            listed = server.get("/directory").json()["resources"]
            check(listed and all(e["uri"].startswith("https://") for e in listed.values()),
                  "B-027", json.dumps(listed))
            tips(server)
            isolated(server)
        finally:
            server.stop()
    print(f"{CHECKS} checks")
    return 0


sys.exit(main())
