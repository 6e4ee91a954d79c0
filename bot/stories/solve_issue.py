"""The main story: an issue becomes a pull request that is already green.

Whoever may write asks for it with the label or with `/generate`. The bot reads, plans, writes and
checks, pushes to its own branch, waits for CI, repairs what broke, and opens the pull request when
CI is green. When CI is not green in the end, it opens a draft.
"""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.admit import compute_caps, load_repo_config
from bot.steps.checkout import checkout
from bot.steps.snapshot_issue import snapshot_issue
from bot.stories.agent import write
from bot.stories.checks_here import learn_checks
from bot.stories.delivery import deliver
from bot.stories.find_code import find_code
from bot.stories.make_refactoring import make_refactoring
from bot.stories.progress import carry_out, tell
from bot.stories.prove_new_tests import measure_named_code
from bot.stories.resume import renew_conversation, resume
from bot.stories.solve_parts import solve_parts
from bot.stories.split_talk import settle_split
from bot.stories.stops import TooBig
from bot.stories.take_place import take_place
from bot.stories.until_answered import until_answered
from bot.stories.watching import check_wanted
from bot.stories.work_on_pull import change_pull
from bot.values import Outcome, Request, RunState


async def solve_issue(run: Run, request: Request) -> Outcome:
    """Solve the issue, and tell how it ended, however that is."""
    return await carry_out(run, request, _solve)


async def _solve(run: Run, request: Request) -> Outcome:
    state = await begin(run, request)
    if state.request.pull:
        return await change_pull(run, state.request)
    while not state.is_divided:
        try:
            return await until_answered(run, await _work_in_slot(run, state))
        except TooBig as raised:
            too_big = raised
        state = await settle_split(run, run.state, too_big)
    return await solve_parts(run, state)


async def _work_in_slot(run: Run, state: RunState) -> RunState:
    """Read, write and deliver while the run holds a slot. Raises TooBig, see `write`."""
    request = state.request
    async with run.slot(request.repo, request.at) as wait:
        if wait:
            await check_wanted(run, request)
            asked = replace(request, default_branch=None)  # it may be old
            state = replace(state, request=asked)
        return await make_change(run, await understand(run, state))


async def make_change(run: Run, state: RunState) -> RunState:
    """Write the change and deliver it; a refactoring is made without the model."""
    if state.request.command != "refactor":
        return await deliver(run, await write(run, state))
    state = await deliver(run, await make_refactoring(run, state))
    return run.keep(replace(state, open_finish=None))  # there is no conversation to answer it in


async def begin(run: Run, request: Request) -> RunState:
    """Say that the work begins; read what the repository allows and what its writers asked.

    Where others worked on the pull request of the issue since, its number is all that this gives.
    """
    state = run.keep(RunState(run.key, request))
    if request.may_resume:
        state = await resume(run, state)
    if state.request.pull:
        return state
    state = await tell(run, state)
    config = await run(load_repo_config, request)
    caps = await run(compute_caps, config)
    issue = await run(snapshot_issue, request)
    state = replace(state, config=config, caps=caps)
    if state.is_resumed:
        state = await renew_conversation(run, await learn_checks(run, state), issue)
    return run.keep(replace(state, issue=issue))


async def understand(run: Run, state: RunState) -> RunState:
    """Check out the base, and find the places in it that the request speaks of."""
    if state.is_resumed or state.start is not None:
        return await tell(run, replace(state, phase="editing" if state.plan else "planning"))
    state = await take_place(run, state)
    base = state.place.base if state.place else None
    asked = replace(state.request, default_branch=base or state.request.default_branch)
    tree = await run(checkout, asked)
    state = await find_code(run, replace(state, tree=tree))
    state = await measure_named_code(run, await learn_checks(run, state))
    return await tell(run, replace(state, phase="planning"))
