"""Serves one editor over standard input: a program of its own, as editors start it.

Its model learns a few lines by heart in an instant.
"""

from __future__ import annotations

import sys
import time

from bot.completion.editor_server import serve_stdio, take_output
from bot.completion.suggest import Suggester, SuggestLimits
from tests.learn.letter_counts import LetterCounts

LONG = 4096
WORDS = "".join(f"call({word})\n" for word in ("alpha", "beta", "gamma", "delta", "omega"))
KNOWN = (
    "import json\nimport sys\n\n\ndef read(path):\n    return json.loads(path.read_text())\n" * 3
) + WORDS


class _Network(LetterCounts):
    """A model that prints, as libraries do, and reads a long text slowly, as networks do."""

    def begin(self, after):
        """Print, and begin. Nothing of it may reach the editor."""
        print("Content-Length: 0\n\nloaded")  # noqa: T201
        return super().begin(after)

    def read(self, state, codes):
        """Take a twentieth of a second for a long piece."""
        time.sleep(0.05 * (len(codes) >= LONG))
        return super().read(state, codes)


if __name__ == "__main__":
    suggester = Suggester(_Network(KNOWN), SuggestLimits(budget_s=5))
    sys.exit(0 if serve_stdio(suggester, take_output()) else 1)
