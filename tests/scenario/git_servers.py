# SPDX-License-Identifier: Apache-2.0
"""Configurations read from a git server by https and by ssh: who is let in and who is believed;
what a server does wrong leaves the last good batches as they are.

usage: git_servers.py https|ssh RIALTO-AGENT
"""

import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import git_lib

FAILED, SKIPPED = 3, 77


class Agent:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def once(self, **options):
        """The exit code, and what it said."""
        lines = [f"    {key}: '{value}'\n" for key, value in options.items()]
        (self.folder / "a.yaml").write_text(
            "domain: one\nstore: one.db\nsources:\n  - kind: config\n    name: net\n"
            f"    cache: {self.folder}/cache\n" + "".join(lines))
        done = subprocess.run([self.program, "-c", "a.yaml", "--once"], cwd=self.folder,
                              capture_output=True, text=True, timeout=git_lib.PATIENCE)
        return done.returncode, done.stderr

    def ask(self, question):
        with sqlite3.connect(self.folder / "one.db") as db:
            return sorted(row for row in db.execute(question))

    def reads(self, *routers, **options):
        """All is well, and these routers are known."""
        code, said = self.once(**options)
        assert code == 0, said
        self.knows(*routers)
        assert self.ask("SELECT stale FROM scope WHERE scope = '*' AND stale") == []

    def knows(self, *routers):
        found = self.ask("SELECT DISTINCT i.node FROM fact_interface i "
                         "JOIN batch b ON b.id = i.batch WHERE b.superseded_at IS NULL")
        assert found == [(name,) for name in routers], found

    def refused(self, why, **options):
        """The source fails for that reason, and says no secret; what was known before stays."""
        before = self.batches() if (self.folder / "one.db").exists() else []
        code, said = self.once(**options)
        assert code == FAILED and why in said, (code, said, why)
        assert git_lib.PASSWORD not in said, said
        assert self.batches() == before
        assert self.ask("SELECT stale FROM scope WHERE scope = '*'") == [(1,)]

    def batches(self):
        return self.ask("SELECT b.id, s.scope FROM batch b JOIN scope s ON s.id = b.scope "
                        "WHERE b.superseded_at IS NULL AND s.retired = 0")


def one_change(agent, repository, good):
    """Of three files the one that changed is read again, no other."""
    before = dict((scope, number) for number, scope in agent.batches())
    repository.commit(r2="192.0.2.9/31")
    agent.reads("r1", "r2", "r3", **good)
    after = dict((scope, number) for number, scope in agent.batches())
    changed = {scope for scope in after if after[scope] != before.get(scope)}
    assert changed == {"r2", "."}, changed
    agent.reads("r1", "r2", "r3", **good)
    assert dict((scope, number) for number, scope in agent.batches()) == after


def goes_away(agent, repository, why, good):
    """A repository that is gone, and there again."""
    away = repository.bare.with_name("away")
    repository.bare.rename(away)
    agent.refused(why, **good)
    agent.knows("r1", "r2", "r3")
    away.rename(repository.bare)
    agent.reads("r1", "r2", "r3", **good)


def write(path, text):
    path.write_text(text)
    return path


def by_https(agent, repository, folder):
    certificates = git_lib.Certificates(folder)
    server = git_lib.Https(repository.bare.parent, certificates)
    good = {"repository": server.url("net.git"), "user": git_lib.USER,
            "token_file": write(folder / "token", git_lib.PASSWORD + "\n"),
            "ca_file": certificates.authority}
    without = {key: value for key, value in good.items() if key != "ca_file"}
    agent.refused("certificate is not trusted", **without)
    agent.reads("r1", "r2", "r3", **good)
    one_change(agent, repository, good)
    [mirror] = (agent.folder / "cache").glob("*.git")
    remains = write(mirror / "objects" / "pack" / "pack_git2_0123456789abcdef", "half a pack")
    agent.reads("r1", "r2", "r3", **good)
    assert not remains.exists()  # of a fetch that was killed
    agent.refused("certificate is not trusted", **without)
    other = good["repository"].replace("localhost", "127.0.0.1")
    agent.refused("certificate is not trusted", **{**good, "repository": other})
    wrong = write(folder / "wrong", "another\n")
    agent.refused("the server refuses the credentials", **{**good, "token_file": wrong})
    none = {key: value for key, value in good.items() if key != "token_file"}
    agent.refused("the server asks for credentials", **none)
    agent.refused("ca_file: ", **{**good, "ca_file": wrong})
    goes_away(agent, repository, "404", good)
    with git_lib.silent() as server:
        url = f"https://localhost:{server.getsockname()[1]}/net.git"
        agent.refused("said nothing for 1 seconds", **{**good, "repository": url, "stall": "1s"})
    agent.knows("r1", "r2", "r3")


def by_ssh(agent, repository, folder):
    server = git_lib.Ssh(folder)
    try:
        with_ssh(agent, repository, folder, server)
    finally:
        server.close()


def with_ssh(agent, repository, folder, server):
    good = {"repository": server.url(repository.bare), "key_file": folder / "in_ed25519",
            "known_hosts_file": server.known_hosts("known", "host_ecdsa", "host_ed25519")}
    stranger = server.known_hosts("strange", "stranger_ed25519")
    agent.refused("is not in known_hosts_file", **{**good, "known_hosts_file": stranger})
    agent.reads("r1", "r2", "r3", **good)
    one_change(agent, repository, good)
    agent.refused("is not in known_hosts_file", **{**good, "known_hosts_file": stranger})
    for kind in server.KINDS:  # the server has several keys: which one is known suffices
        one = server.known_hosts("one", f"host_{kind}")
        agent.reads("r1", "r2", "r3",
                    **{**good, "known_hosts_file": one, "key_file": folder / f"in_{kind}"})
    hashed = server.known_hosts("hashed", "host_ecdsa")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", hashed], check=True, capture_output=True)
    assert hashed.read_text().startswith("|1|")
    agent.reads("r1", "r2", "r3", **{**good, "known_hosts_file": hashed})
    stranger = folder / "stranger_ed25519"
    agent.refused("the server refuses the credentials", **{**good, "key_file": stranger})
    none = {key: value for key, value in good.items() if key != "key_file"}
    agent.refused("the server asks for credentials", **none)
    goes_away(agent, repository, "does not appear to be a git repository", good)
    with git_lib.silent() as quiet:
        port = quiet.getsockname()[1]
        hosts = server.known_hosts("quiet", "host_ed25519", port=port)
        agent.refused("said nothing for 1 seconds",
                      **{**good, "repository": server.url(repository.bare, port), "stall": "1s",
                         "known_hosts_file": hosts})
    agent.knows("r1", "r2", "r3")


def main():
    how, program = sys.argv[1], sys.argv[2]
    missing = git_lib.tools_missing() + (git_lib.ssh_missing() if how == "ssh" else [])
    if missing:
        print(f"SKIPPED, because not installed: {' '.join(missing)}")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        repository = git_lib.Repository(folder)
        repository.commit(r1="192.0.2.1/31", r2="192.0.2.3/31", r3="192.0.2.5/31")
        {"https": by_https, "ssh": by_ssh}[how](Agent(program, folder), repository, folder)
    print(f"read by {how}: good")


main()
