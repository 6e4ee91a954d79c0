"""Tool `run_check`: run one of the repository's own checks in the sandbox."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from bot.text import as_code_span
from bot.tools.only_names import write_only_line
from bot.tools.sandbox_job import begin_job, find_project, run_job
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import ProjectCheck, ProjectChecks


class RunCheckInput(ToolInput):
    """Run one of the repository's own checks (tests, linter, types, build, formatting) on the files
    as they stand with your edits, in a sandbox without a network. The answer says that it passed,
    or what failed, where and why; the whole log is read with `log_lines` and `log_grep`. Of what
    it writes, only files of your change and their lockfiles come back into the change.
    """

    name: str = Field(
        min_length=1,
        max_length=200,
        description="The name of the check, from the answer of `read_request`.",
    )
    only: list[str] | None = Field(
        None,
        max_length=50,
        description="The files or tests to run in place of all, such as `tests/test_a.py` or "
        "`tests/test_a.py::test_b`: paths from the root of the repository.",
    )


def run(session: ToolSession, arguments: RunCheckInput) -> str:
    """Run it as a whole, or for what was chosen."""
    check = _find_check(find_project(session), arguments.name)
    commands = check.commands
    if arguments.only:
        commands = (write_only_line(check, arguments.only, session.read_tree()),)
    job = begin_job(session, commands)
    job = replace(job, folder=check.folder, environment=check.environment, setups=check.setups)
    return run_job(session, job, as_code_span(check.name), is_check=True)


def _find_check(project: ProjectChecks, name: str) -> ProjectCheck:
    """Find a check by its name. Raises ToolRefusal where there is none, or it cannot run here."""
    check = next((check for check in project.checks if check.name == name), None)
    if check is None:
        names = ", ".join(check.name for check in project.checks if not check.obstacle)
        raise ToolRefusal(
            f"There is no check {name!r}. The checks here: {names}."
            if names
            else "No check of this repository was found that can run here. Try `run`."
        )
    if check.obstacle:
        raise ToolRefusal(f"{name} cannot run here. {check.obstacle}")
    return check


RUN_CHECK = Tool("run_check", RunCheckInput, run, for_sandbox=True)
