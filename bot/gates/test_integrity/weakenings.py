"""Here lives the comparison of tests before and after: what was taken from them, and what was made
to fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.gates.change import Change
from bot.gates.test_integrity.compare_claims import (
    ALIKE,
    Loose,
    Pair,
    claims_anything,
    found,
    likeness,
    weaker,
    written,
)
from bot.gates.test_integrity.explain_expectation import Code, code_of
from bot.gates.test_integrity.expression_scan import TOKEN, squeezed
from bot.gates.test_integrity.test_suite import Test, tests_in
from bot.values import Finding

SKIPS = re.compile(
    r"@(?:pytest\.mark\.|mark\.|unittest\.)?(?:skip\w*|xfail|expectedFailure)\b"
    r"|\bmark\.(?:skip\w*|xfail)\b|@Disabled\b|@Ignore\b"
    r"|[\[,]\s*(?:Ignore|Explicit)\b|\bSkip\s*=|#\[ignore|\.(?:skip|todo|failing|fails|skipIf|runIf)\s*[.(]"
    r"|^\s*x(?:it|test|describe|specify|context)\b|:skip\b|:pending\b|\bskip:\s*"
    r"|\benabled\s*=\s*false|#\[cfg\((?:any\(\)|FALSE|never)\)|@pytest\.fixture"
    r"|__test__\s*=\s*False|DISABLED_|allow_module_level|collect_ignore",
    re.MULTILINE,
)
ONLY = re.compile(r"\.only\s*[.(]|^\s*f(?:it|describe|context)\b|:focus\b", re.MULTILINE)
SKIPS_INSIDE = re.compile(
    r"\bpytest\.(?:skip|xfail)\(|\.skipTest\(|\b[tb]\.Skip\w*\(|\bthis\.skip\("
    r"|\bmarkTest(?:Skipped|Incomplete)\(|XCTSkip|GTEST_SKIP"
    r"|SkipTest\b|^\s*(?:skip|pending)\b|Assume\.|\bassume(?:True|False|That)?\(|Assert\.(?:Ignore|Inconclusive)",
    re.MULTILINE,
)
PLATFORM = re.compile(
    r"sys\.platform|platform\.|os\.name|version_info|GOOS|process\.platform|importorskip"
    r"|find_spec|shutil\.which|OnOs|win32|darwin|\bWIN\b|windows|posix|linux|macos|PYPY"
    r"|testing\.Short\(|cfg\(windows|cfg_attr\(|hasattr\(|HAS_\w+|not\s+\w+_AVAILABLE",
    re.IGNORECASE,
)
EARLY = re.compile(
    r"[{:]\s*(?:\n\s*(?:\"\"\"[^\"]*\"\"\"|//[^\n]*|#[^\n]*))*\s*return\b\s*(?:;|\n|$)"
)


def find_weakenings(change: Change) -> Iterator[Finding]:
    """What the change took from the tests."""
    paths = [path for path in change.after if _is_test_file(path, change)]
    before = [test for path in paths for test in tests_in(path, change.before.get(path) or "")]
    after = [test for path in paths for test in tests_in(path, change.after.get(path) or "")]
    code = code_of(change)
    pairs, lost = _paired(before, after)
    for test in lost:
        yield from _gone(test, change, after, code)
    loose = Loose(after, pairs, change)
    for pair in pairs:
        if pair.old.name:
            yield from _silenced(pair)
        yield from weaker(pair, loose, code)


def _is_test_file(path: str, change: Change) -> bool:
    """By its path; or a file in which tests stand beside the code, as in Rust."""
    if path in change.test_paths:
        return True
    return path.endswith(".rs") and any(
        "#[test]" in (text or "") for text in (change.before.get(path), change.after[path])
    )


# --- which is which
# -----------------------------------------------------------------------------------------------


def _paired(before: Sequence[Test], after: Sequence[Test]) -> tuple[list[Pair], list[Test]]:
    """Tests of one name in one file, then of one name anywhere, then those that are alike; and who
    is left over.
    """
    pairs: list[Pair] = []
    rest, free = list(before), list(after)
    for same in (_same_place, _same_name, _same_claims):
        for old in tuple(rest):
            new = next((test for test in free if same(old, test)), None)
            if new is not None:
                pairs.append(Pair(old, new))
                rest.remove(old)
                free.remove(new)
    return pairs, [test for test in rest if test.name]


def _same_place(old: Test, new: Test) -> bool:
    return (old.path, old.name) == (new.path, new.name)


def _same_name(old: Test, new: Test) -> bool:
    return bool(old.name) and old.name.rpartition("::")[2] == new.name.rpartition("::")[2]


def _same_claims(old: Test, new: Test) -> bool:
    """A test under another name: much of what it says is the same."""
    if not old.name or not new.name:
        return False
    shared = {claim.text for claim in old.claims} & {claim.text for claim in new.claims}
    return bool(shared) or likeness(old.body, new.body) > ALIKE


# --- a whole test
# -------------------------------------------------------------------------------------------------


def _gone(test: Test, change: Change, after: Sequence[Test], code: Code) -> Iterator[Finding]:
    if code.lost_what(test.body) or _kept_elsewhere(test, after):
        return
    name = test.name.rpartition("::")[2]
    claims = [claim for claim in test.claims if not claim.is_row]
    now = squeezed(change.after.get(test.path) or "")
    other = "\n".join(
        squeezed(text)
        for path, text in change.after.items()
        if text and path not in change.test_paths
    )
    if claims and all(claim.text in now for claim in claims):
        why = f"The test `{name}` is still written there, but under a name or in a place where no runner looks."
        yield found(test, "test-renamed-away", why)
    elif claims and all(claim.text in other for claim in claims):
        yield found(
            test, "test-renamed-away", f"The test `{name}` was moved to where no runner looks."
        )
    else:
        yield found(
            test,
            "test-removed",
            f"The test `{name}` was removed, and what it tests is still there.",
        )


def _kept_elsewhere(test: Test, after: Sequence[Test]) -> bool:
    """All that it claimed is claimed by other tests now, as when two became one or cases became a
    table.
    """
    claims = [claim for other in after for claim in other.claims if other.name or claim.is_row]
    texts = {claim.text for claim in claims}
    rows = [set(TOKEN.findall(claim.text)) for claim in claims if claim.is_row]
    return bool(test.claims) and all(
        claim.text in texts or any(written(claim) and written(claim) <= row for row in rows)
        for claim in test.claims
    )


def _silenced(pair: Pair) -> Iterator[Finding]:
    """Skipped, or emptied, which is the same with more words."""
    name = pair.new.name.rpartition("::")[2]
    if _more(SKIPS, pair.old.header, pair.new.header) or _more(
        SKIPS_INSIDE, pair.old.body, pair.new.body
    ):
        partly = bool(
            PLATFORM.search(pair.new.header) or PLATFORM.search(_around_skip(pair.new.body))
        )
        words = "on some machines" if partly else "now"
        yield found(
            pair.new, "test-skipped", f"The test `{name}` is skipped {words}.", blocks=not partly
        )
    elif _more(ONLY, pair.old.header, pair.new.header):
        yield found(
            pair.new,
            "test-skipped",
            f"Only `{name}` runs now: the other tests of its file are left out.",
        )
    elif EARLY.search(pair.new.body) and not EARLY.search(pair.old.body):
        yield found(
            pair.new, "test-emptied", f"The test `{name}` returns before it tests anything."
        )
    elif claims_anything(pair.old) and not claims_anything(pair.new):
        yield found(pair.new, "test-emptied", f"The test `{name}` claims nothing any more.")


def _more(pattern: re.Pattern[str], old: str, new: str) -> bool:
    return len(pattern.findall(new)) > len(pattern.findall(old))


def _around_skip(body: str) -> str:
    found = SKIPS_INSIDE.search(body)
    return body[max(0, found.start() - 160) : found.end() + 80] if found else ""
