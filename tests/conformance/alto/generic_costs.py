# SPDX-License-Identifier: Apache-2.0
"""Checks of performance metrics (RFC 9439) and calendars (RFC 8896)."""

from alto import compare
from alto.site import cells, check, is_refused, simple


@check("B-301", "B-302", "B-303", "B-304", "B-307", "B-310", "B-311", "B-312", "B-314", "B-315",
       "B-316", "B-319")
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
