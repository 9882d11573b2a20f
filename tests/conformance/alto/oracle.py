# SPDX-License-Identifier: Apache-2.0
"""JSON schemas of schemas/wire as oracle of every reply."""

import json
import pathlib

try:
    import jsonschema
except ImportError:  # a Python without the package: replies are still compared
    jsonschema = None

SCHEMAS = pathlib.Path(__file__).resolve().parents[3] / "schemas" / "wire"
FILES = {"directory": "ird", "network-map": "network_map",
         "filtered-network-map": "network_map_filtered", "cost-map": "cost_map",
         "filtered-cost-map": "cost_map_filtered", "endpoint-property": "endpoint_property",
         "endpoint-cost": "endpoint_cost", "property-map": "property_map",
         "filtered-property-map": "property_map_filtered", "path-vector": "path_vector",
         "path-vector-cost-map": "path_vector_costmap",
         "cdni-advertisement": "cdni_advertisement", "filtered-cdni": "cdni_filtered",
         "error": "error"}


def available():
    return jsonschema is not None


def check(kind, body):
    """Differences from the schema of that kind of resource."""
    if not available() or kind not in FILES:
        return []
    schema = json.loads((SCHEMAS / f"{FILES[kind]}.schema.json").read_text())
    found = jsonschema.Draft202012Validator(schema).iter_errors(body)
    return [f"schema of {kind}: {'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
            for e in found]
