#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Files that were cut off, damaged, or made to hurt. A parser may read or refuse them. It must not
crash, take more than two seconds, say what is not JSON, or tell a secret.

usage: hostile.py RIALTO-AGENT [CUTS [DAMAGES [SEED]]]

For each format, up to three files of it: cut off at CUTS places, with one byte changed at DAMAGES
places, with a line of a megabyte in the middle, and with deep nesting there. Configurations with
secrets (tests/golden/secrets) are treated in the same way and searched for them. The formats of
the samples need RIALTO_SHARED.
"""

import json
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import samples as table  # noqa: E402

FILES = 3             # of each format
LARGEST = 200_000     # bytes of a file that is damaged many times
CPU = 2               # seconds of a processor for one file: that others run does not count
PATIENCE = 120        # seconds, for what waits instead
BATCH = 40            # files for one process
MARK = "sEcReT"       # stands twice in each secret: one changed byte leaves one of them
LINES = [b"x" * (1 << 20), b"1" * (1 << 20), b'"' * (1 << 20), b"a " * (1 << 19),
         b"10.0.0.0/8 " * 95_000, b"\xff" * (1 << 20), b"\0" * (1 << 20)]
NESTS = [b"{" * 100_000, b"[" * 100_000, b'{"a":' * 50_000, b"<a>" * 50_000, b"(" * 100_000,
         b"{ a" * 50_000, b"<table><tr><td>" * 20_000, b"}" * 100_000, b"-" * 100_000]


def middle(text, inserted):
    """Some text on a line of its own in the middle."""
    at = text.find(b"\n", len(text) // 2) + 1
    return text[:at] + inserted + b"\n" + text[at:]


def variants(text, cuts, damages, chance):
    """Name and content of everything that is made of one file."""
    for i in range(cuts):
        at = len(text) * i // cuts
        yield f"cut at {at}", text[:at]
    for _ in range(damages):
        at, byte = chance.randrange(len(text)), chance.randrange(256)
        yield f"byte {at} is {byte}", text[:at] + bytes([byte]) + text[at + 1:]
    for inserted in LINES + NESTS:
        shown = inserted[:8].decode("latin-1")
        yield f"{len(inserted)} bytes of {shown!r}", middle(text, inserted)
        yield f"starts with {len(inserted)} bytes of {shown!r}", inserted + b"\n" + text


def fault_of(command, paths, cpu):
    """What is wrong with a run; None: nothing."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    try:
        done = subprocess.run(command + [str(p) for p in paths], capture_output=True,
                              check=False, timeout=PATIENCE, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return f"takes more than {PATIENCE} s"
    told = done.stdout + done.stderr
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"takes more than {cpu} s of a processor"
    if done.returncode not in (0, 3):
        return f"exit {done.returncode}: {done.stderr[-1500:].decode(errors='replace')}"
    if MARK.encode() in told:
        at = told.find(MARK.encode())
        return f"tells a secret: {told[max(0, at - 200):at + 60].decode(errors='replace')}"
    try:
        json.loads(done.stdout)
    except ValueError as e:
        return f"prints what is not JSON: {e}"
    return None


def judge(command, folder, batch):
    """Faults of a batch of variants: told one by one where the batch has one."""
    paths = []
    for i, (_, text) in enumerate(batch):
        paths.append(folder / f"{i:03d}")
        paths[-1].write_bytes(text)
    fault, found = fault_of(command, paths, CPU * max(1, len(batch) // 4)), []
    if fault is not None:
        for path, (name, text) in zip(paths, batch):
            one = fault_of(command, [path], CPU)
            if one is not None:
                found.append((name, one, text))
        if not found:
            found.append(("several files", fault, b""))
    return found


def attack(command, folder, text, counts, chance):
    """Number of variants of a file, and the faults."""
    batch, found, n = [], [], 0
    for variant in variants(text, *counts, chance):
        batch.append(variant)
        n += 1
        if len(batch) == BATCH or sum(len(t) for _, t in batch) > 8 << 20:
            found += judge(command, folder, batch)
            batch = []
    return n, found + (judge(command, folder, batch) if batch else [])


def by_format(agent, samples):
    """Files for each (kind, dialect)."""
    known, files = table.dialects(agent), {}
    for folder, kinds in table.KINDS.items():
        if any(k in known for k in kinds):
            for reading in table.read_folder(agent, samples, folder, known):
                if reading["dialect"] is not None and reading["result"] == "facts":
                    key = (reading["kind"], reading["dialect"])
                    files.setdefault(key, []).append(pathlib.Path(reading["file"]))
    return files


def chosen(paths):
    """A small file, one of middling size, and the largest that is not too large."""
    paths = sorted((p for p in paths if p.stat().st_size <= LARGEST),
                   key=lambda p: (p.stat().st_size, str(p)))
    picks = [0, len(paths) // 2, len(paths) - 1] if paths else []
    return [paths[i] for i in sorted(set(picks))][:FILES]


def secrets():
    """Configurations with secrets planted in them."""
    count = 0

    def one(_):
        nonlocal count
        count += 1
        return f"{MARK}{count:03d}{MARK}"
    for path in sorted((HERE.parent / "golden" / "secrets").iterdir()):
        yield path.name, re.sub("@", one, path.read_text()).encode()


def keep(text, name):
    folder = os.environ.get("RIALTO_HOSTILE_KEEP")
    if folder:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        (pathlib.Path(folder) / re.sub(r"\W+", "-", name)).write_bytes(text)


def main():
    agent, numbers = sys.argv[1], [int(n) for n in sys.argv[2:]]
    cuts, damages, seed = numbers + [8, 16, 2026][len(numbers):]
    shared, chance, bad, total = os.environ.get("RIALTO_SHARED"), random.Random(seed), 0, 0
    work = [(f"secrets {name}", [agent, "try", "--kind", "config", "--json"], text)
            for name, text in secrets()]
    if shared:
        files = by_format(agent, pathlib.Path(shared) / "samples")
        for (kind, dialect), paths in sorted(files.items()):
            command = [agent, "try", "--kind", kind, "--dialect", dialect, "--json"]
            work += [(f"{kind} {dialect} {p.name}", command, p.read_bytes())
                     for p in chosen(paths)]
    else:
        print("SKIPPED in part: RIALTO_SHARED is not set, so no real files were damaged")
    with tempfile.TemporaryDirectory(dir=os.environ.get("RIALTO_HOSTILE_TMP")) as folder:
        for name, command, text in work:
            n, found = attack(command, pathlib.Path(folder), text, (cuts, damages), chance)
            total += n
            bad += len(found)
            for what, fault, variant in found[:5]:
                print(f"WRONG {name}: {what}: {fault}", flush=True)
                keep(variant, f"{name} {what}")
    print(f"{len(work)} files, {total} variants, {bad} faults (seed {seed})")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
