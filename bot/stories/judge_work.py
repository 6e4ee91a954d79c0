"""Have the work judged before its push: by the gates, then by what it should bring and by running.

What keeps it back answers the model's `finish`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.gates.copied import GATE as COPIED
from bot.run import Run
from bot.steps.inspect_change import inspect_change, make_rules
from bot.steps.inspect_merge import inspect_merge
from bot.steps.render_findings import list_companions, render_companions, render_copied_lines
from bot.stories.local_checks import check_locally
from bot.stories.lock_updates import bring_locks, take_up_update
from bot.stories.prove_new_tests import prove_new_tests
from bot.stories.prove_same_behaviour import prove_same_behaviour
from bot.values import Finding, RunState
from bot.values.next_state import after_copies, after_inspection, answer_finish


async def judge_work(run: Run, state: RunState) -> tuple[RunState, tuple[Finding, ...]]:
    """Have the gates judge the work, with the lock files that its manifests need."""
    findings = await _inspect(run, state)
    state, is_changed = await bring_locks(run, state, findings)
    if is_changed:
        findings = await _inspect(run, state)
    findings = take_up_update(findings, state.locks)
    return run.keep(after_inspection(state, findings)), findings


async def check_further(run: Run, state: RunState) -> RunState:
    """Say once which lines are another project's, so that the model can write its own, and what the
    change should bring along; then let the repository's own checks judge.
    """
    copied = tuple(finding for finding in state.advice if finding.gate == COPIED)
    if copied and not state.stalls.copied:
        return run.keep(answer_finish(after_copies(state), render_copied_lines(copied)))
    companions = list_companions(state.advice)
    if companions and not state.stalls.companions:
        counted = replace(state, stalls=replace(state.stalls, companions=1))
        return run.keep(answer_finish(counted, render_companions(companions)))
    state = await prove_new_tests(run, await check_locally(run, state))
    return await prove_same_behaviour(run, state)


async def _inspect(run: Run, state: RunState) -> tuple[Finding, ...]:
    """Have the gates judge the work; of a merge, only what is new to both sides."""
    base, patch, rules = state.base, state.patch, make_rules(state)
    if state.merge is not None and state.merge.left:
        return await run(inspect_merge, state.merge, base, patch, rules)
    return await run(inspect_change, base, patch, rules)
