"""`greenlit run`: run a repository's own checks in the sandbox, as the bot does before a push."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.cli.checked_folder import CheckedFolder, OpenSandbox, open_checked_folder
from bot.cli.inputs import MISTAKES, WrongUseError, print_error
from bot.cli.list_checks import describe_sandbox
from bot.cli.progress_line import show_progress
from bot.cli.reading_view import print_reading
from bot.cli.terminal import print_sentences
from bot.ports import Refusal, Unreachable
from bot.steps.check_locally import read_local_log
from bot.text import mask_secrets
from bot.text.terminal_text import strip_control
from bot.tools.only_names import write_only_line
from bot.tools.tree_reader import ToolRefusal, TreeReader
from bot.values import ProjectCheck, SandboxJob, SandboxResult

PASSED, FAILED, CANNOT = 0, 1, 2
ALL = "all"
SHOWN_FILES = 5
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\r(?=\n)")  # colours, and line ends of Windows


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What was typed: the check, the files or tests, and whether its whole output is wanted."""

    check: str = ""
    only: tuple[str, ...] = ()
    whole: bool = False


def run_checks(
    console: Console, open_sandbox: OpenSandbox, folder: Path, options: RunOptions
) -> int:
    """Run checks of a folder as it lies there, and show what they said.

    Returns 0 when all passed, 1 when one failed, 2 when one could not run or for wrong use.
    """
    try:
        with open_checked_folder(folder, open_sandbox) as checked:
            with show_progress("Trying attacks in the sandbox"):
                _require_sandbox(checked)
            checks = _choose_checks(checked, options)
            _tell_unseen(console, checked)
            codes = [_run_check(console, checked, check, options) for check in checks]
    except (*MISTAKES, Refusal, Unreachable, ToolRefusal) as wrong:
        print_error(wrong)
        return CANNOT
    return max(codes)


def _require_sandbox(checked: CheckedFolder) -> None:
    state = describe_sandbox(checked)
    if state.tier == "none":
        raise WrongUseError(f"Nothing is run here. {state.reason} {state.advice}".strip())


def _choose_checks(checked: CheckedFolder, options: RunOptions) -> list[ProjectCheck]:
    """Choose by name, else by kind; the tests where nothing is named."""
    known = checked.project.checks
    wanted = options.check or "test"
    chosen = [check for check in known if check.name == wanted]
    of_kind = [check for check in known if check.kind == wanted]
    chosen = chosen or [check for check in of_kind if not check.obstacle] or of_kind
    if wanted == ALL:
        chosen = [check for check in known if check.kind != "format" and not check.obstacle]
    if not chosen:
        names = ", ".join(check.name for check in known)
        there_are = f"Its checks: {names}." if names else "No check was found in it."
        raise WrongUseError(f"There is no check {wanted}. {there_are}")
    if options.only and len(chosen) > 1:
        raise WrongUseError("Files and tests are chosen for one check: name one.")
    return chosen


def _tell_unseen(console: Console, checked: CheckedFolder) -> None:
    if checked.unseen:
        names = ", ".join(checked.unseen[:SHOWN_FILES])
        more = len(checked.unseen) - SHOWN_FILES
        text = f"Not taken along, since they hold no text: {names}"
        text += f" and {more} more." if more > 0 else "."
        print_sentences(console, Text(strip_control(text), "magenta"))


def _run_check(
    console: Console, checked: CheckedFolder, check: ProjectCheck, options: RunOptions
) -> int:
    if check.obstacle:
        _print_end(console, check, "cannot run here", check.obstacle, "magenta")
        return CANNOT
    commands = check.commands
    if options.only:
        reader = TreeReader(checked.ports, checked.tree, checked.patch)
        commands = (write_only_line(check, options.only, reader),)
    command = commands[-1].partition("\n")[0]
    with show_progress(f"Running {check.name}: {command}"):
        result = checked.ports.sandbox.run(_make_job(checked, check, commands))
    if options.whole:
        log = ESCAPES.sub("", mask_secrets(result.log.decode(errors="replace")))
        sys.stdout.write(strip_control(log))
        sys.stdout.flush()
    return _print_result(console, checked, check, result, whole=options.whole)


def _make_job(checked: CheckedFolder, check: ProjectCheck, commands: Sequence[str]) -> SandboxJob:
    return SandboxJob(
        checked.tree,
        checked.patch,
        tuple(commands),
        workspace=checked.tree.repo.name,
        folder=check.folder,
        environment=check.environment,
        setups=check.setups,
    )


def _print_result(
    console: Console,
    checked: CheckedFolder,
    check: ProjectCheck,
    result: SandboxResult,
    *,
    whole: bool,
) -> int:
    took = f"It took {result.took_s:.1f} s."
    if result.has_passed:
        _print_end(console, check, "passed", took, "green")
        return PASSED
    if result.log and not whole:
        reading = read_local_log(checked.ports, checked.tree, checked.patch, result.log)
        print_reading(console, reading, files_known=True)
        console.print()
    if result.obstacle:
        _print_end(console, check, "could not run", result.obstacle, "magenta")
        return CANNOT
    reason = result.limit_hit or f"Exit code {result.exit_code}."
    _print_end(console, check, "failed", f"{reason} {took}", "red")
    return FAILED


def _print_end(
    console: Console, check: ProjectCheck, verdict: str, words: str, colour: str
) -> None:
    headline = (f"{strip_control(check.name)} {verdict}.", f"bold {colour}")
    print_sentences(console, Text.assemble(headline, f" {strip_control(words)}"))
