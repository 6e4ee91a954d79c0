"""Here lives the waiting of a story: for CI to settle, with an ear for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ports import Caps
from bot.run import Run
from bot.steps.admit import still_wanted
from bot.steps.fetch_checks import ChecksSnapshot, fetch_checks
from bot.steps.open_pull import was_closed
from bot.steps.predict_ci import ExpectedCi
from bot.steps.push import moved
from bot.stories.progress import GaveUp, Stopped
from bot.values import Branch, Checks, Request, Sha, Signal, Tree


@dataclass(frozen=True, slots=True)
class Head:
    """The commit that CI is asked about, on the branch of the run."""

    tree: Tree  # the base
    branch: Branch
    sha: Sha
    ci: ExpectedCi


async def settled(
    run: Run, request: Request, head: Head, caps: Caps, after: Mapping[str, int]
) -> Checks:
    """What CI says once all of it has spoken; silent checks when it stayed silent for too long.

    `after` names workflow runs that were started again, with the attempt that is over. Holds no
    slot of work.
    """
    began = 0.0
    while True:
        seen = await run(fetch_checks, head.tree.repo, head.sha)
        began = began or seen.at
        waited = seen.at - began
        if _spoken(seen, head.ci, after, patient=waited < caps.ci_grace_s):
            return seen.checks
        if seen.checks.is_silent and waited >= caps.ci_grace_s:
            return seen.checks
        if waited >= caps.ci_patience_s:
            raise GaveUp(f"CI did not end within {caps.ci_patience_s // 60} minutes")
        early = waited < caps.ci_grace_s
        await _hint(
            run,
            request,
            head,
            min(caps.ci_poll_s, caps.ci_grace_s - waited) if early else caps.ci_poll_s,
        )


async def listen(run: Run, request: Request) -> None:
    """Hear all that was told so far: behind what CI said a person may wait. CI is asked anew when
    it is waited for.
    """
    while (note := await run.wait(0)) is not None:
        await heed(run, request, note)


async def heed(run: Run, request: Request, note: Signal) -> None:
    """Stop when people do not want the work any more. A webhook hints; GitHub says."""
    if note.kind == "stop":
        raise Stopped(note.text)
    if note.kind == "issue" and (why := await run(still_wanted, request)):
        raise Stopped(why)


async def heed_branch(run: Run, head: Head, note: Signal) -> None:
    """Stop when somebody else took the branch over, or closed its pull request."""
    if note.kind == "closed" and await run(was_closed, head.tree, head.branch):
        raise Stopped(f"@{note.by} closed the pull request")
    if note.kind == "pushed" and await run(moved, head.tree, head.branch, head.sha):
        raise Stopped(f"@{note.by} pushed to `{head.branch}`, so the branch is theirs now")


async def _hint(run: Run, request: Request, head: Head, patience_s: float) -> None:
    """Wait until there is a reason to ask CI again: a note about this head, or time."""
    while True:
        note = await run.wait(patience_s)
        if note is None:
            await heed(run, request, Signal("issue"))  # its webhook may have been lost
            return
        await heed(run, request, note)
        await heed_branch(run, head, note)
        if note.kind == "checks" and note.sha in ("", head.sha):
            return


def _spoken(
    seen: ChecksSnapshot, ci: ExpectedCi, after: Mapping[str, int], *, patient: bool
) -> bool:
    """Whether all of CI has ended. Early on, a suite that is green may only be the first of
    several.
    """
    checks = seen.checks
    if checks.is_silent or checks.is_pending:
        return False
    if any(
        check.run_attempt <= after.get(str(check.run), 0) for check in checks.failed if check.run
    ):
        return False
    runs = {check.run for check in checks.checks if check.run}
    names = {check.name for check in checks.checks}
    return not patient or (len(runs) >= ci.workflows and names.issuperset(ci.other_checks))
