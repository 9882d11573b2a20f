#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manual pages as man(1) shows them: without warnings, with each heading and each option of the
Markdown that they are made of, and nothing of its marks.

usage: man_pages.py FOLDER-OF-MARKDOWN FOLDER-OF-PAGES

Skips (77) where there is no man, or one that can't render a file.
"""

import pathlib
import re
import shutil
import subprocess
import sys


def shown(page):
    run = subprocess.run(["man", "-l", "--warnings", "-E", "UTF-8", str(page)],
                         capture_output=True, text=True, check=False,
                         env={"MANWIDTH": "1000", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert run.returncode == 0 and not run.stderr, (page.name, run.stderr)
    return re.sub(r"[ \n]+", " ", run.stdout.replace("‐", "-").replace("−", "-"))


def check(markdown, text):
    for mark in ("`", "**", "](", "|--"):
        assert mark not in text, (markdown.name, mark)
    for line in markdown.read_text().splitlines():
        if line.startswith("## "):
            assert line[3:].upper() in text, (markdown.name, line)
        for option in re.findall(r"^[|]? ?`(--?[a-z][a-z-]*)", line):
            assert option in text, (markdown.name, option)


def main():
    markdown, pages = map(pathlib.Path, sys.argv[1:3])
    found = sorted(p for p in pages.iterdir() if re.fullmatch(r"rialto.*\.[1-8]", p.name))
    assert [p.name for p in found] == ["rialto-agent.1", "rialto.1", "rialtod.1"], found
    if shutil.which("man") is None or subprocess.run(
            ["man", "-l", "/dev/null"], capture_output=True, check=False).returncode not in (0, 16):
        print("no man that shows files: nothing to look at")
        return 77
    for page in found:
        check(markdown / (page.name + ".md"), shown(page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
