# SPDX-License-Identifier: Apache-2.0
"""rialtod reads its configuration again and again, good ones and bad ones, while clients ask: every
answer is right, nothing leaks.

usage: reload.py ROUNDS RIALTO-AGENT RIALTOD RIALTO
"""

import json
import os
import pathlib
import signal
import sys
import threading
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
from bad_input_lib import DESTINATION, PATIENCE, SOURCE, Network, check  # noqa: E402

CLIENTS = 4
WARM = 50  # rounds until memory is compared
SLACK = 16 << 10  # KiB
BAD = ["nonsense: 1\n", "limits: {threads: many}\n", "listen: nowhere\n", "{[\n", "\0\1\2",
       "clients: [{name: x, digest: {user: x, password_file: nowhere}}]\n"]


class Asking(threading.Thread):
    """One client that never stops asking."""

    def __init__(self, net, request, body, judge):
        super().__init__(daemon=True)
        self.url, self.request, self.body, self.judge = net.url, request, body, judge
        self.answers, self.wrong, self.stop = 0, [], False

    def run(self):
        headers = {"Content-Type": "application/alto-endpointcostparams+json"}
        while not self.stop and not self.wrong:
            try:
                with urllib.request.urlopen(urllib.request.Request(
                        self.url + self.request, self.body, headers if self.body else {}),
                        timeout=PATIENCE) as reply:
                    answer = json.load(reply)
                if not self.judge(answer):
                    self.wrong.append(f"{self.request}: {answer}")
            except (OSError, ValueError) as failure:
                self.wrong.append(f"{self.request}: {failure}")
            self.answers += 1


def clients(net):
    costs = json.dumps({"cost-type": {"cost-mode": "numerical", "cost-metric": "hopcount"},
                        "endpoints": {"srcs": ["ipv4:" + SOURCE],
                                      "dsts": ["ipv4:" + DESTINATION]}}).encode()
    asked = [("/networkmap", None, lambda a: len(a["network-map"]) >= 2),
             (f"/api/v1/path?src={SOURCE}&dst={DESTINATION}", None,
              lambda a: a["routers"] == ["r1", "r2", "r3"]),
             ("/endpointcost", costs, lambda a: a["endpoint-cost-map"]["ipv4:" + SOURCE]),
             ("/directory", None, lambda a: len(a["resources"]) > 3)]
    return [Asking(net, *what) for what in asked[:CLIENTS]]


def memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def reload(net, text):
    """Gives rialtod a configuration; what it says of it."""
    log = net.dir / "rialtod.log"
    before = log.stat().st_size
    net.write("rialtod.yaml", text)
    net.daemon.send_signal(signal.SIGHUP)

    def said():
        new = log.read_bytes()[before:]
        return b"configuration read again\n" in new or (
            b"stays as it was" in new and new.endswith(b"\n"))
    net.until(said, f"an answer to SIGHUP with {text!r}")
    return log.read_bytes()[before:].decode(errors="replace")


def run(net, rounds):
    good = (net.dir / "rialtod.yaml").read_text()
    asking = clients(net)
    for one in asking:
        one.start()
    first, refused = None, 0
    for n in range(rounds):
        bad = n % 2 == 1
        more = BAD[n // 2 % len(BAD)] if bad else f"limits: {{body: {1 + n % 7}M}}\n"
        said = reload(net, good + more)
        check(("stays as it was" in said) == bad, f"{more!r}: {said}")
        refused += bad
        check(not any(one.wrong for one in asking), [one.wrong for one in asking])
        if n == min(WARM, rounds // 2):
            first = memory(net.daemon.pid), files(net.daemon.pid)
    for one in asking:
        one.stop = True
    for one in asking:
        one.join(PATIENCE)
        check(one.answers > 0 and not one.wrong, f"{one.request}: {one.wrong}")
    last = memory(net.daemon.pid), files(net.daemon.pid)
    check(last[0] - first[0] < SLACK, f"memory grew from {first[0]} to {last[0]} KiB")
    check(last[1] - first[1] < 2 * CLIENTS, f"open files grew from {first[1]} to {last[1]}")
    print(f"{rounds} reloads, {refused} of them refused; {sum(o.answers for o in asking)} answers, "
          f"all right; {first[0]} -> {last[0]} KiB, {first[1]} -> {last[1]} open files")


def main():
    with Network(*sys.argv[2:5]) as net:
        for domain in ("two", "one"):
            code, said = net.collect(domain)
            check(code == 0, said)
        net.start()
        net.until(lambda: len(net.sources()) == 13, "both domains are served")
        run(net, int(sys.argv[1]))


main()
