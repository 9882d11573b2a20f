# SPDX-License-Identifier: Apache-2.0
"""Reads vectors files of both forms into one: what is asked, what is expected."""

import json
import pathlib
import re
import urllib.parse

STREAMS = {"sse-stream", "sse-event", "sse-event-shape", "sse-syntax", "sse-multipart", "control",
           "updates-graph", "auth"}
PATCHES = {"merge-patch", "json-patch"}


class Vector:
    """One vector; `request` is None where there is nothing to ask."""

    def __init__(self, raw):
        self.raw = raw
        self.id = raw["id"]
        self.kind = raw.get("kind") or ("fragment" if raw.get("fragment") is not None
                                        else "request-response")
        self.rfc = str(raw.get("rfc", "")).replace("rfc", "")
        self.title = raw.get("title", "")
        self.defects = " ".join(raw.get("defects") or raw.get("defects_in_print") or [])
        self.data = raw.get("dataset") or ""
        self.request = _request(raw)
        self.response = _response(raw)

    def belongs(self, name):
        return re.match(re.escape(name) + r"(?![\w-])", self.data) is not None

    @property
    def path(self):
        return urllib.parse.urlsplit(self.request["path"]).path if self.request else None

    @property
    def is_directory(self):
        body = self.response.get("body") if self.response else None
        return isinstance(body, dict) and isinstance(body.get("resources"), dict)


def _pairs(headers):
    return headers if isinstance(headers, dict) else {k: v for k, v in headers or []}


def _request(raw):
    parsed = raw.get("corrected_request_parsed") or raw.get("request_parsed")
    if parsed is None:
        request = raw.get("request")
        return request if isinstance(request, dict) and "path" in request else None
    line = (parsed.get("start_line") or "").split(" ")
    if len(line) < 2:
        return None
    return {"method": line[0], "path": line[1], "headers": _pairs(parsed.get("headers")),
            "body": parsed.get("json")}


def _response(raw):
    if raw.get("response_on_dataset"):
        return raw["response_on_dataset"]
    parsed = raw.get("corrected_response_parsed") or raw.get("response_parsed")
    if parsed is None:
        response = raw.get("response")
        return response if isinstance(response, dict) else None
    line = (parsed.get("start_line") or "HTTP/1.1 200 OK").split(" ")
    out = {"status": int(line[1]), "headers": _pairs(parsed.get("headers")),
           "body": parsed.get("json")}
    if "parts" in parsed:
        out["parts"] = [{"headers": _pairs(p["headers"]), "body": p.get("json")}
                        for p in parsed["parts"]]
    return out


def load(path):
    """Vectors of a file; a file of another kind gives none."""
    raw = json.loads(pathlib.Path(path).read_text())
    return [Vector(v) for v in raw if isinstance(v, dict) and "id" in v] \
        if isinstance(raw, list) else []


def directories(vectors_file, data_file):
    """All directories that vectors files print, those of this file first."""
    files = [pathlib.Path(vectors_file)]
    files += sorted(p for p in pathlib.Path(data_file).parent.glob("vectors-*.json")
                    if p.resolve() != files[0].resolve())
    return [v for f in files for v in load(f) if v.is_directory]
