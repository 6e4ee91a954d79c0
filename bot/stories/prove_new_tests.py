"""Have the tests that `/test` asked for prove that they notice changes of the code."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.check_locally import LocalWork
from bot.steps.discard_workspace import name_clean_workspace
from bot.steps.measure_lines import measure_lines
from bot.steps.prove_tests import prove_tests
from bot.stories.progress import tell
from bot.values import MutationProof, NamedCode, Patch, ProjectChecks, RunState
from bot.values.next_state import answer_finish
from bot.views.mutation_words import render_unproved

MOST_ROUNDS = 2  # that the model is asked for better tests
NOT_HERE = "There is no sandbox here that could run them."


async def prove_new_tests(run: Run, state: RunState) -> RunState:
    """Try the new tests on small changes of the named code, where `/test` asked for them.

    Those that notice none answer the model's `finish`, a few times; then people are told.
    """
    if state.request.command != "test" or state.named is None or state.open_finish is None:
        return state
    if state.project is None or not state.project.checks:
        return run.keep(replace(state, mutation_proof=MutationProof("", why=NOT_HERE)))
    state = await _keep_proof(run, state, state.project, state.named)
    proof = state.mutation_proof
    if proof is None or not (proof.unproved or proof.adds_no_line):
        return state
    rounds = state.stalls.unmoved + 1
    state = run.keep(replace(state, stalls=replace(state.stalls, unmoved=rounds)))
    if rounds > MOST_ROUNDS:
        return state
    return run.keep(answer_finish(state, render_unproved(proof)))


async def measure_named_code(run: Run, state: RunState) -> RunState:
    """Measure which lines of the code that `/test` names tests run already, where that can be."""
    code, project = state.named, state.project
    if state.request.command != "test" or code is None or not code.can_measure:
        return state
    if project is None or not project.checks:
        return state
    work = LocalWork(state.base, Patch(), project, name_clean_workspace(run.key))
    lines = await run(measure_lines, work, code)
    return run.keep(replace(state, named_lines=lines))


async def _keep_proof(
    run: Run, state: RunState, project: ProjectChecks, code: NamedCode
) -> RunState:
    """Keep the proof of the tests as they are now."""
    work = LocalWork(state.base, state.patch, project, name_clean_workspace(run.key))
    if state.mutation_proof is not None and state.mutation_proof.patch_id == work.patch_id:
        return state
    state = await tell(run, replace(state, phase="checking"))
    proof = await run(prove_tests, work, code, state.named_lines)
    return run.keep(replace(state, mutation_proof=proof))
