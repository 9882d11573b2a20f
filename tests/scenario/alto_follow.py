# SPDX-License-Identifier: Apache-2.0
"""One ALTO server follows another by its update stream: changes arrive though nothing is polled
for an hour, a lost stream is begun again, a spoiled one is told and spoils no document.

usage: alto_follow.py RIALTO-AGENT RIALTOD RIALTO
"""

import sys

from alto_lib import Agent, Proxy, address, change, configure, documents, serves, stop
from bad_input_lib import Network, check

GARBAGE = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
           b"event: application/alto-updatestreamcontrol+json\ndata: {}\n\ndata: hello\n\n")


def check_change(first, second, n, why):
    second.until(lambda: "stream" not in documents(second), f"the stream is good: {why}")
    changed = change(first, n)
    second.until(lambda: serves(second, *changed), f"a change arrives: {why}")


def check_spoiled(second, proxy):
    """What can't be used is told of the stream, not of the documents."""
    proxy.spoil = GARBAGE
    proxy.cut()
    second.until(lambda: "not a media type" in
                 (documents(second).get("stream", {}).get("error") or ""), "garbage is told")
    now = documents(second)
    check(now["stream"]["stale"], "the stream is stale")
    check(not any(s["stale"] for scope, s in now.items() if scope != "stream"),
          "documents are not")
    proxy.spoil = None


def check_unwanted(second, proxy):
    """Whoever does not want streams gets none."""
    configure(second, proxy.url, more="    follow: false\n")
    streams, polls = proxy.streams, proxy.gets.count("/directory")
    with Agent(second):
        second.until(lambda: proxy.gets.count("/directory") >= polls + 3, "polling goes on")
    check(proxy.streams == streams, "no stream was opened")


def main():
    with Network(*sys.argv[1:4]) as first, Network(*sys.argv[1:4]) as second:
        for domain in ("one", "two"):
            code, said = first.collect(domain)
            check(code == 0, said)
        first.start()
        proxy = Proxy()
        proxy.behind = address(first)
        configure(second, proxy.url, "1h")
        code, said = second.collect("peer")
        check(code == 0, said)
        check(proxy.streams == 0, "who reads once follows nothing")
        second.start()
        with Agent(second):
            # the agent itself reads everything once, then only the stream speaks
            second.until(lambda: proxy.streams == 1 and len(documents(second)) > 3, "a stream")
            check_change(first, second, 1, "from the beginning")
            asked = list(proxy.gets)
            check_change(first, second, 2, "by a patch")
            check(proxy.gets == asked, f"nothing was polled: {proxy.gets[len(asked):]}")
            stop(first)
            second.until(lambda: "stream" in documents(second), "the stream's end is told")
            first.start()
            proxy.behind = address(first)
            check_change(first, second, 3, "after the server was restarted")
            check_spoiled(second, proxy)
            check_change(first, second, 4, "after garbage")
        check_unwanted(second, proxy)
        print(f"4 changes arrived by {proxy.streams} streams")


main()
