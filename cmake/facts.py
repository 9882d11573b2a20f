#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What core/model/facts.def says, in other languages.

    facts.py sql             tables of the store, to start a migration from
    facts.py docs            the table of kinds and fields in docs/facts.md
    facts.py schema          schemas/facts/facts.schema.json
    facts.py write  ROOT     puts docs and schema in their places
    facts.py check  ROOT     fails when they are not in step
"""
import json
import pathlib
import re
import sys

MODEL = pathlib.Path(__file__).resolve().parent.parent / "core" / "model"
BEGIN, END = "<!-- facts: begin (written by cmake/facts.py) -->", "<!-- facts: end -->"

SQL = {"I64": "INTEGER", "TIME": "INTEGER", "REAL": "REAL"}
WORDS = {
    "STR": "text", "I64": "whole number", "REAL": "number", "ADDR": "address",
    "PREFIX": "prefix", "TIME": "time", "STRS": "list of texts", "ADDRS": "list of addresses",
    "IFADDRS": "list of addresses with lengths", "ASNS": "list of AS numbers",
    "HOPS": "list of hops",
}


def read():
    """[(kind, doc, [(type, name, doc, is key)])] in the order of facts.def."""
    text = re.sub(r"\\\n", "\n", (MODEL / "facts.def").read_text())
    lines = (MODEL / "keys.def").read_text()
    keys = set(re.findall(r"^FACT_KEY\((\w+), \w+, (\w+)\)", lines, re.M))
    text = re.sub(r'"\s*\n\s*"', "", text)  # C joins neighbouring strings
    string = r'"((?:[^"\\]|\\.)*)"'
    kinds = re.findall(r"^\s+FACT\((\w+), \w+, " + string, text, re.M)
    result = []
    for kind, doc in kinds:
        body = re.search(r"#define FACT_FIELDS_%s\(F\)(.*?)(?=#define|\Z)" % kind, text, re.S)[1]
        fields = re.findall(r"F\((\w+), (\w+), " + string, body)
        result.append((kind, doc, [(t, n, d.replace('\\"', '"'), (kind, n) in keys)
                                   for t, n, d in fields]))
    return result


def sql(kinds):
    for kind, doc, fields in kinds:
        columns = "".join(f'    "{n}" {SQL.get(t, "TEXT")},\n' for t, n, _, _ in fields)
        print(f'-- {doc}\nCREATE TABLE "fact_{kind}" (\n'
              "    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,\n"
              f"    nr INTEGER NOT NULL,\n{columns}"
              "    PRIMARY KEY (batch, nr)\n) STRICT, WITHOUT ROWID;\n")


def docs(kinds):
    lines = []
    for kind, doc, fields in kinds:
        lines += [f"### {kind}", "", doc[0].upper() + doc[1:] + ".", "",
                  "| field | type | meaning |", "|---|---|---|"]
        for t, n, d, key in fields:
            meaning = d.replace("|", "\\|")
            lines.append(f"| {'**' + n + '**' if key else n} | {WORDS[t]} | {meaning} |")
        lines.append("")
    return "\n".join(lines)


def schema(kinds):
    ref = {t: {"$ref": f"#/$defs/{t.lower()}"} for t in WORDS}
    whole = {"type": "integer", "minimum": -2**63, "maximum": 2**63 - 1}
    hop = {
        "type": "object", "additionalProperties": False, "required": ["responders"],
        "properties": {"ttl": whole, "probes": whole, "lost": whole,
                       "responders": {"type": "array", "items": {"$ref": "#/$defs/responder"}}},
    }
    responder = {
        "type": "object", "additionalProperties": False,
        "properties": {"addr": ref["ADDR"], "rtt": {"type": "number"}, "asn": whole,
                       "label": {"type": "string"}, "note": {"type": "string"}},
    }
    def listed(item):
        return {"type": "array", "minItems": 1, "items": item}
    octets, length = r"[0-9]{1,3}(\.[0-9]{1,3}){3}", "/[0-9]{1,3}"
    v6 = "[0-9a-f:]*:[0-9a-f:]*"
    defs = {
        "str": {"type": "string"}, "i64": whole, "real": {"type": "number"},
        "addr": {"type": "string", "pattern": f"^({octets}|{v6})$"},
        "prefix": {"type": "string", "pattern": f"^({octets}|{v6}){length}$"},
        "time": {"type": "string",
                 "pattern": r"^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?Z$"},
        "strs": listed({"type": "string"}),
        "addrs": listed({"anyOf": [ref["ADDR"], {"const": ""}]}),
        "ifaddrs": listed({"type": "string", "pattern": f"^({octets}|{v6}){length}$"}),
        "asns": listed({"type": "integer", "minimum": 0, "maximum": 2**32 - 1}),
        "hops": listed({"$ref": "#/$defs/hop"}), "hop": hop, "responder": responder,
    }
    choices = []
    for kind, doc, fields in kinds:
        defs["fact_" + kind] = {
            "type": "object", "description": doc, "additionalProperties": False,
            "properties": {n: {**ref[t], "description": d} for t, n, d, _ in fields},
        }
        choices.append({"properties": {"kind": {"const": kind},
                                       "fact": {"$ref": f"#/$defs/fact_{kind}"}}})
    return json.dumps({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A fact", "type": "object", "required": ["kind", "fact"],
        "properties": {"kind": {"type": "string"}, "fact": {"type": "object"}},
        "additionalProperties": False, "oneOf": choices, "$defs": defs,
    }, indent=1) + "\n"


def files(root, kinds):
    """{path: what it should hold}"""
    page = root / "docs" / "facts.md"
    text = page.read_text()
    if BEGIN not in text:
        text += f"\n## All kinds and fields\n\n{BEGIN}\n{END}\n"
    head, rest = text.split(BEGIN)
    return {page: head + BEGIN + "\n" + docs(kinds) + END + rest.split(END)[1],
            root / "schemas" / "facts" / "facts.schema.json": schema(kinds)}


def main(argv):
    kinds = read()
    if len(argv) == 2 and argv[1] in ("sql", "docs", "schema"):
        text = {"sql": sql, "docs": docs, "schema": schema}[argv[1]](kinds)
        print(text or "", end="")
        return 0
    if len(argv) != 3 or argv[1] not in ("write", "check"):
        print(__doc__, file=sys.stderr)
        return 2
    stale = 0
    for path, text in files(pathlib.Path(argv[2]), kinds).items():
        if argv[1] == "write":
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path} is not in step with core/model/facts.def: run cmake/facts.py write .",
                  file=sys.stderr)
            stale = 1
    return stale


sys.exit(main(sys.argv))
