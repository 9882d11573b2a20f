#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each check of check.py must find what it is for, and nothing in a good tree."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check.py")
LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */\n"


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(os.path.join(os.path.dirname(CHECK), "../../.clang-format"), self.folder)
        self.put("core/base/x.h", "int x(void);\n")
        self.put("core/base/x.c", '#include "base/x.h"\n\nint x(void)\n{\n    return 1;\n}\n')

    def put(self, path, text, licence=LICENCE):
        full = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(licence + text)

    def run_check(self, name):
        run = subprocess.run([sys.executable, CHECK, name, self.folder, self.folder], text=True,
                             capture_output=True, check=False)
        if run.returncode == 77:
            self.skipTest(run.stdout)
        return run.returncode, run.stdout

    def assert_found(self, name, text):
        code, output = self.run_check(name)
        self.assertEqual(code, 1, output)
        self.assertIn(text, output)

    def test_good_tree(self):
        for name in ("layers", "headers", "shape", "text", "format"):
            code, output = self.run_check(name)
            self.assertEqual(code, 0, output)

    def test_nothing_to_check(self):
        shutil.rmtree(os.path.join(self.folder, "core"))
        self.assertEqual(self.run_check("layers")[0], 2)

    def test_upward_include(self):
        self.put("core/base/y.c", '#include "model/graph.h"\n')
        self.assert_found("layers", 'core/base/y.c:2: core/base may not include "model/graph.h"')

    def test_verticals_do_not_mix(self):
        self.put("server/y.c", '#include "aggregator/aggregator.h"\n')
        self.put("aggregator/y.c", '#include "store/store.h"\n')
        self.assert_found("layers", "server/y.c:2:")
        self.assert_found("layers", "aggregator/y.c:2:")

    def test_wiring_may(self):
        self.put("server/main.c", '#include "store/store.h"\n#include "aggregator/a.h"\n')
        self.put("server/CMakeLists.txt", "rialto_program(p SOURCES main.c USES rialto_store)\n",
                 "# SPDX-License-Identifier: Apache-2.0\n")
        self.assertEqual(self.run_check("layers")[0], 0)

    def test_foreign_header(self):
        self.put("server/y.c", "#include <curl/curl.h>\n")
        self.put("core/http/fetch.c", "#include <curl/curl.h>\n")
        code, output = self.run_check("layers")
        self.assertEqual((code, output.count("belongs to")), (1, 1), output)

    def test_source_allocates(self):
        self.put("agents/sources/y.c", "void *f(void)\n{\n    return malloc(1);\n}\n")
        self.assert_found("layers", "agents/sources/y.c:4:")

    def test_header_that_needs_another(self):
        self.put("core/net/y.h", "size_t f(void);\n")
        self.assert_found("headers", "core/net/y.h:1:")

    def test_header_without_guard(self):
        self.put("core/net/y.h", "struct y {\n    int i;\n};\n")
        self.assert_found("headers", "core/net/y.h:1:")

    def test_long_function(self):
        for lines, code in ((97, 0), (98, 1)):
            self.put("core/base/y.c", "void f(void)\n{\n" + "    f();\n" * lines + "}\n")
            self.assertEqual(self.run_check("shape")[0], code)

    def test_parameters(self):
        five = "int a, void (*b)(int, int), int c, int d, int e"
        self.put("core/base/y.c", f"void f({five})\n{{\n}}\n")
        self.assertEqual(self.run_check("shape")[0], 0)
        self.put("core/base/y.c", f"void f({five}, int g)\n{{\n}}\n")
        self.assert_found("shape", "f has 6 parameters")

    def test_text(self):
        cases = {"// TO" + "DO later": "unfinished", "// see /wo" + "rk/main": "path",
                 "x" * 101: "101 columns", "int y; ": "white space",
                 "// done in the previous sess" + "ion": "talk"}
        for line, what in cases.items():
            self.put("core/base/y.c", line + "\n")
            self.assert_found("text", what)
        self.put("core/base/y.c", "// next session of the BGP peer; mkstemp(XXXXXX)\n")
        self.assertEqual(self.run_check("text")[0], 0)

    def test_licence(self):
        self.put("core/base/y.c", "int y;\n", licence="")
        self.assert_found("text", "no SPDX")

    def test_long_file(self):
        self.put("core/base/y.c", "int y;\n" * 999)
        self.assert_found("text", "1000 lines")

    def test_format(self):
        self.put("core/base/y.c", "int  y;\n")
        self.assert_found("format", "core/base/y.c:2:")


if __name__ == "__main__":
    unittest.main()
