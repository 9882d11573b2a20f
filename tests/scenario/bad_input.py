# SPDX-License-Identifier: Apache-2.0
"""Bad input of one source, end to end: the scope is named with the reason and marked stale, its
last good facts stay, nothing else changes; and repaired, all is as it was.

usage: bad_input.py SOURCE RIALTO-AGENT RIALTOD RIALTO
"""

import sys

import bad_input_cases
from bad_input_lib import DESTINATION, SOURCE, Network, check


class Judge:
    def __init__(self, net):
        self.net, self.wrong = net, []
        self.answers = self.ask()
        check(self.answers[0]["routers"] == ["r1", "r2", "r3"], f"a path: {self.answers[0]}")
        check(self.answers[1]["routers"] == ["r3", "r2", "r1"], f"back: {self.answers[1]}")

    def ask(self):
        """What clients see: the ways, and the tag of everything else."""
        return self.net.path(), self.net.path(DESTINATION, SOURCE), self.net.tag()

    def expect(self, condition, text):
        if not condition:
            self.wrong.append(text)

    def spoilt(self, case):
        key, before = ("one", case.source, case.scope), self.net.sources()
        case.spoil(self.net)
        code, said = self.net.collect()
        self.expect(code == 3, f"exit code {code}, not 3: {said}")
        if not self.net.comes_true(lambda: self.net.sources().get(key, {}).get("stale")):
            self.wrong.append(f"never stale: {said}")
            return
        after = self.net.sources()
        for text in case.says:
            self.expect(text in (after[key]["error"] or ""),
                        f"sources lacks '{text}': {after[key]['error']}")
            self.expect(text in said, f"the log lacks '{text}': {said}")
        for name, was in before.items():
            self.compare(case, name, was, after.get(name))
        self.expect(self.ask() == self.answers, f"other answers: {self.ask()}, {self.answers}")

    def compare(self, case, name, was, now):
        """A scope that fails keeps its batch; without the source all of its scopes are stale."""
        spoilt = name == ("one", case.source, case.scope)
        spoilt |= case.scope == "*" and name[:2] == ("one", case.source)
        if now is None:
            self.wrong.append(f"{name} has left")
            return
        self.expect(now["stale"] == spoilt, f"{name}: stale: {now['stale']}")
        self.expect(now["facts"] == was["facts"], f"{name}: {was['facts']} -> {now['facts']}")
        self.expect(not spoilt or now["epoch"] == was["epoch"], f"{name}: another batch")

    def repaired(self):
        self.net.glass.answer = None
        self.net.write_sources()
        code, said = self.net.collect()
        self.expect(code == 0, f"repaired: exit code {code}: {said}")
        good = self.net.comes_true(
            lambda: not any(s["stale"] or s["error"] for s in self.net.sources().values()))
        self.expect(good, "repaired, and still stale")
        self.expect(self.ask() == self.answers, f"repaired: {self.ask()}, {self.answers}")


def main():
    cases = bad_input_cases.ALL[sys.argv[1]]
    bad = 0
    with Network(*sys.argv[2:5]) as net:
        for domain in ("two", "one"):
            code, said = net.collect(domain)
            check(code == 0, said)
        net.start()
        net.until(lambda: len(net.sources()) == 13, "both domains are served")
        judge = Judge(net)
        for case in cases:
            judge.spoilt(case)
            judge.repaired()
            if judge.wrong:
                print(f"{case.source}: {case.name}:", *judge.wrong, sep="\n    ")
            bad += bool(judge.wrong)
            judge.wrong = []
    check(bad == 0, f"{bad} of {len(cases)} cases")
    print(f"{len(cases)} cases: good")


main()
