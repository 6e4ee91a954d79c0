"""How a run waits for an approval, without a bot: what it hears, and when it has waited enough."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.steps.ask_approval import RequestLook
from bot.stories.await_approval import have_plan_approved, have_push_approved
from bot.stories.stops import Stopped
from bot.values import Branch, Issue, Patch, Plan, Repo, RepoConfig, Sha, Signal, Tree
from bot.values.approvals import SecretExposure, SecretJob
from tests.views.run_states import make_state

JOB = SecretJob("test", ".github/workflows/ci.yml", ("KEY",), "push", ("**",))
TREE = Tree(Repo("acme/greeter"), Sha("0" * 40), Branch("main"))
PATCH = Patch({"a.py": "x = 1\n", "README.md": "x\n"})


class Waiting:
    """A run whose steps are answered, and to which these signals come; None: the time passes."""

    def __init__(self, state, *signals, exposure=None, edited=False):
        self.state = state
        self.signals = list(signals)
        self.exposure = exposure or SecretExposure()
        self.edited = edited
        self.asked = []
        self.looks = []
        self.now = 1_000.0
        self.listen = None

    async def __call__(self, step, *values, **named):
        if step.name == "ask_approval":
            self.asked.append(values[1])
            return replace(values[1], comment=9, asked_at=self.now)
        if step.name == "look_at_request":
            return RequestLook(is_edited=self.edited, at=self.now)
        self.looks += [values] * (step.name == "find_exposure")
        return {"find_exposure": self.exposure}.get(step.name, "")

    async def wait(self, patience_s, waiting=None):
        if not patience_s:
            return self.signals.pop(0) if self.signals and self.listen else None
        signal = self.signals.pop(0) if self.signals else None
        if callable(signal):
            signal = signal(self.asked[-1])
        if signal is None:
            self.now += patience_s
        return signal

    def keep(self, state):
        self.state = state
        return state

    def heed(self, listen):
        self.listen = listen

    @asynccontextmanager
    async def slot(self, repo, asked_at=""):
        yield False


class Interrupted(Waiting):
    """One that waits for a slot before its first look at the request: an approval comes then."""

    async def __call__(self, step, *values, **named):
        if step.name == "look_at_request" and not self.signals and self.now == 1_000:
            self.now += 1
            self.signals = [Signal("approve", self.asked[-1].hash, "tom"), Signal("checks")]
            await self.listen()
        return await super().__call__(step, *values, **named)


def approved(by="tom", name=""):
    """The approval of what was shown, or of something else."""
    return lambda asked: Signal("approve", name or asked.hash, by)


def make(**config):
    state = make_state(config=RepoConfig(**config), plan=Plan("Do it."), patch=PATCH)
    issue = Issue(7, "Greet", "It shouts.", "ada")
    return replace(state, branch="greenlit/7-x", attempts=(), pushed=None, issue=issue, tree=TREE)


def push(run, patch=PATCH):
    return asyncio.run(have_push_approved(run, run.state, patch))


def test_only_what_was_shown_is_approved_and_only_by_who_may():
    """Another hash and the asker's own word are passed over."""
    state = make(approve="plan", approve_by="other")
    asker = state.request.asker
    run = Waiting(state, approved(name="f" * 64), approved(asker), Signal("checks"), approved())
    state = asyncio.run(have_plan_approved(run, state))

    assert ["tom"] == [approval.by for approval in state.approvals]
    assert state.phase == make().phase
    assert [] == run.signals
    assert state == asyncio.run(have_plan_approved(Waiting(state), state))


def test_another_plan_or_another_request_is_asked_about_anew():
    """The hash is of both."""
    first = Waiting(make(approve="plan"), approved())
    state = asyncio.run(have_plan_approved(first, first.state))
    other_plan = replace(state, plan=Plan("Do more."))
    other_words = replace(state, request=replace(state.request, words="more"))
    hashes = {first.asked[0].hash}
    for changed in (other_plan, other_words):
        run = Waiting(changed, approved())
        asyncio.run(have_plan_approved(run, changed))
        hashes.add(run.asked[0].hash)

    assert 3 == len(hashes)


def test_nobody_approves_in_time():
    """The run ends, says what asked for it, and has pushed nothing."""
    run = Waiting(make(approve="diff"), Signal("checks"))
    with pytest.raises(Stopped) as stopped:
        push(run)

    assert "not approved" == stopped.value.outcome.kind
    assert "within 3 days" in stopped.value.outcome.text
    assert "`approve: diff`" in stopped.value.outcome.next_step
    assert run.now >= 1_000 + 72 * 3600


def test_an_edit_makes_an_approval_void():
    """Even one that came before it was noticed; and one that was given earlier in the run."""
    run = Waiting(make(approve="diff"), approved(), edited=True)
    with pytest.raises(Stopped) as stopped:
        push(run)
    assert "edited" == stopped.value.outcome.kind

    run = Waiting(make(approve="plan"), approved())
    asyncio.run(have_plan_approved(run, run.state))
    run.edited = True
    with pytest.raises(Stopped):
        push(run)


def test_what_ci_runs_with_secrets_is_asked_about_until_its_contents_are_approved():
    """The rest of a change, and what was approved already, asks for nothing."""
    exposure = SecretExposure((JOB,), ("a.py",))
    run = Waiting(make(ci_secrets="ask"), approved(), exposure=exposure)
    state = push(run)

    assert ["a.py"] == list(run.asked[0].files)
    assert (JOB,) == run.asked[0].jobs
    again = Waiting(state, exposure=exposure)
    push(again, Patch(PATCH.files | {"README.md": "y\n"}))
    assert [] == again.asked
    changed = Waiting(state, approved(), exposure=exposure)
    push(changed, Patch({"a.py": "x = 2\n"}))
    assert 1 == len(changed.asked)


def test_the_whole_change_is_shown_once_and_then_what_has_secrets_in_reach():
    """`approve: diff` is about the first push of a run."""
    run = Waiting(make(approve="diff"), approved())
    state = push(run)
    later = Waiting(state)
    push(later, Patch({"a.py": "x = 3\n"}))

    assert (True, ["a.py", "README.md"]) == (run.asked[0].is_whole, list(run.asked[0].files))
    assert [] == later.asked


def test_an_older_run_waits_for_nobody():
    """Its record has no such settings, and no such steps."""
    run = Waiting(make())
    assert push(run) == run.state
    assert [] == run.asked


def test_an_approval_that_comes_while_it_waits_for_a_slot_is_kept():
    """What listens meanwhile hears all signals, and obeys the others."""
    state = make(approve="diff")
    run = Interrupted(state, Signal("checks"))
    state = push(run)

    assert "tom" == state.approvals[0].by
