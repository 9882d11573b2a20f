# SPDX-License-Identifier: Apache-2.0
"""Which check shows which item of the conformance lists. Vectors that the lists themselves name,
and generic checks, are found by the generator."""

HOUSE = {  # vectors of tests/conformance/house
    "cm-1": "B-119 B-147 B-148 B-150",
    "cm-2": "B-120",
    "fcm-1": "B-191 B-171",
    "fcm-2": "B-116 B-170",
    "fcm-3": "B-092",
    "fcm-4": "B-188",
    "fcm-5": "B-183 B-190",
    "fcm-6": "B-243",
    "fcm-7": "B-189",
    "fcm-8": "B-186 B-184",
    "fcm-9": "B-185",
    "fcm-10": "B-169",
    "fcm-11": "B-111 B-043 B-046",
    "fcm-12": "B-292",
    "fcm-c0": "B-187",
    "mc-1": "B-238 B-240",
    "mc-2": "B-237",
    "mc-3": "B-233",
    "mc-4": "B-246 B-251 B-259",
    "mc-5": "B-257 B-252",
    "mc-7": "B-247 B-248",
    "mc-8": "B-235",
    "mc-9": "B-262",
    "cal-1": "B-301 B-307 B-327",
    "cal-2": "B-300 B-304",
    "cal-3": "B-305 B-308 B-313",
    "cal-4": "B-302",
    "cal-5": "B-303",
    "cal-7": "B-321",
    "cal-8": "B-322",
    "cal-9": "B-306",
    "fnm-1": "B-164",
    "fnm-2": "B-163",
    "eps-1": "B-100 B-141 B-196",
    "eps-2": "B-201",
    "eps-a0": "B-103 B-205",
    "eps-a3": "B-107",
    "ecs-1": "B-221 B-214 B-225",
    "ecs-2": "B-218",
    "ecs-3": "B-211",
    "ecs-4": "B-223",
    "ecs-5": "B-293 B-219",
    "up-1": "UP-GET-09 UP-FLT-16 UP-FLT-22 UP-FLT-23",
    "up-2": "UP-FLT-10",
    "up-3": "UP-FLT-26 UP-FLT-09 UP-FLT-29",
    "up-4": "UP-FLT-04",
    "up-5": "UP-FLT-11 UP-FLT-14",
    "up-6": "UP-FLT-12 UP-FLT-25",
    "up-7": "UP-FLT-07",
    "up-e0": "UP-FLT-08 UP-FLT-28",
    "up-e4": "CDNI-P-05",
    "up-8": "UP-FLT-01",
    "up-9": "UP-FLT-27",
    "up-11": "CDNI-P-02 CDNI-P-03 CDNI-P-04 CDNI-P-07 CDNI-P-10",
    "up-12": "UP-GET-05 UP-GET-06 UP-GET-08 UP-GET-10",
    "up-13": "PV-PM-09 UP-FLT-32",
    "up-14": "UP-FLT-02 UP-FLT-03",
    "up-15": "UP-FLT-05",
    "pv-1": "PV-CM-03 PV-CM-07 PV-CM-08 PV-CM-09",
    "pv-2": "PV-PM-04",
    "pv-3": "PV-PM-02 PV-PM-05 PV-PM-08",
    "pv-4": "PV-REQ-04 PV-REQ-05 PV-REQ-06",
    "pv-5": "PV-REQ-07",
    "pv-6": "PV-REQ-01 B-249",
    "pv-11": "PV-CM-10 PV-CM-12",
    "eps-3": "B-203",
    "eps-4": "B-195",
    "up-16": "UP-FLT-06",
    "up-e7": "CDNI-P-06",
    "pv-7": "PV-PM-06",
    "pv-8": "PV-PM-11",
    "pv-9": "PV-REQ-02",
    "pv-10": "PV-REQ-03",
    "cdni-1": "CDNI-F-03 CDNI-F-14",
    "cdni-2": "CDNI-F-07 CDNI-F-08",
    "cdni-3": "CDNI-F-11",
    "cdni-4": "CDNI-F-10",
    "cdni-5": "CDNI-F-04",
    "cdni-6": "CDNI-F-05",
    "cdni-7": "CDNI-F-06",
    "cdni-9": "CDNI-03 CDNI-04 CDNI-08 CDNI-11",
}

GENERIC = {  # of `run --generic`, on the house's data
    "changes": "B-024 B-095 B-096 B-097 B-129 B-144 B-153",
    "followed": "B-325 SSE-IRD-09 SSE-OPEN-11 SSE-OPEN-12 SSE-OPEN-13 SSE-OPEN-20 SSE-SYN-03 "
                "SSE-MP-01 PV-SSE-01 TIPS-UG-01",
    "changes-followed": "SSE-UPD-01",
}

TESTS = {  # other tests, by their names in ctest
    "unit.server.maps": "B-096",
    "unit.core.http.serve": "B-021 B-022 B-026",
    "scenario.server.access": "B-028",
    "scenario.server.limits": "B-022 B-226",
    "unit.core.wire.request": "B-040 B-052 B-234 B-248 B-255",
    "unit.agents.sources.documents_check": "B-089 B-135",
    "unit.core.wire.tables": "CDNI-F-12",
    "unit.server.vectors": "PV-PM-13 PV-SEC-01",
    # checks without the item in their names: the directory, the form of events, the first event
    "conformance.updates": "SSE-IRD-03 SSE-IRD-04 SSE-IRD-05 SSE-IRD-06 SSE-IRD-08 SSE-IRD-11 "
                           "TIPS-IRD-02 TIPS-IRD-03 SSE-SYN-01 SSE-SYN-04 SSE-SYN-05 SSE-SYN-09 "
                           "SSE-OPEN-02 SSE-OPEN-03 SSE-OPEN-04 SSE-OPEN-08 SSE-ERR-15",
    "unit.server.updates": "SSE-OPEN-11 SSE-OPEN-14 SSE-OPEN-18 SSE-OPEN-19 SSE-UPD-01 SSE-UPD-06 "
                           "SSE-UPD-09 SSE-MP-02 SSE-MP-03 PV-SSE-01 PV-SSE-02 TIPS-UG-02 "
                           "TIPS-UG-04",
    "unit.server.updates_requests":
        "SSE-ERR-01 SSE-ERR-02 SSE-ERR-05 SSE-ERR-07 SSE-ERR-10 SSE-ERR-11 SSE-ERR-12 SSE-ERR-13 "
        "SSE-ERR-15 SSE-CTL-08 SSE-CTL-11 SSE-CTL-12 SSE-CTL-13 SSE-CTL-15 SSE-CTL-17 SSE-CTL-19 "
        "SSE-OPEN-16 SSE-OPEN-17 SSE-UPD-15 SSE-UPD-16 TIPS-OPEN-12 TIPS-EDGE-09 TIPS-EDGE-15 "
        "TIPS-EDGE-16 TIPS-UG-05 TIPS-UG-06 TIPS-UG-07 TIPS-UG-08 TIPS-SSE-02",
    "unit.core.wire.patch": "SSE-UPD-02 SSE-UPD-04 SSE-UPD-05 TIPS-UG-10 UP-FLT-31",
    "unit.client.discover": " ".join(f"B-{n}" for n in range(328, 353)
                                     if n not in (333, 336, 347, 348, 349, 350, 351)),
}

PUBLISHED = {  # vectors that the lists do not name beside the item
    "rfc8896-5.2.4-ecs-multicost-calendar": "B-309 B-320",
    "rfc8896-5.2.3-ecs-calendar": "B-318",
    "rfc8896-4.3-ird": "B-326",
    "rfc7285-9.2.4-delegated-ird": "B-057 B-059 B-070 B-071",
    "V085": "PV-IRD-07",
    "V083": "PV-CM-02",
    "V086": "PV-CM-11",
    "V068": "CDNI-F-09 CDNI-F-13",
    "V057": "UP-FLT-18 UP-FLT-24 B-202 B-130",
    "V056": "UP-FLT-13 UP-FLT-19",
    "V072": "CDNI-P-08",
}

CLIENT = "a client's rule; librialto's tests are no part of this list"
REASONS = {
    **{f"B-{n:03}": CLIENT for n in (72, 85, 88, 127, 152, 280, 283, 324)},
    "B-333": "declined: the domain is configured, DHCP is not read",
    "B-336": "discovery keeps nothing: each one asks anew",
    "B-351": "the system's resolver does it, as it is configured",
    **{f"B-{n}": "discovery: not yet" for n in (347, 348)},
    **{f"B-{n}": "Rialto asks no other ALTO server over HTTP; published documents are checked when "
       "they are read" for n in (353, 354, 355, 358, 359)},
    "B-013": "declined: a directory is never sent in place of what was asked for",
    "B-025": "declined: POST is answered directly",
    "B-133": "declined: maps are served as their domain publishes them, RFC 9241 section 4.2.1 has "
             "an incomplete one itself (decision 0108)",
    "B-140": "decision 0105: the IPv4 address",
    "B-213": "declined: no forwarding header is believed",
    "SSE-OPEN-05": "allowed, nothing to show: there is always a control URI",
    "SSE-OPEN-06": "allowed, nothing to show: control URIs are absolute",
    "SSE-UPD-13": "allowed, nothing to show: all resources have increments",
    "SSE-UPD-14": CLIENT,
    "CDNI-F-02": "declined: the registered type alone",
    "UP-FLT-30": "allowed, nothing to show",
}
