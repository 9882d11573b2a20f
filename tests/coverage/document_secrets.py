#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets in documents: tokens of archivers, passwords in addresses, headers. Real documents get
them planted in every kind of object they have, and in every text that is an address of the web;
none may come into facts, remarks or messages.

usage: document_secrets.py RIALTO-AGENT
"""

import copy
import json
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import hostile  # noqa: E402
import samples as table  # noqa: E402

FILES = 2   # of each format
FORMS = 20  # of objects in a file
MARK = hostile.MARK
URL = f"https://user:{MARK}@archive.example.org/x"
PLANTED = {
    "_auth-token": MARK, "token": MARK, "password": MARK, "Authorization": f"Basic {MARK}",
    "_url": URL, "url": URL, "_headers": {"Authorization": f"Token {MARK}", "x-api-key": MARK},
    "headers": [f"Authorization: Bearer {MARK}"], "data": {"_password": MARK, "_url": URL},
    "community": MARK, "key": {"secret": MARK},
}
ERROR = f"can't log in at {URL}"  # the other side's words are told, but not who may log in


def objects(node, path=()):
    """(path without numbers, object) of every object in a document."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from objects(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            yield from objects(value, (*path, "*"))


def is_list_of_lists(node):
    """A table by names: what stands in it is no member, but an entry like the others."""
    return bool(node) and all(isinstance(v, list) for v in node.values())


def first_of_kind(document):
    """One object for each form: the same keys in the same place of its parent's form."""
    seen = set()
    for path, node in objects(document):
        form = (len(path), frozenset(node))
        if form not in seen and len(seen) < FORMS and not is_list_of_lists(node):
            seen.add(form)
            yield path, node


def is_web(text):
    return isinstance(text, str) and ("://" in text or text.startswith("www."))


def variants(document):
    """What was planted where, and the document with it."""
    for path, node in list(first_of_kind(document)):
        kept, where = dict(node), "/".join(path)
        planted = {"members": PLANTED, "error": {"error": ERROR}}
        planted.update({f"{k} as an address": {k: URL} for k, v in kept.items() if is_web(v)})
        for what, members in planted.items():
            node.clear()
            node.update(kept)
            node.update(copy.deepcopy(members))
            yield f"{where}: {what}", document
        node.clear()
        node.update(kept)


def documents(agent, samples):
    """(kind, dialect, name, document) of samples that are one JSON text each."""
    for (kind, dialect), paths in sorted(hostile.by_format(agent, samples).items()):
        found = 0
        for path in sorted(paths, key=lambda p: (p.stat().st_size, str(p))):
            try:
                document = json.loads(path.read_bytes())
            except ValueError:
                continue
            found += 1
            if found <= FILES:
                yield kind, dialect, path.name, document


def main():
    agent, shared = sys.argv[1], os.environ.get("RIALTO_SHARED")
    if not shared:
        print("SKIPPED: RIALTO_SHARED is not set, so no documents are there to plant secrets in")
        return 77
    planted, bad = 0, 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("RIALTO_HOSTILE_TMP")) as folder:
        for kind, dialect, name, document in documents(agent, pathlib.Path(shared) / "samples"):
            command = [agent, "try", "--kind", kind, "--dialect", dialect, "--json"]
            batch = []
            for where, text in variants(document):
                batch.append((where, json.dumps(text).encode()))
                planted += 1
            for start in range(0, len(batch), hostile.BATCH):
                part = batch[start:start + hostile.BATCH]
                for where, fault, _ in hostile.judge(command, pathlib.Path(folder), part):
                    print(f"WRONG {kind} {dialect} {name}: {where}: {fault}")
                    bad += 1
    print(f"{planted} secrets planted, {bad} told")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
