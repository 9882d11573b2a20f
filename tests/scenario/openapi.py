# SPDX-License-Identifier: Apache-2.0
"""schemas/openapi.yaml against the server: what is in the one is in the other, by method; what it
refers to is there; replies that need no input fit. usage: openapi.py SERVE_FIXTURE"""

import json
import re
import sys

from server_lib import ROOT, Server, check

try:
    import jsonschema
    import yaml
except ImportError:
    print("skipped: python3-jsonschema or python3-yaml is missing")
    sys.exit(77)

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
ARGUMENTS = {"/api/v1/path": "?src=10.1.0.1&dst=10.3.4.1"}


def routes():
    """Paths that the sources know, apart from ALTO's."""
    def found(file, pattern):
        names = re.findall(pattern, (ROOT / "server" / file).read_text())
        check(names, f"{file}: nothing like {pattern} is there any more")
        return names
    known = set()
    api = (ROOT / "server/operator/api.c").read_text()
    known |= {"/api/v1/" + name for name in re.findall(r'\{"(\w+)", operator_\w+\}', api)}
    known |= {"/api/v1/" + name for name in re.findall(r'strcmp\(name, "(\w+)"\)', api)}
    known |= {"/fts/" + name for name in found("fts/fts.c", r'\{FTS_PATH "(\w+)",')}
    known |= {path + end for path in found("fts/grants.h", r'FTS_GRANTS "(/[\w/]+)"')
              for end in ("", "/{domain}")}
    known |= set(found("dispatch.c", r'strcmp\(q->path, "(/\w+)"\)'))
    for file in sorted((ROOT / "server/rucio").glob("*.c")):
        known |= set(re.findall(r'"(/rucio/[\w.-]+)"', file.read_text()))
    return known


def references(node, where=""):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield where, value
            yield from references(value, f"{where}/{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from references(value, f"{where}/{i}")


def check_references(document):
    for where, name in references(document):
        if name.startswith("#/"):
            node = document
            for part in name[2:].split("/"):
                check(part in node, f"{where}: {name}")
                node = node[part]
        else:
            check((ROOT / "schemas" / name).exists(), f"{where}: {name}")


def check_methods(server, path, operations):
    there = path.replace("{domain}", "one") + ARGUMENTS.get(path, "")
    for method in METHODS:
        documented = method.lower() in operations
        body = "{}" if method in ("POST", "PUT") else None
        status = server.ask(method, there, body, {"Content-Type": "application/json"})[0]
        check((status != 405) == documented, f"{method} {there}: {status}")
        if documented:
            check(str(status) in operations[method.lower()]["responses"],
                  f"{method} {there}: {status} is not documented")


def check_reply(server, path, operation):
    """GET without body, against the schema of its 200."""
    status, headers, body = server.ask(
        "GET", path.replace("{domain}", "one") + ARGUMENTS.get(path, ""))
    content = operation["responses"].get("200", {}).get("content", {})
    if status != 200:
        return 0
    media = headers["Content-Type"]
    check(media in content, f"{path}: {media}")
    reference = content[media]["schema"].get("$ref")
    if reference:
        schema = json.loads((ROOT / "schemas" / reference).read_text())
        jsonschema.Draft202012Validator(schema).validate(json.loads(body))
    return 1


def main():
    document = yaml.safe_load((ROOT / "schemas/openapi.yaml").read_text())
    check_references(document)
    paths = document["paths"]
    check(set(paths) == routes(), f"only in one: {sorted(set(paths) ^ routes())}")
    replies = 0
    with Server() as server:
        for path, operations in paths.items():
            check_methods(server, path, operations)
            if "get" in operations:
                replies += check_reply(server, path, operations["get"])
    check(replies >= 10, f"only {replies} replies")
    print(f"{len(paths)} paths, {replies} replies")


main()
