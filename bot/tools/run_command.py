"""Tool `run`: run a command in the sandbox, on the files as they stand."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from bot.tools.sandbox_job import begin_job, run_job
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import SandboxLimits

WALL_S = 120.0


class RunInput(ToolInput):
    """Run a command of the shell at the root of the repository, on the files as they stand with
    your edits, in a sandbox: no network, no secret, two minutes at most. Use it to reproduce a
    fault, or for what no check does. The answer is what it printed; the whole log is read with
    `log_lines` and `log_grep`. What it writes beside the files of the repository stays for later
    commands; of the others only files of your change and their lockfiles come back into the change.
    """

    command: str = Field(min_length=1, max_length=999, description="One line for `sh`.")


def run(session: ToolSession, arguments: RunInput) -> str:
    """Run the line, within less time than a check has. Raises ToolRefusal for more than a line."""
    if not arguments.command.replace("\t", " ").isprintable():
        raise ToolRefusal("`command` takes one line of text: join commands with && or ;.")
    job = begin_job(session, ("set +e", arguments.command))
    job = replace(job, limits=replace(SandboxLimits(), wall_s=WALL_S))
    return run_job(session, job, "The command", is_check=False)


RUN = Tool("run", RunInput, run, for_sandbox=True)
