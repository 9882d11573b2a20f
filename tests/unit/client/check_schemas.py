#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the CLI's golden JSON, and the canned replies it is made of, against schemas/cli."""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("SKIPPED: no python3-jsonschema, so no JSON was checked against schemas/cli")
    sys.exit(77)

ROOT = pathlib.Path(sys.argv[1])
SCHEMAS = ROOT / "schemas" / "cli"
GOLDEN = ROOT / "tests" / "data" / "cli" / "golden"
SERVER = ROOT / "tests" / "data" / "cli" / "server"

# Golden files whose name, without what stands behind the first "-", is not their schema's.
SPECIAL = {"map-address": "map-address", "map-none": "map-address",
           "rucio-csv": "rucio-csv", "rucio-distances": "rucio-distances",
           "rucio-changes": "rucio-changes", "fts-plan": "fts-plan", "fts-apply": "fts-apply",
           "fts-apply-release": "fts-apply", "fts-apply-loads": "fts-apply",
           "fts-grants": "fts-grants", "fts-grants-put": "fts-grants-put"}
LINES = {"path-batch": "path", "vector-batch": "vector"}
REPLIES = ["domains", "sources", "disagreements", "links", "endpoints", "status", "fts-loads"]


def validators():
    found = {}
    for file in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        found[file.name.removesuffix(".schema.json")] = jsonschema.Draft202012Validator(schema)
    return found


def documents():
    """Yields where a document stands, its schema, and the document."""
    for file in sorted(GOLDEN.glob("*.json")):
        schema = SPECIAL.get(file.stem, file.stem.split("-")[0])
        yield file.name, schema, json.loads(file.read_text())
    for file in sorted(GOLDEN.glob("*.jsonl")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            document = json.loads(line)
            schema = "batch-failure" if "error" in document else LINES[file.stem]
            yield f"{file.name}:{number}", schema, document
    for name in REPLIES:
        yield f"{name}.json of the server", name, json.loads((SERVER / f"{name}.json").read_text())
    for file in sorted(SERVER.glob("path*.json")):
        yield f"{file.name} of the server", "path", json.loads(file.read_text())


def main():
    checks, failures, used = validators(), 0, set()
    for where, name, document in documents():
        used.add(name)
        for error in checks[name].iter_errors(document):
            failures += 1
            print(f"{where}: {error.json_path}: {error.message}")
    for name in sorted(set(checks) - used):
        failures += 1
        print(f"{name}.schema.json: no document was checked against it")
    print(f"{len(checks)} schemas, {failures} failures")
    sys.exit(1 if failures else 0)


main()
