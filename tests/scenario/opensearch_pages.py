# SPDX-License-Identifier: Apache-2.0
"""An archive of results is read page by page: all of them, each once, though many share their
time; the questions are what OpenSearch takes.

usage: opensearch_pages.py RIALTO-AGENT
"""

import datetime
import http.server
import json
import subprocess
import sys
import tempfile
import threading

PATIENCE = 60
RESULTS, PAGE, AT_ONCE = 25, 10, 7  # results with the same time


def documents():
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=30)
    for i in range(RESULTS):
        when = start + datetime.timedelta(seconds=i // AT_ONCE)
        text = when.strftime("%Y-%m-%dT%H:%M:%S+00:00")
        yield [text, f"run-{i:02}"], {
            "@timestamp": text,
            "test": {"type": "throughput", "spec": {"source": "192.0.2.1", "dest": "192.0.2.2"}},
            "pscheduler": {"start_time": text, "end_time": text, "run_id": f"run-{i:02}"},
            "result": {"succeeded": True, "throughput": 8 * i}}


class Archive(http.server.BaseHTTPRequestHandler):
    documents = list(documents())
    questions = []

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.questions.append(question)
        since = question["query"]["bool"]["filter"][0]["range"]["@timestamp"]["gte"]
        after = question.get("search_after", ["", ""])
        found = [(key, doc) for key, doc in self.documents
                 if key > after and key[0].replace("+00:00", "Z") >= since]
        hits = [{"_id": key[1], "_source": doc, "sort": key}
                for key, doc in found[:question["size"]]]
        body = json.dumps({"timed_out": False, "_shards": {"failed": 0},
                           "hits": {"hits": hits}}).encode()
        good = self.path == "/opensearch/pscheduler/_search"
        self.send_response(200 if good else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Archive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write("domain: one\nstore: none.db\nsources:\n- kind: perfsonar\n"
                     "  allow: [127.0.0.0/8]\n  limits: {interval: 0s}\n  servers:\n"
                     f"  - {{name: a, dialect: opensearch, page: {PAGE}, types: [throughput],\n"
                     f"     url: 'http://127.0.0.1:{server.server_port}/opensearch'}}\n")
        config.flush()
        said = subprocess.run([sys.argv[1], "try", "--json", config.name], check=True,
                              capture_output=True, timeout=PATIENCE).stdout
    reading = json.loads(said)["readings"][0]
    values = [fact["fact"]["value"] for batch in reading["batches"] for fact in batch["facts"]]
    assert values == list(range(RESULTS)), values
    assert [len(batch["facts"]) for batch in reading["batches"]] == [PAGE, PAGE, RESULTS % PAGE]
    assert all(batch["mode"] == "append" for batch in reading["batches"])
    assert all(question["size"] == PAGE for question in Archive.questions)
    types = Archive.questions[0]["query"]["bool"]["filter"][1]["terms"]["test.type.keyword"]
    assert types == ["throughput"]
    print(f"{RESULTS} results in {len(Archive.questions)} pages: good")


main()
