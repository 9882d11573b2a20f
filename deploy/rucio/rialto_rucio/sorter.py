# SPDX-License-Identifier: Apache-2.0
"""`sort_replicas` and `list_replicas` of Rucio, with `alto` besides what they know."""
import functools
import ipaddress
import itertools
import logging
import re
import threading
import urllib.parse

from . import ask, selection

LOGGER = logging.getLogger('rialto')

SECTION = 'rialto'
HOST = re.compile(r'[a-z0-9_]([a-z0-9_-]|\.(?!\.)){0,252}')
WITH_PORT = re.compile(r'\[([0-9A-Fa-f:][0-9A-Fa-f:.]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}')
BATCH = 1000  # files of a listing whose hosts are asked for at once
DEFAULTS = {
    'url': 'http://127.0.0.1:8080',
    'deadline_ms': '200',
    'ca_file': '',
    'fallback': 'geoip',
}

_lock = threading.Lock()
_asker = None


def setting(name):
    from rucio.common.config import config_get

    return config_get(SECTION, name, raise_exception=False, default=DEFAULTS[name])


def asker():
    """The one of this process, made when it is needed first."""
    global _asker
    with _lock:
        if _asker is None:
            deadline = float(setting('deadline_ms')) / 1000
            _asker = ask.Asker(setting('url'), deadline, setting('ca_file') or None)
        return _asker


def address(text):
    """The address in canonical form, or None. Proxies add to a list: the first is the client;
    some add its port ("192.0.2.1:53122", "[2001:db8::1]:443")."""
    text = str(text).split(',')[0].strip()
    with_port = WITH_PORT.fullmatch(text)
    try:
        return str(ipaddress.ip_address(with_port[1] or with_port[2] if with_port else text))
    except ValueError:
        return None


def host_name(text):
    """A host name or address that Rialto takes, or None."""
    text = (text or '').lower().rstrip('.')
    return text if HOST.fullmatch(text) or address(text) else None


def host_of(pfn):
    """The host of a replica, behind proxies ("root://proxy//root://host//path"); or None."""
    for _ in range(9):
        try:
            url = urllib.parse.urlparse(pfn)
            host = url.hostname
        except ValueError:
            return None
        inner = url.path.lstrip('/')
        if url.scheme not in ('root', 'roots', 'xroot', 'xroots') or '://' not in inner:
            return host_name(host)
        pfn = inner
    return None


def client_of(location):
    """What of a client's location Rialto can use."""
    location = location or {}
    known = {
        'ip': address(location.get('ip')),
        'fqdn': host_name(location.get('fqdn')),
        'site': location.get('site'),
    }
    return {k: v for k, v in known.items() if v}


def by_priority(replicas):
    """PFNs in the order of their protocols' priority, as Rucio has them before it sorts."""
    items = list(replicas.items())
    if isinstance(items[0][1], tuple) and len(items[0][1]) == 4:
        items.sort(key=lambda item: item[1][1])
    return [pfn for pfn, _ in items]


def question_of(location, text):
    """(name of the question, body of the request); (None, None) without a client: Rialto would
    take Rucio's server for it."""
    body = {'client': client_of(location), **selection.query(selection.parse(text))}
    if not body['client']:
        return None, None
    return tuple(sorted((k, str(v)) for k, v in body.items())), body


def sort_alto(replicas, location, text):
    """The PFNs in Rialto's order, or None: Rucio's own order stands."""
    pfns = by_priority(replicas)
    hosts = {pfn: host_of(pfn) for pfn in pfns}
    question, body = question_of(location, text)
    wanted = {h for h in hosts.values() if h and question}
    keys = asker().keys(question, body, wanted) if wanted else None
    if keys is None:
        return None
    return sorted(pfns, key=lambda pfn: keys.get(hosts[pfn], (ask.UNKNOWN,)))


def refuse(message):
    """The error that Rucio's REST API tells its client."""
    from rucio.common.exception import SortingAlgorithmNotSupported

    raise SortingAlgorithmNotSupported(f'alto: {message}')


def fall_back(original, replicas, location):
    try:
        return original(replicas, location, selection=setting('fallback'))
    except Exception:  # a missing GeoIP data base, for instance
        LOGGER.exception('the order %s failed as well', setting('fallback'))
        return by_priority(replicas)


def wrap_sorter(original):
    """Rucio's sort_replicas with one more selection."""

    @functools.wraps(original)
    def sort_replicas(dictreplica, client_location, selection=None):
        if not is_alto(selection):
            return original(dictreplica, client_location, selection=selection)
        if len(dictreplica) == 0:
            return []
        try:
            result = sort_alto(dictreplica, client_location, selection)
        except (SelectionError, ask.Refused) as e:
            refuse(e)
        except Exception as e:
            LOGGER.warning('alto: %s; the order %s stands', e, setting('fallback'))
            result = None
        return fall_back(original, dictreplica, client_location) if result is None else result

    sort_replicas.is_rialto = True
    return sort_replicas


# Inside sort_replicas `selection` is Rucio's parameter.
is_alto, SelectionError = selection.is_alto, selection.SelectionError


def wanted_sort():
    """The selection and client of the REST request that is being answered; or (None, None)."""
    import flask

    if not flask.has_request_context():
        return None, None
    request = flask.request
    body = request.get_json(force=True, silent=True) if request.method == 'POST' else None
    body = body if isinstance(body, dict) else {}
    text = request.args.get('sort', request.args.get('select', body.get('sort')))
    ip = request.headers.get('X-Forwarded-For', default=request.remote_addr)
    return text, {'ip': ip, 'fqdn': None, 'site': None}


def hosts_of(files):
    pfns = itertools.chain.from_iterable(f.get('pfns') or () for f in files)
    return {h for h in map(host_of, pfns) if h}


def in_batches(files, location, text):
    """The files as they come, the hosts of many of them asked for at once."""
    files = iter(files)
    while chunk := list(itertools.islice(files, BATCH)):
        try:
            question, body = question_of(location, text)
            wanted = hosts_of(chunk)
            if question and wanted:
                asker().keys(question, body, wanted)
        except Exception as e:  # told when the files are sorted
            LOGGER.debug('alto: %s', e)
        yield from chunk


def wrap_listing(original):
    """Rucio's list_replicas as its REST module calls it."""

    @functools.wraps(original)
    def list_replicas(*args, **kwargs):
        files = original(*args, **kwargs)
        text, location = wanted_sort()
        if not is_alto(text):
            return files
        return in_batches(files, kwargs.get('client_location') or location, text)

    list_replicas.is_rialto = True
    return list_replicas
