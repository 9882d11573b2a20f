# SPDX-License-Identifier: Apache-2.0
"""Asks Rialto for orders of hosts, and keeps the answers as long as it says.

A question is put by a thread. Who asks waits for a fixed time and no longer; an answer that comes
later is there for the next one. A server that fails is left alone for a while.
"""
import concurrent.futures
import http.client
import json
import ssl
import threading
import time
import urllib.parse

GOOD, EXCLUDED, UNKNOWN = range(3)
MAX_KEPT = 100000  # hosts, over all clients
MAX_REPLY = 16 << 20  # bytes
MAX_WAITING = 16  # questions under way
PAUSE = 5.0  # seconds without questions after a failure, or until an answer comes
UNKNOWN_KEPT = 1.0  # seconds until a host that was unknown is asked for again
ATTEMPT = 5.0  # seconds that a thread tries at most


class RialtoError(Exception):
    """Rialto can't be asked, or refuses."""


class Refused(RialtoError):
    """It says what is wrong with the question."""


class NothingKnown(RialtoError):
    """It knows nothing of this client, which says nothing of others."""


def post(url, body, timeout, ca_file=None):
    """The parsed reply to one request."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == 'https':
        context = ssl.create_default_context(cafile=ca_file)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=context)
    elif parts.scheme == 'http':
        connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    else:
        raise RialtoError(f'{url}: http:// or https:// is expected')
    try:
        connection.request(
            'POST',
            parts.path.rstrip('/') + '/rucio/sort',
            json.dumps(body),
            {'Content-Type': 'application/json', 'Accept': 'application/json'},
        )
        reply = connection.getresponse()
        text = reply.read(MAX_REPLY + 1)
    except (OSError, http.client.HTTPException) as e:
        raise RialtoError(f'{url}: {e}') from e
    finally:
        connection.close()
    return read(reply.status, text)


def read(status, text):
    """The document of a reply, or what it complains of."""
    if len(text) > MAX_REPLY:
        raise RialtoError('the reply is too large')
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if status != 200:
        error = document.get('error') if isinstance(document, dict) else None
        message = error.get('message') if isinstance(error, dict) else None
        kind = Refused if status == 400 else RialtoError
        if status == 404 and message:  # not that of another server's page
            kind = NothingKnown
        raise kind(f'HTTP {status}: {message}' if message else f'HTTP {status}')
    if not isinstance(document, dict) or not isinstance(document.get('costs'), dict):
        raise RialtoError('the reply is not an order of hosts')
    return document


def keys_of(document, hosts):
    """{host: sort key}: by rank, then each cost in its direction, the unknown last."""
    signs = [-1 if m.get('order') == 'descend' else 1 for m in document.get('metrics', [])]
    excluded, unknown = set(document.get('excluded', [])), set(document.get('unknown', []))
    keys = {}
    for host in hosts:
        costs = document['costs'].get(host)
        if host in unknown or costs is None or len(costs) != len(signs):
            keys[host] = (UNKNOWN,)
            continue
        rank = EXCLUDED if host in excluded else GOOD
        keys[host] = (rank, *((1, 0) if c is None else (0, s * c) for s, c in zip(signs, costs)))
    return keys


class Asker:
    """One server, what it said, and the questions under way. Thread-safe."""

    def __init__(self, url, deadline, ca_file=None, ask=post, clock=time.monotonic):
        self.url, self.deadline, self.ca_file = url, deadline, ca_file
        self.ask, self.clock = ask, clock
        self.lock = threading.Lock()
        self.kept = {}  # (question, host): (time to ask again, end, key)
        self.quiet_until = 0.0
        self.pool = concurrent.futures.ThreadPoolExecutor(4, 'rialto')
        self.waiting = {}  # (question, hosts): future

    def known(self, question, hosts, stale=False):
        """Those of the hosts that are kept; `stale`: also if they should be asked for again."""
        now = self.clock()
        with self.lock:
            found = {h: self.kept.get((question, h), (0, 0, None)) for h in hosts}
        return {h: key for h, (again, end, key) in found.items()
                if key and (end if stale else again) > now}

    def keys(self, question, body, hosts):
        """{host: key} of all hosts, None when not all could be had in time.

        `question` tells clients and statements apart; `body` is what to send but for the hosts.
        """
        hosts = sorted(set(hosts))
        have = self.known(question, hosts)
        missing = [h for h in hosts if h not in have]
        if not missing:
            return have
        stale = self.known(question, hosts, stale=True)
        stale = stale if len(stale) == len(hosts) else None
        future = self.start(question, body, tuple(missing))
        if future is None:
            return stale
        try:
            have.update(future.result(timeout=self.deadline))
        except (concurrent.futures.TimeoutError, TimeoutError):
            self.be_quiet()  # a listing has many files: only one of them waits
            return stale
        except Refused:
            raise
        except RialtoError:
            if stale is None:
                raise
            return stale
        return have

    def start(self, question, body, missing):
        """Puts a question, unless it is being put, or the server is left alone."""
        with self.lock:
            if self.clock() < self.quiet_until:
                return None
            same = self.waiting.get((question, missing))
            if same is not None:
                return same
            if len(self.waiting) >= MAX_WAITING:
                return None
            future = self.pool.submit(self.fetch, question, body, missing)
            self.waiting[(question, missing)] = future
        future.add_done_callback(lambda _: self.forget((question, missing)))
        return future

    def be_quiet(self):
        with self.lock:
            self.quiet_until = self.clock() + PAUSE

    def forget(self, name):
        with self.lock:
            self.waiting.pop(name, None)

    def fetch(self, question, body, missing):
        try:
            document = self.ask(
                self.url, {**body, 'hosts': list(missing)}, ATTEMPT, self.ca_file
            )
            keys = keys_of(document, missing)
        except (Refused, NothingKnown):
            raise
        except Exception:
            self.be_quiet()
            raise
        now, age = self.clock(), float(document.get('max-age', 60))
        with self.lock:
            self.quiet_until = 0.0
            if len(self.kept) + len(keys) > MAX_KEPT:
                self.kept.clear()
            for h, key in keys.items():
                again = min(age, UNKNOWN_KEPT) if key == (UNKNOWN,) else age
                self.kept[(question, h)] = now + again, now + age, key
        return keys
