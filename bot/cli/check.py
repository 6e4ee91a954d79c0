"""`greenlit check`: ask the gates alone, on a change that lies on this machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.adapters.checkers import build_checkers
from bot.adapters.git.borrowed_repository import BorrowedRepository, borrow_repository
from bot.adapters.git.git_process import require_git
from bot.adapters.git.work_tree import MOST_FILES
from bot.cli.changed_files import decode, read_change
from bot.cli.check_report import render_json, render_sarif
from bot.cli.inputs import MISTAKES, print_error, require_folder
from bot.cli.other_repositories import OtherRepositories
from bot.cli.progress_line import show_progress
from bot.cli.terminal import print_sentences
from bot.gates import apply_weights, explain_exceptions, gate_rules
from bot.ports import Checkers, Refusal
from bot.settings import GateSettings, list_secret_values
from bot.steps.inspect_change import list_unchecked, run_gates
from bot.steps.repo_config import PATH, read_config
from bot.text import SecretValues
from bot.text.amounts import count_noun
from bot.text.terminal_text import strip_control
from bot.values import Finding

CLEAN, FOUND, WRONG_USE = 0, 1, 2
Form = Literal["page", "json", "sarif"]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What was typed: against which commit, in which form, whether advice counts, and with which
    other repositories the change is compared.
    """

    base: str | None = None
    form: Form = "page"
    strict: bool = False
    others: OtherRepositories | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the gates say of a change, and what they did not look at."""

    base: str
    files: int
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]


def check_folder(
    console: Console, settings: GateSettings, folder: Path, options: CheckOptions
) -> int:
    """Show what the gates find in the change.

    Returns 0 when nothing keeps it back, 1 when something does, 2 for wrong use.
    """
    try:
        require_folder(folder)
        require_git()
        with (
            show_progress("Looking over the change"),
            TemporaryDirectory(prefix="greenlit-") as home,
        ):
            repository = borrow_repository(Path(home), folder)
            repository.tree(options.base or "HEAD")  # or it says what there is to choose from
            own_secrets = SecretValues(list_secret_values(settings))
            checkers = build_checkers(settings.package_indexes, own_secrets)
            result = _check_work_tree(repository, Path(home), options, checkers)
    except (*MISTAKES, Refusal) as wrong:
        print_error(wrong)
        return WRONG_USE
    if options.form == "page":
        _print_result(console, result)
    else:
        render = render_json if options.form == "json" else render_sarif
        report = render(result.findings, result.unchecked, result.base, result.files)
        sys.stdout.write(report)
    counts = [finding.blocks or options.strict for finding in result.findings]
    return FOUND if any(counts) else CLEAN


def _check_work_tree(
    repository: BorrowedRepository, home: Path, options: CheckOptions, checkers: Checkers
) -> CheckResult:
    work_tree, rev = repository.work_tree(), options.base
    base = work_tree.resolve_commit(rev) if rev else work_tree.find_base()
    changed = work_tree.list_changes(base)
    config = read_config(decode(work_tree.read_committed(base, [PATH]).get(PATH)))
    change = read_change(work_tree, base, changed[:MOST_FILES])
    rules = gate_rules(config)
    findings = run_gates(checkers, change, rules, {}, datetime.now(UTC))
    if options.others is not None:
        copied = options.others.find_copies(home, repository.tree(base), change)
        findings = (*findings, *apply_weights(copied, rules))
    unchecked = list_unchecked(checkers, change)
    if len(changed) > MOST_FILES:
        unchecked = (f"{len(changed) - MOST_FILES} more changed files", *unchecked)
    return CheckResult(base, len(changed), findings, unchecked)


def _print_result(console: Console, result: CheckResult) -> None:
    for path in sorted({finding.path for finding in result.findings}):
        print_sentences(console, Text(strip_control(path) or "the change as a whole", "bold"))
        own = [finding for finding in result.findings if finding.path == path]
        rows = list(map(_render_row, sorted(own, key=lambda finding: finding.line)))
        if console.file.isatty():
            console.print(_render_table(rows))
        else:  # a line for each, however long, for those who search or sort them
            for line, gate, text in rows:
                print_sentences(console, Text("  ").join([Text(f"{line:>6}"), gate, text]))
    for what in result.unchecked:
        print_sentences(console, f"Not checked: {strip_control(what)}", "dim")
    print_sentences(console, _render_summary(result))
    for sentence in explain_exceptions(result.findings):
        print_sentences(console, sentence, "dim")


def _render_row(finding: Finding) -> tuple[str, Text, Text]:
    text = Text(strip_control(finding.text))
    if finding.rule:
        text.append(f"  {finding.rule}", "dim")
    gate = Text(f"{finding.gate:<8}", "red" if finding.blocks else "dim")
    return str(finding.line or ""), gate, text


def _render_table(rows: Sequence[tuple[str, Text, Text]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", width=6, no_wrap=True, style="dim")
    table.add_column(width=8, no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _render_summary(result: CheckResult) -> Text:
    blocking = sum(finding.blocks for finding in result.findings)
    advice = len(result.findings) - blocking
    facts = f"{count_noun(result.files, 'changed file')} since {result.base[:9]}"
    if advice:
        facts += f", {count_noun(advice, 'remark')} as advice"
    headline = ("Nothing keeps it back", "bold green")
    if blocking:
        headline = (f"{count_noun(blocking, 'finding')} to mend", "bold red")
    return Text.assemble(headline, f": {facts}.")
