# SPDX-License-Identifier: Apache-2.0
"""Mistakes in configurations: each program says file:line:column and what was expected, in one
line, and starts nothing: no store is made, no port is opened, no source is asked.

usage: bad_config.py RIALTO-AGENT RIALTOD RIALTO
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from bad_input_lib import PATIENCE, check

GOOD = "domain: one\nstore: one.db\n"

# What stands behind GOOD (from line 3 on), and what is said of it.
AGENT = [
    ("sources: []\nintervall: 5m\n",
     "a.yaml:4:1: intervall: unknown key (did you mean interval?)"),
    ("sources: []\ndomain: two\n", "a.yaml:4:1: domain: duplicate key (first at line 1)"),
    ("sources: {kind: static}\n", "a.yaml:3:10: sources: expected a list, found a mapping"),
    ("sources: []\ninterval: often\n",
     "a.yaml:4:11: interval: expected a duration such as 500ms, 10s, 5m, 2h or 7d"),
    ("sources: []\nlog: [info]\n",
     "a.yaml:4:6: log: expected a choice, not a list"),
    ("sources: [{kind: statik, file: x}]\n",
     "a.yaml:3:18: kind: unknown kind of source (known: {kinds})"),
    ("sources: [{file: x}]\n",
     "a.yaml:3:11: kind: required key is missing"),
    ("sources: [{kind: static, file: good.yaml, fil: x}]\n",
     "a.yaml:3:43: sources.fil: unknown key (did you mean file?)"),
    ("sources: [{kind: static, file: nowhere.yaml}]\n",
     "a.yaml:3:32: file: {dir}/nowhere.yaml: No such file or directory"),
    ("sources:\n  - {kind: static, file: good.yaml}\n  - {kind: static, file: good.yaml}\n",
     "a.yaml:5:5: name: another source is named static (give each its own name)"),
    ("sources:\n  - {kind: static, file: good.yaml}\n  - {kind: documents, path: nowhere}\n",
     "a.yaml:5:29: path: {dir}/nowhere: No such file or directory"),
    ("sources: [{kind: config}]\n",
     "a.yaml:3:11: give either `repository:` or `path:`"),
    ("sources: [{kind: config, path: a, repository: b}]\n",
     "a.yaml:3:11: give either `repository:` or `path:`"),
    ("sources: [{kind: config, path: a, folder: ../b}]\n",
     'a.yaml:3:43: folder: ../b: not a path below the top (no leading or double slash, '
     'no "." or "..")'),
    ("sources: [{kind: config, repository: 'http://git.example/x'}]\n",
     "a.yaml:3:38: repository: only https:// and ssh:// URLs and folders are read (give "
     "a folder without file://)"),
    ("sources: [{kind: config, path: a, dialect: frrr}]\n",
     "a.yaml:3:44: sources.dialect: must be one of auto, frr, junos, sros, bird, ios, ios-xr, "
     "nxos, eos (did you mean frr?)"),
    ("sources: [{kind: config, path: a, limits: {file: 1G}}]\n",
     "a.yaml:3:50: sources.limits.file: must be at most 64M"),
    ("sources: [{kind: looking-glass, routers: [{name: a}]}]\n",
     "a.yaml:3:43: router a: needs either path or url"),
    ("sources: [{kind: looking-glass, routers: [{name: a, url: 'http://x/'}]}]\n",
     "a.yaml:3:58: url: needs %q once, where the command belongs"),
    ("sources: [{kind: looking-glass, routers: [{name: a, url: 'file:///x%q'}]}]\n",
     "a.yaml:3:58: url: must start with http:// or https://"),
    ("sources:\n- kind: looking-glass\n  routers: [{name: a, path: x}, {name: a, path: y}]\n",
     "a.yaml:5:33: name: router a is there twice"),
    ("sources:\n- kind: looking-glass\n  routers: [{name: a, path: x}]\n"
     "  allow: [127.0.0.0/33]\n",
     'a.yaml:6:11: allow: "127.0.0.0/33" is no prefix'),
    ("sources:\n- kind: looking-glass\n  routers: [{name: a, path: x}]\n"
     "  commands: [bgp5]\n",
     'a.yaml:6:14: commands: "bgp5" is none (known: bgp4, bgp6, route4, route6, '
     'interface, neighbors, ospf, isis)'),
    ("sources:\n- kind: looking-glass\n  routers: [{name: a, path: x}]\n"
     "  limits: {redirects: 11}\n",
     "a.yaml:6:23: sources.limits.redirects: must be at most 10"),
    ("sources: [{kind: traceroute}]\n",
     "a.yaml:3:11: needs either path (a spool folder) or targets"),
    ("sources: [{kind: traceroute, path: x, targets: [192.0.2.1]}]\n",
     "a.yaml:3:11: needs either path (a spool folder) or targets"),
    ("sources: [{kind: traceroute, targets: [192.0.2.256], source: 192.0.2.1}]\n",
     'a.yaml:3:40: "192.0.2.256" is no address'),
    ("sources: [{kind: traceroute, targets: [192.0.2.2]}]\n",
     "a.yaml:3:39: targets: needs source, the address to send from"),
    ("sources: [{kind: traceroute, path: x, pattern: '{sauce}'}]\n",
     "a.yaml:3:48: pattern: only {source}, {destination}, {time} and {name} may stand in "
     "braces, and no /"),
    ("sources: [{kind: perfsonar}]\n",
     "a.yaml:3:11: needs path, servers or listen"),
    ("sources: [{kind: perfsonar, servers: [{name: a, dialect: esmond, url: 'file:///x'}]}]\n",
     "a.yaml:3:71: url: must start with http:// or https://"),
    ("sources: [{kind: perfsonar, listen: {address: 192.0.2.1, port: 1, token_file: good.yaml}}]\n",
     "a.yaml:3:37: listening on 192.0.2.1 needs certificate and key: tokens must not go over a "
     "network as they are"),
    ("sources: [{kind: perfsonar, listen: {port: 1}}]\n",
     "a.yaml:3:37: sources.listen.token_file: required key is missing"),
    ("sources: [{kind: cric}]\n",
     "a.yaml:3:11: needs either url or path"),
    ("sources: [{kind: topology}]\n",
     "a.yaml:3:11: needs path or documents"),
    ("sources: [{kind: topology, path: x, dialect: morse}]\n",
     "a.yaml:3:46: dialect: \"morse\" is none (see rialto-agent try --help)"),
    ("sources: [{kind: alto, url: 'gopher://x'}]\n",
     "a.yaml:3:29: url: must start with http:// or https://"),
    ("sources: [{kind: alto, url: 'http://x', vectors: [{name: v, sources: [A], "
     "destinations: ['ipv4:192.0.2.1']}]}]\n",
     "a.yaml:3:90: PIDs and addresses can't be mixed"),
    ("sources: [{kind: documents, path: [a]}]\n",
     "a.yaml:3:35: sources.path: expected a file name, not a list"),
    ("sources: [{kind: static, file: good.yaml, expires: never}]\n",
     "a.yaml:3:52: sources.expires: expected a duration such as 500ms, 10s, 5m, 2h or 7d"),
    ("sources: [{kind: static, file: good.yaml\n",
     "a.yaml:4:1: did not find expected ',' or '}'"),
    ("sources: " + "[" * 1000 + "\n",
     "a.yaml:3:25: nested too deeply (at most 16 levels)"),
    ("sources: &a [*a]\n",
     "a.yaml:3:10: anchors are not supported"),
    ("sources: []\nlog: \xe9\n".encode("latin-1"),
     "a.yaml:4:6: incomplete UTF-8 octet sequence"),
    (b"sources: []\n\x00\x01",
     "a.yaml:4:1: control characters are not allowed"),
]
SERVER = [
    ("", "d.yaml:1:1: stores: required key is missing"),
    ("stores: [a]\nstores: [b]\n", "d.yaml:2:1: stores: duplicate key (first at line 1)"),
    ("stores: [a]\nstore: x\n", "d.yaml:2:1: store: unknown key (did you mean stores?)"),
    ("stores: []\n", "d.yaml:1:9: stores: at least one is needed"),
    ("stores: {a: b}\n", "d.yaml:1:9: stores: expected a list, found a mapping"),
    ("stores: [a]\nlisten: here\n",
     "d.yaml:2:9: listen: not ADDRESS:PORT (or [ADDRESS]:PORT for IPv6)"),
    ("stores: [a]\nlisten: 127.0.0.1:65536\n",
     "d.yaml:2:9: listen: not ADDRESS:PORT (or [ADDRESS]:PORT for IPv6)"),
    ("stores: [a]\nlisten: 127.0.0.256:1\n",
     "d.yaml:2:9: listen: not ADDRESS:PORT (or [ADDRESS]:PORT for IPv6)"),
    ("stores: [a]\nlimits: {threads: many}\n",
     "d.yaml:2:19: limits.threads: expected a whole number"),
    ("stores: [a]\nlimits: {threads: 65}\n",
     "d.yaml:2:19: limits.threads: must be at most 64"),
    ("stores: [a]\ntls: {certificate: no.pem}\n", "d.yaml:2:6: tls.key: required key is missing"),
    ("stores: [a]\ntls: {certificate: no.pem, key: good.yaml}\n",
     "d.yaml:2:20: tls.certificate: {dir}/no.pem: No such file or directory"),
    ("stores: [a]\ntls: {certificate: good.yaml, key: .}\n",
     "d.yaml:2:36: tls.key: {dir}: is a directory, not a file"),
    ("stores: [a]\ntls: {certificate: good.yaml, key: empty}\n",
     "d.yaml:2:36: tls.key: {dir}/empty: is empty"),
    ("stores: [a]\nclients: [{name: x}]\n",
     "d.yaml:2:11: clients: 'x' matches nobody (give networks or digest)"),
    ("stores: [a]\nclients: [{name: x, networks: [10.0.0.0/33]}]\n",
     "d.yaml:2:32: networks: '10.0.0.0/33' is not a prefix"),
    ("stores: [a]\nclients: [{name: x, networks: [10.0.0.0/8], grants: [all]}]\n",
     "d.yaml:2:54: clients.grants: must be one of path-vector, private-properties, "
     "operator-api, rucio, resource-specification"),
    ("stores: [a]\nclients: [{name: x, digest: {user: u, password_file: nowhere}}]\n",
     "d.yaml:2:29: password_file: {dir}/nowhere: No such file or directory"),
    ("stores: [a]\npoll: 5\n",
     "d.yaml:2:7: poll: expected a duration such as 500ms, 10s, 5m, 2h or 7d"),
    ("stores: [a]\nname: two words\n",
     "d.yaml:2:7: name: 1 to 20 letters, digits, or characters of -_:@ "
     "(RFC 7285 section 10.2)"),
    ("stores: [a]\npublic_url: ftp://x\n", "d.yaml:2:13: public_url: http:// or https:// expected"),
    ("stores: [a]\nlog: loud\n", "d.yaml:2:6: log: must be one of error, warn, info, debug"),
    ("stores: [a\n", "d.yaml:2:1: did not find expected ',' or ']'"),
    ("[a]\n", "d.yaml:1:1: expected keys with values (key: value)"),
]
# The CLI has no file; its options, and the files that they name.
CLI = [
    (["--server", "nonsense", "sources"],
     "server URL nonsense: expected http://HOST[:PORT][/PATH] or https://"),
    (["--server", "ftp://127.0.0.1/", "sources"],
     "server URL ftp://127.0.0.1/: expected http://HOST[:PORT][/PATH] or https://"),
    (["--timeout", "0", "sources"], "--timeout 0: expected 1 to 86400 seconds"),
    (["--credentials", "nowhere", "sources"],
     "credentials file nowhere: No such file or directory"),
    (["--credentials", "empty", "sources"],
     "credentials file empty: must be a plain file that others can't read (chmod o-r)"),
    (["sauces"], "unknown command sauces; do you mean sources?"),
    (["--sever", "x", "sources"], "unknown option --sever"),
]


class Programs:
    def __init__(self, folder):
        self.dir, self.wrong = pathlib.Path(folder), 0
        self.agent, self.server, self.cli = map(os.path.abspath, sys.argv[1:4])
        listed = subprocess.run([self.agent, "sources"], capture_output=True, timeout=PATIENCE,
                                text=True, check=True).stdout
        self.kinds = ", ".join(line.split()[0] for line in listed.splitlines())
        (self.dir / "good.yaml").write_text("{}\n")
        (self.dir / "empty").write_text("")
        (self.dir / "empty").chmod(0o644)

    def refuse(self, command, code, message):
        """It ends by itself with that code and message, and leaves nothing behind."""
        before = sorted(os.listdir(self.dir))
        done = subprocess.run(command, cwd=self.dir, capture_output=True, timeout=PATIENCE)
        said = done.stderr.decode(errors="replace").splitlines()
        message = message.replace("{dir}", str(self.dir)).replace("{kinds}", self.kinds)
        want = f"{os.path.basename(command[0])}: {message}"
        after = sorted(os.listdir(self.dir))
        if done.returncode != code or not said or said[0] != want or after != before:
            print(f"{' '.join(map(str, command[1:]))}: {done.returncode}, {after}\n"
                  f"  said:   {said}\n  wanted: {want}")
            self.wrong += 1

    def write(self, name, text):
        (self.dir / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def agents(self):
        for text, message in AGENT:
            text = text.encode() if isinstance(text, str) else text
            self.write("a.yaml", GOOD.encode() + text)
            for mode in (["--check"], ["--once"], []):
                self.refuse([self.agent, "-c", "a.yaml", *mode], 1, message)

    def servers(self):
        for text, message in SERVER:
            self.write("d.yaml", text)
            for mode in (["--check"], ["--print-snapshot"], ["--ready-file", "ready"]):
                self.refuse([self.server, "-c", "d.yaml", *mode], 1, message)
        self.write("d.yaml", "stores: [a]\n")
        self.refuse([self.server, "-c", "d.yaml", "--listen", "nowhere:1"], 1,
                    "--listen: 'nowhere:1' is not ADDRESS:PORT (or [ADDRESS]:PORT for IPv6)")

    def missing_files(self):
        for program in (self.agent, self.server):
            self.refuse([program, "-c", "none.yaml"], 1, "none.yaml: No such file or directory")
            self.refuse([program, "-c", "."], 1, ".: is a directory, not a file")
            self.write("huge.yaml", "")
            os.truncate(self.dir / "huge.yaml", 100 << 20)
            self.refuse([program, "-c", "huge.yaml"], 1, "huge.yaml: larger than 1048576 bytes")


def main():
    with tempfile.TemporaryDirectory(prefix="rialto-config-") as folder:
        programs = Programs(folder)
        programs.agents()
        programs.servers()
        programs.missing_files()
        for arguments, message in CLI:
            programs.refuse([programs.cli, *arguments], 2, message)
    check(programs.wrong == 0, f"{programs.wrong} answers")
    print(f"{len(AGENT)} + {len(SERVER)} + {len(CLI)} mistakes: good")


main()
