"""A plan or a change waits for /approve: who may give it, for what, and what ends the wait."""

import re
from contextlib import contextmanager

import pytest

from tests.stage import BAD, BEGIN, END, FILES, GOOD, MENDED, REPO, edit, script, staged
from tests.stories.test_story_ci import until

pytestmark = pytest.mark.long

NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
PLAY = script(*BEGIN, [GOOD], END)
HASH = re.compile(r"`/approve ([0-9a-f]{7})`")


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage for a repository with these lines in its configuration."""

    @contextmanager
    def make(config, tree=NO_CI, play=PLAY, **settings):
        files = tree | {".github/greenlit.yml": config}
        with staged(tmp_path, checked, play, files, **settings) as on:
            on.forge.state.find_repository(REPO).people["tom"] = "write"
            yield on

    return make


def shown(on, issue, count=1):
    """The newest comment that shows what waits for an approval, once there are so many."""

    def comments():
        return [body for body in on.own(issue) if body.startswith("<!-- greenlit:approval")]

    until(lambda: len(comments()) >= count, 40)
    return comments()[-1]


def answer(on, issue, text, by="ada"):
    """Say it, and what the bot answered in words, if it did."""
    before = len(on.answers(issue))
    on.say(issue, text, by)
    return "".join(on.answers(issue)[before:])


def configure(on, config, files=None):
    """Have the configuration on the default branch say something else."""
    on.forge.push(REPO, "ada", "main", {".github/greenlit.yml": config, **(files or {})}, "Set up")


def test_a_plan_or_a_change_waits_for_the_right_word(stage):
    """Of somebody else, and for what was shown. An edit of the issue and /stop end it."""
    with stage("approve: plan\napprove_by: other\n") as on:
        issue = on.issue()
        on.label(issue)
        text = shown(on, issue)
        (name,) = HASH.findall(text)
        until(lambda: "is waiting for an approval" in on.own(issue)[0])

        assert "Greet in lower case." in text
        assert "`greeting.py`: the word" in text
        assert "somebody else" in answer(on, issue, "/approve")
        assert "only people with write access" in answer(on, issue, "/approve", "eve")
        assert f"I wait for the approval of `{name}`" in answer(
            on, issue, "/approve 0123abc", "tom"
        )
        assert 2 == len(on.double.requests)
        assert "" == answer(on, issue, f"/approve {name}", "tom")
        assert "opened" == on.ended(issue).outcome.state
        assert f"plan `{name}` approved by tom" in on.ends(issue)[0]
        assert "Nothing waits for an approval" in answer(on, issue, "/approve")

        configure(on, "approve: diff")
        edited, stopped = on.issue("Greet so"), on.issue("Greet less")
        before = on.branches()
        on.label(edited)
        assert "+    return" in shown(on, edited)
        on.forge.edit_issue(REPO, edited, "eve", body="Shout louder.")
        outcome = on.ended(edited).outcome
        assert ("stopped", "edited") == (outcome.state, outcome.kind)
        assert "edited by @eve, and my change is for what it said before" in outcome.text
        on.label(stopped)
        shown(on, stopped)
        on.say(stopped, "/stop")
        assert "I stopped, as you asked." == on.ended(stopped).outcome.text
        assert before == on.branches()

        workflow = SECRET_CI[".github/workflows/ci.yml"]
        filtered = workflow.replace("on: push", "on: {push: {branches: [main, 'greenlit/**']}}")
        configure(on, "ci_secrets: withhold", {".github/workflows/ci.yml": filtered})
        withheld = on.issue("Greet low")
        on.label(withheld)
        assert "no CI" == on.ended(withheld).outcome.kind
        assert f"no-secrets/{withheld}-greet-low" in on.branches()


SECRET_CI = FILES | {
    ".github/workflows/ci.yml": FILES[".github/workflows/ci.yml"].replace(
        "      - run: python test_greeting.py",
        "      - run: python test_greeting.py\n        env: {KEY: '${{ secrets.KEY }}'}",
    )
}
READS = edit(
    "from greeting import greet\n",
    'import os\n\nfrom greeting import greet\n\nKEY = os.environ.get("KEY")\n',
    path="test_greeting.py",
)
LOWERED = {"what": "test_greeting.py", "why": "The request is about the key of the greeting."}
PLANNED = ("submit_plan", {"lowered": [LOWERED]})
BAD_FIRST = script(*BEGIN, [BAD, READS], END, [PLANNED], END, [MENDED], END)


def test_what_ci_runs_with_secrets_is_shown_first_and_each_time_anew(stage):
    """Without a word in the configuration; the repair of a red is another change, and is shown."""
    with stage("", SECRET_CI, BAD_FIRST) as on:
        issue = on.issue()
        on.label(issue)
        text = shown(on, issue)

        assert set() == on.branches()
        assert "The job `test` of `.github/workflows/ci.yml`, on each push, is given `KEY`." in text
        assert '+    return "hello " + name' in text
        assert "- `test_greeting.py:5`: `KEY` is read from the environment" in text
        assert "The plan says why: The request is about the key of the greeting." in text
        assert "[outbound] `KEY` is read" in str(on.double.requests[4].body)
        on.say(issue, "/approve")  # the asker may
        second = shown(on, issue, 2)
        assert {"greenlit/1-greet-more-quietly"} == on.branches()
        assert '+    return "Hello, " + name' in second
        assert "which is [shown here]" in answer(on, issue, f"/approve {HASH.findall(text)[0]}")
        on.say(issue, "/approve")
        assert "opened" == on.ended(issue).outcome.state
        assert 2 == on.ends(issue)[0].count("approved by ada")
