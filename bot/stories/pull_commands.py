"""Obey commands on a pull request."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run, StartRun
from bot.steps.admit import read_label
from bot.steps.answer import reply
from bot.steps.snapshot_pull import GONE, fetch_pull
from bot.steps.survey_pull import PullSurvey, find_pull_obstacle, survey_pull, waits_in_thread
from bot.stories.command_acts import answer_command, start_run, stop_run, tell_status
from bot.stories.explain_checks import explain_checks
from bot.stories.live_run import outlast_live_run
from bot.stories.update_branch import update_branch
from bot.stories.work_on_pull import work_on_pull
from bot.values import Outcome, PullDetails, Repo, Request, RunState, Subject
from bot.views.command_answers import (
    render_fork_update,
    render_no_fix,
    render_pull_help,
    render_what_is_wanted,
)


async def obey_on_pull(run: Run, request: Request) -> Outcome:
    """Do what a command on a pull request says, or answer why not."""
    target = await run(fetch_pull, request.repo, request.pull_number)
    if target is None:
        return Outcome("refused", GONE)
    if request.command == "help":
        reading = await run(read_label, request.repo)
        return await answer_command(run, request, render_pull_help(reading.label, target))
    subject = await find_pull_subject(run, request.repo, target)
    match request.command:
        case "explain":
            return await _explain(run, request)
        case "stop":
            return await stop_run(run, request, subject)
        case "status":
            return await tell_status(run, request, subject)
    return await start_on_pull(run, request, target, subject)


async def find_target_subject(run: Run, request: Request) -> Subject:
    """Find what runs on the pull request of a command are about."""
    target = await run(fetch_pull, request.repo, request.pull_number)
    if target is None:
        return request.subject
    return await find_pull_subject(run, request.repo, target)


async def find_pull_subject(run: Run, repo: Repo, target: PullDetails) -> Subject:
    """Find what runs on this pull request are about: the issue that it solves, where we opened it.

    So there is one live run for both.
    """
    own = Subject(f"{repo.name}#{target.number}")
    if target.is_fork:
        return own
    return await run.find_subject(repo, target.head) or own


async def start_on_pull(
    run: Run, request: Request, target: PullDetails, subject: Subject
) -> Outcome:
    """Start a run on the pull request, or answer what stands in its way."""
    obstacle = await run(find_pull_obstacle, request, target)
    if obstacle:
        await run(reply, request, obstacle)
        return Outcome("refused", obstacle)
    if request.command == "retry" or (request.command == "generate" and not _says_what(request)):
        request = _repeat(request, target, await run.find_last_state(subject))
    if request.command == "update":
        return await _update(run, request, target, subject)
    if request.command == "fix" or not _says_what(request):
        survey = await run(survey_pull, request, target)
        if answer := _explain_nothing_to_do(request, survey):
            return await answer_command(run, request, answer)
        if survey.checks.failed:  # what is red comes first
            request = replace(request, command="fix")
    if request.in_thread:
        return await _start_for_thread(run, request, target, subject)
    return await start_run(run, request, work_on_pull, subject)


async def _start_for_thread(
    run: Run, request: Request, target: PullDetails, subject: Subject
) -> Outcome:
    """Start a run; where one is at work, leave the thread to that one, and to another where it came
    too late.
    """
    while True:
        key, is_new = await run.start(StartRun(work_on_pull, request, subject=subject))
        if is_new:
            return Outcome("done", f"started {key}")
        may_start = await outlast_live_run(run, request, subject)
        if not may_start or not await run(waits_in_thread, request, target):
            return Outcome("done", f"left to {key}")


async def _update(run: Run, request: Request, target: PullDetails, subject: Subject) -> Outcome:
    """Start the merge of the base, where the branch is the repository's own."""
    if target.is_fork:
        return await answer_command(run, request, render_fork_update(target))
    return await start_run(run, request, update_branch, subject)


def _says_what(request: Request) -> bool:
    return bool(request.words or request.review or request.in_thread)


def _explain_nothing_to_do(request: Request, survey: PullSurvey) -> str:
    """Say why a command without words asks for nothing here; empty when it asks for something."""
    if survey.checks.failed:
        return ""
    if request.command == "fix":
        return render_no_fix(survey.checks)
    return "" if survey.waiting else render_what_is_wanted(survey.checks)


def _repeat(request: Request, target: PullDetails, earlier: RunState | None) -> Request:
    """Ask again for what the newest run on this pull request was asked; new words count more.

    Without words that run is gone on with when it asked something, as the answer has come.
    """
    is_retry = request.command == "retry"
    request = replace(request, command="generate")
    if earlier is None or earlier.target is None or earlier.target.number != target.number:
        return request
    has_asked = earlier.outcome is not None and earlier.outcome.state == "asked"
    if not is_retry and not has_asked:
        return request
    last = earlier.request
    return replace(
        request,
        command=last.command,
        words=request.words or last.words,
        review=last.review,
        may_resume=is_retry and not request.words,
    )


async def _explain(run: Run, request: Request) -> Outcome:
    key, _ = await run.start(StartRun(explain_checks, request, key=f"explain/{request.delivery}"))
    return Outcome("done", f"started {key}")
