# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with each source. A case: what it is called, the source and the scope that
it spoils, how, and what must be said of it."""

import collections
import os
import random
import socket
import time
import zlib

import bad_input_lib as lib

HUGE = 100 << 20  # bytes
Case = collections.namedtuple("Case", "name source scope spoil says")


def binary(size=5000):
    return random.Random(1).randbytes(size)


def utf16(text):
    return text.encode("utf-16")


def latin1(text, old, new):
    return text.replace(old, new).encode("latin-1")


def instead(name, text, old, new):
    """The text with one part of it replaced."""
    lib.check(text.count(old) == 1, f"{old} is there once")
    return lambda net: net.write(name, text.replace(old, new))


def content(name, data):
    return lambda net: net.write(name, data)


def huge(name):
    return lambda net: net.sparse(name, HUGE)


def loop(name):
    def spoil(net):
        net.remove(name)
        os.symlink(os.path.basename(name), net.dir / name)
    return spoil


def pipe(name):
    """Whoever opens it naively waits for ever."""
    def spoil(net):
        net.remove(name)
        os.mkfifo(net.dir / name)
    return spoil


def folder(name):
    def spoil(net):
        net.remove(name)
        (net.dir / name).mkdir()
    return spoil


# --- static ---

FILE = "one.static.yaml"
TEXT = lib.STATIC_ONE


def static(name, spoil, *says):
    return Case(name, "static", FILE, spoil, (FILE, *says))


STATIC = [
    static("truncated", content(FILE, TEXT[:50]), "did not find expected ',' or ']'"),
    static("empty", content(FILE, ""), "is empty"),
    static("binary", content(FILE, binary()), ":1:3: invalid trailing UTF-8 octet"),
    static("100 MB", huge(FILE), "larger than 1048576 bytes"),
    static("nesting", content(FILE, "sites: " + "[" * 100000), "16"),
    static("nesting of blocks",
           content(FILE, "".join(" " * i + "a:\n" for i in range(1200))), "16"),
    static("UTF-16", content(FILE, utf16(TEXT)), "UTF-8"),
    static("Latin-1", content(FILE, latin1(TEXT, "ONE_DISK", "\xc9cole")), "UTF-8"),
    static("an address out of range",
           instead(FILE, TEXT, "[192.0.2.10]", "[192.0.2.256]"), ":5:", "192.0.2.256"),
    static("a length out of range",
           instead(FILE, TEXT, "203.0.113.0/30", "203.0.113.0/33"), ":1:", "203.0.113.0/33"),
    static("an AS number out of range",
           instead(FILE, TEXT, "64501", "4294967296"), ":1:", "asns"),
    static("a loop of aliases", content(FILE, "sites: &a [*a]\n"), "anchors are not supported"),
    static("a key twice", content(FILE, TEXT + "sites: []\n"), "duplicate key"),
    static("another domain's", instead(FILE, TEXT, "name: one", "name: two"), "two"),
    static("a pipe", pipe(FILE), "not a"),
    static("a folder", folder(FILE), "directory"),
]

# --- config ---


def committed(spoil):
    def both(net):
        spoil(net)
        net.commit()
    return both


def config(name, spoil, *says, scope="configs/r2.conf"):
    return Case(name, "config", scope, committed(spoil), says)


def config_text(name, text, *says):
    return config(name, content(R2, text), *says)


R2 = "repo/configs/r2.conf"
CONF = lib.ONE["r2.conf"]


def submodule(net):
    net.remove(R2)
    net.git("update-index", "--force-remove", "configs/r2.conf")
    net.git("update-index", "--add", "--cacheinfo",
            "160000,0123456789012345678901234567890123456789,configs/r2.conf")
    net.git("commit", "-q", "-m", "a submodule")


def move_away(net):
    os.rename(net.dir / "repo", net.dir / "elsewhere")


def spoil_objects(net):
    """Every object's contents are something else."""
    for path in (net.dir / "repo/.git/objects").glob("??/*"):
        path.chmod(0o600)
        path.write_bytes(b"garbage")


def whole_config(name, spoil, *says):
    return Case(name, "config", "*", spoil, says)


CONFIG = [
    config_text("truncated", CONF[:400], "r2.conf", "cut off"),
    config_text("empty", "", "r2.conf", "not a router's configuration, though"),
    config_text("binary", binary(), "r2.conf", "not a router's configuration, though"),
    config_text("binary in its midst", CONF.encode().replace(b"hostname", b"hostname \0", 1),
                "r2.conf:7:10: not a text file"),
    config_text("other text", "This page was left blank.\n", "r2.conf",
                "not a router's configuration"),
    config("100 MB", huge(R2), "r2.conf", "the file is too large"),
    config_text("a long line", CONF.replace("hostname", "hostname " + "x" * 70000, 1),
                "r2.conf:7:1: the line is longer than 65536 bytes"),
    config_text("many words", CONF.replace("hostname", "hostname " + "x " * 5000, 1),
                "r2.conf:7", "the line has too many words"),
    config_text("UTF-16", utf16(CONF), "r2.conf", "not a router's configuration, though"),
    config_text("Latin-1", latin1(CONF, "hostname r2", "hostname r2\xe9"), "r2.conf:7",
                "UTF-8"),
    config("a loop of links", loop(R2), "r2.conf", "symbolic links are not followed"),
    Case("a submodule", "config", "configs/r2.conf", submodule, ("submodule",)),
    whole_config("the repository disappears", move_away, "there is no git repository"),
    whole_config("garbage in its objects", spoil_objects, "repo"),
    whole_config("HEAD names no branch",
                 content("repo/.git/HEAD", "ref: refs/heads/nowhere\n"), "HEAD"),
    whole_config("HEAD is garbage", content("repo/.git/HEAD", binary(100)), "repo"),
    whole_config("the folder is gone",
                 committed(lambda net: net.remove("repo/configs")), "configs"),
]

# --- looking glass, from files ---

R1 = "lg/r1.bgp4.json"


def glass_file(name, spoil, *says):
    return Case(name, "looking-glass", "r1", spoil, ("r1.bgp4.json", *says))


def glass_text(name, text, *says):
    return glass_file(name, content(R1, text), *says)


def real_100_mb(net):
    """Not sparse: a hundred million brackets."""
    net.write(R1, b"[" * HUGE)


GLASS_FILES = [
    glass_text("truncated", lib.BGP_R1[:300], "ends"),
    glass_text("empty", "", "empty"),
    glass_text("binary", binary(), "1:1"),
    glass_file("100 MB of nothing", huge(R1), "1:1"),
    glass_file("100 MB of brackets", real_100_mb, "1:2"),
    glass_text("nesting", '{"routes": {"192.0.2.0/24": [{"x": ' + "[" * 100000, "32"),
    glass_text("UTF-16", utf16(lib.BGP_R1), "1:1"),
    glass_text("Latin-1", latin1(lib.BGP_R1, "IGP", "\xc9"), "UTF-8"),
    glass_file("an address out of range",
               lambda net: net.write(R1, lib.BGP_R1.replace("198.51.100.0", "198.51.100.256")),
               "198.51.100.256"),
    glass_file("a length out of range",
               lambda net: net.write(R1, lib.BGP_R1.replace("198.51.100.0/24",
                                                            "198.51.100.0/33")),
               "198.51.100.0/33"),
    glass_text("an error in words", "% Unknown command: show bgp ipv4 unicast json\n", "1:1"),
    glass_file("a loop of links", loop(R1), "symbolic links"),
    glass_file("a pipe", pipe(R1), "not a regular file"),
]

# --- looking glass, over HTTP ---


def glass_http(name, answer, *says):
    def spoil(net):
        net.glass.answer = answer
    return Case(name, "looking-glass", "r2", spoil, says)


def body(data, code=200, *headers):
    return lambda h: lib.Glass.reply(h, code, data, *headers)


def stall(h):
    h.send_response(200)
    h.end_headers()
    h.wfile.write(lib.BGP_R2[:100].encode())
    time.sleep(4)


def trickle(h):
    """Never silent for long, never at an end."""
    h.send_response(200)
    h.end_headers()
    for _ in range(100):
        h.wfile.write(b" ")
        time.sleep(0.05)


def no_answer(h):
    time.sleep(4)


def cut_short(h):
    h.send_response(200)
    h.send_header("Content-Length", str(len(lib.BGP_R2)))
    h.end_headers()
    h.wfile.write(lib.BGP_R2[:-20].encode())
    h.close_connection = True


def raw(data):
    def answer(h):
        h.wfile.write(data)
        h.close_connection = True
    return answer


def endless(h):
    h.send_response(200)
    h.end_headers()
    for _ in range(HUGE >> 16):
        h.wfile.write(b" " * 65536)


def gzip_bomb(h):
    """100 MB of zeros in 500 kB, of one block that is said again and again."""
    c = zlib.compressobj(1, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    first, again = (c.compress(block) + c.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    text = first + again * (HUGE >> 20) + c.flush()
    lib.Glass.reply(h, 200, text, ("Content-Encoding", "gzip"))


def redirect(where):
    return lambda h: lib.Glass.reply(h, 302, "", ("Location", where))


def redirect_elsewhere(h):
    redirect(f"http://127.0.0.2:{h.server.server_address[1]}/")(h)


def redirect_to_itself(h):
    redirect(h.path)(h)


def hang_up(h):
    h.connection.shutdown(socket.SHUT_RDWR)


GLASS_HTTP = [
    glass_http("truncated", body(lib.BGP_R2[:300]), "ends"),
    glass_http("cut short", cut_short, "127.0.0.1"),
    glass_http("empty", body(""), "empty"),
    glass_http("binary", body(binary()), "1:1"),
    glass_http("no HTTP", raw(binary()), "127.0.0.1"),
    glass_http("100 MB", endless, "1048576"),
    glass_http("100 MB compressed", gzip_bomb, "1048576"),
    glass_http("headers without end",
               raw(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 3000000), "127.0.0.1"),
    glass_http("nesting", body("[" * 100000), "1:2"),
    glass_http("UTF-16", body(utf16(lib.BGP_R2)), "1:1"),
    glass_http("an address out of range",
               body(lib.BGP_R2.replace("198.51.100.0", "198.51.100.256")), "198.51.100.256"),
    glass_http("a page in HTML", body("<html>Too many requests</html>"), "1:1"),
    glass_http("500", body("trouble", 500), "500"),
    glass_http("404", body("nothing", 404), "404"),
    glass_http("429", body("slowly", 429, ("Retry-After", "1")), "429"),
    glass_http("hangs up", hang_up, "127.0.0.1"),
    glass_http("stalls", stall, "timed out"),
    glass_http("trickles", trickle, "timed out"),
    glass_http("says nothing", no_answer, "timed out"),
    glass_http("redirects to a private address", redirect("http://10.0.0.1/"), "redirect"),
    glass_http("redirects to another host of loopback", redirect_elsewhere, "redirect"),
    glass_http("redirects to a file", redirect("file:///etc/passwd"), "redirect"),
    glass_http("redirects to itself", redirect_to_itself, "redirect"),
]

# --- traceroute ---

THERE = "trace/there.txt"
INDEX = "trace/index.tsv"


def trace(name, spoil, *says):
    return Case(name, "traceroute", "there.txt", spoil, says)


def trace_text(name, data, *says):
    return trace(name, content(THERE, data), "there.txt", *says)


def index(name, data, *says):
    return Case(name, "traceroute", "*", content(INDEX, data), ("index.tsv", *says))


TRACEROUTE = [
    trace_text("truncated", lib.TRACE[:lib.TRACE.index(" 3 ")], "cut short"),
    trace_text("cut in a line", lib.TRACE[:100], ":2"),
    trace_text("empty", "", "empty"),
    trace_text("binary", binary(), "text"),
    trace("100 MB", huge(THERE), "there.txt", "larger than 67108864 bytes"),
    trace_text("many responders",
               lib.TRACE.replace(" 2 ", " 2 " + "".join(
                   f" 10.1.{n >> 8}.{n & 255} 1 ms" for n in range(1000)), 1), " 3:"),
    trace_text("a TTL out of range", lib.TRACE.replace("\n 2 ", "\n256 "), " 3:"),
    trace_text("UTF-16", utf16(lib.TRACE), "text"),
    trace_text("Latin-1", latin1(lib.TRACE, "10.1.0.2 ", "caf\xe9 (10.1.0.2) "), "text"),
    trace_text("an address out of range", lib.TRACE.replace("10.1.0.2", "10.1.0.256"), " 3:5:"),
    trace_text("another destination", lib.TRACE.replace("198.51.100.10", "198.51.100.99"),
               "198.51.100.99"),
    trace_text("another program's", "Tracing route to 198.51.100.10 over 30 hops\n",
               "no trace"),
    trace("gone, though the index names it", lambda net: net.remove(THERE), "there.txt",
          "No such file"),
    trace("a loop of links", loop(THERE), "there.txt", "symbolic links"),
    trace("a pipe", pipe(THERE), "there.txt", "not a regular file"),
    trace("a bad address in the index",
          content(INDEX, lib.INDEX.replace("\t192.0.2.10\t198", "\t192.0.2.256\t198")),
          "192.0.2.256"),
    trace("a bad time in the index",
          content(INDEX, lib.INDEX.replace("2026-11-20T00:00:00Z", "2026-13-40", 1)),
          "2026-13-40"),
    index("an empty index", "", "empty"),
    index("a binary index", binary(), "header"),
    index("an index in UTF-16", utf16(lib.INDEX), "header"),
    Case("no index", "traceroute", "*", lambda net: net.remove(INDEX),
         ("index.tsv", "No such file")),
    Case("a huge index", "traceroute", "*", lambda net: net.sparse(INDEX, 300 << 20),
         ("index.tsv", "larger")),
]

# --- documents ---

MAP = "alto/map.json"


def document(name, spoil, *says):
    return Case(name, "documents", "map.json", spoil, ("map.json", *says))


def document_text(name, data, *says):
    return document(name, content(MAP, data), *says)


def of_pids(text):
    return '{"network-map": {' + text + "}}"


DOCUMENTS = [
    document_text("truncated", lib.MAP[:80], ""),
    document_text("empty", "", ""),
    document_text("binary", binary(), ":1:1"),
    document("100 MB", huge(MAP), "67108864"),
    document_text("nesting", '{"network-map":' + '{"a":' * 100000, "32"),
    document_text("UTF-16", utf16(lib.MAP), ":1:1"),
    document_text("Latin-1", latin1(lib.MAP, "P1", "P\xe9"), "UTF-8"),
    document_text("an address out of range", of_pids('"P1": {"ipv4": ["192.0.2.256/32"]}'),
                  "192.0.2.256/32"),
    document_text("a length out of range", of_pids('"P1": {"ipv4": ["192.0.2.0/33"]}'),
                  "192.0.2.0/33"),
    document_text("a prefix in two PIDs",
                  of_pids('"A": {"ipv4": ["192.0.2.0/24"]}, "B": {"ipv4": ["192.0.2.0/24"]}'),
                  "192.0.2.0/24"),
    document_text("a key twice", '{"network-map": {}, "network-map": {}}', "network-map"),
    document_text("a number out of range", lib.COSTS.replace("10", "1e999", 1), ""),
    document_text("two documents", lib.MAP + lib.MAP, ""),
    document_text("another kind of JSON", "[1, 2, 3]", ""),
    document("a loop of links", loop(MAP), "symbolic links"),
    document("a pipe", pipe(MAP), "not a"),
    document("a folder", folder(MAP), "directory"),
]

ALL = {"static": STATIC, "config": CONFIG, "glass-files": GLASS_FILES,
       "glass-http": GLASS_HTTP, "traceroute": TRACEROUTE, "documents": DOCUMENTS}
