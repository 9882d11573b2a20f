# SPDX-License-Identifier: Apache-2.0
"""Agents are killed (SIGKILL) at random moments of `--once` while rialtod reads their store and
clients ask: what is served is always one whole batch, never an older one than before, and never
older than what an agent finished.

usage: kill_agents.py KILLS SEED RIALTO-AGENT RIALTOD RIALTO
"""

import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
from bad_input_lib import PATIENCE, STATIC_ONE, Network, check  # noqa: E402

ENDPOINTS = 300
FINISH_EVERY = 10  # such a round is not killed


def write_round(net, n):
    """Every fact of the batch tells the round that it is of."""
    net.write("one.static.yaml", STATIC_ONE + "".join(
        f"  - {{name: e{i}, rse: ROUND_{n}, addresses: [10.7.{i >> 8}.{i & 255}]}}\n"
        for i in range(ENDPOINTS)))
    net.write("alto/map.json", '{"network-map": {"P%d": {"ipv4": ["192.0.2.0/24"]}}}' % n)


class Watch(threading.Thread):
    """Asks all the time; the newest round that was served, or what was wrong."""

    def __init__(self, net):
        super().__init__(daemon=True)
        self.net, self.round, self.answers, self.wrong, self.stop = net, 0, 0, None, False

    def look(self):
        _, answer = self.net.ask("endpoints")
        rounds = [int(e["rse"].split("_")[1]) for e in answer["endpoints"]
                  if (e["rse"] or "").startswith("ROUND_")]
        check(len(rounds) == ENDPOINTS and len(set(rounds)) == 1,
              f"a part of a batch: {len(rounds)} endpoints of rounds {sorted(set(rounds))}")
        check(rounds[0] >= self.round, f"round {rounds[0]} after {self.round}")
        way = self.net.path()
        check(way["routers"] == ["r1", "r2", "r3"], f"a wrong way: {way}")
        self.round = rounds[0]
        self.answers += 1

    def run(self):
        while not self.stop and self.wrong is None:
            try:
                self.look()
            except (SystemExit, OSError, ValueError, KeyError) as failure:
                self.wrong = str(failure)


def collect_and_kill(net, delay):
    """True: it was killed; False: it had finished."""
    agent = subprocess.Popen([net.agent, "-c", str(net.dir / "one.yaml"), "--once"],
                             stderr=subprocess.DEVNULL)
    try:
        code = agent.wait(delay)
    except subprocess.TimeoutExpired:
        agent.kill()
        code = agent.wait(PATIENCE)
    check(code in (0, -signal.SIGKILL), f"the agent ended with {code}")
    return code != 0


def duration(net):
    start = time.monotonic()
    code, said = net.collect()
    check(code == 0, said)
    return time.monotonic() - start


def run(net, kills, dice):
    write_round(net, 1)
    whole = duration(net)
    watch = Watch(net)
    net.start()
    net.until(lambda: len(net.sources()) == 13, "both domains are served")
    watch.start()
    killed, finished, n = 0, 1, 1
    while killed < kills:
        n += 1
        write_round(net, n)
        if n % FINISH_EVERY == 0:
            whole = (whole + duration(net)) / 2
            finished = n
            net.until(lambda want=n: watch.round >= want or watch.wrong, f"round {n} is served")
        elif collect_and_kill(net, dice.uniform(0, whole)):
            killed += 1
        else:
            finished = n
        check(watch.wrong is None, watch.wrong)
    net.until(lambda: watch.round >= finished or watch.wrong, f"round {finished} is served")
    watch.stop = True
    watch.join(PATIENCE)
    check(watch.wrong is None and watch.answers > 0, watch.wrong)
    with sqlite3.connect(net.dir / "one.db") as store:
        check(store.execute("PRAGMA integrity_check").fetchone() == ("ok",), "a sound store")
    print(f"{n} rounds, {killed} kills; {watch.answers} answers of whole batches, none wrong")


def main():
    with Network(*sys.argv[3:6]) as net:
        code, said = net.collect("two")
        check(code == 0, said)
        run(net, int(sys.argv[1]), random.Random(int(sys.argv[2])))


main()
