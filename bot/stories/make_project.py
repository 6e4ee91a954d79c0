"""A wish becomes a project that installs, compiles, starts and passes its tests.

The model specifies it, and a person approves that; then it plans files and workflow, writes the
files in the order of their imports, and mends what trying them in the sandbox shows. All is one
conversation, and each step is a commit in the project's own repository.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.project import (
    UnreadableSpecification,
    read_specification,
    render_specification,
    write_licence,
)
from bot.run import Run
from bot.steps.admit import compute_caps
from bot.steps.inspect_files import inspect_files
from bot.steps.keep_files import keep_files, read_written_specification, write_specification
from bot.steps.open_project import open_project
from bot.steps.try_project import ProjectWork, make_setup, try_project
from bot.stories.agent import take_turn
from bot.stories.project_ends import (
    explain_declined,
    explain_given_up,
    explain_made,
    explain_no_progress,
    explain_stopped,
    explain_trials,
    explain_unplanned,
    explain_untried,
    explain_waiting,
)
from bot.stories.project_notes import (
    render_edited,
    render_next_files,
    render_trial,
    render_wanted_change,
    render_workflow,
)
from bot.stories.stops import Asks, EndsEarly, GaveUp, Stopped
from bot.values import (
    Branch,
    Finding,
    Issue,
    Making,
    Outcome,
    Patch,
    ProjectChecks,
    Repo,
    RepoConfig,
    Request,
    RunState,
    Sha,
    Tree,
    UserText,
    Waiting,
    Wish,
)
from bot.values.making import SPECIFICATION_PATH, WORKFLOW_PATH
from bot.values.next_state import add_to_results, after_another_try

R = TypeVar("R")
REPO = Repo("new/project")
# The tree without a file, which every git knows by this name.
EMPTY_TREE = Tree(REPO, Sha("4b825dc642cb6eb9a060e54bf8d69288fbee4904"), Branch("main"))
CONFIG = RepoConfig(allow=("**",), max_files=200, max_lines=20_000)
PLAN_ROUNDS = 6  # turns until the files are planned
FILE_ROUNDS = 4  # turns in a row after which no more files are right than before
MAX_TRIALS = 8
SAME_FAILURES = 3  # in a row: what is changed does not reach the cause
DIGITS = re.compile(r"\d+")  # times and numbers of logs
PLAN_NOW = "Plan the files and the workflow with `submit_structure`: the specification is approved."


async def make_project(run: Run, wish: Wish) -> Outcome:
    """Make the project, and tell how it ended, however that is."""
    try:
        state = await begin(run, wish)
        for phase in (agree, plan, write):
            state = await _retry_phase(run, state, phase)
        return await _retry_phase(run, state, prove)
    except GaveUp as gave_up:
        return explain_given_up(run.state, gave_up.outcome)
    except EndsEarly as ended:
        return ended.outcome


async def _retry_phase(
    run: Run, state: RunState, phase: Callable[[Run, RunState], Awaitable[R]]
) -> R:
    """Do a phase; where it was given up, do it again whenever a person begins the run again."""
    while True:
        try:
            return await phase(run, state)
        except GaveUp:
            if await run.wait(0, Waiting("another try")) is None:
                raise
            caps = await run(compute_caps, CONFIG)
            state = run.keep(after_another_try(run.state, caps))


async def begin(run: Run, wish: Wish) -> RunState:
    """Open the conversation about the wish; nothing is there yet."""
    request = Request(REPO, 0, "you", "", "", title=wish.text)
    state = RunState(run.key, request, config=CONFIG, tree=EMPTY_TREE, making=Making(wish))
    caps = await run(compute_caps, run.keep(state).config)
    can_run = caps.sandbox != "none"
    start = await run(open_project, wish, can_run=can_run)
    state = replace(
        state,
        caps=caps,
        issue=Issue(0, wish.text, "", "you"),
        start=start,
        conversation=(UserText(start.first_message),),
        project=ProjectChecks() if can_run else None,
    )
    return run.keep(state)


async def agree(run: Run, state: RunState) -> RunState:
    """Go on until a person has approved a specification. Raises Stopped where nobody does."""
    while not state.project_made.is_approved:
        state = await take_turn(run, state)
        making = state.project_made
        if making.declined:
            raise Stopped(explain_declined(making))
        if making.specification is not None:
            state = await _ask(run, state, making)
    files = {SPECIFICATION_PATH: render_specification(state.project_made.agreed)}
    await run(keep_files, files, "Specify", "the project")
    return run.keep(_say_to_model(state, PLAN_NOW))


async def _ask(run: Run, state: RunState, making: Making) -> RunState:
    """Have the specification approved as a person has left it, or take up what shall change."""
    text = render_specification(making.agreed)
    await run(write_specification, SPECIFICATION_PATH, text)
    signal = await run.wait(state.caps.approval_patience_s, Waiting("approval"))
    if signal is None:
        raise Asks(explain_waiting(SPECIFICATION_PATH))
    if signal.kind == "stop":
        raise Stopped(explain_stopped())
    wanted = signal.text
    edited = await run(read_written_specification, SPECIFICATION_PATH)
    if not wanted:
        try:
            specification = making.agreed if edited == text else read_specification(edited)
        except UnreadableSpecification as unreadable:
            wanted = f"{unreadable} They left it so:\n\n{edited}"
        else:
            if specification != making.agreed:
                state = _say_to_model(state, render_edited(edited))
            approved = replace(making, specification=specification, is_approved=True)
            return replace(state, making=approved)
    asked = _say_to_model(state, render_wanted_change(wanted))
    return replace(asked, making=replace(making, specification=None))


async def plan(run: Run, state: RunState) -> RunState:
    """Go on until files and workflow are planned, and consistent."""
    for _ in range(PLAN_ROUNDS):
        state = await take_turn(run, state)
        making = state.project_made
        if making.structure is not None:
            break
    else:
        raise GaveUp(explain_unplanned(PLAN_ROUNDS))
    licence = write_licence(making.agreed, making.planned[0])
    state = run.keep(replace(state, patch=Patch({**state.patch.files, **licence})))
    await run(keep_files, _list_right(state, ()), "Plan", "the files and the workflow")
    return state


async def write(run: Run, state: RunState, before: Patch | None = None) -> RunState:
    """Go on until all planned files are written without a finding; commit such files each turn.

    `before` are the files before they were mended, where they are.
    """
    verb = "Write" if before is None else "Mend"
    rounds, most_right = 0, 0
    gone = dict.fromkeys(sorted((before or state.patch).files.keys() - state.patch.files.keys()))
    while True:
        findings = await run(inspect_files, state.project_made, state.patch)
        blocking = tuple(finding for finding in findings if finding.blocks)
        right = _list_right(state, blocking)
        await run(keep_files, {**right, **gone}, verb)
        structure, _ = state.project_made.planned
        missing = [file.path for file in structure.files if file.path not in state.patch.files]
        if not blocking and not missing:
            return state
        rounds = 0 if len(right) > most_right else rounds + 1
        most_right = max(most_right, len(right))
        if rounds > FILE_ROUNDS:
            raise GaveUp(explain_no_progress(blocking, missing))
        paths = state.patch.files.keys()
        state = _say_to_model(state, render_next_files(structure, state.patch, blocking))
        state = await take_turn(run, state)
        gone = dict.fromkeys(sorted(paths - state.patch.files.keys()))


def _list_right(state: RunState, blocking: Sequence[Finding]) -> dict[str, str]:
    """List the texts that can be kept: the workflow, and the files without a finding."""
    _, workflow = state.project_made.planned
    wrong = {finding.path for finding in blocking}
    texts = {path: text for path, text in state.patch.files.items() if text is not None}
    right = {path: text for path, text in texts.items() if path not in wrong}
    return {WORKFLOW_PATH: render_workflow(workflow), **right}


async def prove(run: Run, state: RunState) -> Outcome:
    """Try the project until all of its workflow passes, with what each failure shows mended."""
    failures: list[str] = []
    while True:
        work = ProjectWork(state.base, state.project_made, state.patch, state.key)
        trial = await run(try_project, work)
        took_s = sum(tried.took_s for tried in trial.steps)
        state = run.keep(replace(state, sandbox_s=state.sandbox_s + took_s))
        if trial.obstacle:  # begun again, it is tried again: there may be a sandbox then
            raise GaveUp(explain_untried(state, trial))
        if trial.failed is None:
            if trial.locks:
                await run(keep_files, trial.locks, "Lock", "the packages that it was tried with")
            return explain_made(state, trial)
        failures.append(DIGITS.sub("", trial.failed.answer))
        if (
            len(failures) == MAX_TRIALS
            or failures[-SAME_FAILURES:] == failures[-1:] * SAME_FAILURES
        ):
            raise GaveUp(explain_trials(trial.failed, len(failures)))
        state = await _mend(run, add_to_results(state, render_trial(trial.failed)))


async def _mend(run: Run, state: RunState) -> RunState:
    """Go on until the model has changed something, and what it changed is right."""
    setups = (make_setup(state.project_made, state.patch),)
    before, state = state.patch, replace(state, project=ProjectChecks(setups=setups))
    while state.patch == before:
        state = await take_turn(run, state)
    return await write(run, state, before)


def _say_to_model(state: RunState, words: str) -> RunState:
    """Say something to the model before its next turn."""
    return replace(state, conversation=(*state.conversation, UserText(words)))
