"""Here lives the finder of secrets: betterleaks' rules, in this process, asking nobody whether a
secret is valid.
"""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

from bot.ports import Unreachable
from bot.values import Leak

LIBRARY = "pybetterleaks"
PATIENCE_S = 20.0
# A secret is long and mixes letters with digits, or says what it is. Most texts of a run hold no
# such word, and to
# compile the rules takes a tenth of a second.
WORDS = re.compile(r"[^\s\"'`,;()\[\]{}<>]{16,}")


class Betterleaks:
    """The port Secrets."""

    def find(self, text: str) -> tuple[Leak, ...]:
        if not may_hold_secret(text):
            return ()
        library = import_module(LIBRARY)  # when first needed: it brings a runtime of its own
        said = library.scan_text(text, validation=False, redact=False, timeout_seconds=PATIENCE_S)
        if said.errors:
            raise Unreachable(f"the finder of secrets failed: {said.errors[0].code}")
        found = {
            one.secret: Leak(one.secret, one.rule_id, _what(one.description))
            for one in said.findings
            if one.secret
        }
        return tuple(found.values())


def is_available() -> bool:
    """There is no wheel for every platform."""
    return find_spec(LIBRARY) is not None


def may_hold_secret(text: str) -> bool:
    """Whether the text has a word that a secret could be. Bounded: each word is looked at once."""
    mixed = (
        word
        for word in WORDS.findall(text)
        if any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    )
    return "-----BEGIN" in text or any(True for _ in mixed)


def _what(description: str) -> str:
    """The kind of secret, of a sentence that also says what may follow from it."""
    kind = description.partition(",")[0].rstrip(".")
    return re.sub(
        r"^(Uncovered|Found|Detected|Discovered|Identified|Recognized|Spotted) (an? |possible )*",
        "",
        kind,
    )
