# SPDX-License-Identifier: Apache-2.0
"""FTS's own REST server, from a checkout of fts-rest-flask, by https with client certificates.

    serve_rest.py SOURCE FOLDER DATABASE

FOLDER has ca.pem, server.pem and server.key; `port` is written there when requests are taken.
DATABASE is an URL of SQLAlchemy: sqlite:///FILE, made here from FTS's model, or mysql://…, which
has FTS's schema already. What Apache does in front of FTS is done here: TLS, and telling the
certificate's owner. Of the packages that FTS imports, oic (tokens) is replaced by one that can
do nothing: Debian has none.
"""
import os
import pathlib
import ssl
import sys
import types
from unittest import mock

SOURCE, FOLDER, DATABASE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
LETTERS = {'commonName': 'CN', 'organizationName': 'O', 'organizationalUnitName': 'OU',
           'domainComponent': 'DC', 'countryName': 'C'}
CONFIG = """[fts3]
DbType={kind}
DbUserName={user}
DbPassword={password}
DbConnectString={place}
AuthorizedVO=*
[roles]
Public = vo:transfer
lcgadmin = all:config
[loggers]
keys = root
[handlers]
keys = file
[formatters]
keys = generic
[logger_root]
level = INFO
handlers = file
[handler_file]
class = FileHandler
args = ({log!r}, 'a')
formatter = generic
[formatter_generic]
format = %(levelname)s [%(module)s] %(message)s
"""


class Nothing(types.ModuleType):
    """A module of which everything can be imported."""
    __path__ = []

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return mock.MagicMock(name=name)


def stand_in(*names):
    for name in names:
        sys.modules[name] = Nothing(name)


def configure():
    from sqlalchemy.engine import make_url

    url = make_url(DATABASE)
    place = url.database
    if url.get_backend_name() == 'mysql':
        place = DATABASE.partition('@')[2]
    file = FOLDER / 'fts3config'
    file.write_text(CONFIG.format(kind=url.get_backend_name(), user=url.username or '',
                                  password=url.password or '', place=place,
                                  log=str(FOLDER / 'fts.log')))
    return str(file)


def owner(certificate):
    """The subject as mod_ssl tells it: /DC=ch/CN=somebody."""
    rdns = [pair for rdn in certificate.get('subject', ()) for pair in rdn]
    return ''.join(f'/{LETTERS.get(key, key)}={value}' for key, value in rdns)


def serve(app):
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        def make_environ(self):
            environ = super().make_environ()
            certificate = self.connection.getpeercert()
            if certificate:
                environ['SSL_CLIENT_S_DN'] = owner(certificate)
            return environ

        def log(self, *_):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / 'server.pem', FOLDER / 'server.key')
    context.load_verify_locations(FOLDER / 'ca.pem')
    context.verify_mode = ssl.CERT_OPTIONAL
    server = make_server('127.0.0.1', 0, app, threaded=True, request_handler=Handler,
                         ssl_context=context)
    ready = FOLDER / 'port.new'
    ready.write_text(str(server.port))
    os.rename(ready, FOLDER / 'port')
    server.serve_forever()


def main():
    sys.path.insert(0, str(SOURCE / 'src' / 'fts3rest'))
    sys.path.insert(1, str(SOURCE / 'src'))
    stand_in('oic', 'oic.extension', 'oic.extension.message', 'oic.oic', 'oic.oic.message',
             'oic.utils', 'oic.utils.time_util', 'oic.utils.authn', 'oic.utils.authn.client')
    from fts3rest.config.middleware import create_app

    app = create_app(configure(), test=False)
    if DATABASE.startswith('sqlite:'):
        from fts3rest.model.base import Base
        from fts3rest.model.meta import Session

        Base.metadata.create_all(Session.get_bind())
    serve(app)


main()
