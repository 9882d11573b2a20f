# SPDX-License-Identifier: Apache-2.0
"""Every body that the server sends, against its published schema and media type."""

import email
import http.client
import json
import sys

from server_lib import ROOT, Server, check

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is missing")
    sys.exit(77)

SHAPES = {
    "rialto-directory": "ird", "rialto-networkmap": "network_map",
    "rialto-networkmap-filtered": "network_map_filtered",
    "rialto-costmap-filtered": "cost_map_filtered", "rialto-endpointprop": "endpoint_property",
    "rialto-endpointcost": "endpoint_cost", "rialto-pathvector": "path_vector",
    "rialto-pathvector-costmap": "path_vector_costmap", "rialto-propmap": "property_map",
    "rialto-propmap-filtered": "property_map_filtered", "rialto-anes": "ane_map",
    "rialto-anes-filtered": "ane_map_filtered",
}
NUM = {"cost-mode": "numerical", "cost-metric": "routingcost"}
ORD = {"cost-mode": "ordinal", "cost-metric": "bw-residual"}
PV = {"cost-mode": "array", "cost-metric": "ane-path"}
SRC, DST = ["ipv4:10.1.0.1", "ipv6:2001:db8:1::1"], ["ipv4:10.2.0.1", "ipv4:10.3.4.1"]
ENDS = {"srcs": SRC, "dsts": DST}
ALL = ["max-reservable-bandwidth", "persistent-entity-id", "priv:link", "priv:id", "priv:ingress",
       "priv:class", "priv:routers"]
BODIES = {
    "rialto-networkmap-filtered": [
        {"pids": []}, {"pids": ["alpha", "x"], "address-types": ["ipv6"]}],
    "rialto-costmap-filtered": [{"cost-type": NUM}, {"cost-type": ORD, "constraints": ["le 2"]}],
    "rialto-endpointprop": [{"properties": ["rialto-networkmap.pid", "asn"], "endpoints": SRC}],
    "rialto-endpointcost": [{"cost-type": NUM, "endpoints": ENDS},
                            {"cost-type": ORD, "endpoints": ENDS},
                            {"cost-type": NUM, "endpoints": {"srcs": [], "dsts": DST}}],
    "rialto-pathvector": [
        {"cost-type": PV, "endpoints": ENDS},
        {"cost-type": PV, "endpoints": ENDS, "ane-property-names": ALL},
        {"cost-type": PV, "endpoints": ENDS, "ane-property-names": ALL[:2]},
        {"endpoint-flows": [{"srcs": SRC[:1], "dsts": DST}, {"srcs": DST[:1], "dsts": DST[1:]}]}],
    "rialto-pathvector-costmap": [{"cost-type": PV}, {"cost-type": PV, "ane-property-names": ALL}],
    "rialto-propmap-filtered": [
        {"entities": []}, {"entities": ["ipv4:10.1.0.0/16"], "properties": []},
        {"entities": ["rialto-networkmap.pid:alpha"], "properties": ["priv:site"]}],
    "rialto-anes-filtered": [{"entities": [], "properties": []}, {"entities": [".ane:r1_r2"]}],
}
FOLLOWERS = ("rialto-updates", "rialto-tips")
STREAM = "application/alto-updatestreamparams+json"
TIPS = "application/alto-tipsparams+json"
OPERATOR = ["domains", "sources", "disagreements", "links", "endpoints", "status",
            "path?src=10.1.0.1&dst=10.3.4.1", "path?src=10.1.0.1&dst=192.0.2.1"]


def schema(folder, name):
    with open(ROOT / "schemas" / folder / f"{name}.schema.json", encoding="utf-8") as f:
        text = json.load(f)
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


def once(pairs):
    result = dict(pairs)
    check(len(result) == len(pairs), "duplicate member names")
    return result


def load(body):
    return json.loads(body, object_pairs_hook=once)


def parts(headers, body):
    """The parts of a multipart reply, as a mail program reads them."""
    head = b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n"
    whole = email.message_from_bytes(head + body)
    check(whole.is_multipart() and not whole.defects, f"multipart: {whole.defects}")
    result = []
    for part in whole.get_payload():
        check(part["Content-ID"].startswith("<") and part["Content-ID"].endswith(">"), "Content-ID")
        result.append(load(part.get_payload()))
    check(whole.get_payload()[0].get_content_type() == whole.get_param("type"), "root part")
    elements = {f".ane:{name}" for row in list(result[0].values())[1].values()
                for vector in row.values() for name in vector}
    check(elements == set(result[1]["property-map"]), "elements of both parts")
    return result


def events(server, body):
    """The first events of a stream: (type, data)."""
    connection = server.raw()
    text = json.dumps(body)
    connection.sendall((f"POST /updates HTTP/1.1\r\nHost: x\r\nContent-Type: {STREAM}\r\n"
                        f"Content-Length: {len(text)}\r\n\r\n{text}").encode())
    reply = http.client.HTTPResponse(connection)
    reply.begin()
    check(reply.status == 200 and reply.headers["Content-Type"] == "text/event-stream", "stream")
    check(reply.headers["Transfer-Encoding"] == "chunked", "a stream has no length")
    check(reply.headers["Cache-Control"] == "no-store", "a stream is not cached")
    result = []
    for _ in range(1 + len(body["add"])):
        lines = []
        while (line := reply.readline().decode().rstrip("\n")):
            lines.append(line)
        check(lines[0].startswith("event: "), "the event's line comes first")
        check(all(line.startswith("data:") for line in lines[1:]), "then its data")
        result.append((lines[0][7:], "\n".join(line[6:] for line in lines[1:])))
    connection.close()
    return result


def follow(server, directory):
    """Update streams and TIPS of everything, and of each alone."""
    add = {f"s{i}": {"resource-id": name, **({"input": BODIES[name][0]} if "accepts" in e else {})}
           for i, (name, e) in enumerate(directory.items())
           if name not in FOLLOWERS and (name in BODIES or "accepts" not in e)}
    got = events(server, {"add": add})
    check(got[0][0] == "application/alto-updatestreamcontrol+json", "control comes first")
    schema("wire", "stream_control").validate(load(got[0][1]))
    check({kind.split(",", 1)[1] for kind, _ in got[1:]} == set(add), "one event of each")
    for kind, data in got[1:]:
        entry = directory[add[kind.split(",")[1]]["resource-id"]]
        check(kind.split(",")[0].split(";")[0] == entry["media-type"].split(";")[0], kind)
        if not kind.startswith("multipart/"):
            load(data)
    for request in add.values():
        status, headers, body = server.post("/tips", TIPS, request)
        check(status == 200 and headers["Content-Type"] == "application/alto-tips+json", "TIPS")
        schema("wire", "tips").validate(load(body))
        view = load(body)["tips-view-uri"].removeprefix(server.url)
        status, headers, edge = server.get(view + "/ug/0/1")
        check(status == 200, view)
        repeated = server.get(view + "/ug/0/1")
        check(repeated[0] == 200 and repeated[2] == edge, f"{view}: the same again")
        check(repeated[1]["ETag"] == headers["ETag"], f"{view}: its tag")
        check(repeated[1]["Content-Type"] == headers["Content-Type"], f"{view}: its type")
        check(server.get(view + "/ug/0/1", **{"If-None-Match": headers["ETag"]})[0] == 304, view)
        media = directory[request["resource-id"]]["media-type"]
        check(headers["Content-Type"].split(";")[0] == media.split(";")[0], "type of a snapshot")
        status, headers, body = server.post(
            view + "/ug", TIPS, {"resource-id": request["resource-id"]})
        check(headers["Content-Type"] == "application/merge-patch+json", "next edge")
        schema("wire", "tips_next").validate(load(body))
        status, headers, body = server.get(view + "/ug/5/9")
        check(status == 425 and headers["Content-Type"] == "application/alto-error+json", "425")
        schema("wire", "error").validate(load(body))
    return 2 * len(add)


def exercise(server, name, entry):
    if name in FOLLOWERS:
        return 0
    path = entry["uri"].removeprefix(server.url)
    shape = SHAPES.get(name) or ("cost_map" if "costmap-" in name else None)
    if name.startswith("two:"):
        shape = {"networkmap": "network_map"}.get(name.rsplit("-", 1)[1], shape)
        if "accepts" in entry or shape is None:
            return 0
    check(shape, f"no schema for {name}")
    validator, n = schema("wire", shape), 0
    for body in BODIES[name] if "accepts" in entry else [None]:
        if body is None:
            status, headers, reply = server.get(path)
        else:
            status, headers, reply = server.post(path, entry["accepts"], body)
        check(status == 200, f"{name}: {status} {reply}")
        multipart = headers["Content-Type"].startswith("multipart/related;")
        check(multipart or headers["Content-Type"] == entry["media-type"], f"{name}: type")
        validator.validate(parts(headers, reply) if multipart else load(reply))
        n += 1
    if "accepts" in entry:
        status, headers, reply = server.post(path, entry["accepts"], "{\"entities\":1,\"pids\":1}")
        check(status == 400, name)
        check(headers["Content-Type"] == "application/alto-error+json", name)
        schema("wire", "error").validate(load(reply))
    return n


def again(server, name, entry):
    """Whoever asks first, and how often: of each form there is one reply."""
    path, n = entry["uri"].removeprefix(server.url), 0
    if "accepts" in entry:
        return 0

    def ask(method, **headers):
        status, got, body = server.ask(method, path, None, headers)
        return status, sorted((k, v) for k, v in got.items() if k != "Date"), body

    etags = set()
    for coding in ("identity", "gzip"):
        first = ask("GET", **{"Accept-Encoding": coding})
        check(first[0] == 200, name)
        check(ask("HEAD", **{"Accept-Encoding": coding}) == (*first[:2], b""), f"{name}: HEAD")
        etag = dict(first[1])["ETag"]
        match = {"Accept-Encoding": coding, "If-None-Match": etag}
        unchanged = ask("GET", **match)
        check(unchanged[0] == 304 and not unchanged[2], f"{name}: {unchanged}")
        check(dict(unchanged[1])["ETag"] == etag, f"{name}: ETag of {unchanged}")
        check("Content-Type" not in dict(unchanged[1]), f"{name}: {unchanged}")
        check(ask("GET", **match) == unchanged, f"{name}: 304 again")
        check(ask("GET", **{"Accept-Encoding": coding}) == first, f"{name}: again")
        etags.add((etag, dict(first[1]).get("Content-Encoding")))
        n += 5
    check(len(etags) == len({etag for etag, _ in etags}), f"{name}: {etags}")
    return n


RUCIO = """
rucio:
  dns: false
  hosts: [{host: a, addresses: [10.1.0.5]}, {host: b, addresses: [10.2.0.5]}]
  rses: [{rse: A, hosts: [a]}, {rse: B, hosts: [b]}]
"""
RUCIO_BODIES = [
    {"client": {"ip": "10.1.0.1"}, "hosts": ["b", "a", "c"]},
    {"client": None, "pfns": ["root://a//x", "root://p//root://b//y"], "by": ["hopcount"]},
    {"client": {"ip": "10.2.0.1", "site": None}, "statement": "BY hopcount DESC WHERE host != 'a'",
     "files": [{"did": "s:n", "bytes": 5, "pfns": ["davs://a/x"]}, {"did": "s:m", "pfns": []}]},
]


def rucio(server):
    """Orders of replicas and distances."""
    status, headers, body = server.get("/rucio/distances.json")
    check(status == 200 and headers["Content-Type"] == "application/json", "distances")
    schema("wire", "rucio_distances").validate(load(body))
    for request in RUCIO_BODIES:
        schema("wire", "rucio_sort_params").validate(request)
        status, headers, body = server.post("/rucio/sort", "application/json", request)
        check(status == 200 and headers["Content-Type"] == "application/json", "sort")
        schema("wire", "rucio_sort").validate(load(body))
    for body in ({"hosts": []}, {"hosts": ["a"], "stmt": "BY"}, "nonsense"):
        status, headers, reply = server.post("/rucio/sort", "application/json", body)
        check(status == 400 and headers["Content-Type"] == "application/json", body)
        schema("cli", "error").validate(load(reply))
    check(server.post("/rucio/sort", "text/plain", "{}")[0] == 415, "415")
    check(server.get("/rucio/sort")[0] == 405, "405")
    return 1 + len(RUCIO_BODIES)


def main():
    with Server("persistent_ids: [\"r1|r2\"]\n" + RUCIO) as server:
        status, headers, body = server.get("/directory")
        check(status == 200, "directory")
        check(headers["Content-Type"] == "application/alto-directory+json", "its type")
        directory = load(body)
        schema("wire", "ird").validate(directory)
        n = follow(server, directory["resources"])
        n += sum(exercise(server, *item) for item in directory["resources"].items())
        n += sum(again(server, *item) for item in directory["resources"].items())
        for query in OPERATOR:
            status, headers, body = server.get(f"/api/v1/{query}")
            check(status == 200 and headers["Content-Type"] == "application/json", query)
            schema("cli", query.split("?")[0]).validate(load(body))
        check(server.get("/api/v1/path?src=x")[0] == 400, "bad path")
        schema("cli", "error").validate(load(server.get("/api/v1/path?src=x")[2]))
        n += rucio(server)
        resources = len(directory["resources"])
        print(f"{n} replies of {resources} resources, {len(OPERATOR)} of operators")


main()
