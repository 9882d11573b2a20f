#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of style that a program can check.

usage: check.py layers|headers|shape|text|format SOURCE BUILD

Exit status: 0 good, 1 findings (one per line: file:line: what), 2 nothing to check, 77 a tool
is missing.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

MAX_FUNCTION = 100   # lines
MAX_PARAMETERS = 5
MAX_FILE = 999       # lines
MAX_COLUMNS = 100
SPDX = "SPDX-License-Identifier: Apache-2.0"
SKIP = 77

# What the sources in a folder may include; a module always includes itself.
LAYERS = {
    "core/base": [],
    "core/net": ["base"],
    "core/model": ["base", "net"],
    "core/wire": ["base", "net", "model"],
    "core/plan": ["base", "net", "model"],
    "core/conf": ["base"],
    "core/store": ["base", "net", "model"],
    "core/http": ["base", "net"],
    "agents": ["base", "net", "model", "wire", "conf", "http"],
    "aggregator": ["base", "net", "model", "plan", "conf"],
    "server": ["base", "net", "model", "wire", "plan", "conf", "http"],
    "client": ["base", "net", "model", "wire", "http"],
}

# Headers of other projects and the only places that may include them.
HOMES = {
    "curl/": ["core/http/fetch.c", "core/http/fetch_set.c", "core/http/fetch_private.h"],
    "microhttpd.h": ["core/http/serve_private.h", "core/http/serve_response.h",
                     "core/http/framing.h", "bench/echo.c"],
    "nettle/": ["core/http/digest.c", "agents/known_hosts.c"],
    "sqlite3.h": ["core/store/"],
    "jansson.h": ["core/wire/", "client/decode.c", "bench/ingest.c"],  # librialto stands on its own
    "git2": ["agents/repo.c", "agents/repo_fetch.c"],
    "expat.h": ["agents/sources/lg/xml.c", "agents/sources/topology/xml.c"],
    "yaml.h": ["core/conf/"],
    "zlib.h": ["core/wire/repack.c", "bench/gzip.c"],
    "xxhash.h": ["core/base/hash.c"],
}

# Callbacks whose parameters another project decides.
IMPOSED = {("core/http/serve_calls.c", "calls_access"),
           ("core/http/serve_private.h", "calls_access"), ("bench/echo.c", "answer")}

# One finding per match; this file, which must name them, is left out.
FORBIDDEN = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "unfinished work"),
    (re.compile(r"(?<![\w.$}])/(?:home|mnt|work)/"), "path of one machine"),
    # Sessions of BGP and TLS are fine; those in which somebody writes code are not.
    (re.compile(r"\b(our|my|an earlier|the previous|coding|working) session\b"
                r"(?!.*\b(BGP|TLS|peer))", re.I), "talk about how the code came to be"),
]

PRODUCT = ("core", "agents", "aggregator", "server", "client")
CODE = (".c", ".h", ".def", ".cmake", ".py", ".sh")
TEXT = CODE + (".md", ".txt", ".yaml", ".yml", ".json", ".sql", ".in", ".service", ".html", ".js")


class Tree:
    """The files of the project, relative to its root."""

    def __init__(self, root):
        self.root = root
        self.files = sorted(self._walk())

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders
                          if not f.startswith((".git", "build", "run-", "__pycache__"))]
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    yield os.path.relpath(path, self.root)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as f:
            return f.read()

    def lines(self, path):
        return self.read(path).splitlines()

    def of(self, suffixes, folders=None):
        return [f for f in self.files if f.endswith(suffixes)
                and (folders is None or f.split("/")[0] in folders)]

    def product(self, *suffixes):
        return self.of(suffixes, PRODUCT)

    def scripts(self):
        """Executable scripts without a suffix, and the build files."""
        for path in self.files:
            if os.path.basename(path) == "CMakeLists.txt":
                yield path
            elif "." not in os.path.basename(path) and path.split("/")[0] != "tests/data":
                with open(os.path.join(self.root, path), "rb") as f:
                    if f.read(2) == b"#!":
                        yield path


def need(tool):
    if shutil.which(tool) is None:
        print(f"SKIPPED: {tool} is not installed")
        sys.exit(SKIP)


def module_of(path):
    """The folder of LAYERS that a file belongs to, or None."""
    for folder in LAYERS:
        if path.startswith(folder + "/"):
            return folder
    return None


def wiring_of(tree):
    """Sources of programs, which tie layers together, with the headers of the same name."""
    wiring = set()
    for path in tree.files:
        if os.path.basename(path) != "CMakeLists.txt":
            continue
        for call in re.findall(r"rialto_program\(([^)]*)\)", tree.read(path)):
            words = call.split("USES")[0].split()
            for word in words:
                if word.endswith(".c"):
                    source = os.path.join(os.path.dirname(path), word)
                    wiring |= {source, source[:-2] + ".h"}
    return wiring


def is_at_home(path, homes):
    return any(path.startswith(h) if h.endswith("/") else path == h for h in homes)


def check_foreign(path, header):
    """A finding when a third-party header is included away from its home."""
    for prefix, homes in HOMES.items():
        if header.startswith(prefix) and not is_at_home(path, homes):
            return f"<{header}> belongs to {' and '.join(homes)}"
    return None


def check_own(path, header, folder, wiring):
    """A finding when a project header is included against the layers."""
    module = header.split("/")[0]
    own = folder.split("/")[-1]
    if "/" not in header:
        return None if header.endswith((".def", ".inc")) else f'"{header}" lacks its folder'
    if module not in [f.split("/")[-1] for f in LAYERS]:
        return f'"{header}" is of no known folder'
    if module != own and module not in LAYERS[folder] and path not in wiring:
        return f'{folder} may not include "{header}"'
    return None


def check_layers(tree, _build):
    wiring = wiring_of(tree)
    allocate = re.compile(r"\b(malloc|calloc|realloc|strdup|strndup)\s*\(")
    for path in tree.product(".c", ".h"):
        folder = module_of(path)
        for number, line in enumerate(tree.lines(path), 1):
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if m:
                own = m.group(1) == '"'
                found = (check_own(path, m.group(2), folder, wiring) if own
                         else check_foreign(path, m.group(2)))
                if found:
                    yield f"{path}:{number}: {found}"
            if os.path.dirname(path) == "agents/sources" and allocate.search(line):
                yield f"{path}:{number}: sources allocate from their batch's arena"


def make_roots(tree, folder):
    """One include root per module, as the build has them: root/NAME/NAME is the folder."""
    for path in LAYERS:
        name = path.split("/")[-1]
        os.makedirs(os.path.join(folder, name))
        os.symlink(os.path.join(tree.root, path), os.path.join(folder, name, name))


def check_headers(tree, build):
    with tempfile.TemporaryDirectory() as folder:
        make_roots(tree, folder)
        yield from compile_headers(tree, folder, build)


def compile_headers(tree, include, build):
    compiler = "gcc" if shutil.which("gcc") else "cc"
    need(compiler)
    wiring = wiring_of(tree)
    for path in tree.product(".h"):
        folder = module_of(path)
        own = folder.split("/")[-1]
        modules = ([f.split("/")[-1] for f in LAYERS] if path in wiring
                   else LAYERS[folder] + [own])
        roots = [os.path.join(include, m) for m in modules]
        roots.append(os.path.join(build, folder, "generated"))
        name = own + path[len(folder):]
        command = [compiler, "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                   "-fsyntax-only", "-x", "c", "-"] + [f"-I{r}" for r in roots]
        # Twice: the guard must work too.
        run = subprocess.run(command, input=f'#include "{name}"\n' * 2, text=True,
                             capture_output=True, check=False)
        if run.returncode != 0:
            yield f"{path}:1: does not compile alone: {run.stderr.splitlines()[:3]}"


def count_parameters(signature):
    inner = signature.strip()[1:-1].strip()
    if inner in ("", "void"):
        return 0
    depth, count = 0, 1
    for c in inner:
        depth += (c in "([") - (c in ")]")
        count += c == "," and depth == 0
    return count


def functions_of(tree, files):
    """(file, line, name, lines, parameters) of each function, as ctags sees them."""
    command = ["ctags", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f",
               "--fields=+neS", "--output-format=json", "-f", "-", "-L", "-"]
    run = subprocess.run(command, input="\n".join(files), text=True, cwd=tree.root,
                         capture_output=True, check=True)
    for line in run.stdout.splitlines():
        tag = json.loads(line)
        if tag.get("_type") == "tag" and "end" in tag:
            yield (tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1,
                   count_parameters(tag.get("signature", "()")))


def print_shape(name, functions):
    lengths = sorted(f[3] for f in functions)
    if lengths:
        p95 = lengths[min(len(lengths) - 1, int(len(lengths) * 0.95))]
        print(f"{name}: {len(lengths)} functions, lines: median "
              f"{statistics.median(lengths):g}, p95 {p95}, longest {lengths[-1]}")


def count_code(tree, files):
    """Lines that are neither empty nor only a comment."""
    total = 0
    for path in files:
        for line in tree.lines(path):
            text = line.strip()
            total += bool(text) and not text.startswith(("//", "/*", "*", "#!"))
    return total


def print_ratio(tree):
    product = count_code(tree, tree.product(".c", ".h", ".def"))
    in_c = count_code(tree, tree.of((".c", ".h"), ["tests"]))
    other = count_code(tree, tree.of((".py", ".sh", ".sc"), ["tests"]))
    if product:
        print(f"code lines: product {product}, tests in C {in_c} ({in_c / product:.2f}), "
              f"with scripts {in_c + other} ({(in_c + other) / product:.2f})")
    sizes = sorted(len(tree.lines(f)) for f in tree.product(".c"))
    if sizes:
        print(f"product .c files: {len(sizes)}, lines: median {statistics.median(sizes):g}, "
              f"longest {sizes[-1]}")


def check_shape(tree, _build):
    need("ctags")
    version = subprocess.run(["ctags", "--version"], text=True, capture_output=True, check=False)
    if "Universal Ctags" not in version.stdout:
        print("SKIPPED: ctags is not Universal Ctags")
        sys.exit(SKIP)
    product = list(functions_of(tree, tree.product(".c", ".h")))
    tests = list(functions_of(tree, tree.of((".c", ".h"), ["tests", "bench"])))
    print_shape("product", product)
    print_shape("tests", tests)
    print_ratio(tree)
    for path, line, name, lines, parameters in product + tests:
        if lines > MAX_FUNCTION:
            yield f"{path}:{line}: {name} has {lines} lines, more than {MAX_FUNCTION}"
        imposed = (path, name) in IMPOSED or name.startswith("__wrap_")
        if parameters > MAX_PARAMETERS and not imposed:
            yield f"{path}:{line}: {name} has {parameters} parameters, more than {MAX_PARAMETERS}"


def is_recorded(path):
    """Recorded input of tests is as it is."""
    return path.startswith(("tests/data/", "tests/fuzz/corpus/"))


def check_text(tree, _build):
    code = set(tree.of(CODE)) | set(tree.scripts())
    for path in sorted(code | set(tree.of(TEXT))):
        if is_recorded(path):
            continue
        lines = tree.lines(path)
        if path in code:
            yield from check_code_text(path, lines)
        if os.path.samefile(os.path.join(tree.root, path), __file__):
            continue
        for number, line in enumerate(lines, 1):
            for pattern, what in FORBIDDEN:
                if pattern.search(line):
                    yield f"{path}:{number}: {what}: {pattern.search(line).group(0)}"


def check_code_text(path, lines):
    if not any(SPDX in line for line in lines[:2]):
        yield f"{path}:1: no {SPDX}"
    if len(lines) > MAX_FILE:
        yield f"{path}:{len(lines)}: {len(lines)} lines, more than {MAX_FILE}"
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs()) > MAX_COLUMNS:
            yield f"{path}:{number}: {len(line)} columns, more than {MAX_COLUMNS}"
        if line != line.rstrip():
            yield f"{path}:{number}: white space at the end"


def check_format(tree, _build):
    need("clang-format")
    version = subprocess.run(["clang-format", "--version"], text=True, capture_output=True,
                             check=False).stdout
    if not re.search(r"version 14\.", version):
        print(f"SKIPPED: the format is that of clang-format 14, here is {version.strip()}")
        sys.exit(SKIP)
    files = tree.of((".c", ".h"))
    run = subprocess.run(["clang-format", "--dry-run", "-Werror"] + files, cwd=tree.root,
                         text=True, capture_output=True, check=False)
    wrong = {}
    for line in run.stderr.splitlines():
        m = re.match(r"(.*?):(\d+):\d+: error", line)
        if m:
            wrong.setdefault(m.group(1), m.group(2))
    for path, line in sorted(wrong.items()):
        yield f"{path}:{line}: not as clang-format writes it"


CHECKS = {"layers": check_layers, "headers": check_headers, "shape": check_shape,
          "text": check_text, "format": check_format}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    tree = Tree(os.path.realpath(sys.argv[2]))
    if not tree.product(".c", ".h"):
        print(f"{tree.root} has no sources to check", file=sys.stderr)
        return 2
    findings = list(CHECKS[sys.argv[1]](tree, sys.argv[3]))
    for finding in findings:
        print(finding)
    print(f"{sys.argv[1]}: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
