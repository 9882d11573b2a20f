#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one store per domain from a capture of a network, as tests/truth does.

  stores.py CAPTURE AGENT FOLDER     FOLDER gets DOMAIN.db; AGENT is the program rialto-agent
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests'))
from truthlib import agents, capture  # noqa: E402


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    plan = agents.Plan(capture.Capture(sys.argv[1]))
    complaints = agents.collect(sys.argv[2], plan.write(sys.argv[3]))
    for domain, text in sorted(complaints.items()):
        print(f'{domain}: {text}', file=sys.stderr)


main()
