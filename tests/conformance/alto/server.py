# SPDX-License-Identifier: Apache-2.0
"""Starts rialtod on a folder of documents; asks HTTP servers."""

import http.client
import json
import pathlib
import ssl
import subprocess
import tempfile
import time
import urllib.parse


class Reply:
    def __init__(self, response, data, sent):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.raw = data
        self.sent = sent  # (host, port) that the client asked from

    @property
    def media(self):
        return self.headers.get("content-type")

    def json(self):
        try:
            return json.loads(self.raw)
        except ValueError:
            return None


class Server:
    """A server by its base URL."""

    def __init__(self, url):
        self.url = urllib.parse.urlsplit(url)

    def ask(self, method, path, headers=None, body=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        kind = http.client.HTTPSConnection if self.url.scheme == "https" \
            else http.client.HTTPConnection
        options = {"context": ssl._create_unverified_context()} if self.url.scheme == "https" \
            else {}
        connection = kind(self.url.hostname, self.url.port, timeout=60, **options)
        try:
            connection.connect()
            sent = connection.sock.getsockname()
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Reply(response, response.read(), sent)
        finally:
            connection.close()

    def get(self, path, accept="*/*"):
        return self.ask("GET", path, {"Accept": accept})


class Daemon(Server):
    """rialtod with one domain's documents, in a folder of its own."""

    def __init__(self, programs, files, view, config=""):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.programs = programs
        self.process = None
        (self.folder / "docs").mkdir()
        (self.folder / "static.yaml").write_text("domain: {name: a, asns: [64496]}\n")
        (self.folder / "agent.yaml").write_text(
            "domain: a\nstore: a.db\n"
            "sources: [{kind: static, file: static.yaml}, {kind: documents, path: docs}]\n")
        (self.folder / "rialtod.yaml").write_text("listen: 127.0.0.1:0\nstores: [a.db]\n" + config)
        for name, body in files.items():
            self.write(name, body)
        self.write("all.view.json", view)

    def write(self, name, body):
        (self.folder / "docs" / name).write_text(json.dumps(body, indent=1))

    def collect(self):
        agent = subprocess.run([self.programs["rialto-agent"], "-c", self.folder / "agent.yaml",
                                "--once"], capture_output=True, text=True, check=False)
        if agent.returncode != 0:
            raise SystemExit(f"failed: rialto-agent: {agent.stderr}")

    def change(self, name, body):
        """Replaces a document; the server finds it by itself."""
        self.write(name, body)
        self.collect()

    def start(self):
        self.collect()
        self.log = (self.folder / "log").open("w")
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [self.programs["rialtod"], "-c", self.folder / "rialtod.yaml", "--ready-file",
             ready], stderr=self.log)
        for _ in range(600):
            if ready.exists() and ready.read_text().strip():
                super().__init__(ready.read_text().strip())
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.stop()
        raise SystemExit(f"failed: rialtod does not get ready: {self.said()}")

    def said(self):
        return (self.folder / "log").read_text()

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self.log.close()
