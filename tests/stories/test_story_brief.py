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
**Not proved: no test covers this edge case.**

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
QUESTION = {"kind": "question", "entities": BRIEF["entities"]}
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


def ask(on, title, *, words=(), play=None):
    """An issue, and how its runs end: the first, and one for each word in a comment behind it."""
    if play is not None:
        on.double._scripts[:] = [play]
    number = on.issue(title, "")
    on.label(number)
    runs = [on.ended(number)]
    for run, word in enumerate(words, 2):
        on.forge.add_comment(REPO, number, "ada", word)
        runs.append(on.ended(number, run=run))
    return number, [(run.outcome.state, run.outcome.kind) for run in runs]


def test_a_request_that_is_not_clear_is_talked_about_first(stage):
    """Questions with their defaults, one answered by its number and one by `go`, and the pull
    request shows what proves each criterion. Something vague: what is missing, and an example in
    the repository's own form; once it is edited the same conversation goes on, here with an answer
    in words. A word: the same without the model. Nobody is asked twice what is answered, and the
    model is not asked in between.
    """
    told = ("| Hello", "Question 2 takes its default.")
    with stage(answered(BRIEF, *WORK, contains=told)) as on:
        issue, ends = ask(on, "Make it better", words=("/generate 1: Hello", "/generate go"))
        (pull,) = on.forge.list_pulls(REPO)
        first, second, _ = on.ends(issue)
        requests = len(on.double.requests)

        assert [("asked", "brief"), ("asked", "brief"), ("opened", "no CI")] == ends
        assert "- 1: Which word does it say?\n   Default: Hello\n- 2: Which sign" in first
        assert ("1: Which" in second, "2: Which" in second) == (False, True)
        assert PROVED in pull.body
        assert 3 == requests

        word, ends = ask(on, "Fix")

        assert [("asked", "vague")] == ends
        assert FIRST_FORM in on.ends(word)[0]
        assert requests == len(on.double.requests)

        play = answered(
            VAGUE, [("submit_brief", QUESTION), ("finish", ANSWER)], contains=("| ms?",)
        )
        vague, ends = ask(on, "It is slow", play=play, words=("/generate ms?",))
        example, answer = on.ends(vague)

        assert [("asked", "vague"), ("unchanged", "answered")] == ends
        assert EXAMPLE in example
        assert "@ada It greets whoever is named, see `greet`." in answer
        assert 1 == len(on.branches())
