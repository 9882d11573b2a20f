# SPDX-License-Identifier: Apache-2.0
"""Input that is well-formed and makes no sense, or that goes while an agent runs.

usage: bad_input_odd.py RIALTO-AGENT RIALTOD RIALTO
"""

import json
import os
import signal
import subprocess
import sys

import bad_input_lib as lib
from bad_input_lib import DESTINATION, SOURCE, Network, check


def settled(net):
    """rialtod has seen the last batches: nothing changes any more."""
    def same():
        before = net.sources()
        lib.time.sleep(0.1)
        return net.sources() == before
    net.until(same, "the sources are settled")


def collected(net, want=0):
    code, said = net.collect()
    check(code == want, f"exit code {code}: {said}")
    settled(net)
    return said


def restored(net):
    net.write_sources()
    net.write_configurations()
    net.remove("alto/loop.view.json")
    net.remove("lg/r2.route4.json")
    net.remove("lg/r1.route4.json")
    collected(net)


def route_table(next_hop, interface):
    return json.dumps({"198.51.100.0/24": [{
        "prefix": "198.51.100.0/24", "protocol": "static", "vrfName": "default",
        "selected": True, "installed": True, "distance": 1, "metric": 0,
        "nexthops": [{"fib": True, "ip": next_hop, "afi": "ipv4", "interfaceName": interface,
                      "active": True}]}]})


def routing_loop(net):
    """Both routers point at each other: packets circle, the answer does not."""
    text = (net.dir / "one.yaml").read_text()
    net.write("one.yaml", text.replace(f'url: "http://127.0.0.1:{net.glass.port}/?q=%q"',
                                       "path: lg/r2"))
    net.write("lg/r1.route4.json", route_table("10.1.0.2", "core"))
    net.write("lg/r2.route4.json", route_table("10.1.0.1", "core"))
    collected(net)
    answer = net.path()
    check(not answer["reached"], f"a loop reaches nothing: {answer}")
    check(len(answer["routers"]) <= 4, f"the loop is told once: {answer}")


def recursive_routes(net):
    """Next hops that are found by way of themselves, and of each other."""
    loops = "".join(f"ip route 198.51.{n}.0/24 198.51.{n ^ 1}.7\n" for n in range(102, 132))
    net.write("repo/configs/r1.conf", lib.ONE["r1.conf"].replace(
        "!\nend", loops + "ip route 198.51.100.0/24 198.51.100.77\n!\nend"))
    net.commit()
    collected(net)
    for last in (100, 102, 103):
        answer = net.path(SOURCE, f"198.51.{last}.10")
        check(answer["reached"] is False or last == 100, f"198.51.{last}: {answer}")


def policy_loop(net):
    """Route maps that call each other."""
    net.write("repo/configs/r2.conf", lib.ONE["r2.conf"].replace(
        "  neighbor 10.1.255.1 next-hop-self",
        "  neighbor 10.1.255.1 next-hop-self\n  neighbor 203.0.113.2 route-map A in").replace(
        "!\nend", "route-map A permit 10\n call B\nexit\nroute-map B permit 10\n call A\nexit\n"
        "!\nend"))
    net.commit()
    collected(net)
    net.path()  # there is an answer


def trace_loop(net):
    """A traceroute that went in circles."""
    hops = "".join(f"{n:2}  {'10.1.0.2' if n % 2 else '192.0.2.1'}  1.0 ms  1.0 ms\n"
                   for n in range(2, 31))
    head = lib.TRACE[:lib.TRACE.index(" 2 ")]
    net.write("trace/there.txt", head + hops)
    collected(net)
    answer = net.path()
    check(len(answer["routers"]) <= 30, f"an end: {answer}")


def view_loop(net):
    """Resources that depend on each other."""
    net.write("alto/loop.view.json", json.dumps({"resources": [
        {"id": "a", "path": "/a", "document": "map.json", "uses": ["b"]},
        {"id": "b", "path": "/b", "document": "costs.json", "uses": ["a"]}]}))
    net.collect()
    settled(net)
    before = net.path()
    check(before["reached"], f"the view has no part in ways: {before}")
    code, _ = net.ask("domains")
    check(code == 0, "rialtod answers")


def private_address(net):
    """What no configuration allowed is not connected to."""
    text = (net.dir / "one.yaml").read_text()
    for allow in ("", "allow: [127.0.0.2/32]"):
        net.write("one.yaml", text.replace("allow: [127.0.0.1/32]", allow))
        before = net.glass.requests
        said = collected(net, 3)
        check("127.0.0.1" in said and "allow" in said, f"refused: {said}")
        check(net.glass.requests == before, "it was connected to")
        check(net.sources()["one", "looking-glass", "r2"]["stale"], "stale")


def gone_meanwhile(net):
    """Folders and files that go while the agent runs, and come back."""
    away = {"alto": ("documents", "*", "alto"), "repo": ("config", "*", "repo"),
            "trace": ("traceroute", "*", "index.tsv"),
            "one.static.yaml": ("static", "one.static.yaml", "one.static.yaml")}
    way, asked = net.path(), net.glass.requests
    with open(net.dir / "agent.log", "wb") as log:
        agent = subprocess.Popen([net.agent, "-c", str(net.dir / "one.yaml")], stderr=log)
    try:
        net.until(lambda: net.glass.requests > asked, "the agent has begun")
        for name in away:
            os.rename(net.dir / name, net.dir / ("away." + name))
        for name, (source, scope, says) in away.items():
            key = ("one", source, scope)
            net.until(lambda k=key: net.sources().get(k, {}).get("stale"), f"{key} is stale")
            error = net.sources()[key]["error"]
            check(says in error, f"{key}: {error}")
        check(net.path() == way, f"the last good facts stay: {net.path()}")
        for name in away:
            os.rename(net.dir / ("away." + name), net.dir / name)
        net.until(lambda: not any(s["stale"] for s in net.sources().values()), "all is well")
        check(net.path() == way, f"{net.path()}")
    finally:
        agent.send_signal(signal.SIGTERM)
        code = agent.wait(lib.PATIENCE)
    check(code == 0, f"the agent ended with {code}: {(net.dir / 'agent.log').read_text()}")


def main():
    with Network(*sys.argv[1:4]) as net:
        for domain in ("two", "one"):
            code, said = net.collect(domain)
            check(code == 0, said)
        net.start()
        net.until(lambda: len(net.sources()) == 13, "both domains are served")
        first = net.path(), net.path(DESTINATION, SOURCE), net.tag()
        for case in (routing_loop, recursive_routes, policy_loop, trace_loop, view_loop,
                     private_address, gone_meanwhile):
            case(net)
            restored(net)
            again = net.path(), net.path(DESTINATION, SOURCE), net.tag()
            check(again == first, f"after {case.__name__}: {again}, {first}")
            print(f"{case.__name__}: good")


main()
