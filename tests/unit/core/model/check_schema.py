#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_schema.py SCHEMA PROGRAM: every line the program prints must fit the schema."""
import copy
import json
import subprocess
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("SKIPPED: python3-jsonschema is missing, the schema of facts was not checked")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
run = subprocess.run([sys.argv[2]], check=True, capture_output=True, encoding="utf-8")
lines = run.stdout.splitlines()
bad, kinds = 0, set()
for line in lines:
    document = json.loads(line)
    kinds.add(document["kind"])
    for error in validator.iter_errors(document):
        bad += 1
        print(line, error.message, [e.message for e in error.context or []][:3], sep="\n  ")
    # The schema must be able to refuse: an unknown field, another kind's name.
    wrong = copy.deepcopy(document)
    wrong["fact"]["no_such_field"] = 1
    if validator.is_valid(wrong) or validator.is_valid({**document, "kind": "nothing"}):
        bad += 1
        print("the schema takes anything:", line)
wanted = {c["properties"]["kind"]["const"] for c in schema["oneOf"]}
print(f"{len(lines)} facts of {len(kinds)} kinds, {bad} misfits")
sys.exit(bad > 0 or kinds != wanted)
