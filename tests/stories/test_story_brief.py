"""A request that is not small and clear: its brief, the questions, their answers, and the proofs."""

from contextlib import contextmanager

import pytest

from bot.forge.claude_script import Expectation, ExpectedResult
from tests.stage import BEGIN, END, GOOD, REPO, script, staged
from tests.stage import FILES as TREE

pytestmark = [pytest.mark.served, pytest.mark.long]

FORM = ".github/ISSUE_TEMPLATE/wish.md"
FORMS = {FORM: "---\nname: Wish\n---\n## What it does\n\n## What it should do\n"}
WORD = {"question": "Which word does it say?", "default": "Hello", "matters": True}
SIGN = {"question": "Which sign follows it?", "default": "a comma", "matters": True}
NAME = {"question": "Is the name changed?", "default": "No.", "matters": False}
BRIEF = {
    "kind": "feature",
    "entities": [{"kind": "symbol", "name": "greet"}, {"kind": "file", "name": "greetings.py"}],
    "criteria": [
        {"text": "greet('Ada') says Hello, with a comma"},
        {"text": "greet('') raises no IndexError", "kind": "edge case"},
    ],
    "out_of_scope": ["Other languages"],
    "ambiguities": [WORD, SIGN, NAME],
}
VAGUE = {
    "kind": "performance",
    "missing": ["What is slow: which command or function?", "How long it takes, and may take."],
    "example": {
        "title": "greet takes 3 s for long names",
        "template": FORM,
        "parts": [
            {"heading": "What it should do", "text": "At most 100 ms."},
            {"heading": "What it does", "text": "`greet` takes 3 s."},
        ],
    },
}
PROOFS = {
    "proofs": [
        {"criterion": 1, "test": "test_greeting.py"},
        {"criterion": 2, "reading": "`greet` joins texts, and takes no part of them."},
    ]
}
WORK = ([*BEGIN[1], GOOD, ("prove_criteria", PROOFS), *END],)
PROVED = """\
- greet('Ada') says Hello, with a comma \u2192 `test_greeting.py`, as it was before
- greet('') raises no IndexError \u2192 by reading: `greet` joins texts, and takes no part of them. \
**No test covers this edge case.**

What the request left open:

- Which word does it say? **Answered:** Hello
- Which sign follows it? **Taken:** a comma
- Is the name changed? **Taken:** No.
"""
EXAMPLE = """\
- What is slow: which command or function?
- How long it takes, and may take.

For example (in the form `.github/ISSUE_TEMPLATE/wish.md`), with the title \
`greet takes 3 s for long names`:

```markdown
## What it does

`greet` takes 3 s.

## What it should do

At most 100 ms.
```
"""
FIRST_FORM = """\
For example (in the form `.github/ISSUE_TEMPLATE/wish.md`), with the title \
`An empty name ends in an IndexError`:

```markdown
## What it does

`greet("")` ends in an IndexError.

## What it should do

`greet("")` returns "Hello".
```
"""
CLEAR = {"kind": "performance", "criteria": BRIEF["criteria"]}
ASK = {"kind": "question", "entities": BRIEF["entities"]}
ANSWER = {"title": "Answer", "summary": "It greets whoever is named, see `greet`."}


NO_CI = {path: text for path, text in TREE.items() if not path.startswith(".github")}


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage without CI, whose repository has a form of issues."""

    @contextmanager
    def make(play):
        with staged(tmp_path, checked, play, NO_CI | FORMS) as on:
            yield on

    return make


def answered(brief, *work, contains=()):
    """A conversation whose brief is answered by people before the work goes on."""
    play = script(BEGIN[0], [("submit_brief", brief)], *work, refused=("submit_brief",))
    result = ExpectedResult(tool="submit_brief", failed=True, contains=contains)
    turns = list(play.turns)
    turns[2] = turns[2].model_copy(update={"expect": Expectation(results=(result,))})
    return play.model_copy(update={"turns": tuple(turns)})


def test_what_is_open_is_asked_and_what_was_asked_is_proved(stage):
    """Questions with their defaults; one answered by its number, the other by `go`, without asking
    the model in between. The pull request shows what was asked and what proves it.
    """
    told = ("| Hello", "Question 2 takes its default.")
    with stage(answered(BRIEF, *WORK, contains=told)) as on:
        issue = on.issue("Make it better", "")
        on.label(issue)
        asked = on.ended(issue)
        requests = len(on.double.requests)
        on.forge.add_comment(REPO, issue, "eve", "2: a bang")
        on.forge.add_comment(REPO, issue, "ada", "/generate 1: Hello")
        again = on.ended(issue, run=2)
        between = len(on.double.requests)
        on.forge.add_comment(REPO, issue, "ada", "/generate go")
        ended = on.ended(issue, run=3)
        (pull,) = on.forge.list_pulls(REPO)
        first, second = on.ends(issue)[:2]

        assert ("asked", "asked", "opened") == tuple(
            run.outcome.state for run in (asked, again, ended)
        )
        assert requests == between
        assert "- 1: Which word does it say?\n   Default: Hello\n- 2: Which sign" in first
        assert ("1: Which" in second, "2: Which" in second) == (False, True)
        assert PROVED in pull.body


def test_what_cannot_be_planned_gets_an_answer_in_words(stage):
    """A vague request: what is missing, and an example in the repository's own form; once it is
    edited, the same conversation goes on. A word: the same without the model. A question: its
    answer. Nothing is changed for any of them.
    """
    edited = answered(VAGUE, [("submit_brief", CLEAR), *WORK[0]], contains=("| At most 100 ms.",))
    with stage(edited) as on:
        vague = on.issue("It is slow", "")
        on.label(vague)
        asked = on.ended(vague)
        on.forge.add_comment(REPO, vague, "ada", "/generate")
        unheard = on.ended(vague, run=2)
        requests = len(on.double.requests)
        word = on.issue("Fix", "")
        on.label(word)
        short = on.ended(word)
        ends = [on.ends(vague)[0], on.ends(word)[0]]
        branches, unasked = on.branches(), len(on.double.requests)
        on.forge.edit_issue(REPO, vague, "ada", body="At most 100 ms.")
        on.forge.add_comment(REPO, vague, "ada", "/generate")
        opened = on.ended(vague, run=3)
        on.double._scripts[:] = [script(BEGIN[0], [("submit_brief", ASK)], [("finish", ANSWER)])]
        question = on.issue("Does greet change the name?", "")
        on.label(question)
        told = on.ended(question)

        assert [("asked", "vague")] * 3 == [
            (run.outcome.state, run.outcome.kind) for run in (asked, unheard, short)
        ]
        assert (2, 2, set()) == (requests, unasked, branches)
        assert EXAMPLE in ends[0]
        assert FIRST_FORM in ends[1]
        assert "opened" == opened.outcome.state
        assert ("unchanged", "answered") == (told.outcome.state, told.outcome.kind)
        assert "@ada It greets whoever is named, see `greet`." in on.ends(question)[0]
