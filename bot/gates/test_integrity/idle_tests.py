"""Tell which tests cannot prove anything: skipped, expected to fail, empty, or always true."""

from __future__ import annotations

import re

from bot.gates.test_integrity.assertion import Strictness
from bot.gates.test_integrity.find_tests import FoundTest
from bot.gates.test_integrity.weakenings import (
    CONDITION,
    EARLY_RETURN,
    NAMED_CONDITION,
    PLATFORM,
    SKIPS,
    SKIPS_ALWAYS,
    SKIPS_INSIDE,
)
from bot.search.grammars import language_of

EXPECTS_FAILURE = re.compile(r"\bxfail\b|expectedFailure\b|\.(?:failing|fails)\s*[.(]|\bxfail\(")
ALWAYS_TRUE = re.compile(r"\bskip_?if\(\s*(?:condition\s*=\s*)?(?:True|1)\b", re.IGNORECASE)
NO_CASES = re.compile(r"\bparametrize\(\s*[^,\n]+,\s*(?:argvalues\s*=\s*)?(?:\[\s*\]|\(\s*\))")
SKIP_OPTION = re.compile(r"\b(?:skip|todo)\s*:\s*(?!false\b)|\bt\.(?:skip|todo)\(")
SCRIPTS = ("javascript", "typescript", "tsx")
OPTION_CHARS = 200  # of a call, in which its options stand
# These are what a test asserts, and stand above it.
RAISES = re.compile(r"should_panic|\bexpected\s*=|[eE]xpectedException|\bthrows\s*=")
CALL = re.compile(
    r"[\w)\]][ \t]*\(|\b(?:await|raise|assert)\b|^\s*(?!(?:return|pass)\b)[a-z]\w*[ \t]+[\w$\"']",
    re.MULTILINE,
)
COMMENT = re.compile(r"^\s*(?:#|//|--|;|\*)[^\n]*$|\"\"\"(?:[^\"]|\"(?!\"\"))*\"\"\"", re.MULTILINE)


def explain_idle_test(test: FoundTest) -> str:
    """Say why a test proves nothing as it is written; empty where it may prove something.

    One that is skipped on some machines may.
    """
    strictest = max((each.strictness for each in test.assertions), default=None)
    is_bare = strictest is None and not RAISES.search(test.header)
    reasons = {  # the first that holds
        "it is expected to fail.": expects_failure(test),
        "it is skipped.": _is_skipped(test),
        "it has no cases, so it never runs.": bool(NO_CASES.search(test.header)),
        "it returns before it tests anything.": bool(EARLY_RETURN.search(test.body)),
        "what it asserts holds whatever the code does.": strictest is Strictness.NOTHING,
        "it is empty.": is_bare and not _does_anything(test.body),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def expects_failure(test: FoundTest) -> bool:
    """Tell whether a test passes by failing."""
    return bool(EXPECTS_FAILURE.search(test.header)) or "pytest.xfail(" in test.body


def _is_skipped(test: FoundTest) -> bool:
    if ALWAYS_TRUE.search(test.header):
        return True
    if SKIPS.search(test.header):
        is_conditional = NAMED_CONDITION.search(test.header) or PLATFORM.search(test.header)
        return not is_conditional or bool(SKIPS_ALWAYS.search(test.header))
    is_script = language_of(test.path) in SCRIPTS
    if is_script and SKIP_OPTION.search(test.body[:OPTION_CHARS]):
        return True
    inside = SKIPS_INSIDE.search(test.body)
    return inside is not None and not CONDITION.search(test.body[: inside.end()])


def _does_anything(body: str) -> bool:
    """Tell whether anything is called: a test may hold as long as nothing is raised."""
    first, _, rest = COMMENT.sub("", body).partition(")")
    code = rest if "(" in first else body
    return bool(CALL.search(code))
