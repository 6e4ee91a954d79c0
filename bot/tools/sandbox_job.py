"""Run a job in the sandbox on the work as it stands, and take back what it may change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.ports import Unreachable
from bot.run import to_json
from bot.search.lock_files import find_locks
from bot.tools.job_answer import JobTitle, quote_lines, render_result
from bot.tools.job_log import mask_log
from bot.tools.session import ToolSession
from bot.tools.tree_reader import ToolRefusal
from bot.tools.write_files import list_protected, write_files
from bot.values import JobAnswer, ProjectChecks, ProjectSetup, SandboxJob, SandboxResult

TURN_S = 900.0  # that the jobs of one turn may take together: people are heard between turns
KEPT_JOBS = 12
LISTED_CHANGES = 10
LOG_NUMBERS = 10**9
AGAIN = "(It ran before on the very same files. This is what came of it then.)"
OUT_OF_ORDER = "The sandbox does not work now. Go on without it: CI runs the checks after `finish`."


def find_project(session: ToolSession) -> ProjectChecks:
    """Find the checks of the repository. Raises ToolRefusal where no code can be run."""
    project = session.context.project
    if project is None:
        raise ToolRefusal("No code can be run here: CI runs the tests after `finish`.")
    return project


def begin_job(session: ToolSession, commands: Sequence[str]) -> SandboxJob:
    """Begin a job of these commands on the tree with the edits so far, where the tests run."""
    return SandboxJob(
        session.context.tree,
        session.patch,
        tuple(commands),
        session.context.workspace,
        setups=choose_setups(find_project(session)),
        returns=_list_returns(session),
    )


def choose_setups(project: ProjectChecks) -> tuple[ProjectSetup, ...]:
    """Choose those of the tests, so that a command needs no environment of its own."""
    tests = [check for check in project.checks if check.kind == "test" and not check.obstacle]
    return tests[0].setups if tests else project.setups


def run_job(session: ToolSession, job: SandboxJob, name: str, *, is_check: bool) -> str:
    """Run a job, and answer with a reading of its log; the same job is not run twice.

    What it wrote beside the files of the tree stays for the next one, so that after a command that
    is no check all run anew. Raises ToolRefusal where this turn took long already.
    """
    number = number_log(job)
    for record in session.jobs:
        if record.log == number:
            return f"{record.answer}\n{AGAIN}"
    if session.sandbox_s >= TURN_S:
        raise ToolRefusal(
            "What was run in this turn took a quarter of an hour. Run this in your next turn."
        )
    files = session.read_tree().files
    result = _run(session, job, number)
    kept = session.jobs if is_check else ()
    answer = render_result(JobTitle(name, is_check, number), result, files)
    notes = tuple(_take_back(session, result))
    if result.exit_code is not None and not notes:
        record = JobAnswer(number, answer, result.has_passed)
        session.jobs = (*kept, record)[-KEPT_JOBS:]
    else:
        session.jobs = kept
    return "\n".join([answer, *notes])


def number_log(job: SandboxJob) -> int:
    """Number the log of a job by what it runs: below zero, where no job of CI is."""
    content = json.dumps(to_json(replace(job, returns=())), sort_keys=True)
    digest = hashlib.sha256(content.encode()).digest()
    return -1 - int.from_bytes(digest[:8]) % LOG_NUMBERS


def _run(session: ToolSession, job: SandboxJob, number: int) -> SandboxResult:
    """Run it and keep its log, without secrets. Raises ToolRefusal where the machine fails."""
    clock = session.ports.clock
    began = clock.now()
    try:
        result = session.ports.sandbox.run(job)
    except Unreachable:  # the work goes on: CI runs the checks
        raise ToolRefusal(OUT_OF_ORDER) from None
    session.sandbox_s += (clock.now() - began).total_seconds()
    log = mask_log(session.ports, result.log)
    session.ports.log_cache.store(job.tree.repo, number, log)
    return replace(result, log=log)


def _list_returns(session: ToolSession) -> tuple[str, ...]:
    """List the files whose changes come back: those of the change, which a formatter may rewrite,
    and the locks of its manifests. Before a plan there are none.
    """
    if session.newest_plan is None:
        return ()
    files = [path for path, text in session.patch.files.items() if text is not None]
    known = frozenset(session.read_tree().files.paths())
    locks = (lock.path for path in files for lock in find_locks(path, known))
    paths = {*files, *locks}
    return tuple(sorted(paths.difference(list_protected(session, paths))))


def _take_back(session: ToolSession, result: SandboxResult) -> Iterator[str]:
    """Take what came back into the change, as an edit would be; say so, and what was dropped."""
    if result.changes:
        names = ", ".join(sorted(result.changes))
        try:
            write_files(session, result.changes)
        except ToolRefusal as refusal:
            yield f"What it wrote into {names} was dropped: {refusal}"
        else:
            yield f"It changed {names}, and your change holds that now: `show_diff` shows it."
    if result.dropped:
        yield "Other changes that it made were dropped:"
        yield quote_lines(result.dropped[:LISTED_CHANGES])
    if len(result.dropped) > LISTED_CHANGES:
        yield f"and {len(result.dropped) - LISTED_CHANGES:,} more."
