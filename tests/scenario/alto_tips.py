# SPDX-License-Identifier: Apache-2.0
"""One ALTO server follows another that has TIPS (RFC 9569) and no update stream: changes arrive
though nothing is polled for an hour, lost views are opened again, a spoiled one is told and
spoils no document, a resource that leaves takes its document along.

usage: alto_tips.py RIALTO-AGENT RIALTOD RIALTO
"""

import json
import sys

from alto_lib import Agent, Proxy, address, change, configure, documents, get, serves, stop
from bad_input_lib import Network, check

DIRECTORY = "/peer"
EDGE = b"GET /tips/view/"
GARBAGE = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json-patch+json\r\n"
           b"Content-Length: 49\r\nConnection: close\r\n\r\n"
           b'[{"op":"remove","path":"/what/nobody/ever/said"}]')
MAPS = {"own-map": "map.json", "own-costs": "costs.json"}


def offer(first, names):
    """A directory of its own, with these maps and TIPS for them."""
    own = {"directory": "peer"}
    first.write("alto/peer.view.json", json.dumps({"resources": [
        {"id": "peer", "kind": "directory", "path": DIRECTORY},
        {"id": "peer-tips", "kind": "tips", "path": "/peer/tips", "uses": names, **own},
        *({"id": n, "path": f"/peer/{n}", "document": MAPS[n], **own} for n in names)]}))
    code, said = first.collect("one")
    check(code == 0, said)
    first.until(lambda: offered(first) == {"peer-tips", *names}, "the directory is as it should be")


def offered(first):
    try:
        return set(get(f"{first.url}{DIRECTORY}")["resources"])
    except OSError:
        return set()


def check_change(first, second, n, why):
    second.until(lambda: "stream" not in documents(second), f"all is well: {why}")
    changed = change(first, n)
    second.until(lambda: serves(second, *changed), f"a change arrives: {why}")


def edges(proxy):
    return [g for g in proxy.gets if g.encode().startswith(EDGE[4:])]


def check_spoiled(second, proxy):
    """What can't be used is told of following, not of the documents."""
    proxy.spoil = GARBAGE
    proxy.cut()
    second.until(lambda: "patch" in (documents(second).get("stream", {}).get("error") or ""),
                 "garbage is told")
    now = documents(second)
    check(now["stream"]["stale"], "it is stale")
    check(not any(s["stale"] for scope, s in now.items() if scope != "stream"),
          "documents are not")
    proxy.spoil = None


def check_followed(first, second, proxy):
    configure(second, proxy.url, "1h", path=DIRECTORY)
    code, said = second.collect("peer")
    check(code == 0, said)
    check(proxy.posts == 0, "who reads once follows nothing")
    second.start()
    with Agent(second):
        # the agent itself reads everything once, then only views speak
        second.until(lambda: set(documents(second)) >= {f"{n}.json" for n in MAPS}, "maps")
        second.until(lambda: len(edges(proxy)) >= 4, "a snapshot, and a wait, for each")
        check_change(first, second, 1, "from the beginning")
        asked = len(proxy.gets)
        check_change(first, second, 2, "by a patch")
        more = proxy.gets[asked:]
        check(not set(more) - set(edges(proxy)), f"nothing was polled: {more}")
        opened = proxy.posts
        stop(first)
        second.until(lambda: "stream" in documents(second), "the server's end is told")
        first.start()
        proxy.behind = address(first)
        check_change(first, second, 3, "after the server was restarted")
        check(proxy.posts > opened, "views were opened again")
        check_spoiled(second, proxy)
        check_change(first, second, 4, "after garbage")


def check_removed(first, second, proxy):
    """Polling notices that the directory changed; views are begun again without what left."""
    configure(second, proxy.url, path=DIRECTORY)
    with Agent(second):
        second.until(lambda: "stream" not in documents(second) and edges(proxy)[-1:], "views")
        opened = proxy.posts
        offer(first, ["own-map"])
        second.until(lambda: "own-costs.json" not in documents(second), "the document leaves")
        second.until(lambda: proxy.posts > opened, "views are begun again")
        second.until(lambda: "stream" not in documents(second), "all is well again")
        check("own-map.json" in documents(second), "the other stays")


def main():
    with Network(*sys.argv[1:4]) as first, Network(*sys.argv[1:4]) as second:
        for domain in ("one", "two"):
            code, said = first.collect(domain)
            check(code == 0, said)
        first.start()
        offer(first, list(MAPS))
        proxy = Proxy(EDGE)
        proxy.behind = address(first)
        check_followed(first, second, proxy)
        check_removed(first, second, proxy)
        print(f"4 changes arrived by {len(edges(proxy))} edges of {proxy.posts} views")


main()
