# SPDX-License-Identifier: Apache-2.0
"""Results that are sent to an agent: what it acknowledged is in the store, though the agent is
killed the moment after; a reload takes the new token and goes on listening.

usage: agent_pushed.py RIALTO-AGENT
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

PATIENCE = 20

CONFIG = """domain: one
store: one.db
sources:
  - kind: perfsonar
    listen: {{port: {port}, token_file: token, path: /results}}
"""


def result(number):
    return json.dumps({
        "id": f"run-{number}",
        "test": {"type": "rtt", "spec": {"source": "192.0.2.1", "dest": "192.0.2.2"}},
        "run": {"start-time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "duration": "PT1S"},
        "result": {"succeeded": True, "sent": 1000, "received": 1000 - number, "lost": number},
    })


class Agent:
    def __init__(self, program, folder):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.folder, self.program, self.process = pathlib.Path(folder), program, None
        (self.folder / "a.yaml").write_text(CONFIG.format(port=self.port))

    def token(self, text):
        (self.folder / "token").write_text(text + "\n")

    def start(self):
        self.process = subprocess.Popen([self.program, "-c", "a.yaml"], cwd=self.folder,
                                        stderr=subprocess.DEVNULL)

    def kill(self, number):
        self.process.send_signal(number)
        self.process.wait(PATIENCE)

    def send(self, body, token):
        """The status of one request; None while nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/results", body, {"Authorization": f"Bearer {token}"})
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def wait_for(self, status, token):
        """An empty result of no use is what is asked with: it is never kept."""
        end = time.monotonic() + PATIENCE
        while self.send('{"state": "pending", "result": null}', token) != status:
            assert self.process.poll() is None, "the agent ended"
            assert time.monotonic() < end, f"never answered with {status}"
            time.sleep(0.02)

    def kept(self):
        with sqlite3.connect(self.folder / "one.db") as db:
            return {round(value * 10) for value, in
                    db.execute("SELECT value FROM fact_measurement WHERE metric = 'lossrate'")}


def main():
    with tempfile.TemporaryDirectory(prefix="rialto-pushed-") as folder:
        agent, acknowledged = Agent(os.path.abspath(sys.argv[1]), folder), set()
        agent.token("one")
        for number in range(5):
            agent.start()
            agent.wait_for(200, "one")
            assert agent.send(result(number), "one") == 200
            agent.kill(signal.SIGKILL)
            acknowledged.add(number)
            assert agent.kept() == acknowledged, agent.kept()
        agent.start()
        agent.wait_for(200, "one")
        agent.token("two")
        agent.process.send_signal(signal.SIGHUP)
        agent.wait_for(200, "two")
        assert agent.send(result(9), "one") == 401
        assert agent.send(result(9), "two") == 200
        agent.kill(signal.SIGTERM)
        assert agent.process.returncode == 0
        assert agent.kept() == acknowledged | {9}
    print("results that were acknowledged are kept: good")


main()
