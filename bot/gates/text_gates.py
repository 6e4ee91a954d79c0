"""Run the gates: what must be true of a change before it is pushed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.gates.change import Change
from bot.gates.changelog import check_changelog
from bot.gates.dependencies import check_locks, check_manner
from bot.gates.documents import check_documents
from bot.gates.licence import check_licence
from bot.gates.named_paths import names_file
from bot.gates.odd_paths import check_new_paths
from bot.gates.outbound import check_outbound
from bot.gates.planned_findings import let_planned_stand
from bot.gates.policy import check_nontext_files, check_paths
from bot.gates.size import Rules, check_size
from bot.gates.syntax import check_syntax, parses_as_python, speaks_python_2
from bot.gates.test_integrity import check_test_integrity
from bot.gates.unfinished import CUT_END, check_unfinished
from bot.values import Finding

# What these find is a matter of safety or a plain fact: no repository can make advice of it.
FIRM_GATES = ("secrets", "policy", "content", "syntax", "outbound")
NOTHING_PLANNED: Mapping[str, str] = MappingProxyType({})
BREAKING_RULES = re.compile(r"E9|F82")  # a name that is gone: the program fails there


def check_texts(
    change: Change, rules: Rules, planned: Mapping[str, str] = NOTHING_PLANNED
) -> tuple[Finding, ...]:
    """Return all that the gates find by looking at the texts alone.

    `planned` holds what the plan said must ask for less, with the reason.
    """
    findings = (
        *check_paths((*change.after, *change.nontext), rules.allowed, rules.protected),
        *check_new_paths(change.new_paths, rules.allowed, rules.protected, _list_others(change)),
        *check_nontext_files(change.nontext),
        *check_size(change, rules),
        *_check_every_syntax(change),
        *check_licence(change),
        *check_manner(change),
        *check_locks(change),
        *check_changelog(change),
        *check_documents(change),
        *check_test_integrity(change, planned),
        *let_planned_stand(check_outbound(change), planned, _is_of_file),
    )
    return apply_weights((*findings, *_find_unfinished(change, findings)), rules)


def _find_unfinished(change: Change, findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """Find what is unfinished, without what another gate says of the same place."""
    places = {finding.place for finding in findings}
    unparsed = {finding.path for finding in findings if finding.gate == "syntax"}
    for finding in check_unfinished(change):
        is_cut = finding.rule == CUT_END and finding.path in unparsed
        if finding.place not in places and not is_cut:
            yield finding


def _list_others(change: Change) -> Iterator[str]:
    """List the paths that stand beside the new ones once the change is made."""
    gone = {path for path, text in change.after.items() if text is None}
    return (path for path in change.paths if path not in gone)


def _is_of_file(target: str, finding: Finding) -> bool:
    return names_file(target, finding.path)


def apply_weights(findings: tuple[Finding, ...], rules: Rules) -> tuple[Finding, ...]:
    """Let each finding block or advise, as the repository says of its gate."""
    return tuple(_apply_weight(finding, rules) for finding in findings)


def keep_new_findings(
    change: Change, now: tuple[Finding, ...], then: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """Keep those of a tool's findings that the change brought.

    A finding that moved with its line is old, also where it moved to another file. Two kinds only
    advise, unless they break the program: a new one on a line that was left as it was, such as an
    import that lost its last use, and one of a rule that the untouched lines of the same file break
    too.
    """
    had = Counter(_identify(finding) for finding in then)
    usual = {(finding.path, finding.rule) for finding in now if _identify(finding) in had}
    fresh = []
    # Those on old lines come first: they are the ones that were found before, too.
    for finding in sorted(now, key=lambda finding: _is_on_new_line(change, finding)):
        had[_identify(finding)] -= 1
        if had[_identify(finding)] < 0:
            fresh.append(finding)
    moved = _count_moved(had)
    kept = []
    for finding in fresh:
        moved[finding.rule, finding.text] -= 1
        if moved[finding.rule, finding.text] >= 0:
            continue
        is_usual = (finding.path, finding.rule) in usual
        is_own = _is_on_new_line(change, finding) and not is_usual
        is_breaking = BREAKING_RULES.match(finding.rule) and _parsed_before(change, finding.path)
        kept.append(finding if is_own or is_breaking else replace(finding, blocks=False))
    return tuple(kept)


def _count_moved(gone: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str]]:
    """Count what is found no more where it was, by rule and words: another file may have it."""
    moved: Counter[tuple[str, str]] = Counter()
    for (_, rule, text), count in gone.items():
        moved[rule, text] += max(0, count)
    return moved


def _parsed_before(change: Change, path: str) -> bool:
    """Tell whether a linter could read the file before: else all that it finds is new to it."""
    before = change.read_before(path)
    return before is None or parses_as_python(before)


def advise_usual_rules(
    findings: tuple[Finding, ...], around: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """Let a finding advise whose rule the untouched files of its folder break too."""
    usual = {(_folder_of(finding.path), finding.rule) for finding in around}
    kept = []
    for finding in findings:
        is_usual = (_folder_of(finding.path), finding.rule) in usual
        is_firm = not is_usual or BREAKING_RULES.match(finding.rule)
        kept.append(finding if is_firm else replace(finding, blocks=False))
    return tuple(kept)


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _identify(finding: Finding) -> tuple[str, str, str]:
    return finding.path, finding.rule, finding.text


def _is_on_new_line(change: Change, finding: Finding) -> bool:
    return finding.line in change.new_line_numbers.get(finding.path, ())


def _apply_weight(finding: Finding, rules: Rules) -> Finding:
    if finding.gate in rules.block:
        return replace(finding, blocks=True)
    if finding.gate in rules.advise and finding.gate not in FIRM_GATES:
        return replace(finding, blocks=False)
    return finding


def _check_every_syntax(change: Change) -> Iterator[Finding]:
    for path, text in change.after.items():
        if text is None:
            continue
        before = change.read_before(path)
        findings = check_syntax(path, text, before)
        if path.endswith(".py") and any(finding.blocks for finding in findings):
            findings = check_syntax(path, text, before, python_2=speaks_python_2(change))
        yield from findings
