# SPDX-License-Identifier: Apache-2.0
"""`rialto rucio` against a server of canned tables and one that behaves as Rucio's REST API.

    test_cli.py PROGRAM
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import data

PROGRAM = sys.argv.pop(1)
GOLDEN = data.ROOT / 'tests' / 'data' / 'cli' / 'golden'
TOKEN = 'account-root-token-0123456789'
TABLE = 'A,X,0.000000\nA,Y,0.990000\nNone,X,0.1\nROAMING,X,0.1\n'
OURS = {'X': {'Y': {'distance': 2}, 'Z': {'distance': 5}},
        'Y': {'X': {'distance': 3}, 'Z': {'distance': 12}},
        'Z': {'X': {'distance': 5}, 'Y': {'distance': 12}}}


def mode(path):
    return os.stat(path).st_mode & 0o777


class Rialto:
    def __init__(self):
        self.table, self.status, self.asked = TABLE, 200, 0

    def __call__(self, method, path, headers, body):
        self.asked += 1
        if self.status != 200:
            error = {'error': {'code': 'unavailable', 'message': '3 of 6 costs are unknown'}}
            return self.status, {'Content-Type': 'application/json'}, json.dumps(error)
        if path == '/rucio/distances.json':
            return 200, {'Content-Type': 'application/json'}, json.dumps({'distances': OURS})
        etag = f'"{hash(self.table)}"'
        if headers.get('If-None-Match') == etag:
            return 304, {'ETag': etag}, ''
        return 200, {'Content-Type': 'text/csv', 'ETag': etag}, self.table


class Rucio:
    """GET /export and POST /import as Rucio 41 has them."""

    def __init__(self):
        self.rses = {'X': {}, 'Y': {}, 'Z': {}, 'W': {}}
        self.distances = {
            'X': {'Y': {'distance': 2, 'ranking': 2}, 'Z': {'distance': 4, 'ranking': 4}},
            'Y': {'X': {'distance': None, 'ranking': None}},
            'Z': {'X': {'distance': 5, 'ranking': 5}},
        }
        self.imports, self.refuse = [], None

    def __call__(self, method, path, headers, body):
        kind = {'Content-Type': 'application/json'}
        if headers.get('X-Rucio-Auth-Token') != TOKEN:
            error = {'ExceptionClass': 'CannotAuthenticate',
                     'ExceptionMessage': 'Cannot authenticate with given credentials'}
            return 401, kind, json.dumps(error)
        if self.refuse:
            return self.refuse
        if (method, path) == ('GET', '/export'):
            return 200, kind, json.dumps({'rses': self.rses, 'distances': self.distances})
        if (method, path) == ('POST', '/import'):
            self.imports.append(json.loads(body))
            return 201, {'Content-Type': 'text/html'}, 'Created'
        return 404, kind, '{}'


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.rialto, self.rucio = Rialto(), Rucio()
        self.server = self.enterContext(data.Server(self.rialto))
        self.other = self.enterContext(data.Server(self.rucio))
        self.token = self.folder / 'token'
        self.token.write_text(TOKEN + '\n')
        self.token.chmod(0o600)
        self.file = self.folder / 'table.csv'

    def run_program(self, *args):
        done = subprocess.run([PROGRAM, 'rucio', *map(str, args), '--server', self.server.url],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertNotIn(TOKEN, done.stdout + done.stderr)
        return done

    def apply(self, *more):
        return self.run_program('distances', '--apply', self.other.url, '--token', self.token,
                                *more)

    def is_golden(self, done, name):
        with open(GOLDEN / f'{name}.json', encoding='utf-8') as f:
            self.assertEqual(done.stdout, f.read())

    # --- csv

    def test_the_table_as_it_is(self):
        self.assertEqual(self.run_program('csv').stdout, TABLE)
        self.is_golden(self.run_program('csv', '--json'), 'rucio-csv')

    def test_a_file_is_replaced_whole(self):
        self.file.write_text('old')
        before = self.file.stat().st_ino
        self.assertEqual(self.run_program('csv', '--watch', self.file, '--once').returncode, 0)
        self.assertEqual(self.file.read_text(), TABLE)
        self.assertNotEqual(self.file.stat().st_ino, before)
        self.assertEqual(mode(self.file), 0o644)
        self.assertEqual(os.listdir(self.folder), sorted(os.listdir(self.folder)))
        self.assertEqual({'table.csv', 'token'}, set(os.listdir(self.folder)))

    def test_a_refused_table_leaves_the_file(self):
        self.file.write_text('old')
        self.rialto.status = 503
        done = self.run_program('csv', '--watch', self.file, '--once')
        self.assertEqual(done.returncode, 1)
        self.assertIn('3 of 6 costs are unknown', done.stderr)
        self.assertEqual(self.file.read_text(), 'old')

    def test_what_rucio_would_choke_on_is_not_written(self):
        self.file.write_text('old')
        for table in ('', 'A,X\n', 'A,X,1.5\n', 'A,X,-0.1\n', 'A,X,x\n', 'A,X,0.5', ',X,0.5\n',
                      'A,X,0.5,more\n', '\n'):
            self.rialto.table = table
            done = self.run_program('csv', '--watch', self.file, '--once')
            self.assertEqual(done.returncode, 2, table)
            self.assertIn('the table', done.stderr)
            self.assertEqual(self.file.read_text(), 'old')

    def test_an_unreachable_server_and_folder(self):
        done = subprocess.run([PROGRAM, 'rucio', 'csv', '--watch', str(self.file), '--once',
                               '--server', 'http://127.0.0.1:1'], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertFalse(self.file.exists())
        done = self.run_program('csv', '--watch', self.folder / 'no' / 'x.csv', '--once')
        self.assertEqual(done.returncode, 2)
        self.assertIn('it stays as it was', done.stderr)

    def wait_until(self, true):
        for _ in range(600):
            if true():
                return
            time.sleep(0.05)
        self.fail('nothing happened for 30 s')

    def test_watching(self):
        child = subprocess.Popen([PROGRAM, 'rucio', 'csv', '--watch', str(self.file), '--every',
                                  '1', '--server', self.server.url], stderr=subprocess.PIPE)
        try:
            self.wait_until(self.file.exists)
            os.utime(self.file, (1, 1))
            inode = self.file.stat().st_ino
            # unchanged: the same file, but new to Rucio, which goes by its time
            self.wait_until(lambda: self.file.stat().st_mtime > 1)
            self.assertEqual(self.file.stat().st_ino, inode)
            self.rialto.table = TABLE.replace('0.99', '0.5')
            self.wait_until(lambda: '0.5' in self.file.read_text())
            self.file.unlink()
            self.wait_until(self.file.exists)
            self.rialto.status = 503
            asked = self.rialto.asked
            self.wait_until(lambda: self.rialto.asked > asked)
            self.assertIn('0.5', self.file.read_text())
        finally:
            child.send_signal(signal.SIGTERM)
            errors = child.communicate(timeout=30)[1]
        self.assertEqual(child.returncode, 0, errors)

    # --- distances

    def test_distances_as_they_are(self):
        lines = self.run_program('distances').stdout.splitlines()
        self.assertEqual(len(lines), 7)
        self.is_golden(self.run_program('distances', '--json'), 'rucio-distances')

    def test_only_differences_are_pushed(self):
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        # X-Y and Z-X are as they are; Y-X is closed in Rucio; Y-Z and Z-Y are new
        self.assertEqual(self.rucio.imports, [{'distances': {
            'X': {'Z': {'distance': 5}}, 'Y': {'Z': {'distance': 12}},
            'Z': {'Y': {'distance': 12}}}}])
        self.assertIn('3 to change, 2 as they are, 1 closed in Rucio, 0 unknown RSEs: pushed',
                      done.stdout)
        self.assertTrue(re.search(r'^X +Z +4 +5$', done.stdout, re.M), done.stdout)

    def test_a_dry_run_changes_nothing(self):
        done = self.apply('--dry-run', '--json')
        self.assertEqual(self.rucio.imports, [])
        self.is_golden(done, 'rucio-changes')

    def test_no_new_links_where_they_are_not_wanted(self):
        done = self.apply('--existing')
        self.assertEqual(self.rucio.imports, [{'distances': {'X': {'Z': {'distance': 5}}}}])
        self.assertIn('1 to change, 2 as they are, 2 new left out, 1 closed in Rucio', done.stdout)
        told = json.loads(self.apply('--existing', '--dry-run', '--json').stdout)
        self.assertEqual((told['unchanged'], told['left_out']), (2, 2))

    def test_nothing_to_push(self):
        self.rucio.distances = OURS
        done = self.apply()
        self.assertEqual((done.returncode, self.rucio.imports), (0, []))
        self.assertIn('nothing to push', done.stdout)

    def test_unknown_rses_stop_everything(self):
        del self.rucio.rses['Z']
        done = self.apply()
        self.assertEqual((done.returncode, self.rucio.imports), (1, []))
        self.assertIn('"Z"', done.stderr)
        self.rucio.distances['X']['Y']['distance'] = 7
        done = self.apply('--skip-unknown')
        self.assertEqual(self.rucio.imports, [{'distances': {'X': {'Y': {'distance': 2}}}}])

    def test_a_rucio_that_refuses(self):
        kind = {'Content-Type': 'application/json'}
        text = json.dumps({'ExceptionClass': 'AccessDenied', 'ExceptionMessage': 'may not import'})
        self.rucio.refuse = 403, kind, text
        done = self.apply()
        self.assertEqual(done.returncode, 1)
        self.assertIn('Rucio: the server says may not import (AccessDenied', done.stderr)
        self.rucio.refuse = 200, kind, '{"rses":{}}'
        self.assertEqual(self.apply().returncode, 2)
        self.token.write_text('another\n')
        self.rucio.refuse = None
        self.assertIn('CannotAuthenticate', self.apply().stderr)

    def test_an_unreachable_rucio(self):
        done = self.run_program('distances', '--apply', 'http://127.0.0.1:1', '--token',
                                self.token)
        self.assertEqual(done.returncode, 2)

    def test_tokens_are_kept_secret(self):
        self.token.chmod(0o644)
        self.assertIn("others can't read", self.apply().stderr)
        self.token.chmod(0o600)
        for text in ('', 'two words\n', 'a\x01b\n'):
            self.token.write_text(text)
            self.assertIn('expected a token', self.apply().stderr)
        self.assertIn('No such file', self.run_program(
            'distances', '--apply', self.other.url, '--token', self.folder / 'no').stderr)
        self.assertEqual(self.rucio.imports, [])

    def test_wrong_usage(self):
        for args in (['nonsense'], [], ['csv', '--once'], ['distances', '--dry-run'],
                     ['distances', '--apply', 'http://x'],
                     ['csv', '--watch', 'x', '--every', '0']):
            self.assertEqual(self.run_program(*args).returncode, 2, args)


if __name__ == '__main__':
    unittest.main()
