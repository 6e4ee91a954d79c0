"""Judge the model's work before it is pushed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from rich.text import Text

from bot.gates import (
    MOST_MENTIONS,
    PAST_CHANGES,
    Change,
    NamedPackage,
    Rules,
    Scope,
    advise_usual_rules,
    apply_weights,
    check_scope,
    check_texts,
    find_answered_inputs,
    find_new_packages,
    gate_rules,
    is_sample,
    judge_package,
    judge_undeclared,
    keep_new_findings,
    list_context_files,
    list_mentioned_names,
    list_neighbours,
)
from bot.ports import Checkers, Linter, PackageIndex, Ports
from bot.run import Summary, step
from bot.search.source_files import kind_of
from bot.steps.find_copies import find_copied_lines
from bot.steps.find_exposure import find_exposed, find_jobs, read_workflows
from bot.steps.redact import find_leaks
from bot.text import count_noun
from bot.text.terminal_text import strip_control
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import decode_texts
from bot.values import (
    Branch,
    Finding,
    GrepMatch,
    Package,
    Patch,
    Plan,
    RepoConfig,
    RunState,
    SecretJob,
    Tree,
)

SCRIPT_SUFFIXES = frozenset(["js", "jsx", "mjs", "cjs", "ts", "tsx", "vue", "svelte"])
SCOPES: Mapping[str, Scope] = MappingProxyType({"document": "documentation", "test": "tests"})
MAX_SHOWN = 3  # findings in the line for people
MAX_MATCHES = 40
MAX_PACKAGES = 40
MAX_LOOKUPS = 8  # at a time


@dataclass(frozen=True, slots=True)
class JudgementRules:
    """What a change is judged by: the repository's configuration, the plan, if there is one, and
    where it will be pushed and merged.
    """

    config: RepoConfig
    plan: Plan | None = None
    branch: Branch | None = None
    into: Branch | None = None
    scope: Scope = ""


def make_rules(state: RunState) -> JudgementRules:
    """Make the rules for the change of a run, whose branch may have no name yet."""
    config = state.config
    name = f"{config.branch_prefix}{state.request.number}-change"
    branch = state.branch or Branch(name)
    scope = SCOPES.get(state.request.command, "")
    return JudgementRules(config, state.plan, branch, state.origin.branch, scope)


def summarize_findings(findings: tuple[Finding, ...]) -> Summary:
    """Say in a line what keeps a change back."""
    blocking = [finding for finding in findings if finding.blocks]
    if not blocking:
        advice = f"; {count_noun(len(findings), 'remark')} as advice" if findings else ""
        return "check the change", Text(f"nothing keeps it back{advice}")
    lines = [
        f"{finding.place} [{finding.gate}] {finding.text}".lstrip()
        for finding in blocking[:MAX_SHOWN]
    ]
    return "check the change", Text(strip_control("; ".join(lines)), "magenta")


@step("inspect_change", summarize_findings)
def inspect_change(
    ports: Ports, tree: Tree, patch: Patch, rules: JudgementRules
) -> tuple[Finding, ...]:
    """Ask all gates about the change, on changed files only. Nothing of the repository is run."""
    files = TreeFiles(ports.mirrors, tree)
    before = decode_texts(files.read(list(patch.files)))
    findings = judge_patch(ports, tree, patch, before, rules)
    change = Change({path: before.get(path) for path in patch.files}, patch.files)
    copied = apply_weights(find_copied_lines(ports, tree, change), gate_rules(rules.config))
    return tuple(sorted((*findings, *copied), key=lambda finding: not finding.blocks))


def judge_patch(
    ports: Ports, tree: Tree, patch: Patch, before: Mapping[str, str], rules: JudgementRules
) -> tuple[Finding, ...]:
    """Judge the patch as a change of the texts before it."""
    files = TreeFiles(ports.mirrors, tree)
    paths = [entry.path for entry in ports.mirrors.entries(tree)]
    context = decode_texts(files.read(list_context_files(patch.files, paths)))
    neighbours = decode_texts(files.read(list_neighbours(patch.files, paths)))
    old = {path: before.get(path) for path in patch.files}
    past = ports.mirrors.list_branch_changes(tree, PAST_CHANGES)
    change = Change(old, patch.files, context, paths=paths, neighbours=neighbours, past=past)
    tests = _find_tests_with(ports, tree, find_answered_inputs(change))
    jobs = _find_secret_jobs(ports, tree, patch, rules)
    mentions = _find_mentions(ports, tree, list_mentioned_names(change))
    change = replace(change, context={**context, **tests}, secret_jobs=jobs, mentions=mentions)
    weakened = rules.plan.weakened if rules.plan else ()
    planned = {weakening.what: weakening.why for weakening in weakened}
    now = ports.clock.now()
    findings = run_gates(ports.checkers, change, gate_rules(rules.config), planned, now)
    return (*check_scope(change, rules.scope), *findings)


def _find_mentions(
    ports: Ports, tree: Tree, names: tuple[str, ...]
) -> dict[str, tuple[GrepMatch, ...]]:
    """Find the lines in which each of the names stands as a word."""
    return {
        name: ports.mirrors.grep(
            tree, f"(^|[^A-Za-z0-9_-]){re.escape(name)}([^A-Za-z0-9_-]|$)", "", MOST_MENTIONS
        )
        for name in names
    }


def _find_secret_jobs(
    ports: Ports, tree: Tree, patch: Patch, rules: JudgementRules
) -> dict[str, SecretJob]:
    """Find which files of the patch CI would run with secrets in reach."""
    if rules.config.ci_secrets == "allow" or rules.branch is None or rules.into is None:
        return {}
    files = read_workflows(ports, tree)
    jobs = find_jobs(files, patch, rules.branch, rules.into)
    return find_exposed(ports, tree, patch, jobs)


def run_gates(
    checkers: Checkers,
    change: Change,
    rules: Rules,
    planned_weakenings: Mapping[str, str],
    now: datetime,
) -> tuple[Finding, ...]:
    """Run the gates that look at texts and those that ask a checker. What blocks comes first."""
    asked = (
        *find_leaks(checkers, change),
        *_lint(checkers.linter, change),
        *_check_packages(checkers.index, change, now),
    )
    findings = (*check_texts(change, rules, planned_weakenings), *apply_weights(asked, rules))
    return tuple(sorted(findings, key=lambda finding: not finding.blocks))


def list_unchecked(checkers: Checkers, change: Change) -> tuple[str, ...]:
    """List what the gates did not look at, so that silence is not taken for approval."""
    unchecked = []
    if checkers.linter is None:
        unchecked.append("lint: there is no linter here.")
    if checkers.secrets is None:
        unchecked.append(
            "secrets of shapes that are not well known: "
            "the finder of secrets does not run on this platform."
        )
    if {path.rpartition(".")[2] for path in change.after} & SCRIPT_SUFFIXES:
        unchecked.append(
            "what eslint or another linter of JavaScript finds: "
            "its configuration is code, so only CI runs it."
        )
    return tuple(unchecked)


def _find_tests_with(ports: Ports, tree: Tree, values: tuple[str, ...]) -> dict[str, str]:
    """Find the tests that hold one of these values."""
    paths: set[str] = set()
    for value in values:
        matches = ports.mirrors.grep(tree, re.escape(value), "", MAX_MATCHES)
        paths.update(match.path for match in matches if kind_of(match.path) == "test")
    return decode_texts(ports.mirrors.read(tree, sorted(paths)[:MAX_MATCHES]))


def _lint(linter: Linter | None, change: Change) -> tuple[Finding, ...]:
    """Find what the linter finds now, did not find before, and does not find beside it."""
    if linter is None:
        return ()
    after = {
        path: text
        for path, text in change.after.items()
        if text is not None and kind_of(path) != "foreign"
    }
    findings = tuple(map(_advise_sample, linter.lint(after, change.context)))
    if not findings:
        return ()
    before = {path: text for path in after if (text := change.read_before(path)) is not None}
    gone = {
        path: text for path, text in change.before.items() if text and change.after[path] is None
    }
    then = linter.lint({**gone, **before}, change.context)
    kept = keep_new_findings(change, findings, then)
    if not any(finding.blocks for finding in kept):
        return kept
    return advise_usual_rules(kept, linter.lint(change.neighbours, change.context))


def _advise_sample(finding: Finding) -> Finding:
    """Let a finding advise in what tests or documents only show: nothing runs it."""
    return replace(finding, blocks=False) if is_sample(finding.path) else finding


def _judge_import(package: NamedPackage, change: Change) -> Finding | None:
    is_import = not package.declared and package.module[:1] != "_"
    return judge_undeclared(package, change) if is_import else None


def _check_packages(
    index: PackageIndex | None, change: Change, now: datetime
) -> tuple[Finding, ...]:
    """Judge the packages that the change names anew; without looking them up if they are many."""
    named = find_new_packages(change)
    known: list[Package | None] = [None] * len(named)
    if index is not None and len(named) <= MAX_PACKAGES:
        with ThreadPoolExecutor(MAX_LOOKUPS) as pool:
            known = list(pool.map(lambda name: index.look(name.kind, name.name), named))
    findings = [
        judge_package(name, package, now) or _judge_import(name, change)
        for name, package in zip(named, known, strict=True)
    ]
    return tuple(finding for finding in findings if finding)
