"""Find secrets by the rules of betterleaks, in this process: nobody is asked if one is valid."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

from bot.ports import Unreachable
from bot.values import Leak

LIBRARY = "pybetterleaks"
PATIENCE_S = 20.0
# A secret is long and mixes letters with digits, or says what it is. Most texts of a run hold no
# such word, and to compile the rules takes a tenth of a second.
WORDS = re.compile(r"[^\s\"'`,;()\[\]{}<>]{16,}")
PRIVATE_KEY = "-----BEGIN"
DESCRIPTION_START = re.compile(
    r"^(Uncovered|Found|Detected|Discovered|Identified|Recognized|Spotted) (an? |possible )*"
)


class Betterleaks:
    """The port SecretFinder."""

    def find(self, text: str) -> tuple[Leak, ...]:
        """Find the secrets in a text, each once. Raises Unreachable when the library fails."""
        if not may_hold_secret(text):
            return ()
        library = import_module(LIBRARY)  # when first needed: it brings a runtime of its own
        report = library.scan_text(text, validation=False, redact=False, timeout_seconds=PATIENCE_S)
        if report.errors:
            raise Unreachable(f"the finder of secrets failed: {report.errors[0].code}")
        leaks = {}
        for finding in report.findings:
            if finding.secret:
                kind = _shorten(finding.description)
                leaks[finding.secret] = Leak(finding.secret, finding.rule_id, kind)
        return tuple(leaks.values())


def is_available() -> bool:
    """Tell whether the library is installed: there is no wheel for every platform."""
    return find_spec(LIBRARY) is not None


def may_hold_secret(text: str) -> bool:
    """Tell whether the text has a word that a secret could be. Each word is looked at once."""
    if PRIVATE_KEY in text:
        return True
    for word in WORDS.findall(text):
        if any(char.isdigit() for char in word) and any(char.isalpha() for char in word):
            return True
    return False


def _shorten(description: str) -> str:
    """Return the kind of secret, of a sentence that also says what may follow from it."""
    return DESCRIPTION_START.sub("", description.partition(",")[0].rstrip("."))
