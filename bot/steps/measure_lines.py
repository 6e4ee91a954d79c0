"""Measure in the sandbox which lines of the named code the tests run."""

from __future__ import annotations

import inspect
import json
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError
from rich.text import Text

from bot.checks.line_counts import list_ran_in_script, list_script_lines, read_go_profile
from bot.checks.line_script import COVERAGE_FILES, HOME, MARK, list_programs, write_script
from bot.ports import Ports
from bot.run import Summary, step
from bot.search.grammars import language_of
from bot.steps.check_locally import (
    LIMITS,
    ChosenTests,
    LocalWork,
    explain_no_result,
    fill_names,
    run_check_on,
)
from bot.text.terminal_text import strip_control
from bot.tools import behaviour_recorder
from bot.tools.tree_files import TreeFiles, apply_patch
from bot.tools.tree_reader import decode_texts
from bot.values import NamedCode, Patch, ProjectCheck, SandboxLimits, SandboxResult
from bot.values.proof import NamedLines

NOT_READ = "The command of the tests did not tell which lines ran."
NO_GO = "The command of the tests is no `go test`, which could tell which lines ran."


class LineReport(BaseModel):
    """What the tests' runner told: lines, ranges of offsets, or a profile of Go."""

    lines: list[int] = []
    ran: list[int] = []
    scripts: list[list[tuple[int, int, int]]] = []
    profile: str = ""
    has_run: bool = False


def _summarize_lines(lines: NamedLines) -> Summary:
    title = "the lines that tests run"
    if lines.why:
        return title, Text(strip_control(f"not measured: {lines.why}"), "magenta")
    return title, Text(f"{len(lines.before)} of {len(lines.lines)}")


@step("measure_lines", _summarize_lines)
def measure_lines(ports: Ports, work: LocalWork, code: NamedCode) -> NamedLines:
    """Run the tests that are named after the code, and see which of the named lines they run."""
    chosen = ChosenTests(ports, work, dict.fromkeys(code.tests, ()))
    selection = chosen.select() if code.tests else None
    if selection is None:
        return NamedLines(code.path)
    measured = LineMeasure(ports, work, code).run(*selection)
    if why := explain_no_result(measured.result):
        return NamedLines(why=why)
    return measured.lines or NamedLines(why=NOT_READ)


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """What came of the tests, and which of the named lines they ran: `before` holds those."""

    result: SandboxResult
    lines: NamedLines | None = None


@dataclass(frozen=True, slots=True)
class LineMeasure:
    """Runs tests so that the named lines which they run are known."""

    ports: Ports
    work: LocalWork
    code: NamedCode

    def run(
        self, check: ProjectCheck, names: Sequence[str], limits: SandboxLimits = LIMITS
    ) -> MeasuredRun:
        """Run a check, or the tests or files that are named; it ends as it would by itself."""
        language = language_of(self.code.path) or ""
        commands = (fill_names(check.only, names),) if names else check.commands
        path = posixpath.relpath(self.code.path, check.folder or ".")
        script = write_script(language, "\n".join(commands), path, self._list_settings())
        programs = {**list_programs(language), **_list_helpers(language)}
        patch = {posixpath.join(check.folder, HOME, name): text for name, text in programs.items()}
        work = replace(self.work, patch=Patch({**self.work.patch.files, **patch}))
        whole = replace(check, commands=(script,))
        result = run_check_on(self.ports, work, whole, (), limits)
        return MeasuredRun(result, self._read_lines(language, result))

    def _list_settings(self) -> list[str]:
        """List the texts that may have the tests measure their coverage by themselves."""
        known = self.ports.mirrors.read(self.work.tree, COVERAGE_FILES)
        return list(decode_texts(known).values())

    def _read_lines(self, language: str, result: SandboxResult) -> NamedLines:
        """Read which of the named lines have code, and which ran."""
        before, _, answer = result.log.decode(errors="replace").rpartition(f"\n{MARK}")
        report = _read_report(language, answer) if before or answer else None
        if report is None:
            return NamedLines(why=NO_GO if language == "go" else NOT_READ)
        if not report.has_run:
            return NamedLines(why=NOT_READ)
        lines, ran = self._count(language, report)
        named = range(self.code.line, self.code.end_line + 1)
        inside = tuple(line for line in sorted(lines) if line in named)
        return NamedLines(self.code.path, inside, tuple(line for line in inside if line in ran))

    def _count(self, language: str, report: LineReport) -> tuple[set[int], set[int]]:
        if language == "python":
            return set(report.lines), set(report.ran)
        tree = apply_patch(self.ports, self.work.tree, self.work.patch)
        data = TreeFiles(self.ports.mirrors, tree).read([self.code.path])
        text = data.get(self.code.path, b"").decode(errors="replace")
        if language == "go":
            return read_go_profile(report.profile, self.code.path, text)
        offsets = list_script_lines(self.code.path, text)
        return set(offsets), list_ran_in_script(offsets, report.scripts)


def _list_helpers(language: str) -> dict[str, str]:
    """List the programs of other parts that those of the sandbox use."""
    if language != "python":
        return {}
    return {"recorder.py": inspect.getsource(behaviour_recorder)}


def _read_report(language: str, answer: str) -> LineReport | None:
    if language == "go":
        return LineReport(profile=answer, has_run=True) if "mode:" in answer else None
    try:
        return LineReport.model_validate(json.loads(answer.partition("\n")[0]))
    except (ValueError, ValidationError):
        return None
