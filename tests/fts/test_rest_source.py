# SPDX-License-Identifier: Apache-2.0
"""`rialto fts apply` with FTS's own REST server.

    test_rest_source.py RIALTO

FTS_REST_SOURCE names a checkout of fts-rest-flask; it runs on SQLite, with tables of FTS's model.
With FTS_SOURCE, a checkout of fts3, it runs on MariaDB, too, with tables of FTS's own schema.
"""
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'rucio'))
import calls  # noqa: E402
import data  # noqa: E402
import fake  # noqa: E402
import real  # noqa: E402

PROGRAM = sys.argv.pop(1)
SOURCE, SCHEMAS = os.environ.get('FTS_REST_SOURCE'), os.environ.get('FTS_SOURCE')
PACKAGES = ('flask', 'sqlalchemy', 'M2Crypto', 'MySQLdb', 'jwcrypto', 'jwt', 'mako', 'dirq',
            'dateutil', 'requests')
NOW, AT = '2026-01-01T00:05:00Z', '2026-01-01T00:04:30'
A, B, C = (f'davs://{name}.example' for name in 'abc')
FIRST = {(A, B): 24, (A, C): 10, (B, C): 30}


def skip(why):
    print(f'SKIPPED: {why}; `rialto fts apply` was not tried with FTS\'s own REST server')
    sys.exit(77)


def newest_schema():
    """Schema of the newest version below SCHEMAS."""
    found = pathlib.Path(SCHEMAS, 'src', 'db', 'schema', 'mysql').glob('fts-schema-*.sql')
    return max(found, key=lambda p: [int(n) for n in p.stem.rpartition('-')[2].split('.')])


class RestTest:
    def make_base(self, folder):
        raise NotImplementedError

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.rialto = fake.Rialto()
        self.server = self.enterContext(data.Server(self.rialto))
        self.base = self.make_base(self.folder)
        self.fts = self.enterContext(real.RealFTS(self.folder, SOURCE, self.base))

    def queue(self):
        for pair, active in (((A, B), 20), ((A, C), 8), ((B, C), 40)):
            self.fts.decided(*pair, active, AT, 1e6)
        self.rialto.plan = {(A, B): 24, (A, C): 30, (B, C): 30}

    def apply(self, *more, who='client'):
        pem, key = self.folder / f'{who}.pem', self.folder / f'{who}.key'
        return subprocess.run(
            [PROGRAM, 'fts', 'apply', '--fts', self.fts.url, '--ca', self.folder / 'ca.pem',
             '--cert', pem, '--key', key, '--server', self.server.url, '--now', NOW, *more],
            capture_output=True, text=True, timeout=90, check=False)

    def test_calls_are_answered_as_recorded(self):
        for call, got in calls.play(self.fts):
            self.assertEqual({**call, **got}, call)

    def test_pins_move_and_go(self):
        self.queue()
        done = self.apply('--dry-run')
        self.assertEqual((done.returncode, self.fts.pins()), (0, {}), done.stderr)
        self.assertEqual(self.apply().returncode, 0)
        self.assertEqual(self.fts.pins(), FIRST)
        self.assertEqual(self.apply().returncode, 0)
        self.assertEqual(self.fts.pins(), {**FIRST, (A, C): 12})
        self.fts.saw(A, B, AT, 8e6, 18, 300)
        del self.rialto.plan[B, C]
        self.assertEqual(self.apply('--rates').returncode, 0)
        self.assertEqual(self.fts.pins(), {(A, B): 24, (A, C): 15})
        # asked with what FTS saw: bytes per second become bits
        asked = {(p['source_se'], p['dest_se']): p for p in self.rialto.questions[-1]['pairs']}
        self.assertEqual((asked[A, B]['throughput'], asked[A, B]['active'],
                          asked[A, B]['queued']), (64e6, 18, 300))
        self.assertEqual(self.apply('--release').returncode, 0)
        self.assertEqual([row[2] for row in self.base.rows(
            'select source_se, dest_se, symbolic_name from t_link_config')], ['*'])

    def test_a_refusal_half_way_leaves_nothing(self):
        self.queue()
        self.base.refuse(C)
        done = self.apply()
        self.assertEqual((done.returncode, self.fts.pins()), (1, {}))
        self.assertIn('what was done of this run is undone', done.stderr)

    def test_who_has_no_role_does_nothing(self):
        self.queue()
        done = self.apply(who='stranger')
        self.assertEqual((done.returncode, self.fts.pins()), (1, {}))
        self.assertIn('Not enough permissions (HTTP 403)', done.stderr)

    def test_why_tokens_are_refused(self):
        token = self.folder / 'token'
        token.write_text('bearer-token-0123456789\n')
        token.chmod(0o600)
        done = subprocess.run(
            [PROGRAM, 'fts', 'apply', '--fts', self.fts.url, '--ca', self.folder / 'ca.pem',
             '--token-file', token, '--server', self.server.url, '--now', NOW],
            capture_output=True, text=True, timeout=90, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn('Unsupported authentication method: method=OAuth2 (HTTP 400)', done.stderr)


class SQLiteTest(RestTest, unittest.TestCase):
    def make_base(self, folder):
        return real.SQLite(folder)


@unittest.skipUnless(SCHEMAS, 'FTS_SOURCE is not set')
@unittest.skipUnless(shutil.which('mariadbd'), 'mariadb-server is missing')
class MariaDBTest(RestTest, unittest.TestCase):
    def make_base(self, folder):
        return real.MariaDB(folder, newest_schema())

    def test_a_row_with_shares_stays_and_is_named(self):
        self.queue()
        self.assertEqual(self.apply().returncode, 0)
        self.base.rows('insert into t_share_config (source, destination, vo, active) '
                       f"values ('{A}', '{B}', 'atlas', 1)")
        done = self.apply('--release', '--json')
        self.assertEqual((done.returncode, self.fts.pins()), (1, {(A, B): 24}))
        self.assertEqual(len(json.loads(done.stdout)['left']), 1)


if __name__ == '__main__':
    if not SOURCE:
        skip('FTS_REST_SOURCE is not set')
    if not pathlib.Path(SOURCE, 'src', 'fts3rest', 'fts3rest').is_dir():
        sys.exit(f'{SOURCE} is no checkout of fts-rest-flask: src/fts3rest/fts3rest is missing')
    lacking = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if lacking:
        skip(f'Python lacks {", ".join(lacking)}')
    unittest.main()
