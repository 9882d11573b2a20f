# SPDX-License-Identifier: Apache-2.0
"""Servers of a git repository on loopback, each with credentials made for the occasion: git's own
back end behind TLS, and OpenSSH's."""

import base64
import gzip
import http.server
import os
import pathlib
import pwd
import shutil
import socket
import ssl
import subprocess
import threading
import time

BACKEND = "/usr/lib/git-core/git-http-backend"
SSHD = "/usr/sbin/sshd"
USER, PASSWORD = "reader", "pass of the test"
PATIENCE = 60


def run(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True,
                          timeout=PATIENCE, **more).stdout


class Repository:
    """A work tree beside the bare repository that is served."""

    def __init__(self, folder):
        self.top, self.tree = folder, folder / "tree"
        self.bare = folder / "served" / "net.git"
        self.bare.parent.mkdir()
        run("git", "init", "-q", "--bare", self.bare)
        run("git", "init", "-q", self.tree)
        for key, value in (("user.name", "t"), ("user.email", "t@example")):
            run("git", "-C", self.tree, "config", key, value)

    def commit(self, **routers):
        for name, address in routers.items():
            (self.tree / name).write_text(
                f"frr version 8.4\nhostname {name}\ninterface eth0\n ip address {address}\nend\n")
        run("git", "-C", self.tree, "add", ".")
        run("git", "-C", self.tree, "commit", "-qm", "change")
        run("git", "-C", self.tree, "push", "-q", self.bare, "HEAD:refs/heads/main")
        run("git", "-C", self.bare, "symbolic-ref", "HEAD", "refs/heads/main")


class Certificates:
    """An authority and a certificate of localhost."""

    def __init__(self, folder):
        self.authority, self.key, self.certificate = (
            folder / name for name in ("ca.pem", "tls.key", "tls.pem"))
        key, request, names = (folder / name for name in ("ca.key", "tls.csr", "names"))
        names.write_text("subjectAltName=DNS:localhost\n")
        new = ("openssl", "req", "-newkey", "rsa:2048", "-nodes")
        run(*new, "-x509", "-days", 2, "-subj", "/CN=authority", "-keyout", key,
            "-out", self.authority)
        run(*new, "-subj", "/CN=localhost", "-keyout", self.key, "-out", request)
        run("openssl", "x509", "-req", "-days", 2, "-in", request, "-CA", self.authority,
            "-CAkey", key, "-CAcreateserial", "-extfile", names, "-out", self.certificate)


class Backend(http.server.BaseHTTPRequestHandler):
    """git http-backend, to be entered with a password."""

    protocol_version = "HTTP/1.1"

    def is_known(self):
        want = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.headers.get("Authorization") == "Basic " + want

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def reply(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        body = self.body()
        if not self.is_known():
            self.reply(401, [("WWW-Authenticate", 'Basic realm="test"')], b"")
            return
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        path, _, query = self.path.partition("?")
        said = run(BACKEND, input=body, env={
            "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_USER": USER,
            "CONTENT_LENGTH": str(len(body)), "PATH": os.environ["PATH"],
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*"})
        head, _, rest = said.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = dict(headers).pop("Status", "200 OK")
        self.reply(int(status[:3]), [h for h in headers if h[0] != "Status"], rest)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Https:
    def __init__(self, root, certificates):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
        self.server.root = root
        self.server.handle_error = lambda *_: None  # who does not believe us hangs up
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"https://localhost:{self.port}/{path}"


class Ssh:
    """sshd of the user that runs the test; it lets one key in. None of the machine's settings."""

    KINDS = ("ecdsa", "ed25519")

    def __init__(self, folder):
        self.folder, self.user = folder, pwd.getpwuid(os.getuid()).pw_name
        for name in ("host_ecdsa", "host_ed25519", "in_ecdsa", "in_ed25519", "stranger_ed25519"):
            run("ssh-keygen", "-q", "-t", name.split("_")[1], "-N", "", "-f", folder / name)
        (folder / "authorized").write_text(
            "".join((folder / f"in_{kind}.pub").read_text() for kind in self.KINDS))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nPidFile none\nStrictModes no\nUsePAM no\n"
            f"AuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
            + "".join(f"HostKey {folder}/host_{kind}\n" for kind in self.KINDS))
        if os.getuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)  # where sshd parts with privileges
        self.log = open(folder / "sshd.log", "w")
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"],
                                        stderr=self.log)
        self.wait()

    def wait(self):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise SystemExit((self.folder / "sshd.log").read_text())
                time.sleep(0.05)

    def known_hosts(self, name, *keys, port=None):
        lines = [f"[127.0.0.1]:{port or self.port} "
                 + " ".join((self.folder / f"{key}.pub").read_text().split()[:2]) for key in keys]
        (self.folder / name).write_text("\n".join(lines) + "\n")
        return self.folder / name

    def url(self, path, port=None):
        return f"ssh://{self.user}@127.0.0.1:{port or self.port}{path}"

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.log.close()


def silent():
    """A server that takes connections (the kernel does) and never says a word."""
    return socket.create_server(("127.0.0.1", 0))


def tools_missing():
    return [tool for tool in ("git", "openssl", BACKEND) if shutil.which(tool) is None]


def ssh_missing():
    return [tool for tool in (SSHD, "ssh-keygen") if not pathlib.Path(
        shutil.which(tool) or "none").exists()]
