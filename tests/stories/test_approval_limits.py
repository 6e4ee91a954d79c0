"""What needs no approval, and whose approval counts: no more is asked than a repository wants."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.stories.approval_ends import explain_unapproved
from bot.stories.await_approval import choose_branch, have_plan_approved, have_push_approved
from bot.stories.stops import Stopped
from bot.values import ApprovalRequest, Branch, Plan, Signal
from bot.values.approvals import Approval, SecretExposure, hash_contents
from tests.stories.test_await_approval import JOB, PATCH, Waiting, approved, make, push

OPEN = Plan("Do it.", questions=("How?",))


@pytest.mark.parametrize(
    ("config", "plan", "asks"),
    [
        ({"approve": "plan"}, Plan("Do it."), True),
        ({"approve": "plan"}, None, False),
        ({"approve": "plan"}, OPEN, False),
        ({"approve": "diff"}, Plan("Do it."), False),
        ({}, Plan("Do it."), False),
    ],
)
def test_a_plan_is_shown_where_the_repository_wants_it_and_it_is_one(config, plan, asks):
    """One with questions is answered first."""
    run = Waiting(replace(make(**config), plan=plan), approved())
    state = asyncio.run(have_plan_approved(run, run.state))

    assert asks is bool(run.asked)
    assert [("plan", "", False)] * asks == [
        (asked.kind, asked.asker, asked.is_whole) for asked in run.asked
    ]
    assert asks is bool(state.approvals)
    assert state.asked_approval is None


@pytest.mark.parametrize(
    ("config", "is_ours", "exposed", "files", "jobs"),
    [
        ({"approve": "diff"}, True, (), ["a.py", "README.md"], ()),
        ({"approve": "diff"}, False, (), [], ()),
        ({"approve": "plan", "ci_secrets": "ask"}, True, (), [], ()),
        ({"ci_secrets": "ask"}, False, ("a.py",), ["a.py"], (JOB,)),
        ({"approve": "diff", "ci_secrets": "ask"}, True, ("a.py",), ["a.py", "README.md"], (JOB,)),
        ({"approve": "diff", "ci_secrets": "ask"}, True, (), ["a.py", "README.md"], ()),
        ({"ci_secrets": "allow"}, True, ("a.py",), [], ()),
    ],
)
def test_a_push_asks_for_what_people_want_to_see(config, is_ours, exposed, files, jobs):
    """The whole of what is ours, and of anybody's what CI would run with secrets in reach."""
    exposure = SecretExposure((JOB,), exposed)
    run = Waiting(make(**config), approved(), exposure=exposure)
    state = asyncio.run(have_push_approved(run, run.state, PATCH, is_ours=is_ours))

    assert [files] * bool(files) == [list(asked.files) for asked in run.asked]
    assert [jobs] * bool(files) == [asked.jobs for asked in run.asked]
    assert [approval.files for approval in state.approvals] == [
        {path: hash_contents(PATCH)[path] for path in files}
    ] * bool(files)
    assert [is_ours and config.get("approve") == "diff"] * bool(files) == [
        approval.is_whole for approval in state.approvals
    ]


@pytest.mark.parametrize(("approve_by", "counts"), [("anyone", True), ("other", False)])
def test_the_asker_may_approve_where_anybody_may(approve_by, counts):
    """And where another has to, the next one who does is waited for."""
    state = make(approve="diff", approve_by=approve_by)
    run = Waiting(state, approved(state.request.asker), approved("tom"))
    by = push(run).approvals[0].by

    assert by == (state.request.asker if counts else "tom")
    assert run.asked[0].asker == ("" if counts else state.request.asker)


def test_an_edit_after_the_first_push_changes_nothing_that_was_approved():
    """What was approved for a run that has pushed is there; before that it counts no more."""
    state = make()
    given = replace(state, approvals=(Approval("plan", "h", "tom"),))
    with pytest.raises(Stopped):
        push(Waiting(given, edited=True))
    run = Waiting(state, edited=True)

    assert state == push(run)


@pytest.mark.parametrize(
    ("config", "other", "branch"),
    [
        ({"ci_secrets": "withhold"}, "quiet/7-x", "quiet/7-x"),
        ({"ci_secrets": "withhold"}, "", "greenlit/7-x"),
        ({"ci_secrets": "ask"}, "quiet/7-x", "greenlit/7-x"),
    ],
)
def test_a_branch_is_chosen_for_which_no_job_with_secrets_starts(config, other, branch):
    """Where the repository wants secrets withheld, and there is one."""
    run = Waiting(make(**config), exposure=SecretExposure(other_branch=other))
    wished = Branch("greenlit/7-x")
    look = (run.state.base, PATCH, wished, run.state.origin.branch)

    assert branch == asyncio.run(choose_branch(run, run.state, wished))
    assert [look] * (config["ci_secrets"] == "withhold") == run.looks


def test_a_wait_ends_when_its_time_has_passed_and_not_before():
    """Looks in between cost nothing of it."""
    run = Waiting(make(approve="diff"), None, None, Signal("checks"), approved())

    assert "tom" == push(run).approvals[0].by
    assert 1_000 + 12 * 3600 == run.now
    late = Waiting(make(approve="diff"), *[None] * 12, approved())
    with pytest.raises(Stopped):
        push(late)


def test_another_wish_decides_about_parts_alone():
    """A plan waits on; and where nobody says a word to parts, it is told how none are shown."""
    state = make(approve="plan")
    run = Waiting(state, Signal("otherwise", by="tom"), approved())
    unapproved = explain_unapproved(state, ApprovalRequest("split", "h"))

    assert 1 == len(asyncio.run(have_plan_approved(run, state)).approvals)
    assert "because nobody approved my split into parts within 3 days." in unapproved.text
    assert "With `split: never` in" in unapproved.next_step
