#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tests/coverage/lines makes of gcov's reports."""

import collections
import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("lines", str(HERE / "lines"))
lines = importlib.util.module_from_spec(importlib.util.spec_from_loader("lines", loader))
loader.exec_module(lines)


def report(name, counts, folder="/src/build"):
    rows = [{"line_number": n, "count": times} for n, times in counts.items()]
    return {"current_working_directory": folder, "files": [{"file": name, "lines": rows}]}


def added(*reports):
    counts = collections.defaultdict(collections.Counter)
    for one in reports:
        lines.add(counts, one, "/src")
    return counts


class Lines(unittest.TestCase):
    def test_programs_that_share_a_source_add_up(self):
        counts = added(report("../core/net/addr.c", {1: 0, 2: 3}),
                       report("/src/core/net/addr.c", {1: 2, 2: 0, 3: 0}))
        self.assertEqual(dict(counts["core/net/addr.c"]), {1: 2, 2: 3, 3: 0})
        self.assertEqual(lines.sums(counts, ["core/net/addr.c"]), (3, 2))

    def test_only_parsers_are_counted(self):
        counts = added(report("/src/aggregator/igp.c", {1: 1}),
                       report("/src/tests/unit/core/net/test_addr.c", {1: 1}),
                       report("/src/core/net/addr.h", {1: 1}),
                       report("/usr/include/stdio.h", {1: 1}))
        self.assertEqual(dict(counts), {})

    def test_what_is_below_the_goal(self):
        counts = added(report("/src/core/net/a.c", {n: int(n <= 85) for n in range(1, 101)}),
                       report("/src/core/net/b.c", {n: int(n <= 84) for n in range(1, 101)}),
                       report("/src/core/conf/c.c", {1: 0}))
        names = ["core/net/a.c", "core/net/b.c", "core/conf/c.c", "core/conf/empty.c"]
        each = {name: [name] for name in names}
        self.assertEqual(lines.below(counts, each), ["core/conf/c.c", "core/net/b.c"])
        text, reached = lines.verdict(counts, names)
        self.assertFalse(reached)
        self.assertTrue(text.endswith("Missed by core/conf, core/net.\n"))
        self.assertTrue(lines.verdict(counts, ["core/net/a.c"])[1])

    def test_every_parser_of_the_table_exists(self):
        found = lines.parsers()
        self.assertGreater(len(found), 150)
        self.assertTrue(set(lines.FILES) < set(found))


if __name__ == "__main__":
    unittest.main()
