"""The repository's own checks, run in the sandbox before a push."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.check_locally import LocalWork, prove_change, run_local_checks
from bot.steps.discard_workspace import name_clean_workspace
from bot.stories.progress import tell
from bot.values import LocalVerdict, Proof, RunState
from bot.values.next_state import after_local_checks, answer_finish
from bot.views.local_verdict import render_red_checks, render_unmoved_tests

MAX_REDS = 3  # in a row; then CI judges
READING_CHARS = 8_000


async def check_locally(run: Run, state: RunState) -> RunState:
    """Run the repository's checks on the work, where there is a sandbox for them.

    What is red answers the model's `finish`. After a few of these CI judges: it may be red only
    here.
    """
    if state.project is None or not state.project.checks:
        return state
    return _answer(run, await judge_locally(run, state))


async def judge_locally(run: Run, state: RunState) -> RunState:
    """Keep what the repository's checks say of the work, where there is a sandbox for them."""
    if state.project is None or not state.project.checks:
        return state
    workspace = name_clean_workspace(run.key)
    work = LocalWork(state.base, state.patch, state.project, workspace)
    verdict = state.local
    if verdict is None or verdict.patch_id != work.patch_id:
        state = await tell(run, replace(state, phase="checking"))
        verdict = await _judge(run, work, _explain_no_proof(state))
    return run.keep(after_local_checks(state, verdict))


def _explain_no_proof(state: RunState) -> str | None:
    """Say why no test of the change can show it; None where one can."""
    if state.merge is not None:
        return "A merge has no tests of its own."
    if state.request.command == "document":
        return "Words change no behaviour."
    if state.request.command == "test":
        return ""  # small changes of the code show what its tests are worth
    return "A refactoring changes no behaviour." if state.is_without_model else None


async def _judge(run: Run, work: LocalWork, why_no_proof: str | None) -> LocalVerdict:
    proof = Proof("not possible", why=why_no_proof or "")
    if why_no_proof is None:
        proof = await run(prove_change, work)
    checks = await run(run_local_checks, work) if proof.kind != "fails here" else ()
    return LocalVerdict(work.patch_id, proof, checks)


def _answer(run: Run, state: RunState) -> RunState:
    """Tell the model what is red; and once that its tests do not show what it changed."""
    verdict = state.local_verdict
    if verdict.is_red and state.stalls.local_reds <= MAX_REDS:
        return run.keep(answer_finish(state, render_red_checks(verdict, READING_CHARS)))
    if verdict.proof.kind == "passes before" and state.stalls.unmoved == 1:
        return run.keep(answer_finish(state, render_unmoved_tests(verdict.proof)))
    return state
