"""A plan or a change waits for /approve: who may give it, for what, and what ends the wait."""

import re
from contextlib import contextmanager

import pytest

from tests.stage import BEGIN, END, FILES, GOOD, REPO, script, staged
from tests.stories.test_story_ci import until

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


def test_a_plan_waits_for_somebody_else_and_for_what_was_shown(stage):
    """The asker, a reader and a wrong hash get an answer; the right word lets the run go on."""
    with stage("approve: plan\napprove_by: other\n") as on:
        issue = on.issue()
        on.label(issue)
        text = shown(on, issue)
        (name,) = HASH.findall(text)
        until(lambda: "is waiting for an approval" in on.own(issue)[0])

        assert "Greet in lower case." in text and "`greeting.py`: the word" in text
        assert 2 == len(on.double.requests)
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
