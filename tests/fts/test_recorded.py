# SPDX-License-Identifier: Apache-2.0
"""The model of FTS that the other tests ask answers as FTS's own REST server did."""
import unittest

import calls
import fake


class RecordedTest(unittest.TestCase):
    def test_the_model_answers_as_the_real_one(self):
        for call, got in calls.play(fake.FTS()):
            self.assertEqual({**call, **got}, call)


if __name__ == '__main__':
    unittest.main()
