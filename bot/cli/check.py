"""Here lives `greenlit check`: the gates alone, on a change that lies on this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.adapters.checkers import build_checkers
from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.git_process import GitUnfitError, require_git
from bot.adapters.git.repository_folder import NoRepositoryError
from bot.adapters.git.work_tree import (
    GONE,
    LINK,
    MOST_FILES,
    SUBMODULE,
    ChangedPath,
    WorkTree,
)
from bot.cli.check_report import render_json, render_sarif
from bot.gates import Change, find_answered_inputs
from bot.ports import Checkers, Refusal
from bot.search.source_files import kind_of
from bot.settings import GateSettings
from bot.steps.inspect_change import CONTEXT_FILES, gate_rules, list_unchecked, run_gates
from bot.steps.repo_config import PATH, read_config
from bot.text.terminal_text import strip_control
from bot.values import Finding

CLEAN, FOUND, WRONG_USE = 0, 1, 2
Form = Literal["page", "json", "sarif"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: against which commit, in which form, and whether advice counts."""

    base: str | None = None
    form: Form = "page"
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What the gates said of a change, and what they did not look at."""

    base: str
    files: int
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]


def checked(console: Console, settings: GateSettings, place: Path, asked: Asked) -> int:
    """Show what the gates find in the change. 0 nothing that keeps it back, 1 something, 2 wrong
    use.
    """
    try:
        require_git()
        with TemporaryDirectory(prefix="greenlit-") as home:
            files = borrow_repository(Path(home), place).work_tree()
            looked = _look(files, asked.base, build_checkers(settings.package_indexes))
    except (GitUnfitError, NoRepositoryError, Refusal) as wrong:
        console.print(Text(strip_control(str(wrong)), "red"), soft_wrap=True)
        return WRONG_USE
    if asked.form == "page":
        _show(console, looked)
    else:
        written = render_json if asked.form == "json" else render_sarif
        sys.stdout.write(written(looked.findings, looked.unchecked, looked.base, looked.files))
    return FOUND if any(one.blocks or asked.strict for one in looked.findings) else CLEAN


def _look(folder: WorkTree, rev: str | None, asked: Checkers) -> Looked:
    base = folder.resolve_commit(rev) if rev else folder.find_base()
    moved = folder.list_changes(base)
    config = read_config(_text(folder.read_committed(base, [PATH]).get(PATH)))
    change = _change(folder, base, moved[:MOST_FILES])
    findings = run_gates(asked, change, gate_rules(config), {}, datetime.now(UTC))
    more = (f"{len(moved) - MOST_FILES} more changed files",) if len(moved) > MOST_FILES else ()
    return Looked(base, len(moved), findings, (*more, *list_unchecked(asked, change)))


def _change(folder: WorkTree, base: str, moved: Sequence[ChangedPath]) -> Change:
    before = folder.read_committed(base, [one.path for one in moved])
    after = {one.path: folder.read_file(one.path) for one in moved if one.mode != GONE}
    odd = {one.path: what for one in moved if (what := _odd(folder, one, after.get(one.path)))}
    texts = [one.path for one in moved if one.path not in odd]
    around = {
        path: text
        for path in CONTEXT_FILES
        if (text := _text(folder.read_committed(base, [path]).get(path)))
    }
    old, new = ({path: _text(side.get(path)) for path in texts} for side in (before, after))
    change = Change(old, new, around, odd, folder.list_paths())
    return replace(change, context={**around, **_tests_with(folder, find_answered_inputs(change))})


def _odd(folder: WorkTree, one: ChangedPath, data: bytes | None) -> str:
    """What holds no text, in words; empty for what does, or is gone."""
    if one.mode == GONE:
        return ""
    if one.mode == LINK:
        return f"symbolic link to {folder.read_link(one.path)}"
    if one.mode == SUBMODULE:
        return "submodule"
    if data is None:
        return "huge file"
    return "binary file" if b"\0" in data else ""


def _text(data: bytes | None) -> str | None:
    """As UTF-8, else byte by byte: the lines are the same."""
    if data is None or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _tests_with(folder: WorkTree, values: tuple[str, ...]) -> Mapping[str, str]:
    paths = {
        path for value in values for path in folder.find_text(value) if kind_of(path) == "test"
    }
    return {path: text for path in sorted(paths)[:40] if (text := _text(folder.read_file(path)))}


# --- the page
# -----------------------------------------------------------------------------------------------------


def _show(console: Console, looked: Looked) -> None:
    """File by file, what keeps the change back before what is advice."""
    for path in sorted({one.path for one in looked.findings}):
        console.print(Text(strip_control(path) or "the change as a whole", "bold"))
        console.print(_table([one for one in looked.findings if one.path == path]))
    for what in looked.unchecked:
        console.print(Text(f"Not checked: {strip_control(what)}", "dim"))
    console.print(_sum(looked))


def _table(findings: Sequence[Finding]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", width=6, no_wrap=True, style="dim")
    table.add_column(width=8, no_wrap=True)
    table.add_column(overflow="fold")
    for one in sorted(findings, key=lambda one: one.line):
        words = Text(strip_control(one.text)).append(f"  {one.rule}" if one.rule else "", "dim")
        table.add_row(str(one.line or ""), Text(one.gate, "red" if one.blocks else "dim"), words)
    return table


def _sum(looked: Looked) -> Text:
    blocking = sum(one.blocks for one in looked.findings)
    advice = len(looked.findings) - blocking
    files = f"{looked.files} changed file{'' if looked.files == 1 else 's'} since {looked.base[:9]}"
    more = f", {advice} remark{'' if advice == 1 else 's'} as advice" if advice else ""
    if not blocking:
        return Text.assemble(("Nothing keeps it back", "bold green"), f": {files}{more}.")
    return Text.assemble(
        (f"{blocking} finding{'' if blocking == 1 else 's'} to mend", "bold red"),
        f": {files}{more}.",
    )
