#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How long does rialto-agent take for 1,000 configurations in a git repository?

  repo.py AGENT [CONFIGS [ROUNDS]]     AGENT is the program rialto-agent

The configurations are those of examples/lhcone/recording, again and again, each with a comment
of its own. A round is a new store: all is read, then one file changes, then nothing; each time
`rialto-agent --once` as a whole, by the clock. Beside it, git reads the same blobs. Medians.
"""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

RECORDING = pathlib.Path(__file__).resolve().parent.parent / "examples/lhcone/recording/configs"
GIT = ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"]


def timed(command, **more):
    """Milliseconds that the command takes."""
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **more)
    return (time.monotonic() - start) * 1e3


class Repository:
    def __init__(self, folder, configs):
        self.folder, self.changes = folder, 0
        texts = [p.read_text() for p in sorted(RECORDING.rglob("*")) if p.is_file()]
        (folder / "configs").mkdir(parents=True)
        for i in range(configs):
            self.path(i).write_text(f"{texts[i % len(texts)]}\n! copy {i}\n")
        self.git("init", "-q")
        self.commit()

    def path(self, i):
        return self.folder / "configs" / f"r{i:05}.conf"

    def git(self, *words):
        subprocess.run([*GIT, "-C", self.folder, *words], check=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "configurations")

    def change(self):
        self.changes += 1
        with self.path(0).open("a") as f:
            f.write(f"! change {self.changes}\n")
        self.commit()


def one_round(agent, repository, folder, figures):
    (folder / "agent.yaml").write_text(
        f"domain: bench\nstore: {folder}/bench.db\n"
        f"sources:\n- {{kind: config, name: routers, repository: {repository.folder}}}\n")
    once = [agent, "-c", folder / "agent.yaml", "--once"]
    figures["first"].append(timed(once, stderr=subprocess.DEVNULL))
    figures["git"].append(timed([*GIT, "-C", repository.folder, "cat-file",
                                 "--batch-all-objects", "--batch"]))
    repository.change()
    figures["change"].append(timed(once, stderr=subprocess.DEVNULL))
    figures["none"].append(timed(once, stderr=subprocess.DEVNULL))


def row(what, figure, goal):
    """One line, as bench/run has them."""
    verdict = "" if goal is None else "met" if figure <= goal else "MISSED"
    told = "-" if goal is None else f"{goal} ms"
    print(f"{what:46} {figure:10.3f} ms {told:>10}  {verdict}", flush=True)


def main():
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    configs = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    figures = {"first": [], "change": [], "none": [], "git": []}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        repository = Repository(folder / "repository", configs)
        for i in range(rounds):
            (folder / str(i)).mkdir()
            one_round(sys.argv[1], repository, folder / str(i), figures)
    first, change, none, git = (statistics.median(figures[k]) for k in figures)
    row(f"{configs} configurations from git", first, 5000)
    row("the same after one file changed", change, 100)
    row("the same without a change", none, None)
    row("git cat-file of all objects", git, None)


main()
