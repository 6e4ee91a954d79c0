"""States of runs, as the tests of what people read need them."""

from dataclasses import replace

from bot.values import (
    Attempt,
    Branch,
    ConversationStart,
    Failure,
    Finish,
    InstallationId,
    Plan,
    PlannedFile,
    PromptPrefix,
    PullRequest,
    PushedChange,
    Reading,
    Repo,
    Request,
    RunKey,
    RunState,
    Sha,
    Tree,
    Usage,
    Verdict,
)

REPO = Repo("acme/greeter", InstallationId(1))
REQUEST = Request(
    REPO,
    7,
    "ada",
    "2026-11-20T10:00:00Z",
    "d",
    label="autogen",
    title="Greet quietly",
    asker_id=1234,
)
KEY = RunKey("acme/greeter#7/1")
PLAN = Plan(
    "Greet in lower case.",
    (
        PlannedFile("app/greeting.py", "lower the word"),
        PlannedFile("test_greeting.py", "expect it"),
    ),
    ("greets softly",),
    ("callers that compare the text",),
)
FAILURE = Failure(
    "AssertionError", "assert 'hello'", "test_greeting.py::test_greet[a|b]", fingerprint="f"
)
RED = Attempt(
    Sha("a" * 40),
    "red",
    Verdict("ours", Reading("test-failure", "fix", "pytest", (FAILURE, FAILURE))),
    "https://ci/1",
)
GREEN = Attempt(Sha("b" * 40), "green", None, "https://ci/2")
RUNNING = Attempt(Sha("c" * 40), "running")
WRITTEN = Finish("Greet softly", "It was loud.\n\nNow it is not.", "Softer.")
FINISH = Finish("Greet quietly", "It was too loud.", "The greeting is in lower case.")
BRANCH_URL = "https://github.com/acme/greeter/tree/greenlit/7-greet"
PUSHED = PushedChange(Sha("b" * 40), FINISH, ("app/greeting.py",), BRANCH_URL)
PULL = PullRequest(
    8,
    "https://github.com/acme/greeter/pull/8",
    draft=False,
    title="Greet quietly",
    size="1 file changed: +1 −1 lines",
)
START = ConversationStart(PromptPrefix("", ()), "", "", "Claude")
TREE = Tree(REPO, Sha("0" * 40), Branch("main"))
SPENT = Usage(0.1234, 1_000, 2_000, 9_000, 800)


def make_state(**parts):
    """A run of ada's issue, as it stands."""
    return replace(RunState(KEY, REQUEST), **parts)


def make_end(outcome, **parts):
    """A run that ended so, after it pushed once."""
    defaults = {
        "phase": "waiting",
        "plan": PLAN,
        "start": START,
        "tree": TREE,
        "branch": "greenlit/7-greet",
        "pushed": PUSHED,
        "attempts": (RED, GREEN),
        "usage": SPENT,
        "turns": 5,
        "outcome": outcome,
    }
    return make_state(**(defaults | parts))
