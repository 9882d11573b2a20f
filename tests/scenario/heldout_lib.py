# SPDX-License-Identifier: Apache-2.0
"""Files of other projects, from where an environment variable says."""

import re
import subprocess
import sys


def copy(source, pattern, to):
    """Files of a checkout, or of a git directory's newest commit, that fit the pattern."""
    if (source / ".git").exists():
        source = source / ".git"
    if not (source / "objects").exists():
        sys.exit(f"{source} is neither a checkout nor a git directory")
    git = ["git", "-C", str(source)]
    listing = subprocess.run(git + ["ls-tree", "-r", "HEAD"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    for line in listing.splitlines():
        meta, path = line.split("\t", 1)
        if re.search(pattern, path):
            run = subprocess.run(git + ["cat-file", "blob", meta.split()[2]], check=False,
                                 capture_output=True)
            if run.returncode != 0:
                print("not in the copy:", path)
                continue
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            (to / path).write_bytes(run.stdout)
