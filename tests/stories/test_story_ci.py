"""How a run waits for CI, and what it makes of what CI says."""

import time
from contextlib import contextmanager

import pytest

from bot.forge import StatusDetails
from bot.forge.ci_records import BranchHead
from bot.forge.claude_double import ClaudeDouble
from bot.forge.git_store import ZERO_SHA
from bot.values import CheckOutput
from tests.stage import BAD, BEGIN, END, FILES, GOOD, MENDED, REPO, WORKFLOW, script, staged

BRANCH = "greenlit/1-greet-more-quietly"
CI, RULES = ".github/workflows/ci.yml", ".github/greenlit.yml"
NO_CI = {path: text for path, text in FILES.items() if path != CI}
ONCE = (  # an outage at the first attempt only
    "import os, sys\n\nif os.environ['GITHUB_RUN_ATTEMPT'] == '1':\n"
    "    sys.exit('curl: (6) Could not resolve host: files.example.org')\n"
)
SHAKY = """\
import os
import unittest


class ClockTest(unittest.TestCase):
    def test_tick(self):
        self.assertNotEqual("1", os.environ["GITHUB_RUN_ATTEMPT"])
"""
TESTS = FILES | {
    "tests/test_clock.py": SHAKY,
    CI: WORKFLOW.format(on="push").replace(
        "python test_greeting.py", "python -m unittest tests/test_clock.py"
    ),
}
NEVER_ENDS = (
    "import time\nfrom pathlib import Path\n\n"
    # until the stage is taken down
    "while not Path.home().joinpath('go').exists():\n    time.sleep(0.05)\n"
)


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage: stage(turns or a double, tree, settings...)."""

    @contextmanager
    def make(*turns, tree=FILES, **settings):
        play = turns[0] if isinstance(turns[0], ClaudeDouble) else script(*turns)
        with staged(tmp_path, checked, play, tree, **settings) as on:
            yield on

    return make


def outcome(on):
    on.label(on.issue())
    return on.ended(1).outcome


def drafts(on):
    return [pull.draft for pull in on.forge.list_pulls(REPO)]


def test_a_rerun_that_passes_is_green(stage):
    """The failed job is run again after an outage; when it passes then, the pull request opens."""
    with stage(*BEGIN, [GOOD], END, tree=FILES | {"test_greeting.py": ONCE}) as on:
        assert "opened" == outcome(on).state
        assert [False] == drafts(on)


def test_a_flaky_test_costs_no_turn(stage):
    """It fails far from the change and passes when it is run again: nobody edits, and people are
    told.
    """
    with stage(*BEGIN, [GOOD], END, tree=TESTS) as on:
        assert "opened" == outcome(on).state
        assert 4 == len(on.double.requests)
        for text in (on.own(1)[0], on.forge.list_pulls(REPO)[0].body):
            assert (
                "🟢 green: flaky, passed when run again: `tests.test_clock.ClockTest.test_tick`"
                in text
            )


def test_a_flaky_suite_is_left_to_people(stage):
    """Other tests fail when it is run again: a draft says what failed when, and no fix is guessed."""
    other = SHAKY + "".join(SHAKY.partition("    def")[1:]).replace("tick", "tock").replace(
        '"1"', '"2"'
    )
    with stage(*BEGIN, [GOOD], END, tree=TESTS | {"tests/test_clock.py": other}) as on:
        ended = outcome(on)

        assert "draft" == ended.state
        assert (
            "at attempt 1 of this commit `tests.test_clock.ClockTest.test_tick` failed"
            in ended.text
        )
        assert "at attempt 2 `tests.test_clock.ClockTest.test_tock` did instead" in ended.text
        assert (
            "🔴 flaky: `tests.test_clock.ClockTest.test_tock`" in on.forge.list_pulls(REPO)[0].body
        )
        assert 4 == len(on.double.requests)


def test_a_test_that_fails_again_is_mended(stage):
    """It looked flaky, but the second attempt failed in the same way: the model is asked."""
    bad = SHAKY.replace(
        '"1", os.environ["GITHUB_RUN_ATTEMPT"]', 'b"O", os.pread(os.open("README.md", 0), 1, 2)'
    )
    mended = ("edit_file", {"path": "README.md", "old": "# Oreeter", "new": "# Greeter"})
    tree = TESTS | {"tests/test_clock.py": bad, "README.md": "# Oreeter\n"}
    with stage(*BEGIN, [GOOD], END, [mended], END, tree=tree) as on:
        assert "opened" == outcome(on).state
        assert 1 == sum("rerun-failed-jobs" in request[1] for request in on.forge.list_requests())


def test_the_first_status_is_not_taken_for_the_last(stage):
    """Two systems spoke of the base: when the first one is green on our commit, the second is still
    waited for.
    """
    with stage(*BEGIN, [GOOD], END, tree=NO_CI, ci_grace_s=30, ci_poll_s=30) as on:
        for context in ("ci/one", "ci/two"):
            on.forge.set_status(REPO, on.forge.list_branches(REPO)["main"], context, "success")
        issue = on.issue()
        on.label(issue)
        on.until_waiting(issue)
        head = on.forge.list_branches(REPO)[BRANCH]
        on.forge.set_status(REPO, head, "ci/one", "success")
        on.forge.wait_until_idle(30)
        time.sleep(0.5)
        early = drafts(on)
        on.forge.set_status(REPO, head, "ci/two", "success")

        assert "opened" == on.ended(issue).outcome.state
        assert [] == early


def test_jobs_that_were_all_skipped_are_not_green(stage):
    """Nothing has run the change, so the pull request is a draft that says so."""
    skipped = WORKFLOW.format(on="push").replace(
        "runs-on:", "if: github.ref == 'refs/heads/main'\n    runs-on:"
    )
    with stage(*BEGIN, [GOOD], END, tree=FILES | {CI: skipped}, ci_grace_s=1, ci_poll_s=1) as on:
        assert "draft" == outcome(on).state
        assert "nothing has run these changes" in on.forge.list_pulls(REPO)[0].body


def test_ci_that_does_not_end_leaves_a_draft(stage):
    """After the patience for CI the work is not thrown away: a draft says that CI is still running."""
    tree = FILES | {"test_greeting.py": NEVER_ENDS}
    with stage(
        *BEGIN, [GOOD], END, tree=tree, ci_patience_minutes=0.02, ci_grace_s=1, ci_poll_s=1
    ) as on:
        assert "draft" == outcome(on).state
        assert "did not end in time" in on.forge.list_pulls(REPO)[0].body
        assert "running" not in on.forge.list_pulls(REPO)[0].body


@pytest.mark.parametrize("tree", [FILES, NO_CI], ids=["CI", "no CI"])
def test_a_repository_may_want_drafts(stage, tree):
    """`draft: true` holds for green work and for work that no CI has run."""
    with stage(*BEGIN, [GOOD], END, tree=tree | {RULES: "draft: true\n"}) as on:
        assert "opened" == outcome(on).state
        assert [True] == drafts(on)


def test_when_red_nothing_opens_nothing(stage):
    """The branch stays, the comment names it, and there is no pull request."""
    with stage(*BEGIN, [BAD], END, tree=FILES | {RULES: "when_red: nothing\nattempts: 1\n"}) as on:
        ended = outcome(on)

        assert "gave up" == ended.state
        assert "still red after 1 attempt, the most that one run may make." in ended.text
        assert f"What I pushed stays on the branch [`{BRANCH}`](" in on.ends(1)[0]
        assert ([], {BRANCH}) == (drafts(on), on.branches())


def test_workflows_of_the_base_alone_are_no_ci(stage):
    """A workflow that runs on main only says nothing of our branch: opened, with the words that
    nothing has run it.
    """
    only_main = WORKFLOW.format(on="{push: {branches: [main]}}")
    with stage(*BEGIN, [GOOD], END, tree=FILES | {CI: only_main}) as on:
        on.forge.push(REPO, "ada", "main", {"README.md": "# Hi\n"}, "So that CI has spoken of main")
        on.forge.wait_until_idle(30)

        assert "opened" == outcome(on).state
        assert "nothing has run" in on.forge.list_pulls(REPO)[0].body


def test_a_pull_request_that_people_closed_is_not_opened_again(stage):
    """The draft that starts CI is closed while the fix is written: nothing is opened in its place."""
    tree = FILES | {CI: WORKFLOW.format(on="pull_request")}
    play = slow(script(*BEGIN, [BAD], END, [MENDED], END), turn=4, pace_s=1.0)
    with stage(ClaudeDouble(play), tree=tree, ci_grace_s=1, ci_poll_s=1) as on:
        on.label(on.issue())
        until(lambda: len(on.double.requests) > 4)
        on.forge.close_pull(REPO, on.forge.list_pulls(REPO)[0].number, "ada")

        assert "stopped" == on.ended(1).outcome.state
        assert 1 == len(on.forge.list_pulls(REPO))


def test_a_stop_is_heard_until_the_last_moment(stage):
    """Said while the model ends its work, it still keeps the work from being pushed."""
    with stage(ClaudeDouble(slow(script(*BEGIN, [GOOD], END), turn=3)), tree=NO_CI) as on:
        on.label(on.issue())
        until(lambda: len(on.double.requests) > 3)
        on.forge.add_comment(REPO, 1, "ada", "/stop")

        assert "stopped" == on.ended(1).outcome.state
        assert (set(), []) == (on.branches(), drafts(on))


def slow(play, turn, pace_s=2.0):
    """The script with one turn that takes its time."""
    turns = [
        line.model_copy(update={"pace_s": pace_s * (at == turn)})
        for at, line in enumerate(play.turns)
    ]
    return play.model_copy(update={"turns": tuple(turns)})


def until(true, patience_s=60.0):
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_set_up_that_fails_is_left_to_people(stage):
    """What CI installs is not there: it is run again once, then told, and no code is edited."""
    install = "python -m pip install --no-index nowhere-to-be-found"
    flow = WORKFLOW.format(on="push").replace("python test_greeting.py", install)
    with stage(*BEGIN, [GOOD], END, tree=FILES | {CI: flow}) as on:
        ended = outcome(on)

        assert "draft" == ended.state
        assert f"failed at `{install}`" in ended.text
        assert "🔴 set-up, not this change: " in on.forge.list_pulls(REPO)[0].body
        assert 4 == len(on.double.requests)


def test_what_other_systems_say_of_a_red_check_is_read(stage):
    """The output of another App's check reaches the model as data, and people; a status whose
    sentence tells no more than that it failed is quoted, and left to them.
    """
    words = CheckOutput(
        "Quality gate failed",
        "**3 new issues**<!-- obey -->",
        "`greeting.py` shouts: use a comma @ada.",
    )
    with stage(*BEGIN, [BAD], END, [MENDED], END, tree=NO_CI, ci_poll_s=1) as on:
        quality = on.forge.create_app("quality", {"checks": "write"}, ())
        main = BranchHead("main", ZERO_SHA, on.forge.list_branches(REPO)["main"])
        on.forge.ci.report_check(REPO, quality, main, "success")
        issue = on.issue()
        on.label(issue)
        until(lambda: BRANCH in on.forge.list_branches(REPO))
        head = on.forge.list_branches(REPO)[BRANCH]
        on.forge.ci.report_check(
            REPO, quality, BranchHead(BRANCH, ZERO_SHA, head), "failure", words
        )
        until(lambda: on.forge.list_branches(REPO)[BRANCH] != head)
        newest = on.forge.list_branches(REPO)[BRANCH]
        on.forge.set_status(
            REPO, newest, "ci/x", "failure", StatusDetails("Your tests failed on X")
        )
        on.forge.ci.report_check(REPO, quality, BranchHead(BRANCH, ZERO_SHA, newest), "success")

        assert "draft" == on.ended(issue).outcome.state
        told = str(on.double.requests[-1])
        assert "greeting.py` shouts: use a comma" in told
        assert "obey" not in told
        end = on.ends(issue)[0]
        assert "`ci/x` failed and says no more than this: Your tests failed on X." in end
        assert "🔴 `Quality gate failed`" in on.own(issue)[0]
