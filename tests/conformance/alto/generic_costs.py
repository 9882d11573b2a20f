# SPDX-License-Identifier: Apache-2.0
"""Checks of performance metrics (RFC 9439) and calendars (RFC 8896)."""

import datetime
import re

from alto import compare
from alto.site import cells, check, is_refused, simple

METRICS = ("delay-ow", "delay-rt", "delay-variation", "lossrate", "hopcount", "tput",
           "bw-residual", "bw-available")
ENDS = {"endpoints": {"srcs": ["ipv4:192.0.2.1"], "dsts": ["ipv4:198.51.100.1"]}}
DATE = "%a, %d %b %Y %H:%M:%S GMT"


def is_operator(text):
    """RFC 9439 section 3.2; percentiles that have a name of their own go by that."""
    number = re.fullmatch(r"p(\d+(?:\.\d+)?)", text)
    if number:
        return 0 < float(number[1]) < 100 and float(number[1]) != 50
    return text in ("cur", "min", "max", "median", "mean", "stddev", "stdvar")


def offered(site):
    """(where, cost type) of all that the directories name."""
    return [(f"{path} {name}", kind) for path, body in site.bodies.items()
            for name, kind in body.get("meta", {}).get("cost-types", {}).items()]


def ends(entry):
    return ENDS if entry["kind"] == "endpoint-cost" else {}


@check("B-265", "B-271", "B-272", "B-273")
def metrics_have_known_operators(site):
    names = {kind["cost-metric"] for _, kind in offered(site)}
    for where, kind in offered(site):
        base, _, operator = kind["cost-metric"].partition(":")
        if base in METRICS and ":" in kind["cost-metric"] and not is_operator(operator):
            yield f"{where}: {kind['cost-metric']}"
    for e in site.of("filtered-cost-map", "endpoint-cost"):
        wrong = [f"{m}:{o}" for m in METRICS[:1] for o in ("p101", "p-1", "p", "p.5", "", "best")]
        for metric in wrong + [m for m in METRICS if m not in names]:
            asked = {"cost-type": {"cost-mode": "numerical", "cost-metric": metric}, **ends(e)}
            yield from (f"{e['id']} {metric}: {x}" for x in is_refused(
                site.post(e, asked), "E_INVALID_FIELD_VALUE", "cost-type/cost-metric"))


@check("B-266", "B-267")
def metrics_are_no_less_than_nothing(site):
    for e in site.of("cost-map"):
        kind = simple(site.types_of(e)[0][1])
        base = kind["cost-metric"].split(":")[0]
        if base not in METRICS or kind["cost-mode"] != "numerical":
            continue
        for pair, value in cells(site.get(e).json()["cost-map"]).items():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                yield f"{e['id']} {pair}: {value!r}"


@check("B-278", "B-282")
def contexts_select_nothing(site):
    for e in site.of("filtered-cost-map", "endpoint-cost"):
        for _, named in site.types_of(e):
            kind = simple(named)
            if kind["cost-mode"] not in ("numerical", "ordinal"):
                continue
            replies = [site.post(e, {"cost-type": {**kind, **more}, **ends(e)}) for more in (
                {}, {"cost-context": {"cost-source": "sla", "parameters": {"link": "x:y"}}},
                {"cost-context": 5, "x-new": []})]
            if {r.status for r in replies} != {200} or len({r.raw for r in replies}) != 1:
                yield f"{e['id']} {kind}: {[r.status for r in replies]}"
            told = (replies[0].json() or {}).get("meta", {}).get("cost-type", {})
            if "cost-context" in told and told["cost-context"] != named.get("cost-context"):
                yield f"{e['id']} {kind}: {told}"


@check("B-284", "B-285", "B-287")
def contexts_say_what_they_should(site):
    for where, kind in offered(site):
        context = kind.get("cost-context", {})
        source, parameters = context.get("cost-source"), context.get("parameters", {})
        base = kind["cost-metric"].split(":")[0]
        if source == "sla" and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", str(
                parameters.get("link"))):
            yield f"{where}: no link to the agreement"
        if base == "tput" and source in ("nominal", "sla"):
            yield f"{where}: throughput that is {source}"
        if base == "hopcount" and source == "estimation" and not parameters:
            yield f"{where}: what is a hop?"


# --- calendars ---

def is_over(calendar):
    start = datetime.datetime.strptime(calendar["calendar-start-time"], DATE)
    seconds = calendar["time-interval-size"] * calendar["number-of-intervals"] * \
        calendar.get("repeated", 1)
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return start + datetime.timedelta(seconds=seconds) <= now


@check("B-301", "B-302", "B-303", "B-304", "B-307", "B-310", "B-311", "B-312", "B-314", "B-315",
       "B-316", "B-317", "B-319")
def calendars(site):
    for e in site.of("filtered-cost-map"):
        for c in e["capabilities"].get("calendar-attributes", []):
            kind = dict(site.types_of(e))[c["cost-type-names"][0]]
            reply = site.post(e, {"cost-type": simple(kind), "calendared": [True]})
            body = reply.json() or {}
            told = body.get("meta", {}).get("calendar-response-attributes")
            if not told:
                continue  # announced, but nothing is known of it now
            want = [{k: c[k] for k in ("time-interval-size", "number-of-intervals")} | {
                "calendar-start-time": "",
                **({"repeated": told[0]["repeated"]} if "repeated" in told[0] else {})}]
            yield from (f"{e['id']}: {x}" for x in compare.calendars(want, told))
            if is_over(told[0]):
                yield f"{e['id']}: the calendar is over: {told[0]}"
            if any(not isinstance(v, list) or len(v) != c["number-of-intervals"]
                   for v in cells(body["cost-map"]).values()):
                yield f"{e['id']}: values"
            plain_reply = site.post(e, {"cost-type": simple(kind)}).json()
            if "calendar-response-attributes" in plain_reply["meta"] or \
                    any(isinstance(v, list) for v in cells(plain_reply["cost-map"]).values()):
                yield f"{e['id']}: a calendar without being asked for"
            for wrong, code in (([True, True], "E_INVALID_FIELD_VALUE"),
                                (["x"], "E_INVALID_FIELD_VALUE"), (True, "E_INVALID_FIELD_TYPE")):
                yield from is_refused(site.post(e, {"cost-type": simple(kind),
                                                    "calendared": wrong}), code, "calendared")
