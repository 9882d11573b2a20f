# SPDX-License-Identifier: Apache-2.0
"""`rialto fts` against a server of canned plans, a real one, and an FTS that fails as planted.

    test_apply.py RIALTO SERVE_FIXTURE
"""
import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'rucio'))
import data  # noqa: E402
import fake  # noqa: E402
import pki  # noqa: E402

PROGRAM, FIXTURE = sys.argv.pop(1), sys.argv.pop(1)
GOLDEN = data.ROOT / 'tests' / 'data' / 'cli' / 'golden'
NOW = '2026-01-01T00:05:00Z'
TOKEN = 'bearer-token-0123456789'
A, B, C, D = (f'davs://{name}.example' for name in 'abcd')


class ApplyTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.rialto, self.fts = fake.Rialto(), fake.FTS()
        self.server = self.enterContext(data.Server(self.rialto))
        self.other = self.enterContext(data.Server(self.fts))
        self.over = threading.Event()
        self.addCleanup(self.over.set)
        for pair, active in (((A, B), 20), ((A, C), 8), ((B, C), 40)):
            self.fts.decided(*pair, active, '2026-01-01T00:04:30', 1e6)
        self.rialto.plan = {(A, B): 24, (A, C): 30, (B, C): 30}

    def run_program(self, *args, server=None, text=None, now=NOW):
        return subprocess.run([PROGRAM, *map(str, args), '--server', server or self.server.url,
                               '--now', now], capture_output=True, text=True, timeout=90,
                              input=text, check=False)

    def apply(self, *more, **how):
        done = self.run_program('fts', 'apply', '--fts', self.other.url, *more, **how)
        self.assertNotIn(TOKEN, done.stdout + done.stderr)
        return done

    def lines(self, done):
        return {tuple(line.split()[:2]): line.split()[2:] for line in done.stdout.splitlines()}

    def pin_all(self):
        self.assertEqual(self.apply().returncode, 0)
        return {(A, B): 24, (A, C): 10, (B, C): 30}

    # --- what is done

    def test_pins_within_a_step_of_what_runs(self):
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        # of 20, 8 and 40, a quarter is 5, 2 and 10
        self.assertEqual(self.fts.pins(), {(A, B): 24, (A, C): 10, (B, C): 30})
        self.assertEqual(self.lines(done)[A, B], ['(20)', '24', '24', 'as', 'planned'])
        self.assertEqual(self.lines(done)[A, C], ['(8)', '30', '10', 'step-limited'])
        self.assertIn('3 to pin, 0 to release, 0 as they are, 0 left alone: done', done.stdout)
        row = self.fts.links[A, B]
        self.assertEqual((row['optimizer_mode'], row['no_delegation']), (2, False))
        self.assertRegex(row['symbolicname'], '^rialto-a.example-to-b.example-[0-9a-f]{16}$')
        # asked with what FTS knows: bytes per second become bits
        self.assertEqual(self.rialto.questions[0]['pairs'][0], {
            'source_se': A, 'dest_se': B, 'active': 20, 'throughput': 8e6, 'max_active': 130})

    def test_further_runs_go_on_from_the_pins_and_then_rest(self):
        self.pin_all()
        for wanted in (12, 15, 18, 22, 27, 30):
            self.assertEqual(self.apply().returncode, 0)
            self.assertEqual(self.fts.pins()[A, C], wanted)
        before = len(self.fts.changes)
        done = self.apply()
        self.assertEqual((done.returncode, len(self.fts.changes)), (0, before))
        self.assertIn('3 as they are, 0 left alone: nothing to do', done.stdout)

    def test_pairs_that_left_the_plan_are_released(self):
        self.pin_all()
        del self.rialto.plan[A, C]
        self.rialto.plan[B, C] = None
        done = self.apply()
        self.assertEqual(self.fts.pins(), {(A, B): 24})
        self.assertIn('not in the plan', done.stdout)
        self.assertIn('unknown', done.stdout)
        self.fts.optimizer.clear()  # no pairs at all: nobody is asked
        asked = len(self.rialto.questions)
        self.assertEqual(self.apply().returncode, 0)
        self.assertEqual((self.fts.pins(), len(self.rialto.questions)), ({}, asked))

    def test_others_links_stay(self):
        self.fts.link('alto-a-b', A, B, 30, 30)
        self.fts.link('rialto/odd', A, C, 3, 3)
        self.fts.link('rialto-wide', B, '*', 2, 9)
        before = self.fts.state()
        done = self.apply()
        self.assertEqual(self.fts.pins('rialto-b'), {(B, C): 9})  # not above what holds for B to *
        pairs = {p['dest_se']: p for p in self.rialto.questions[0]['pairs'] if p['source_se'] == A}
        self.assertEqual((pairs[B]['min_active'], pairs[B]['max_active']), (30, 30))
        self.assertEqual(self.lines(done)[A, B][-1], 'foreign')
        self.assertEqual(self.lines(done)[A, C][-1], 'foreign')
        self.assertEqual(self.apply('--release').returncode, 0)
        self.assertEqual(self.fts.state(), before)

    def test_never_zero(self):
        self.fts.decided(C, D, 1, '2026-01-01T00:04:30')
        self.rialto.plan = {(C, D): 0}
        self.assertIn('at least 1', self.apply().stdout)
        self.assertEqual(self.fts.pins(), {(C, D): 1})

    def test_another_prefix_is_another_owner(self):
        self.pin_all()
        done = self.apply('--prefix', 'wan-')
        self.assertIn('3 left alone: nothing to do', done.stdout)
        self.assertEqual(len(self.fts.pins()), 3)

    def test_pairs_of_a_file(self):
        question = {'pairs': [{'source_se': A, 'dest_se': B, 'queued': 7, 'active': 20}]}
        file = self.folder / 'pairs.json'
        file.write_text(json.dumps(question))
        for how in ({}, {'text': file.read_text()}):
            self.apply('--pairs', '-' if how else file, **how)
            self.assertEqual(self.rialto.questions[-1], question)
        self.assertEqual(self.fts.pins()[A, B], 24)

    def test_a_dry_run_changes_nothing(self):
        done = self.apply('--dry-run', '--json')
        self.assertEqual((done.returncode, self.fts.changes), (0, []))
        self.check_golden(done, 'fts-apply.json')
        self.assertIn('dry run, nothing done', self.apply('--dry-run').stdout)

    def check_golden(self, done, name):
        if os.environ.get('RIALTO_UPDATE_GOLDEN'):
            (GOLDEN / name).write_text(done.stdout, encoding='utf-8')
        with open(GOLDEN / name, encoding='utf-8') as f:
            self.assertEqual(done.stdout, f.read())

    def test_the_plan_itself(self):
        question = json.dumps({'pairs': [{'source_se': A, 'dest_se': B}]})
        done = self.run_program('fts', 'plan', '-', text=question)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, rf'(?m)^{A} +{B} +- +1 Gbit/s +24 +r1\|r2$')
        self.assertIn(f'{A} to davs://elsewhere: host is not known', done.stdout)
        self.check_golden(self.run_program('fts', 'plan', '-', '--json', text=question),
                          'fts-plan.json')
        for trust, shown in (({'class': 'derived', 'age': 120}, 'derived +2 min ago'),
                             ({'class': 'observed', 'age': None}, 'observed +-')):
            self.rialto.trust = trust
            done = self.run_program('fts', 'plan', '-', text=question)
            self.assertRegex(done.stdout, rf'(?m)^{A} +{B} +- +1 Gbit/s +24 +{shown} +r1\|r2$')
            self.assertIn('CLASS', done.stdout)

    def pin_all_again(self, as_of):
        self.rialto.as_of = as_of
        self.pin_all()

    # --- what was measured

    def loads(self, *links, at='2026-01-01T00:04:50Z', **more):
        return {'at': at, 'links': [dict(zip(('link', 'load'), row)) for row in links], **more}

    def loads_file(self, document):
        file = self.folder / 'loads.json'
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return file

    def see_all(self, time='2026-01-01T00:04:30'):
        self.fts.saw(A, B, '2026-01-01T00:01:30', 9e9, 99, 99)  # a former look
        for pair, throughput, active, queue in (((A, B), 1e9, 18, 500), ((A, C), 5e8, 8, 0),
                                                ((B, C), 0, 0, 3)):
            self.fts.saw(*pair, time, throughput, active, queue)

    def test_rates_of_each_pair(self):
        self.see_all()
        self.assertEqual(self.apply('--rates').returncode, 0)
        self.assertEqual(self.rialto.questions[0]['pairs'], [
            {'source_se': A, 'dest_se': B, 'active': 18, 'queued': 500, 'throughput': 8e9,
             'max_active': 130},
            {'source_se': A, 'dest_se': C, 'active': 8, 'queued': 0, 'throughput': 4e9,
             'max_active': 130},
            {'source_se': B, 'dest_se': C, 'active': 0, 'queued': 3, 'throughput': 0,
             'max_active': 130}])
        self.assertIn(('GET', '/optimizer/evolution?source_se=davs%3A%2F%2Fa.example'
                              '&dest_se=davs%3A%2F%2Fb.example'), self.fts.asked)

    def test_rates_that_are_old_or_not_there_are_none(self):
        bare = {'source_se': A, 'dest_se': B, 'max_active': 130}
        self.apply('--rates')
        self.assertEqual(self.rialto.questions[-1]['pairs'][0], bare)
        self.see_all('2025-12-31T23:49:59')  # --max-age is 15 minutes
        self.fts.evolution.pop()
        self.apply('--rates')
        self.assertEqual(self.rialto.questions[-1]['pairs'][0], bare)

    def test_rates_that_fts_does_not_tell(self):
        self.pin_all()
        self.fts.plant = lambda n, method, path: \
            fake.error(403, 'no') if 'evolution' in path else None
        self.check_released(self.apply('--rates'), 'the server says no (HTTP 403)')
        self.fts.plant = lambda *_: None
        self.pin_all()
        self.fts.evolution.append({'source_se': A, 'dest_se': B})
        self.check_released(self.apply('--rates'), 'evolution: row 1: "datetime"')

    def test_loads_of_a_file(self):
        self.see_all()
        self.rialto.unused = [1]
        file = self.loads_file(self.loads(('r1>r2', 3e9), ('r9>r8', 0)))
        done = self.apply('--loads', file)
        self.assertEqual(done.returncode, 0, done.stderr)
        asked = self.rialto.questions[0]
        self.assertEqual(asked['links'], [{'link': 'r1>r2', 'load': 3e9},
                                          {'link': 'r9>r8', 'load': 0}])
        self.assertEqual(asked['pairs'][0]['throughput'], 8e9)  # of the same time, no average
        self.assertIn('loads of 2 links of 2026-01-01T00:04:50Z, 1 of them crossed by no pair: '
                      'r9>r8', done.stdout)
        done = self.apply('--loads', file, '--json', '--dry-run')
        self.check_golden(done, 'fts-apply-loads.json')

    def test_loads_beside_a_file_of_pairs(self):
        question = {'pairs': [{'source_se': A, 'dest_se': B, 'throughput': 1e9}],
                    'weights': {'atlas': 2}, 'links': [{'link': 'r1>r2', 'enforced': True}]}
        pairs = self.folder / 'pairs.json'
        pairs.write_text(json.dumps(question))
        self.rialto.unused = [0, 1]
        done = self.apply('--pairs', pairs, '--loads', self.loads_file(self.loads(('r2>r3', 7))))
        self.assertEqual(done.returncode, 0, done.stderr)
        question['links'].append({'link': 'r2>r3', 'load': 7})
        self.assertEqual(self.rialto.questions, [question])
        self.assertIn('loads of 1 links of 2026-01-01T00:04:50Z, 1 of them crossed by no pair: '
                      'r2>r3', done.stdout)
        self.assertFalse([path for _, path in self.fts.asked if 'evolution' in path])
        for odd in ('[]', '{"pairs": [], "links": 7}', '{"pairs"'):
            pairs.write_text(odd)
            self.assertEqual(self.apply('--pairs', pairs, '--loads',
                                        self.folder / 'loads.json').returncode, 1)
        self.assertEqual(len(self.rialto.questions), 1)

    def test_loads_of_a_url(self):
        asked = []

        def monitor(method, path, headers, body):
            asked.append((method, path, headers.get('Authorization')))
            return self.reply

        url = self.enterContext(data.Server(monitor)).url + '/wan/loads.json'
        token = self.folder / 'token'
        token.write_text(TOKEN + '\n')
        token.chmod(0o600)
        self.fts.token = TOKEN
        self.reply = 200, fake.JSON, json.dumps(self.loads(('r1>r2', 3e9)))
        done = self.apply('--loads', url, '--token-file', token)
        self.assertEqual((done.returncode, asked), (0, [('GET', '/wan/loads.json', None)]))
        self.assertEqual(self.rialto.questions[0]['links'], [{'link': 'r1>r2', 'load': 3e9}])
        self.fts.token = None
        for self.reply, reason in (
                ((404, fake.JSON, '{}'), url),
                ((200, {'Content-Type': 'text/html'}, '<p>'), 'text/html'),
                ((200, fake.JSON, '{"at"'), 'not JSON'),
                (lambda: None, '127.0.0.1')):
            if callable(self.reply):
                self.reply = None
            self.assertEqual(self.apply().returncode, 0)
            self.check_released(self.apply('--loads', url), reason)

    def test_loads_that_are_old_or_wrong(self):
        """Without good loads there is no plan, as without pairs; and the schema says the same."""
        link = {'link': 'r1>r2', 'load': 1}
        cases = [(self.loads(at='2025-12-31T23:49:59Z'), 'longer ago than 900 s', True),
                 (self.loads(at='2026-01-01T00:20:01Z'), 'still to come: clocks differ', True),
                 (self.loads(at='2026-01-01T00:04:50'), '"at", a time of RFC 3339', False),
                 ({'links': [link]}, '"at", a time of RFC 3339', False),
                 ({'at': '2026-01-01T00:04:50Z'}, 'the list "links"', False),
                 (self.loads(more=1), 'nothing else', False),
                 (self.loads(('r1>r2',)), 'row 1: an object with "link" and "load"', False),
                 (self.loads(('', 1)), 'row 1: "link" is wrong', False),
                 (self.loads(('a>b', 1), ('x' * 1025, 1)), 'row 2: "link" is wrong', False),
                 (self.loads(('a>b', -1)), '"load" is wrong', False),
                 (self.loads(('a>b', 1.1e18)), '"load" is wrong', False),
                 (self.loads(('a>b', '7')), '"load" is wrong', False),
                 (self.loads(('a>b', None)), '"load" is wrong', False),
                 ({'at': '2026-01-01T00:04:50Z', 'links': [7]}, 'row 1', False),
                 ({'at': '2026-01-01T00:04:50Z', 'links': [{**link, 'x': 1}]},
                  '"x" is wrong or unknown', False),
                 ({'at': '2026-01-01T00:04:50Z', 'links': [{**link, 'enforced': 1}]},
                  '"enforced" is wrong', False),
                 (self.loads(*[('a>b', 1)] * 20001), 'more than 20000', False)]
        self.pin_all()
        for document, reason, fits in cases:
            self.check_schema(document, fits)
            self.check_released(self.apply('--loads', self.loads_file(document)), reason)
        for good in (self.loads(), self.loads(('x' * 1024, 1e18)),
                     {'at': '2026-01-01T02:04:50+02:00', 'links': [{'link': 'a|b',
                                                                   'enforced': False}]}):
            self.check_schema(good, True)
            self.assertEqual(self.apply('--loads', self.loads_file(good)).returncode, 0)
        questions = len(self.rialto.questions)
        for text, reason in (('', 'is empty'), ('[' * 70, 'nested deeper'),
                             ('{"at":1,"at":1}', 'line 1, column')):
            self.assertIn(reason, self.apply('--loads', self.loads_file(text)).stderr)
        self.assertEqual(len(self.rialto.questions), questions)

    def check_schema(self, document, fits):
        try:
            import jsonschema
        except ImportError:
            return
        with open(data.ROOT / 'schemas' / 'cli' / 'fts-loads.schema.json', encoding='utf-8') as f:
            schema = json.load(f)
        checker = jsonschema.Draft202012Validator(schema)
        self.assertEqual(checker.is_valid(document), fits, str(document)[:200])

    # --- without a plan

    def check_released(self, done, reason, status=1):
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(reason, done.stderr)
        self.assertIn('pins are released', done.stderr)
        self.assertEqual(self.fts.pins(), {})
        self.assertIn(('*', '*'), self.fts.links)

    def test_without_a_plan_pins_are_released(self):
        html = {'Content-Type': 'text/html'}
        refusals = [
            ((503, fake.JSON, '{"error":{"code":"unavailable","message":"no data yet"}}'),
             'no data yet'),
            ((403, fake.JSON, '{"error":{"code":"denied","message":"not granted"}}'),
             'not granted'),
            ((200, fake.JSON, '{"as_of":"2026-01-01T00:00:00Z","plan":[{}]}'), 'row 1'),
            ((200, fake.JSON, '{"plan'), 'not JSON'),
            ((200, html, '<p>'), 'text/html'),
            ((302, {'Location': 'http://127.0.0.2/'}, ''), 'redirect'),
            ((200, fake.JSON, b'[' * 70), 'nested deeper'),
        ]
        for refusal, reason in refusals:
            self.rialto.refuse = None
            self.pin_all()
            self.rialto.refuse = refusal
            self.check_released(self.apply(), reason)

    def test_a_rialto_that_is_away(self):
        self.pin_all()
        self.check_released(self.apply(server='http://127.0.0.1:1'), '127.0.0.1:1')

    def test_a_rialto_that_hangs(self):
        self.pin_all()
        self.rialto.refuse = 200, fake.JSON, ''
        hanging = self.enterContext(data.Server(lambda *_: self.over.wait()))
        self.check_released(self.apply('--timeout', 1, server=hanging.url), 'imed out')

    def test_a_plan_of_old_data(self):
        self.pin_all()
        self.rialto.as_of = '2025-12-31T23:49:59Z'  # 15 min and 1 s ago
        self.check_released(self.apply(), 'which is longer ago than 900 s')
        self.assertEqual(self.apply('--max-age', '16m').returncode, 0)
        self.check_released(self.apply('--max-age', '90s'), 'longer ago than 90 s')
        self.pin_all_again('2026-01-01T00:20:00Z')
        self.rialto.as_of = '2026-01-01T00:20:01Z'
        self.check_released(self.apply(), 'still to come: clocks differ')

    def test_failures_may_be_outlived(self):
        pins = self.pin_all()
        self.rialto.refuse = 503, fake.JSON, '{}'
        done = self.apply('--keep-on-failure')
        self.assertEqual((done.returncode, self.fts.pins()), (1, pins))
        self.assertIn('pins stay as they are', done.stderr)
        done = self.apply('--dry-run')
        self.assertEqual((done.returncode, self.fts.pins()), (1, pins))
        self.assertIn('without --dry-run, all pins would be released', done.stderr)

    def test_optimizer_that_tells_nonsense(self):
        self.pin_all()
        self.fts.optimizer[1]['active'] = 'many'
        self.check_released(self.apply(), 'optimizer: row 2: "active"')

    def test_releasing(self):
        self.pin_all()
        done = self.apply('--release', '--json')
        self.assertEqual((done.returncode, self.fts.pins()), (0, {}))
        self.check_golden(done, 'fts-apply-release.json')

    def test_what_cannot_be_released_is_named(self):
        self.pin_all()
        self.fts.shares.add((A, C))
        done = self.apply('--release')
        self.assertEqual((done.returncode, self.fts.pins()), (1, {(A, C): 10}))
        self.assertRegex(done.stderr, r'rialto-a.example-to-c.example-\w+ is not as it should be')

    # --- an FTS that fails

    def check_unchanged(self, done, reason, status=1):
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn(reason, done.stderr)
        self.assertEqual(self.fts.state(), self.before)

    def prepare(self):
        """Something to set anew, to change and to release, in this order."""
        self.pin_all()
        self.fts.delete_link(self.fts.links[A, B]['symbolicname'])
        self.fts.link('rialto-old', C, D, 5, 5, nostreams=3, optimizer_mode=1)
        self.rialto.plan[B, C] = 25
        self.fts.changes.clear()
        self.before = self.fts.state()

    def test_every_request_may_fail(self):
        html = {'Content-Type': 'text/html'}
        failures = [(fake.error(403, 'Not enough permissions'), 'Not enough permissions', 1),
                    (fake.error(400, 'Field x unknown'), 'Field x unknown', 1),
                    ((200, html, '<p>login'), 'HTTP status 200 where FTS says', 2),
                    ((302, {'Location': '/config'}, ''), 'HTTP 404', 1),
                    ('obey', 'after the fact', 1)]
        self.prepare()
        for failure, reason, status in failures:
            for number in range(1, 5):  # new, changed, changed, released
                self.fts.changes.clear()
                self.fts.plant = lambda n, *_: failure if n == number else None
                with self.subTest(reason=reason, number=number):
                    done = self.apply()
                    self.check_unchanged(done, reason, status)
                    self.assertIn('what was done of this run is undone', done.stderr)
        self.fts.plant = lambda *_: None
        self.assertEqual(self.apply().returncode, 0)
        self.assertEqual(self.fts.pins(), {(A, B): 24, (A, C): 12, (B, C): 25})

    def test_connections_that_break(self):
        self.prepare()
        # the third request breaks twice: it is sent again
        self.fts.plant = lambda n, *_: (lambda: None) if n in (3, 4) else None
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.fts.changes), 6)
        self.assertEqual(self.fts.pins(), {(A, B): 24, (A, C): 12, (B, C): 25})

    def test_a_request_that_hangs(self):
        self.prepare()
        self.fts.plant = lambda n, *_: (lambda: self.over.wait() and None) if n == 3 else None
        self.check_unchanged(self.apply('--timeout', 1), 'imed out', 2)

    def test_what_could_not_be_undone_is_named(self):
        self.prepare()
        self.fts.plant = lambda n, *_: fake.error(500, 'gone') if n >= 3 else None
        done = self.apply('--json')
        document = json.loads(done.stdout.splitlines()[0])
        self.assertEqual(done.returncode, 1)
        self.assertFalse(document['applied'])
        self.assertIn('gone', document['reason'])
        # the third may have been obeyed; the first two were
        self.assertEqual(len(document['left']), 3)
        for name in document['left']:
            self.assertIn(f'{name} is not as it should be in FTS', done.stderr)

    def test_an_fts_that_is_not_understood(self):
        self.pin_all()
        html = {'Content-Type': 'text/html'}
        for reply, reason, status in (
                ((200, fake.JSON, '[{"symbolicname":"x"}]'), 'links: row 1: "source"', 2),
                ((200, fake.JSON, '[' * 1000), 'nested deeper', 2),
                ((200, fake.JSON, '[{"symbolicname":'), 'not JSON', 2),
                ((200, html, '<p>'), 'text/html', 2),
                ((200, fake.JSON, b'[' + b' ' * (65 << 20)), 'more than 67108864 bytes', 2),
                (fake.error(403, 'Not enough permissions'), 'Not enough permissions', 1),
                ((401, html, '<h1>Unauthorized</h1>'), 'not allowed (HTTP 401)', 1),
                (lambda: None, 'FTS', 2)):
            self.fts.changes.clear()
            self.fts.plant = lambda n, method, path: reply if path == '/config/links' else None
            done = self.apply()
            self.assertEqual((done.returncode, self.fts.changes), (status, []), done.stderr)
            self.assertIn(reason, done.stderr)

    def test_an_fts_that_is_away(self):
        done = self.run_program('fts', 'apply', '--fts', 'http://127.0.0.1:1')
        self.assertEqual((done.returncode, self.rialto.questions), (2, []))
        self.assertIn('FTS', done.stderr)

    # --- again and again

    def start(self, *args, every=('--every', '1s')):
        return subprocess.Popen([PROGRAM, 'fts', 'apply', '--fts', self.other.url, '--server',
                                 self.server.url, '--now', NOW, *every, *args],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_until(self, true):
        for _ in range(1200):
            if true():
                return
            time.sleep(0.05)
        self.fail('nothing happened for 60 s')

    def test_a_loop_releases_at_its_end(self):
        child = self.start()
        try:
            self.wait_until(lambda: self.fts.pins().get((A, C), 0) >= 12)  # the second round
            self.rialto.refuse = 503, fake.JSON, '{}'
            self.wait_until(lambda: not self.fts.pins())
            self.rialto.refuse = None
            self.wait_until(lambda: len(self.fts.pins()) == 3)
        finally:
            child.send_signal(signal.SIGTERM)
            errors = child.communicate(timeout=60)[1]
        self.assertEqual((child.returncode, self.fts.pins()), (0, {}), errors)

    def test_a_loop_goes_on_after_a_long_outage(self):
        """Longer than --max-age, FTS takes no pins, or does not answer at all."""
        pairs = self.folder / 'pairs.json'
        pairs.write_text(json.dumps({'pairs': [{'source_se': A, 'dest_se': B}]}))
        start = time.monotonic()
        self.rialto.plan = {(A, B): 24}
        self.rialto.as_of = lambda: f'2026-01-01T00:05:{int(time.monotonic() - start) % 60:02}Z'
        child = self.start('--max-age', '3s', '--pairs', str(pairs))
        try:
            self.wait_until(self.fts.pins)
            self.fts.plant = lambda _, method, __: \
                fake.error(503, 'no') if method == 'POST' else None
            self.rialto.plan = {(A, B): 23}
            self.wait_until(lambda: not self.fts.pins())
            self.fts.plant = lambda *_: None
            self.wait_until(self.fts.pins)
            self.fts.plant = lambda *_: fake.error(503, 'no')
            asked = len(self.fts.asked)
            self.wait_until(lambda: len(self.fts.asked) > asked + 8)
            questions = len(self.rialto.questions)
            self.fts.plant = lambda *_: None
            self.wait_until(lambda: len(self.rialto.questions) > questions and self.fts.pins())
        finally:
            child.send_signal(signal.SIGTERM)
            errors = child.communicate(timeout=60)[1]
        self.assertEqual((child.returncode, self.fts.pins()), (0, {}), errors)
        self.assertIn('FTS could not be brought to a plan for 3 s', errors)

    def test_a_loop_that_is_ended_half_way(self):
        reached = threading.Event()

        def pause():
            reached.set()
            self.over.wait()
            return fake.error(500, 'late')

        self.fts.plant = lambda n, *_: pause if n == 2 else None
        child = self.start('--timeout', '60')
        try:
            self.assertTrue(reached.wait(60))
            child.send_signal(signal.SIGINT)
            self.over.set()
        finally:
            errors = child.communicate(timeout=60)[1]
        self.assertEqual((child.returncode, self.fts.pins()), (0, {}), errors)

    def test_a_run_that_is_ended_half_way_is_undone(self):
        self.prepare()
        reached = threading.Event()
        self.fts.plant = lambda n, *_: (
            lambda: (reached.set(), self.over.wait()) and None) if n == 3 else None
        child = self.start('--timeout', '60', every=())
        try:
            self.assertTrue(reached.wait(60))
            child.send_signal(signal.SIGTERM)
            self.over.set()
        finally:
            errors = child.communicate(timeout=60)[1]
        self.assertEqual((child.returncode, self.fts.state()), (2, self.before), errors)
        self.assertIn('what was done of this run is undone', errors)

    def test_a_run_that_is_killed_is_mended_by_the_next(self):
        self.prepare()
        reached = threading.Event()
        self.fts.plant = lambda n, *_: (
            lambda: (reached.set(), self.over.wait()) and None) if n == 3 else None
        child = self.start('--timeout', '60')
        self.assertTrue(reached.wait(60))
        child.kill()
        child.communicate(timeout=60)
        self.assertEqual(self.fts.pins(), {(A, B): 24, (A, C): 12, (B, C): 30, (C, D): 5})
        self.fts.plant = lambda *_: None
        self.assertEqual(self.apply().returncode, 0)
        self.assertEqual(self.fts.pins(), {(A, B): 24, (A, C): 15, (B, C): 25})

    # --- credentials

    def test_bearer_tokens(self):
        token = self.folder / 'token'
        token.write_text(TOKEN + '\n')
        token.chmod(0o600)
        self.fts.token = TOKEN
        self.assertEqual(self.apply().returncode, 1)
        self.assertEqual(self.apply('--token-file', token).returncode, 0)
        self.assertEqual(len(self.fts.pins()), 3)
        done = self.run_program('fts', 'apply', '--fts', 'http://192.0.2.1', '--token-file', token)
        self.assertIn('by https only', done.stderr)
        token.chmod(0o644)
        self.assertIn("others can't read", self.apply('--token-file', token).stderr)

    def make_certificates(self):
        pki.make(self.folder, 'server', 'client')
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.folder / 'server.pem', self.folder / 'server.key')
        tls.load_verify_locations(self.folder / 'ca.pem')
        tls.verify_mode = ssl.CERT_REQUIRED
        return tls

    def test_certificates(self):
        tls = self.make_certificates()
        secure = self.enterContext(data.Server(self.fts, tls))
        pem, key, ca = (self.folder / n for n in ('client.pem', 'client.key', 'ca.pem'))

        def apply(*more):
            return self.run_program('fts', 'apply', '--fts', secure.url, *more)

        self.assertEqual(apply('--cert', pem, '--key', key).returncode, 2)  # unknown CA
        self.assertEqual(apply('--ca', ca).returncode, 2)  # no certificate shown
        self.assertEqual((self.fts.asked, self.fts.pins()), ([], {}))
        done = apply('--cert', pem, '--key', key, '--ca', ca)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.fts.pins()), 3)
        proxy = self.folder / 'proxy.pem'  # certificate and key in one file
        proxy.write_text(pem.read_text() + key.read_text())
        proxy.chmod(0o600)
        self.assertEqual(apply('--cert', proxy, '--ca', ca, '--release').returncode, 0)
        key.chmod(0o644)
        self.assertIn("others can't read", apply('--cert', pem, '--key', key).stderr)
        self.assertIn('there is no certificate', apply('--key', key).stderr)

    # --- usage

    def test_wrong_usage(self):
        empty = self.folder / 'empty'
        empty.write_text('')
        for args in ((), ('--max-step', '0'), ('--max-step', '1.5'), ('--max-step', 'x'),
                     ('--max-age', '0'), ('--max-age', '5d'), ('--every', ''), ('--every', 'm'),
                     ('--prefix', ''), ('--prefix', 'A'), ('--prefix', 'x' * 33),
                     ('--release', '--rates'), ('--release', '--loads', 'x'),
                     ('--rates', '--pairs', self.folder), ('--loads', '-'),
                     ('--loads', 'http://'), ('--loads', 'http://u@127.0.0.1/'),
                     ('--release', '--every', '5'), ('--dry-run', '--every', '5'),
                     ('--pairs', '-', '--every', '5'), ('--pairs', self.folder / 'no'),
                     ('--pairs', empty), ('more',)):
            url = ('--fts', self.other.url) if args else ()
            done = self.run_program('fts', 'apply', *url, *args)
            self.assertEqual((done.returncode, self.fts.asked), (2, []), args)
        large = self.folder / 'large'
        large.write_bytes(b' ' * (16 << 20) + b'{}')
        self.assertIn('larger than 16 MiB', self.apply('--pairs', large).stderr)
        binary = self.folder / 'binary'
        binary.write_bytes(b'{"pairs": []}\0{}')
        for args in (('apply', '--fts', self.other.url, '--pairs', binary), ('plan', binary),
                     ('grants', 'put', 'one', binary)):
            done = self.run_program('fts', *args)
            self.assertEqual((done.returncode, self.fts.asked), (2, []), args)
            self.assertIn('is no text: byte 14 is 0', done.stderr)
        for args in (('plan',), ('nonsense',), ('plan', self.folder / 'no'), ('plan', large)):
            self.assertEqual(self.run_program('fts', *args).returncode, 2, args)

    # --- with the real server

    def start_server(self):
        child = subprocess.Popen([FIXTURE, '/dev/null'], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.communicate, input='', timeout=60)
        self.fts.optimizer.clear()
        return next(line.strip() for line in child.stdout if line.startswith('http://'))

    def test_loads_show_strays(self):
        """Of 10 Gbit/s r2>r3 carries 9.5, of which 8 are of the pair that is known there: 1.5 and
        a margin of 0.5 are lost to it. Without loads it would get all."""
        eos, gamma, now = 'davs://eos.one.example', 'davs://10.3.0.1', '2033-05-18T03:40:00'
        url = self.start_server()
        self.fts.decided(eos, gamma, 90, now, 1)
        self.fts.saw(eos, gamma, now, 80 * 100e6 / 8, 80, 1000)
        file = self.loads_file(self.loads(('r2>r3', 9.5e9), ('r9>r3', 1), at=now + 'Z'))
        done = self.apply('--loads', file, server=url, now=now + 'Z')
        self.assertEqual((done.returncode, self.fts.pins()), (0, {(eos, gamma): 80}), done.stderr)
        self.assertIn('1 of them crossed by no pair: r9>r3', done.stdout)
        self.assertEqual(self.apply('--release').returncode, 0)
        done = self.apply('--rates', server=url, now=now + 'Z')
        self.assertEqual((done.returncode, self.fts.pins()), (0, {(eos, gamma): 100}), done.stderr)

    def test_end_to_end(self):
        eos, beta, gamma = 'davs://eos.one.example', 'davs://10.2.0.1', 'davs://10.3.0.1'
        child = subprocess.Popen([FIXTURE, '/dev/null'], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        try:
            url = next(line.strip() for line in child.stdout if line.startswith('http://'))
            self.fts.optimizer.clear()
            # to gamma 10 Gbit/s are left: 100 Mbit/s each make 100. To beta 50 Mbit/s each;
            # what is left of 100 Gbit/s would make 1800, but FTS goes to 130.
            now = '2033-05-18T03:40:00'  # the fixture's facts are some minutes older
            self.fts.decided(eos, gamma, 80, now, 80 * 100e6 / 8)
            self.fts.decided(eos, beta, 20, now, 20 * 50e6 / 8)
            numbers = []
            for _ in range(10):
                done = self.apply(server=url, now=now + 'Z')
                self.assertEqual(done.returncode, 0, done.stderr)
                numbers.append((self.fts.pins()[eos, gamma], self.fts.pins()[eos, beta]))
            self.assertEqual(numbers[:2], [(100, 25), (100, 31)])
            self.assertEqual(numbers[-1], (100, 130))
            self.assertEqual(self.apply('--release', server=url).returncode, 0)
            self.assertEqual(self.fts.pins(), {})
        finally:
            child.communicate(input='', timeout=60)


if __name__ == '__main__':
    unittest.main()
