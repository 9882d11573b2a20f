# SPDX-License-Identifier: Apache-2.0
"""Checks what `rialto-agent try --json` prints against its published schema."""

import json

try:
    import jsonschema
except ImportError:
    jsonschema = None


def of_fact(schemas):
    """One validator for each kind of fact: choosing among them by name is what makes a file of
    a hundred thousand facts quick to check."""
    facts = json.loads((schemas / "facts.schema.json").read_text())
    found = {}
    for branch in facts["oneOf"]:
        kind = branch["properties"]["kind"]["const"]
        one = dict(branch["properties"]["fact"], **{"$defs": facts["$defs"]})
        found[kind] = jsonschema.Draft202012Validator(one)
    return found


def checker(root):
    """A function that raises ValueError when a document is not as the schemas say."""
    schemas = root / "schemas" / "facts"
    whole = json.loads((schemas / "try.schema.json").read_text())
    whole["$defs"]["batch"]["properties"]["facts"] = {
        "type": "array", "items": {"type": "object", "required": ["kind", "fact"]}}
    shape, facts = jsonschema.Draft202012Validator(whole), of_fact(schemas)

    def check(document):
        for error in shape.iter_errors(document):
            raise ValueError(f"{error.json_path}: {error.message[:200]}")
        for reading in document["readings"]:
            for batch in reading["batches"]:
                for fact in batch["facts"]:
                    for error in facts[fact["kind"]].iter_errors(fact["fact"]):
                        raise ValueError(f"{reading['file']}: {fact['kind']} "
                                         f"{error.json_path}: {error.message[:200]}")
    return check
