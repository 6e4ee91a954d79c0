"""What waits for an approval is shown whole, and names what it is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.ports import Refusal
from bot.steps.ask_approval import ask_approval, look_at_request
from bot.values import (
    Approval,
    ApprovalRequest,
    Issue,
    Patch,
    Plan,
    Repo,
    Request,
    RunKey,
    RunState,
)
from bot.values.approvals import covers, hash_contents, hash_files, hash_plan

REQUEST = Request(Repo("o/r"), 7, "ada", "now", "d", words="softly")
ISSUE = Issue(7, "Greet", "It shouts.", "ada")
PLAN = Plan("Lower it.", (), (), ())
PATCH = Patch({"greeting.py": "x = 1\n", "README.md": None, "new.py": "y = 2\n"})


def test_a_change_is_shown_whole_and_only_once(place):
    """The diff of the files that are asked about, in their order; a second try edits the first."""
    request = place.asking(place.issue())
    state = RunState(RunKey("o/r#1/1"), request, tree=place.tree())
    files = {path: hash_contents(PATCH)[path] for path in ("README.md", "greeting.py")}
    asked = ApprovalRequest("diff", "a" * 64, files)
    first, again = (ask_approval(place.ports, state, asked, PATCH) for _ in range(2))
    (comment,) = place.said(request.number)

    assert replace(asked, comment=first.comment, url=first.url, asked_at=first.asked_at) == first
    assert (first.comment, first.url) == (again.comment, again.url)
    assert first.comment
    assert str(first.comment) in first.url
    assert first.asked_at > 1_700_000_000
    assert comment.index("-# Greeter") < comment.index("+x = 1")
    assert "y = 2" not in comment


def test_what_is_too_long_to_be_shown_is_not_asked_about(place):
    """Nobody approves what they cannot see."""
    request = place.asking(place.issue())
    state = RunState(RunKey("o/r#1/1"), request, tree=place.tree())
    asked = ApprovalRequest("diff", "a" * 64, {"new.py": "h"})
    patch = Patch({"new.py": "y = 2\n" * 10_000})

    with pytest.raises(Refusal, match=r"My diff has to be approved, .* where 60,000 fit"):
        ask_approval(place.ports, state, asked, patch)
    assert [] == place.said(request.number)


def test_a_request_that_was_edited_is_seen(place):
    """Line ends and blanks at the end are GitHub's own; a gone issue and a pull request are not."""
    number = place.issue("Greet", "It shouts.\n")
    asked = place.asking(number)
    requests = [
        asked,
        replace(asked, title="Greet ", body="It shouts.\r\n\r\n"),
        replace(asked, title="greet"),
        replace(asked, body=" It shouts."),
        replace(asked, body="Other.", on_pull=True),
        replace(asked, number=999),
    ]
    looks = [look_at_request(place.ports, request) for request in requests]

    assert [False, False, True, True, False, False] == [look.is_edited for look in looks]
    assert all(look.at > 1_700_000_000 for look in looks)


def test_a_hash_names_what_is_shown_and_what_it_was_made_for():
    """Another plan, issue, command or content has another; the same has the same."""
    hashes = [
        hash_plan(REQUEST, ISSUE, PLAN),
        hash_plan(replace(REQUEST, words="loudly"), ISSUE, PLAN),
        hash_plan(REQUEST, replace(ISSUE, body="Other."), PLAN),
        hash_plan(REQUEST, ISSUE, replace(PLAN, summary="Otherwise.")),
        hash_files(REQUEST, ISSUE, {"a": "1"}),
        hash_files(replace(REQUEST, words="loudly"), ISSUE, {"a": "1"}),
        hash_files(REQUEST, replace(ISSUE, title="Other"), {"a": "1"}),
        hash_files(REQUEST, ISSUE, {"a": "2"}),
    ]

    assert len(hashes) == len(set(hashes))
    assert {64} == {len(name) for name in hashes}
    assert hashes[0] == hash_plan(replace(REQUEST, delivery="other"), ISSUE, PLAN)
    assert hash_files(REQUEST, ISSUE, {"a": "1", "b": "2"}) == hash_files(
        REQUEST, ISSUE, {"b": "2", "a": "1"}
    )


def test_an_approval_covers_the_contents_that_were_shown_and_no_others():
    """Several approvals together do; a file that goes is a content of its own."""
    files = hash_contents(PATCH)
    approvals = tuple(Approval("diff", "h", "mel", {path: name}) for path, name in files.items())
    other = {**files, "new.py": hash_contents(Patch({"new.py": "y = 3\n"}))["new.py"]}

    assert "" == files["README.md"]
    assert covers(approvals, files)
    assert covers((), {})
    assert not covers(approvals[:2], files)
    assert not covers(approvals, other)
    assert not covers(approvals, {**files, "README.md": files["new.py"]})
    assert "abcdefg" == ApprovalRequest("plan", "abcdefghij").short_hash


def test_a_wait_for_people_stands_out_in_its_line():
    """With what waits, by the hash that people write."""
    word, text = ask_approval.summarize(ApprovalRequest("diff", "abcdefghij"))

    assert ("an approval", "waits for that of the diff abcdefg", "yellow") == (
        word,
        text.plain,
        str(text.style),
    )
