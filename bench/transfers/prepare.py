#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the scenario of the transfer simulation: LHCONE's routers, sites, a week's transfers.

usage: prepare.py ROUTERS.yaml TRANSFERS.json > scenario

ROUTERS.yaml: nodes by name with `id`, links as pairs of ids. TRANSFERS.json: [source,
destination, start, end, bytes]. Neither says capacities or where sites are attached: this does,
below, in round numbers of that time.
"""

import json
import sys

import yaml

BACKBONE, EDGE = 40000, 10000             # Mbit/s, of links between networks, and to one site's
TIER0, TIER1, OTHER = 40000, 10000, 5000  # Mbit/s, of a site's own access
TRANSIT = {"core", "GEANT", "NORDUNET", "Internet2", "CANARIE", "RU-VRF", "RNP", "Pionier",
           "RedIRIS", "DFN", "GARR", "Renater", "BELNET", "KREONET", "SINET", "AARNET", "CERN"}
TIER1S = {"DE_KIT", "ES_PIC", "FR_CCIN2P3", "IT_CNAF", "RU_JINR",
          "UK_RAL", "US_FNAL"}

# Where a site hangs: by its own name, else by its country.
SITES = {"CH_CERN": "CERN", "CH_CERN_Export": "CERN", "US_FNAL": "FNAL", "US_FNALLPC": "FNAL",
         "US_MIT": "MIT", "US_Purdue": "Purdue-CMS", "US_Nebraska": "UNL",
         "US_Wisconsin": "WISC-MADISON", "US_Vanderbilt": "Vanderbilt-UNIV",
         "US_Caltech": "ULTRALIGHT", "US_UCSD": "UCSB", "DE_DESY": "DESY", "DE_KIT": "DE-KIT",
         "UK_London_IC": "Imperial-College", "FR_GRIF_IRFU": "CEA-IRFU",
         "FR_CCIN2P3": "IN2P3", "ES_PIC": "PIC-IFAE", "RU_JINR": "JINR", "RU_IHEP": "IHEP",
         "GR_Ioannina": "Univ-Ioannina", "PL_Warsaw": "UNIV-Warsaw"}
COUNTRIES = {"US": "Internet2", "DE": "DFN", "IT": "GARR", "FR": "Renater", "ES": "RedIRIS",
             "BE": "BELNET", "KR": "KREONET", "IN": "TIFR", "RU": "RU-VRF", "BR": "RNP",
             "EE": "NORDUNET", "PL": "Pionier", "TW": "ASGC", "CN": "star-cr5"}
ELSEWHERE = "GEANT"

PLACES = {"US_FNAL": (41.8, -88.3), "US_FNALLPC": (41.8, -88.3), "US_MIT": (42.4, -71.1),
          "US_Purdue": (40.4, -86.9), "US_Nebraska": (40.8, -96.7),
          "US_Wisconsin": (43.1, -89.4), "US_Vanderbilt": (36.1, -86.8),
          "US_Caltech": (34.1, -118.1), "US_UCSD": (32.9, -117.2),
          "US_Florida": (29.6, -82.3), "US_Colorado": (40.0, -105.3),
          "US_PuertoRico": (18.2, -67.1), "CH_CERN": (46.2, 6.1), "DE_DESY": (53.6, 9.9),
          "DE_KIT": (49.1, 8.4), "DE_RWTH": (50.8, 6.1), "IT_Legnaro": (45.4, 12.0),
          "IT_CNAF": (44.5, 11.3), "IT_Pisa": (43.7, 10.4), "IT_Rome": (41.9, 12.5),
          "IT_Bari": (41.1, 16.9), "FR_CCIN2P3": (45.8, 4.9), "FR_IPHC": (48.6, 7.7),
          "ES_PIC": (41.5, 2.1), "ES_IFCA": (43.5, -3.8), "RU_JINR": (56.7, 37.2)}
CENTRES = {"CH": (47.4, 8.5), "DE": (51.0, 10.0), "US": (39.8, -98.6), "IT": (42.8, 12.8),
           "FR": (48.7, 2.2), "UK": (51.5, -0.2), "ES": (40.4, -3.7), "BE": (50.8, 4.4),
           "KR": (36.4, 127.4), "IN": (18.9, 72.8), "RU": (55.0, 37.4), "BR": (-23.5, -46.6),
           "EE": (59.4, 24.8), "PL": (52.2, 21.0), "TW": (25.0, 121.2), "CN": (39.9, 116.3),
           "GR": (39.6, 20.8), "HU": (47.5, 19.1), "TR": (39.9, 32.8), "UA": (50.0, 36.2),
           "PT": (38.7, -9.1)}


def print_network(path):
    with open(path, encoding="utf-8") as f:
        network = yaml.safe_load(f)
    names = {node["id"]: name for name, node in network["nodes"].items()}
    for name in names.values():
        print("node", name)
    for a, b in network["links"]:
        ends = {names[a], names[b]}
        wide = all(n in TRANSIT or n.endswith("-cr5") for n in ends)
        print("link", names[a], names[b], BACKBONE if wide else EDGE)


def print_sites(sites):
    for site in sorted(sites):
        country = site.split("_")[0]
        node = SITES.get(site, COUNTRIES.get(country, ELSEWHERE))
        where = PLACES.get(site, CENTRES[country])
        access = TIER0 if node == "CERN" else TIER1 if site in TIER1S else OTHER
        print("site", site, node, access, *where)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as f:
        transfers = sorted((start, s, d, size) for s, d, start, _, size in json.load(f)
                           if s != d and size > 0 and "unknown" not in (s, d))
    print_network(sys.argv[1])
    print_sites({s for _, s, _, _ in transfers} | {d for _, _, d, _ in transfers})
    first = transfers[0][0]
    for start, source, destination, size in transfers:
        print("transfer", source, destination, start - first, size)


if __name__ == "__main__":
    main()
