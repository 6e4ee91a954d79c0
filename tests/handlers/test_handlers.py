"""What the handlers decide about an event, without doing anything."""

from dataclasses import replace

import pytest

from bot.run import Ignore, SignalRun, StartRun
from bot.steps.push_branch import name_branch
from bot.stories.follow_pull import follow_pull
from bot.stories.repair_checks import repair_checks
from bot.values import InstallationId, Repo, RepoBranches, Request, Signal
from bot.values.events import (
    ChecksMoved,
    CommentCreated,
    IssueClosed,
    IssueEdited,
    IssueLabeled,
    IssueTransferred,
    Ping,
    PullChanged,
    PullClosed,
    PullSynchronized,
    Pushed,
)
from handlers import route

REPO = Repo("acme/orders", InstallationId(1))
LABELED = IssueLabeled("d1", REPO, 7, "autogen", "T", "B", "ada", False, "2026-11-20T10:00:00Z")
COMMENT = CommentCreated(
    "d2", REPO, 7, 99, "/generate", False, "T", "B", "ada", False, "2026-11-20T10:00:00Z"
)
CHECKS = ChecksMoved("d3", REPO, ("greenlit/7-slow",), "a" * 40, "check_suite", "success")
PUSHED = Pushed("d4", REPO, "greenlit/7-slow", "a" * 40, "b" * 40, "ada", False)


def only(event):
    (intent,) = route(event)
    return intent


def test_a_label_starts_a_hearing_once_per_delivery():
    """The key is the delivery's: a redelivery finds it taken."""
    intent = only(LABELED)

    assert isinstance(intent, StartRun)
    assert ("command/d1", "autogen", "generate") == (
        intent.key,
        intent.value.label,
        intent.value.command,
    )


def test_a_command_starts_a_hearing_with_its_words():
    """What stands behind the command goes into the asking."""
    intent = only(replace(COMMENT, text="Hello.\n\n/generate with tests\n"))

    assert ("generate", "with tests", 99) == (
        intent.value.command,
        intent.value.words,
        intent.value.comment,
    )


@pytest.mark.parametrize(
    "text",
    [
        "generate it",
        "please /generate",
        "`/generate`",
        "> /generate",
        "```\n/generate\n```",
        "/merge",
        "/step",
        "/restart",
        "/merge-approved",
        "$$\n/generate\n$$",
        "> @greenlit generate",
        "thanks @greenlit",
    ],
)
def test_what_is_no_command_is_ignored(text):
    """In code, in a quote, in the middle of a line, or of others: not for us."""
    assert isinstance(only(replace(COMMENT, text=text)), Ignore)


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("/genrate with tests", "genrate", "with tests"),
        ("/generated", "generated", ""),
        ("/stpo", "stpo", ""),
        ("/stats", "stats", ""),
        ("@greenlit please do", "@greenlit", "please do"),
        ("@greenlit", "@greenlit", ""),
        ("/Generate: with tests", "generate", "with tests"),
        ("/genrate\n\n/stop\n/status", "stop", ""),
        ("@greenlit look:\n\n/generate it", "generate", "it"),
    ],
)
def test_what_comes_near_to_a_command_is_heard_behind_commands(text, command, words):
    """The first command of a comment counts; where there is none, the first that comes near."""
    request = only(replace(COMMENT, text=text)).value

    assert (command, words) == (request.command, request.words)


@pytest.mark.parametrize("event", [LABELED, COMMENT])
def test_bots_are_not_heard(event):
    """Not others, and not ourselves."""
    assert isinstance(only(replace(event, sender_bot=True)), Ignore)


@pytest.mark.parametrize("branch", ["greenlit/7-slow", "v2-99-slow", "main"])
def test_ci_tells_the_run_of_its_branch(branch):
    """A hint for the run that recorded the branch, whatever its name; once per delivery."""
    intent = only(replace(CHECKS, branches=(branch,)))

    assert isinstance(intent, SignalRun)
    assert (RepoBranches("acme/orders", (branch,)), "checks", "d3") == (
        intent.to,
        intent.signal.kind,
        intent.key,
    )


@pytest.mark.parametrize(("kind", "state"), [("check_suite", "failure"), ("status", "error")])
def test_red_ci_is_looked_at_where_no_run_is_under_way(kind, state):
    """Once per delivery; the checks of a suite are the same news."""
    event = replace(CHECKS, kind=kind, state=state)
    signal, start = route(event)

    assert isinstance(signal, SignalRun)
    assert (repair_checks, event, "checks/d3") == (start.story, start.value, start.key)
    assert isinstance(only(replace(event, kind="check_run")), SignalRun)


def test_the_end_of_a_bots_pull_request_is_followed():
    """One story for each pull request, which hears when it is opened again; people's are theirs."""
    closed = PullClosed("d6", REPO, 8, "greenlit/7-slow", True, "ada", False, "greenlit[bot]")
    signal, start = route(closed)
    reopened = PullChanged(
        "d7",
        REPO,
        8,
        "greenlit/7-slow",
        "T",
        "B",
        "greenlit[bot]",
        "ada",
        False,
        "2026-11-20T10:00:00Z",
        "reopened",
    )

    assert "closed" == signal.signal.kind
    assert (follow_pull, closed, "d6", "follow/acme/orders#8") == (
        start.story,
        start.value,
        start.key,
        start.subject,
    )
    assert ["follow/acme/orders#8"] == [
        intent.to for intent in route(reopened) if isinstance(intent, SignalRun)
    ]
    assert isinstance(only(replace(closed, pull_author="ada")), SignalRun)


def test_a_persons_push_tells_and_a_bots_does_not():
    """Our own pushes come back as events too."""
    assert "pushed" == route(PUSHED)[0].signal.kind
    assert isinstance(only(replace(PUSHED, sender_bot=True)), Ignore)


def test_a_base_that_moves_concerns_what_goes_into_it():
    """People push to any branch, bots merge into the default one; a new or deleted branch is no
    base.
    """
    (_, moved) = route(PUSHED)
    merged = only(replace(PUSHED, branch="main", sender_bot=True, is_default=True))

    assert ("base/d4", "greenlit/7-slow") == (moved.key, moved.value.branch)
    assert ("main", True) == (merged.value.branch, merged.value.is_by_bot)
    for gone in ("before", "after"):
        assert [SignalRun] == [type(each) for each in route(replace(PUSHED, **{gone: "0" * 40}))]


def test_a_bots_pull_request_with_another_base_is_looked_at():
    """Opened, reopened or retargeted; what the bot itself edits has not moved."""
    named = ("greenlit/7-slow", "Greet", "", "greenlit[bot]", "ada", False, "2026-11-20T10:00:00Z")
    edited = PullChanged("d8", REPO, 8, *named, action="edited")

    def find_started(event):
        return [intent.value.pull for intent in route(event) if isinstance(intent, StartRun)]

    assert [8] == find_started(edited)
    assert [8] == find_started(replace(edited, sender_bot=True, action="opened"))
    for other in (
        replace(edited, pull_author="ada"),
        replace(edited, branch=""),
        replace(edited, sender_bot=True),
        replace(edited, action="converted_to_draft"),
    ):
        assert [] == find_started(other)


def test_a_forks_branch_is_nobodys():
    """It may have the name of one of ours: the event then names no branch."""
    pull = PullClosed("d6", REPO, 8, "", False, "ada", False)
    moved = PullSynchronized("d6", REPO, 8, "", "a" * 40, "b" * 40, "ada", False)

    for event in (replace(CHECKS, branches=()), pull, moved):
        assert isinstance(only(event), Ignore)


def test_the_end_of_an_issue_or_pull_request_tells_the_run():
    """The run then asks GitHub whether it is still wanted."""
    closed = IssueClosed("d5", REPO, 7, "ada", False, "2026-11-20T10:00:00Z")
    moved = IssueTransferred("d5", REPO, 7, "ada", False, "2026-11-20T10:00:00Z")
    pull = PullClosed("d6", REPO, 8, "greenlit/7-slow", False, "ada", False)

    for gone in (closed, moved):
        signal = next(intent for intent in route(gone) if isinstance(intent, SignalRun))
        assert ("issue", "acme/orders#7") == (signal.signal.kind, signal.to)
    assert ("closed", RepoBranches("acme/orders", ("greenlit/7-slow",))) == (
        only(pull).signal.kind,
        only(pull).to,
    )


def test_an_edit_is_told_to_a_run():
    """The request was frozen at the trigger; what was approved for it counts no more."""
    edited = IssueEdited("d7", REPO, 7, "eve", False, "2026-11-20T10:00:00Z")
    intent = only(edited)

    assert Signal("edited", by="eve") == intent.signal
    assert f"{REPO.name}#7" == intent.to


def test_what_nobody_handles_is_ignored_with_a_reason():
    """So that the log says why nothing happened."""
    assert only(Ping("d8", 1)).why


@pytest.mark.parametrize(
    ("title", "run", "branch"),
    [
        ("Reports block their endpoint", 1, "greenlit/7-reports-block-their-endpoint"),
        ("Reports block their endpoint", 2, "greenlit/7-reports-block-their-endpoint-2"),
        ("Größe: ../../etc/passwd & más", 1, "greenlit/7-groe-etc-passwd-mas"),
        ("日本語", 1, "greenlit/7-change"),
        ("x" * 200, 1, "greenlit/7-" + "x" * 40),
    ],
)
def test_a_branch_names_its_issue(title, run, branch):
    """Any title gives a safe name."""
    asking = Request(REPO, 7, "ada", "", "d", title=title)

    assert branch == name_branch("greenlit/", asking, run)


@pytest.mark.parametrize(
    ("action", "is_told"),
    [
        ("edited", True),
        ("converted_to_draft", True),
        ("opened", False),
        ("ready_for_review", False),
    ],
)
def test_a_pull_request_that_is_edited_is_told_to_its_run(action, is_told):
    """It may have another base now; what says nothing new is not told."""
    changed = PullChanged(
        "d9", REPO, 5, "topic", "T", "B", "bob", "ada", False, "2026-11-20T10:00:00Z", action
    )
    intent = only(changed)

    assert is_told is isinstance(intent, SignalRun)
    if is_told:
        assert (RepoBranches("acme/orders", ("topic",)), "pull", "ada") == (
            intent.to,
            intent.signal.kind,
            intent.signal.by,
        )
    assert isinstance(only(replace(changed, branch="")), Ignore)
