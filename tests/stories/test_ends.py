"""How runs end for people: who is told, in which comment, and what there is to be seen of the work."""

import pytest

from bot.forge.claude_double import ClaudeDouble
from bot.forge.claude_stream import FailedRequest
from tests.gfm import GitHubPage
from tests.stage import BAD, BEGIN, END, FILES, FINISH, GOOD, REPO, script, staged

BRANCH = "greenlit/1-greet-more-quietly"
RED_THEN_DOWN = {4: FailedRequest(400, "invalid_request_error", message="{'a': 1}")}


@pytest.fixture
def stage(tmp_path, checked):
    """Makes stages: stage(script, tree, settings...)."""

    def make(play, tree=FILES, **settings):
        return staged(tmp_path, checked, play, tree, **settings)

    return make


def test_what_breaks_keeps_the_work_and_says_what_broke(stage):
    """In the middle of a repair: plan, attempts, cost and branch are there; the error's own words
    are in the record alone.
    """
    play = ClaudeDouble(script(*BEGIN, [BAD], END, END), RED_THEN_DOWN, pace=0)
    with stage(play) as on:
        issue = on.issue()
        on.label(issue)
        run = on.ended(issue)
        status = GitHubPage(on.own(issue)[0])
        (text,) = on.ends(issue)
        end = GitHubPage(text)

        assert ("failed", "broke") == (run.outcome.state, run.outcome.kind)
        assert "BadRequestError" in run.error
        assert "BadRequest" not in status.text + end.text
        assert "{" not in end.text
        assert end.open_lines[0].startswith("@ada Something broke while I was talking to the model")
        assert BRANCH in {name for name, _ in end.links}
        assert "1 attempt at CI · cost $0.0" in end.open_lines[-1]
        assert ["Plan: 1 file", "CI: 1 attempt"] == [fold.summary for fold in status.folds[:2]]
        assert on.bot.last_state(f"{REPO}#{issue}").plan


def test_nothing_to_change_is_told_as_such(stage):
    """No failure: what the model found, and what it looked at; nothing is pushed."""
    quiet = ("finish", FINISH | {"summary": "It is quiet already."})
    with stage(script(*BEGIN, [("read_file", {"path": "greeting.py"})], [quiet])) as on:
        issue = on.issue()
        on.label(issue)

        assert "unchanged" == on.ended(issue).outcome.state
        assert "It is quiet already. I looked at `greeting.py`." in on.ends(issue)[0]
        assert "⚪ Greenlit found nothing to change" in on.own(issue)[0]
        assert set() == on.branches()


def test_whoever_asked_is_asked_for_a_review(stage):
    """And nobody else. What they asked for stands in the comment."""
    with stage(script(*BEGIN, [GOOD], END)) as on:
        issue = on.issue()
        on.forge.add_comment(REPO, issue, "ada", "/generate softly, please")
        on.ended(issue)

        assert [("ada",)] == [pull.reviewers for pull in on.forge.list_pulls(REPO)]
        assert "Asked by ada: “softly, please”" in on.own(issue)[0]
