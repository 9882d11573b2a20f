# SPDX-License-Identifier: Apache-2.0
"""FTS's own REST server for a test: certificates, a data base, the server (serve_rest.py)."""
import http.client
import os
import pathlib
import shutil
import sqlite3
import ssl
import subprocess
import sys
import time

import pki

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 120  # s
SEED = """insert into t_link_config (source_se, dest_se, symbolic_name, min_active, max_active,
    optimizer_mode, nostreams, no_delegation) values ('*', '*', '*', 2, 130, 2, 0, 'off')"""


def wait_for(ready, child, log):
    end = time.monotonic() + PATIENCE
    while not ready():
        if child.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f'{child.args[0]} did not start:\n{log.read_text()[-2000:]}')
        time.sleep(0.05)


class SQLite:
    """Tables as FTS's model has them."""
    name = 'SQLite'

    def __init__(self, folder):
        self.file = folder / 'fts.db'
        self.url = f'sqlite:///{self.file}'

    def start(self):
        pass

    def rows(self, *statements):
        """What the last of the statements gives, as texts."""
        base = sqlite3.connect(self.file, timeout=PATIENCE)
        try:
            for statement in statements:
                found = base.execute(statement).fetchall()
            base.commit()
        finally:
            base.close()
        return [tuple(map(str, row)) for row in found]

    def refuse(self, destination):
        """Rows for that destination can't be made."""
        self.rows(f"create trigger refuse before insert on t_link_config when new.dest_se = "
                  f"'{destination}' begin select raise(abort, 'no'); end")

    def stop(self):
        pass


class MariaDB:
    """Tables as FTS's own schema makes them, in a server of our own."""
    name = 'MariaDB'

    def __init__(self, folder, schema):
        self.folder, self.schema = folder / 'mariadb', schema
        self.socket = self.folder / 'socket'
        self.url = f'mysql://fts3:x@localhost/fts?unix_socket={self.socket}'

    def start(self):
        self.folder.mkdir()
        user = []
        if os.getuid() == 0:  # it does not serve as root
            user = ['--user=mysql']
            for folder in (self.folder.parent, self.folder):
                folder.chmod(0o755)
            shutil.chown(self.folder, 'mysql')
        where = ['--no-defaults', *user, f'--datadir={self.folder}/data']
        subprocess.run(['mariadb-install-db', *where, '--auth-root-authentication-method=normal'],
                       check=True, capture_output=True)
        log = self.folder / 'log'
        with open(log, 'wb') as out:
            self.child = subprocess.Popen(
                ['mariadbd', *where, '--skip-networking', f'--socket={self.socket}',
                 f'--pid-file={self.folder}/pid'], stdout=out, stderr=out)
        wait_for(self.socket.exists, self.child, log)
        self.run("create database fts; create user fts3@localhost identified by 'x'; "
                 'grant all on fts.* to fts3@localhost', 'mysql')
        # MariaDB lacks that collation of MySQL's; what has it is for FTS's web pages
        self.run(self.schema.read_text().replace('utf8mb4_0900_ai_ci', 'utf8mb4_unicode_ci'))
        self.run('delete from t_link_config')

    def run(self, text, base='fts'):
        done = subprocess.run(['mariadb', '--no-defaults', '-u', 'root', '-S', self.socket,
                               '-N', '-B', base], input=text, text=True, capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def rows(self, *statements):
        last = self.run(';\n'.join(statements) + ';')
        return [tuple(line.split('\t')) for line in last.splitlines()]

    def refuse(self, destination):
        self.run('delimiter //\ncreate trigger refuse before insert on t_link_config for each row '
                 f"begin if new.dest_se = '{destination}' then signal sqlstate '45000'; end if; "
                 'end//\n')

    def stop(self):
        self.child.terminate()
        self.child.wait(PATIENCE)


class RealFTS:
    """The owner of client.pem has the role `config`, that of stranger.pem has none."""

    def __init__(self, folder, source, base):
        self.folder, self.source, self.base = folder, source, base

    def __enter__(self):
        pki.make(self.folder, 'server', 'client', 'stranger')
        self.base.start()
        log = self.folder / 'serve.log'
        with open(log, 'wb') as out:
            self.child = subprocess.Popen(
                [sys.executable, '-B', HERE / 'serve_rest.py', self.source, self.folder,
                 self.base.url], stdout=out, stderr=out)
        try:
            wait_for((self.folder / 'port').exists, self.child, log)
            self.base.rows(SEED)
            self.base.rows("insert into t_authz_dn (operation, dn) values ('config', '/CN=client')")
        except BaseException:
            self.__exit__()
            raise
        self.port = int((self.folder / 'port').read_text())
        self.url = f'https://127.0.0.1:{self.port}'
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(PATIENCE)
        self.base.stop()

    def decided(self, source, dest, active, at, ema):
        at = at.replace('T', ' ')
        self.base.rows('insert into t_optimizer (source_se, dest_se, active, nostreams, ema, '
                       f"datetime) values ('{source}', '{dest}', {active}, 1, {ema}, '{at}')")

    def saw(self, source, dest, at, throughput, active, queue):
        at = at.replace('T', ' ')
        self.base.rows(
            'insert into t_optimizer_evolution (source_se, dest_se, datetime, active, success, '
            'throughput, rationale, diff, actual_active, queue_size, ema, filesize_avg, '
            f"filesize_stddev) values ('{source}', '{dest}', '{at}', 1, 100, {throughput}, 'x', "
            f'0, {active}, {queue}, 1, 1, 0)')

    def pins(self, prefix='rialto-'):
        rows = self.base.rows('select source_se, dest_se, symbolic_name, min_active, max_active '
                              'from t_link_config')
        return {(s, d): int(least) for s, d, name, least, most in rows
                if name.startswith(prefix) and least == most}

    def __call__(self, method, path, headers, body, who='client'):
        """(status, media type, text), as fake.FTS gives them."""
        context = ssl.create_default_context(cafile=str(self.folder / 'ca.pem'))
        if who:
            context.load_cert_chain(self.folder / f'{who}.pem', self.folder / f'{who}.key')
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, context=context,
                                                 timeout=PATIENCE)
        connection.request(method, path, body, {'Accept': 'application/json', **headers})
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, {'Content-Type': reply.getheader('Content-Type')}, text
