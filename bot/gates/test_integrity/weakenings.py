"""Compare tests before and after: find what was taken from them, and what was made to fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.gates.change import Change
from bot.gates.test_integrity.compare_assertions import (
    ALIKE,
    GATE,
    asserts_anything,
    compare_assertions,
    make_finding,
    measure_likeness,
)
from bot.gates.test_integrity.explain_expectation import read_code_change
from bot.gates.test_integrity.expression_scan import normalize_code
from bot.gates.test_integrity.find_tests import FoundTest, find_tests
from bot.gates.test_integrity.new_assertions import NewAssertions, TestPair
from bot.text.git_lines import split_lines
from bot.values import Finding

SKIPS = re.compile(
    r"@(?:pytest\.mark\.|mark\.|unittest\.)?(?:skip\w*|xfail|expectedFailure)\b"
    r"|\bmark\.(?:skip\w*|xfail)\b|@Disabled\b|@Ignore\b"
    r"|[\[,]\s*(?:Ignore|Explicit)\b|\bSkip\s*=|#\[ignore"
    r"|\.(?:skip|todo|failing|fails|skipIf|runIf)\s*[.(]"
    r"|^\s*x(?:it|test|describe|specify|context)\b|:skip\b|:pending\b|\bskip:\s*"
    r"|\benabled\s*=\s*false|#\[cfg\((?:any\(\)|FALSE|never)\)|@pytest\.fixture"
    r"|__test__\s*=\s*False|DISABLED_|allow_module_level|collect_ignore",
    re.MULTILINE,
)
# Whatever their reasons say, these ask nothing.
SKIPS_ALWAYS = re.compile(
    r"\bmark\.skip\b|@(?:unittest\.)?skip\b|@(?:Disabled|Ignore)\b(?!\w)|\.(?:skip|todo)\s*\("
    r"|^\s*x(?:it|test|describe|specify|context)\b|#\[ignore",
    re.MULTILINE,
)
ONLY = re.compile(r"\.only\s*[.(]|^\s*f(?:it|describe|context)\b|:focus\b", re.MULTILINE)
SKIPS_INSIDE = re.compile(
    r"\bpytest\.(?:skip|xfail)\(|\.skipTest\(|\b[tb]\.Skip\w*\(|\bthis\.skip\("
    r"|\bmarkTest(?:Skipped|Incomplete)\(|XCTSkip|GTEST_SKIP"
    r"|SkipTest\b|^\s*(?:skip|pending)\b(?!\s*[:=,.?])|Assume\.|\bassume(?:True|False|That)?\("
    r"|Assert\.(?:Ignore|Inconclusive)",
    re.MULTILINE,
)
CONDITION_LINES = 4
NAMED_CONDITION = re.compile(r"@\w*skip_?(?:if|unless|on)", re.IGNORECASE)
CONDITION = re.compile(r"\b(?:if|unless|except|rescue|catch|[aA]ssume\w*)\b")
PLATFORM = re.compile(
    r"sys\.platform|platform\.|os\.name|version_info|GOOS|process\.platform|importorskip"
    r"|find_spec|shutil\.which|OnOs|win32|darwin|\bWIN\b|windows|posix|linux|macos|PYPY"
    r"|testing\.Short\(|cfg\(windows|cfg_attr\(|hasattr\(|HAS_\w+|not\s+\w+_AVAILABLE"
    r"|jruby|truffleruby|RUBY_(?:VERSION|ENGINE|PLATFORM)|java\.\w*\.?version|\bjdk|JavaVersion"
    r"|GOARCH|runtime\.Version|maxsize",
    re.IGNORECASE,
)
EARLY_RETURN = re.compile(
    r"[{:]\s*(?:\n\s*(?:\"\"\"[^\"]*\"\"\"|//[^\n]*|#[^\n]*))*\s*return\b\s*(?:;|\n|$)"
)


def find_weakenings(change: Change) -> Iterator[Finding]:
    """Find what the change took from the tests."""
    paths = [path for path in change.after if _is_test_file(path, change)]
    before = [test for path in paths for test in find_tests(path, change.before.get(path) or "")]
    after = [test for path in paths for test in find_tests(path, change.after.get(path) or "")]
    code = read_code_change(change)
    pairs, lost = _pair_tests(before, after)
    new_assertions = NewAssertions(after, pairs, change)
    for test in lost:
        is_gone = not _returns_at_once(test) and not code.removed_any_of(test.body)
        if is_gone and not new_assertions.take_over(test):
            yield _explain_loss(test, change, after)
    for pair in pairs:
        if pair.old.name:
            yield from _find_silencing(pair)
        yield from compare_assertions(pair, new_assertions, code)
    for path in change.test_paths:
        if path in change.after:
            yield from _find_skips_outside(path, change, after)


def _returns_at_once(test: FoundTest) -> bool:
    """Tell whether the first thing that a test does is to return."""
    returned = EARLY_RETURN.search(test.body)
    return returned is not None and "\n" not in test.body[: returned.start()]


def _is_test_file(path: str, change: Change) -> bool:
    """Tell by its path; or by the tests that stand beside the code, as in Rust."""
    if path in change.test_paths:
        return True
    texts = (change.before.get(path) or "", change.after[path] or "")
    return path.endswith(".rs") and any("#[test]" in text for text in texts)


# --- which is which -------------------------------------------------------------------------------


def _pair_tests(
    before: Sequence[FoundTest], after: Sequence[FoundTest]
) -> tuple[list[TestPair], list[FoundTest]]:
    """Pair tests of one name in one file, then of one name anywhere, then those that are alike.

    Of several the likest is taken. Returns those that are left over, too.
    """
    pairs: list[TestPair] = []
    lost, unpaired = list(before), list(after)
    for is_same in (_is_same_place, _is_same_name):
        for old in tuple(lost):
            candidates = [test for test in unpaired if is_same(old, test)]
            new = _find_likest(old, candidates)
            if new is not None:
                pairs.append(TestPair(old, new))
                lost.remove(old)
                unpaired.remove(new)
    alike = [(old, new) for old in lost for new in unpaired if _is_alike(old, new)]
    for old, new in sorted(alike, key=_measure_kinship, reverse=True):
        if old in lost and new in unpaired:
            pairs.append(TestPair(old, new))
            lost.remove(old)
            unpaired.remove(new)
    return pairs, [test for test in lost if test.name]


def _measure_kinship(pair: tuple[FoundTest, FoundTest]) -> tuple[bool, float]:
    """Measure how likely it is that one test became the other; the same file says most."""
    old, new = pair
    return old.path == new.path, measure_likeness(old.body, new.body)


def _find_likest(old: FoundTest, candidates: Sequence[FoundTest]) -> FoundTest | None:
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    return max(candidates, key=lambda test: measure_likeness(old.body, test.body))


def _is_same_place(old: FoundTest, new: FoundTest) -> bool:
    return (old.path, old.name) == (new.path, new.name)


def _is_same_name(old: FoundTest, new: FoundTest) -> bool:
    return bool(old.name) and old.short_name == new.short_name


def _is_alike(old: FoundTest, new: FoundTest) -> bool:
    """Tell whether it is the test under another name: much of what it says is the same."""
    if not old.name or not new.name:
        return False
    old_texts = {assertion.text for assertion in old.assertions}
    new_texts = {assertion.text for assertion in new.assertions}
    if 2 * len(old_texts & new_texts) > max(len(old_texts), len(new_texts)):
        return True
    likeness = measure_likeness(old.body, new.body)
    is_longer_name = old.path == new.path and f"{new.short_name}_".startswith(f"{old.short_name}_")
    return likeness > (ALIKE / 2 if is_longer_name else ALIKE)


# --- a whole test ---------------------------------------------------------------------------------


def _explain_loss(test: FoundTest, change: Change, after: Sequence[FoundTest]) -> Finding:
    name = test.short_name
    if _is_still_written(test, change.after.get(test.path) or "", after):
        text = (
            f"The test `{name}` is still written there, but under a name or in a place "
            "where no runner looks."
        )
        return make_finding(test, "test-renamed-away", text)
    texts = _list_texts(test)
    others = [change.after[path] for path in change.after if path not in change.test_paths]
    elsewhere = "\n".join(normalize_code(text or "") for text in others)
    if texts and all(text in elsewhere for text in texts):
        text = f"The test `{name}` was moved to where no runner looks."
        return make_finding(test, "test-renamed-away", text)
    text = f"The test `{name}` was removed."
    return make_finding(test, "test-removed", text)


def _is_still_written(test: FoundTest, text: str, after: Sequence[FoundTest]) -> bool:
    """Tell whether the file holds the test's body, or its assertions, outside of all tests."""
    flat = normalize_code(text)
    body = normalize_code(test.body.partition("\n")[2])
    if body and flat.count(body) > sum(
        normalize_code(each.body).count(body) for each in after if each.name
    ):
        return True
    outside: set[str] = set()
    for part in after:
        if not part.name and part.path == test.path:
            outside.update(_list_texts(part))
    texts = _list_texts(test)
    return bool(texts) and outside.issuperset(texts)


def _list_texts(test: FoundTest) -> list[str]:
    return [assertion.text for assertion in test.assertions if not assertion.is_row]


def _find_silencing(pair: TestPair) -> Iterator[Finding]:
    """Find that a test is skipped, or emptied, which is the same with more words."""
    old, new = pair.old, pair.new
    name = new.short_name
    if _has_more(SKIPS, old.header, new.header) or _has_more(SKIPS_INSIDE, old.body, new.body):
        when = _tell_when_skipped(pair)
        text = f"The test `{name}` {when}."
        yield make_finding(new, "test-skipped", text, blocks="machines" not in when)
    elif _has_more(ONLY, old.header, new.header):
        text = f"Only `{name}` runs now: the other tests of its file are left out."
        yield make_finding(new, "test-skipped", text)
    elif EARLY_RETURN.search(new.body) and not EARLY_RETURN.search(old.body):
        text = f"The test `{name}` returns before it tests anything."
        yield make_finding(new, "test-emptied", text)
    elif asserts_anything(old) and not asserts_anything(new):
        text = f"The test `{name}` asserts nothing any more."
        yield make_finding(new, "test-emptied", text)


def _tell_when_skipped(pair: TestPair) -> str:
    """Tell whether a test is skipped now, perhaps, or only on some machines."""
    added = _list_added(pair.old.header, pair.new.header)
    header = "\n".join(line for _, line in added)
    if SKIPS.search(header):
        is_partial = PLATFORM.search(header) and not SKIPS_ALWAYS.search(header)
        if is_partial:
            return "is skipped on some machines"
        return "may be skipped now" if NAMED_CONDITION.search(header) else "is skipped now"
    lines = pair.new.body.split("\n")
    for number, line in _list_added(pair.old.body, pair.new.body):
        if SKIPS_INSIDE.search(line):
            around = "\n".join(lines[max(0, number - CONDITION_LINES) : number + 1])
            if PLATFORM.search(around):
                return "is skipped on some machines"
            return "may be skipped now" if CONDITION.search(around) else "is skipped now"
    return "is skipped now"


def _list_added(old: str, new: str) -> list[tuple[int, str]]:
    """List index and text of the lines that are only in the new text."""
    had = set(old.split("\n"))
    return [(number, line) for number, line in enumerate(new.split("\n")) if line not in had]


def _find_skips_outside(path: str, change: Change, tests: Sequence[FoundTest]) -> Iterator[Finding]:
    """Find a skip in what sets tests up: all that need it are skipped."""
    inside: set[int] = set()
    for test in tests:
        if test.path == path and test.name:
            inside.update(range(test.line, test.line + test.body.count("\n") + 1))
    lines = split_lines(change.after[path])
    for number, line in change.added_lines(path):
        if number in inside or not SKIPS_INSIDE.search(line) or not line[:1].isspace():
            continue
        around = "\n".join(lines[max(0, number - CONDITION_LINES) : number])
        if not CONDITION.search(around) and not PLATFORM.search(around):
            text = "What tests need is skipped here, and they with it."
            yield Finding(GATE, path, number, text, rule="test-skipped")


def _has_more(pattern: re.Pattern[str], old: str, new: str) -> bool:
    return len(pattern.findall(new)) > len(pattern.findall(old))
