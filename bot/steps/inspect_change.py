"""Here live the gates: what stands between the model's work and a push."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from rich.text import Text

from bot.gates import (
    Change,
    Rules,
    apply_weights,
    check_texts,
    find_answered_inputs,
    find_new_packages,
    judge_package,
    keep_new_findings,
)
from bot.ports import Checkers, Linter, PackageIndex, Ports
from bot.run import Summary, step
from bot.search.source_files import kind_of
from bot.steps.redact import find_leaks
from bot.text.terminal_text import strip_control
from bot.tools.tree_files import TreeFiles
from bot.values import Finding, Patch, Plan, RepoConfig, Tree

CONTEXT_FILES = (  # what the repository says of its linter and of its licence
    "pyproject.toml",
    "ruff.toml",
    ".ruff.toml",
    "package.json",
    "requirements.txt",
    "requirements-dev.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "LICENSE",
    "LICENSE.txt",
    "LICENSE.md",
    "LICENCE",
    "COPYING",
    "NOTICE",
)
SCRIPTS = frozenset(["js", "jsx", "mjs", "cjs", "ts", "tsx", "vue", "svelte"])
MOST_SHOWN = 3  # findings in the line for people
MOST_HITS = 40
MOST_PACKAGES = 40
MOST_ASKED = 8  # at a time


def _summarize_findings(findings: tuple[Finding, ...]) -> Summary:
    blocking = [finding for finding in findings if finding.blocks]
    if not blocking:
        advice = f"; {len(findings)} remarks as advice" if findings else ""
        return "check the change", Text(f"nothing keeps it back{advice}")
    lines = [
        f"{finding.path}:{finding.line} [{finding.gate}] {finding.text}"
        for finding in blocking[:MOST_SHOWN]
    ]
    return "check the change", Text(strip_control("; ".join(lines)), "magenta")


@step("inspect_change", _summarize_findings)
def inspect_change(
    ports: Ports, tree: Tree, patch: Patch, config: RepoConfig, plan: Plan | None = None
) -> tuple[Finding, ...]:
    """What the gates say of the change, on changed files only. Nothing of the repository is run."""
    files = TreeFiles(ports.mirrors, tree)
    before = {path: _text(data) for path, data in files.read(list(patch.files)).items()}
    around = {
        path: text for path, data in files.read(CONTEXT_FILES).items() if (text := _text(data))
    }
    paths = [entry.path for entry in ports.mirrors.entries(tree)]
    change = Change(
        {path: before.get(path) for path in patch.files}, patch.files, around, paths=paths
    )
    change = replace(
        change, context={**around, **_tests_with(ports, tree, find_answered_inputs(change))}
    )
    named = {one.what: one.why for one in plan.weakened} if plan else {}
    return run_gates(ports.checkers, change, gate_rules(config), named, ports.clock.now())


def run_gates(
    asked: Checkers, change: Change, limits: Rules, named: Mapping[str, str], now: datetime
) -> tuple[Finding, ...]:
    """All gates: those that look at texts, and those that ask a checker. What blocks comes first."""
    told = (
        *find_leaks(asked, change),
        *_linted(asked.linter, change),
        *_packages(asked.index, change, now),
    )
    found = (*check_texts(change, limits, named), *apply_weights(told, limits))
    return tuple(sorted(found, key=lambda finding: not finding.blocks))


def _packages(index: PackageIndex | None, change: Change, now: datetime) -> tuple[Finding, ...]:
    """What is wrong with the packages that the change names anew. A change that names very many is
    not looked up.
    """
    named = find_new_packages(change)
    ask = index.look if index and len(named) <= MOST_PACKAGES else _unasked
    with ThreadPoolExecutor(MOST_ASKED) as pool:
        said = list(pool.map(lambda one: ask(one.kind, one.name), named))
    found = (judge_package(one, package, now) for one, package in zip(named, said, strict=True))
    return tuple(one for one in found if one)


def _unasked(kind: str, name: str) -> None:  # noqa: ARG001 - as an index is asked
    return None


def list_unchecked(asked: Checkers, change: Change) -> tuple[str, ...]:
    """What the gates did not look at, in words, so that silence is not taken for approval."""
    told = []
    if asked.linter is None:
        told.append("lint: there is no linter here.")
    if asked.secrets is None:
        told.append(
            "secrets of shapes that are not well known: the finder of secrets does not run on this platform."
        )
    if {path.rpartition(".")[2] for path in change.after} & SCRIPTS:
        told.append(
            "what eslint or another linter of JavaScript finds: its configuration is code, so only CI runs it."
        )
    return tuple(told)


def _tests_with(ports: Ports, tree: Tree, values: tuple[str, ...]) -> dict[str, str]:
    """The tests that the change leaves alone and that hold one of these values."""
    hits = (
        hit for value in values for hit in ports.mirrors.grep(tree, re.escape(value), "", MOST_HITS)
    )
    paths = {hit.path for hit in hits if kind_of(hit.path) == "test"}
    return {
        path: text
        for path, data in ports.mirrors.read(tree, sorted(paths)[:MOST_HITS]).items()
        if (text := _text(data))
    }


def gate_rules(config: RepoConfig) -> Rules:
    return Rules(
        allowed=config.allow,
        protected=config.protected,
        max_files=config.max_files,
        max_lines=config.max_lines,
        block=config.block,
        advise=config.advise,
    )


def render_findings(findings: tuple[Finding, ...]) -> str:
    """Findings as the answer to `finish`."""
    lines = [
        f"- {finding.path}:{finding.line} [{finding.gate}] {finding.text}" for finding in findings
    ]
    return (
        "Not pushed. The checks found:\n"
        + "\n".join(lines)
        + "\nMend these, then call finish again."
    )


def _linted(linter: Linter | None, change: Change) -> tuple[Finding, ...]:
    """What the linter finds now and did not find before."""
    if linter is None:
        return ()
    now = {
        path: text
        for path, text in change.after.items()
        if text is not None and kind_of(path) != "foreign"
    }
    then = {path: text for path, text in change.before.items() if text is not None and path in now}
    found = linter.lint(now, change.context)
    return keep_new_findings(change, found, linter.lint(then, change.context) if found else ())


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
