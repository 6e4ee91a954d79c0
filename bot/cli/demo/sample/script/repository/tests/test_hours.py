import subprocess
import sys
import unittest


class TestScript(unittest.TestCase):
    def test_week(self):
        done = subprocess.run(
            [sys.executable, "hours.py", "--over", "5", "week.csv"], capture_output=True, text=True
        )
        self.assertEqual("ada       10.5 h on 2 days\ntotal     19.0 h\n", done.stdout)
