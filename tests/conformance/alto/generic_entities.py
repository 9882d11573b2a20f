# SPDX-License-Identifier: Apache-2.0
"""Checks of property maps (RFC 9240), advertisements (RFC 9241) and path vectors (RFC 9275)."""

import re

from alto import compare, oracle
from alto.site import check, is_refused
from alto.views import PATH_VECTOR


@check("UP-GET-01", "UP-GET-02", "UP-GET-04", "UP-GET-05", "UP-FLT-02", "UP-FLT-03", "UP-FLT-05",
       "UP-FLT-11", "UP-FLT-15")
def property_maps(site):
    for e in site.of("property-map"):
        body = site.get(e).json()
        yield from (f"{e['id']}: {x}" for x in oracle.check("property-map", body))
        if "vtag" not in body["meta"] or \
                [t["resource-id"] for t in body["meta"].get("dependent-vtags", [])] != \
                e.get("uses", []):
            yield f"{e['id']}: meta {body['meta']}"
        mappings = e["capabilities"]["mappings"]
        for entity, values in body["property-map"].items():
            domain = max((d for d in mappings if entity.startswith(d + ":")), key=len, default=None)
            if domain is None or not set(values) <= set(mappings[domain]):
                yield f"{e['id']}: {entity} {sorted(values)}"
    for e in site.of("filtered-property-map"):
        every = site.post(e, {"entities": [], "properties": []}).json()["property-map"]
        names = site.post(e, {"entities": []}).json()["property-map"]
        if set(every) != set(names) or any(names.values()):
            yield f"{e['id']}: entities alone"
        yield from (f"{e['id']}: {x}" for x in is_refused(
            site.post(e, {"entities": [], "properties": ["no-such"]}), "E_INVALID_FIELD_VALUE",
            "properties"))


@check("PV-MP-01", "PV-MP-02", "PV-MP-03", "PV-MP-04", "PV-MP-05", "PV-MP-06", "PV-MP-07",
       "PV-MP-08", "PV-MP-11", "PV-MP-12", "PV-CM-01", "PV-CM-04", "PV-CM-05", "PV-CM-06",
       "PV-PM-01", "PV-PM-03",
       "PV-PM-04", "PV-PM-07", "PV-PM-10", "PV-PM-13")
def path_vectors(site):
    for e in site.of("path-vector"):
        ends = {"srcs": [], "dsts": ["ipv4:192.0.2.1"]}
        names = e["capabilities"].get("ane-property-names", [])
        for accept_value in (f"{e['media-type']},application/alto-error+json",
                             "multipart/related", "*/*"):
            reply = site.post(e, {"cost-type": PATH_VECTOR, "endpoints": ends,
                                  "ane-property-names": names[:1]}, Accept=accept_value)
            parts = compare.split_parts(reply)
            if reply.status != 200 or parts is None:
                yield f"{e['id']}: {reply.status} {reply.media}"
                continue
            context = type("Context", (), {"resource_id": e["id"]})
            yield from (f"{e['id']}: {x}" for x in compare.envelope(parts, reply, context))
            yield from oracle.check("path-vector", [p[1] for p in parts])
        if not re.search(r'type="', reply.media or ""):
            yield f"{e['id']}: type is not quoted"


@check("CDNI-03", "CDNI-04", "CDNI-05", "CDNI-F-03")
def cdni(site):
    for e in site.of("cdni-advertisement"):
        yield from (f"{e['id']}: {x}" for x in
                    oracle.check("cdni-advertisement", site.get(e).json()))
        for other in site.of("filtered-cdni"):
            told = site.post(other, {"cdni-capabilities": []}).json()
            yield from oracle.check("filtered-cdni", told)
