# SPDX-License-Identifier: Apache-2.0
"""What scenarios of one ALTO server as the source of another have in common: the source is `alto`
of domain `peer`, in the store peer.db."""

import json
import urllib.request

from bad_input_lib import PATIENCE

DIRECTORY = "application/alto-directory+json"
NETWORK = "application/alto-networkmap+json"
COST = "application/alto-costmap+json"


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
        return json.load(reply)


def documents(second):
    """Domain two's sources on the second server: scope -> what is said of it."""
    return {scope: s for (domain, source, scope), s in second.sources().items()
            if domain == "peer" and source == "alto" and scope != "*"}


def whole_maps(directory, media):
    """Documents that a directory offers by GET, by their ids."""
    return {name: get(r["uri"]) for name, r in directory["resources"].items()
            if r["media-type"] == media and "accepts" not in r}


def configure(second, url, interval="1s", more=""):
    second.write("peer.yaml", f"""domain: peer
store: peer.db
interval: {interval}
sources:
  - kind: alto
    url: "{url}/directory"
    allow: [127.0.0.1/32]
    limits: {{interval: 0s, timeout: 2s, body: 1M}}
{more}""")
    second.write("rialtod.yaml", 'listen: "127.0.0.1:0"\nstores: ["peer.db"]\npoll: 20ms\n')
