"""Here live the gates together: what must be true of a change before it is pushed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.gates.change import Change
from bot.gates.licence import licence
from bot.gates.policy import odd_files, protected
from bot.gates.size import Rules, size
from bot.gates.syntax import parses
from bot.gates.test_integrity import honest
from bot.values import Finding, Patch

# What these find is a matter of safety or a plain fact: no repository can make advice of it.
FIRM = ("secrets", "policy", "content", "syntax")
NOTHING_NAMED: Mapping[str, str] = MappingProxyType({})
BREAKS = re.compile(r"E9|F82")  # a name that is gone: the program fails there


def check(patch: Patch, before: Mapping[str, str | None], rules: Rules) -> tuple[Finding, ...]:
    """All that the gates find in the patch; `before` holds the changed files as they were, None for
    what was not.
    """
    return gates(Change.of(patch, before), rules)


def gates(
    change: Change, rules: Rules, named: Mapping[str, str] = NOTHING_NAMED
) -> tuple[Finding, ...]:
    """All that the gates find by looking at the texts alone. `named` is what may ask for less, and
    why.
    """
    patch = Patch(dict(change.after))
    paths = (*patch.files, *change.odd)
    found = (
        *protected(paths, rules.allowed, rules.extra),
        *odd_files(change.odd),
        *size(patch, change.before, rules),
        *_syntax(change),
        *licence(change),
        *honest(change, named),
    )
    return weighed(found, rules)


def weighed(findings: tuple[Finding, ...], rules: Rules) -> tuple[Finding, ...]:
    """The findings with the weight that the repository gives their gates."""
    return tuple(_weighed(finding, rules) for finding in findings)


def new(change: Change, now: tuple[Finding, ...], then: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Of a tool's findings those that the change brought.

    A finding that moved with its line is old. A new one on a line that was left as it was, such as
    an import that lost
    its last use, is the change's too, but only what breaks the program keeps it back there.
    """
    had = Counter(map(_same, then))
    told = []
    for one in sorted(
        now, key=lambda one: _fresh(change, one)
    ):  # old ones first: they stand where nothing changed
        had[_same(one)] -= 1
        if had[_same(one)] < 0:
            told.append(
                one if _fresh(change, one) or BREAKS.match(one.rule) else replace(one, blocks=False)
            )
    return tuple(told)


def _same(one: Finding) -> tuple[str, str, str]:
    return one.path, one.rule, one.text


def _fresh(change: Change, one: Finding) -> bool:
    return one.line in change.numbers.get(one.path, ())


def _weighed(finding: Finding, rules: Rules) -> Finding:
    if finding.gate in rules.block:
        return replace(finding, blocks=True)
    if finding.gate in rules.advise and finding.gate not in FIRM:
        return replace(finding, blocks=False)
    return finding


def _syntax(change: Change) -> Iterator[Finding]:
    for path, text in change.after.items():
        if text is not None:
            yield from parses(path, text, change.before.get(path))
