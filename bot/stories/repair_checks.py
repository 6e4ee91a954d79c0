"""CI turns red on an open pull request of the bot whose run has ended: the base moved, or something
that it depends on.

Why is told once. What the pull request is to blame for is repaired, as `/fix` does, while attempts
are left over its whole life, and never for a failure that a repair did not end before.
"""

from __future__ import annotations

from bot.run import Run, StartRun
from bot.steps.admit import compute_caps, is_authorized, read_label
from bot.steps.fetch_checks import ChecksSnapshot, fetch_checks
from bot.steps.find_own_pull import find_own_pull
from bot.steps.judge_pull import judge_pull
from bot.steps.rerun_failed_jobs import rerun_failed_jobs
from bot.steps.tell_later_red import LateRed, tell_later_red
from bot.stories.work_on_pull import work_on_pull
from bot.text.durations import format_iso_time
from bot.values import (
    Attempt,
    Branch,
    Caps,
    Outcome,
    PullDetails,
    RepoConfig,
    Request,
    RunState,
    Sha,
    Subject,
    Tree,
    Verdict,
    Waiting,
    WatchedHead,
)
from bot.values.events import ChecksMoved
from bot.views.checks_explanation import (
    REPAIRING,
    SAME_FAILURE,
    render_no_attempts,
)

NOT_OURS = Outcome("ignored", "no open pull request of mine that people left alone")
UNDER_WAY = Outcome("ignored", "a run is under way there, which hears of it")
NOT_RED = Outcome("ignored", "CI is not red")


async def repair_checks(run: Run, moved: ChecksMoved) -> Outcome:
    """Find whose pull request it is, wait for all of CI, and say or repair what is red."""
    subject, branch = await _find_subject(run, moved)
    if subject is None:
        return NOT_OURS
    if await _is_live(run, subject):
        return UNDER_WAY
    state = await run.find_last_state(subject)
    if state is None or (state.outcome and state.outcome.state == "stopped"):
        return NOT_OURS
    pull = await run(find_own_pull, moved.repo, branch, Sha(moved.sha))
    if pull is None:
        return NOT_OURS
    reading = await run(read_label, moved.repo)
    caps = await run(compute_caps, reading.config or RepoConfig())
    snapshot = await _settle(run, moved, caps)
    request = _make_request(moved, pull, state, snapshot.at)
    return await _react(run, LateRed(subject, pull, request, caps, snapshot.checks))


async def _find_subject(run: Run, moved: ChecksMoved) -> tuple[Subject | None, Branch]:
    """Find what the newest run was about that followed one of the branches."""
    for name in moved.branches:
        if subject := await run.find_subject(moved.repo, Branch(name)):
            return subject, Branch(name)
    return None, Branch("")


async def _is_live(run: Run, subject: Subject) -> bool:
    last = await run.find_last_run(subject)
    return last is not None and last.is_live


async def _settle(run: Run, moved: ChecksMoved, caps: Caps) -> ChecksSnapshot:
    """Wait until all of CI has ended, for as long as a run would."""
    head = WatchedHead(moved.repo, Sha(moved.sha))
    snapshot = await run(fetch_checks, head.repo, head.sha)
    began = snapshot.at
    while snapshot.checks.is_pending and snapshot.at - began < caps.ci_patience_s:
        pause_s = min(snapshot.pause_s, caps.ci_patience_s)
        await run.wait(max(caps.ci_poll_s, pause_s), Waiting("ci", head=head))
        snapshot = await run(fetch_checks, head.repo, head.sha)
    return snapshot


def _make_request(
    moved: ChecksMoved, pull: PullDetails, state: RunState, asked_at: float
) -> Request:
    """Make the request of a repair, in the name of whoever asked for the change."""
    asked = state.request
    return Request(
        moved.repo,
        pull.number,
        asked.asker,
        format_iso_time(asked_at),
        moved.delivery,
        command="fix",
        on_pull=True,
        title=pull.title,
        body=pull.body,
        asker_id=asked.asker_id,
        cause="CI turned red",
    )


async def _react(run: Run, late: LateRed) -> Outcome:
    """Run the failed jobs again once, where that may be all; else tell the verdict, or repair."""
    request, pull, checks = late.request, late.pull, late.checks
    if not checks.failed:
        return NOT_RED
    if await _is_live(run, late.subject):  # somebody asked meanwhile
        return UNDER_WAY
    verdict = await run(judge_pull, request.repo, pull, checks)
    attempts = await run.find_attempts(late.subject)
    if _was_told(attempts, pull.head_sha, verdict):
        return Outcome("ignored", "a run told of this failure")
    if verdict.reading.action == "rerun":
        head = Tree(request.repo, pull.head_sha, pull.head)
        rerun_attempts = await run(rerun_failed_jobs, head, checks)
        if rerun_attempts:
            return Outcome("done", "ran the failed jobs again")
    advice = await _choose_advice(run, late, verdict, attempts)
    await run(tell_later_red, late, verdict, advice)
    if advice != REPAIRING:
        return Outcome("done", "told why CI turned red")
    key, _ = await run.start(StartRun(work_on_pull, request, subject=late.subject))
    return Outcome("done", f"started {key}")


def _was_told(attempts: tuple[Attempt, ...], sha: Sha, verdict: Verdict) -> bool:
    """Tell whether a run ended with this failure of this very commit: its words came late."""
    return any(
        attempt.sha == sha
        and attempt.verdict
        and attempt.verdict.fingerprint == verdict.fingerprint
        for attempt in attempts
    )


async def _choose_advice(
    run: Run, late: LateRed, verdict: Verdict, attempts: tuple[Attempt, ...]
) -> str:
    """Say what follows, where it is more than the verdict's own advice."""
    if verdict.kind != "ours" or verdict.reading.action != "fix":
        return ""
    earlier = {attempt.verdict.fingerprint for attempt in attempts if attempt.verdict}
    if verdict.fingerprint in earlier:
        return SAME_FAILURE
    pushes = len({attempt.sha for attempt in attempts})
    if pushes >= late.caps.attempts:
        return render_no_attempts(pushes)
    return REPAIRING if await run(is_authorized, late.request) else ""
