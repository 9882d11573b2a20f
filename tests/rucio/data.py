# SPDX-License-Identifier: Apache-2.0
"""Calls to POST /rucio/sort as they were recorded, and a server that plays them."""
import http.server
import json
import pathlib
import threading

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]


def recorded():
    """[{'request', 'status', 'reply'}]"""
    with open(FOLDER / 'recorded.json', encoding='utf-8') as f:
        return json.load(f)


def play(body):
    """(status, reply) of the recorded call with this body; hosts may stand in any order."""

    def name(b):
        return {**b, 'hosts': sorted(b.get('hosts', []))}

    for call in recorded():
        if name(call['request']) == name(body):
            return call['status'], call['reply']
    return 400, {'error': {'code': 'bad-request', 'message': f'not recorded: {body}'}}


class Server:
    """A web server on loopback; `answer(method, path, headers, body)` gives (status, headers,
    text), or None to hang up. With `tls`, an SSL context, it is https."""

    def __init__(self, answer, tls=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def handle_any(self):
                length = int(self.headers.get('Content-Length') or 0)
                body = self.rfile.read(length)
                reply = answer(self.command, self.path, self.headers, body)
                if reply is None:  # hangs up
                    self.close_connection = True
                    return
                status, headers, text = reply
                text = text if isinstance(text, bytes) else text.encode()
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # clients may hang up
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
        self.url = f'http{"s" if tls else ""}://127.0.0.1:{self.http.server_port}'
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()
