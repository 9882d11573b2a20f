# SPDX-License-Identifier: Apache-2.0
"""A fixture server as a child process, and requests to it that hide nothing."""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Server:
    def __init__(self, config=""):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False)
        self.file.write(config)
        self.file.close()
        self.process = subprocess.Popen(
            [sys.argv[1], self.file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("http://"):
                self.url = line.strip()
                break
        else:
            raise SystemExit("the server did not start")
        self.address = urllib.parse.urlsplit(self.url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(input="", timeout=30)
        os.unlink(self.file.name)
        if self.process.returncode != 0:
            raise SystemExit(f"the server ended with {self.process.returncode}")

    def ask(self, method, path, body=None, headers=None):
        """(status, headers, body as bytes)"""
        connection = http.client.HTTPConnection(
            self.address.hostname, self.address.port, timeout=240)
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        result = reply.status, reply.headers, reply.read()
        connection.close()
        return result

    def get(self, path, **headers):
        return self.ask("GET", path, None, headers)

    def post(self, path, media, body):
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        return self.ask("POST", path, body, {"Content-Type": media})

    def raw(self):
        """A bare connection."""
        return socket.create_connection((self.address.hostname, self.address.port), timeout=60)


def check(condition, text):
    if not condition:
        raise SystemExit(f"failed: {text}")
