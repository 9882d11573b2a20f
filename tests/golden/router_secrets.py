# SPDX-License-Identifier: Apache-2.0
"""Secrets in every place where the languages of Junos and SR OS have them. None may come into
facts, notes or messages: read whole, in both forms of the language, with the file cut off behind
each of them, and where a number or an address should stand.

usage: router_secrets.py RIALTO-AGENT
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

MARK = "sEcReT"
HERE = pathlib.Path(__file__).parent / "secrets"


def planted(text, first=0):
    """Every @ becomes a secret of its own; how many there are with those before."""
    count = first

    def one(_):
        nonlocal count
        count += 1
        return f"{MARK}{count:03d}"
    return re.sub("@", one, text), count


def flat(text, before):
    """The same statements with their whole path on each line."""
    path, lines = [], []
    for line in text.splitlines():
        line = re.sub(r"^/\\*.*|^#.*|##.*", "", line.strip()).strip()
        if line.endswith("{"):
            path.append(line[:-1].strip())
            lines.append(before + " ".join(path))
        elif line == "}":
            path.pop()
        elif line:
            lines.append(before + " ".join([*path, line.rstrip(";")]))
    return "\n".join(lines) + "\n"


def leaks(agent, path, text):
    """Secrets in what is told of a file, in either form; and how many facts there are."""
    path.write_text(text)
    told = ""
    for form in (["--json"], []):
        out = subprocess.run([agent, "try", "--kind", "config", *form, str(path)],
                             capture_output=True, text=True, check=False)
        told += out.stdout + out.stderr
        if form:
            facts = sum(len(b["facts"]) for r in json.loads(out.stdout)["readings"]
                        for b in r["batches"])
    return sorted(set(re.findall(MARK + r"\d*", told))), facts


def main():
    agent, bad, cut = sys.argv[1], 0, 0
    junos, n = planted((HERE / "junos.conf").read_text())
    sros, n = planted((HERE / "sros.cfg").read_text(), n)
    classic, n = planted((HERE / "sros-classic.cfg").read_text(), n)
    as_json, n = planted((HERE / "sros.json").read_text(), n)
    texts = {"junos": junos, "junos, set": flat(junos, "set "), "sros": sros,
             "sros, flat": "# TiMOS-B\n" + flat(sros, "/"), "sros, classic": classic,
             "sros, JSON": as_json}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "router"
        for name, text in texts.items():
            found, facts = leaks(agent, path, text)
            held = len(set(re.findall(MARK + r"\d+", text)))
            print(f"{name}: {held} secrets, {facts} facts, leaked: {found or 'none'}")
            bad += len(found) + (facts < 15)
        for text in (junos, sros, classic, as_json):
            for match in re.finditer(MARK + r"\d+", text):
                found, _ = leaks(agent, path, text[:match.end()])
                bad += len(found)
                cut += 1
                if found:
                    print(f"cut behind {match[0]}: leaked {found}")
    print(f"{n} secrets, cut behind {cut} of them, {bad} leaks")
    return 0 if bad == 0 and n >= 200 and cut == n else 1


if __name__ == "__main__":
    sys.exit(main())
