"""The bot says green only of what is green, and does not say or do what it should not."""

import time

import pytest

from tests.stage import (
    BAD,
    BEGIN,
    END,
    FILES,
    FINISH,
    GOOD,
    MENDED,
    PLAN,
    REPO,
    WORKFLOW,
    script,
    staged,
)

BRANCH = "greenlit/1-greet-more-quietly"
CI = ".github/workflows/ci.yml"
UNTIL = "import time\nfrom pathlib import Path\n\nwhile not Path.home().joinpath({!r}).exists():\n    time.sleep(0.05)\n"
SLOW = {"test_greeting.py": UNTIL.format("go")}
OUTAGE_ONCE = """\
import sys
from pathlib import Path

seen = Path.home() / "seen"
if not seen.exists():
    seen.touch()
    sys.exit("curl: (6) Could not resolve host: files.example.org")
"""


@pytest.fixture
def stage(tmp_path, checked):
    """Makes stages: stage(script, tree, settings...)."""

    def make(play, tree=FILES, **settings):
        return staged(tmp_path, checked, play, tree, **settings)

    return make


def until(what, patience_s=60):
    deadline = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def test_an_outage_that_passes_ends_green(stage):
    """CI failed for a dead network; run again it is green: so is the pull request, and nothing was
    edited.
    """
    with stage(script(*BEGIN, [GOOD], END), FILES | {"test_greeting.py": OUTAGE_ONCE}) as on:
        issue = on.issue()
        on.label(issue)

        assert "opened" == on.ended(issue).outcome.state


def test_ci_of_which_every_job_was_skipped_is_not_green(stage):
    """Nothing ran, so nothing is green: a draft that says so."""
    skipped = WORKFLOW.format(on="push").replace(
        "runs-on", "if: github.ref == 'refs/heads/main'\n    runs-on"
    )
    with stage(script(*BEGIN, [GOOD], END), FILES | {CI: skipped}) as on:
        issue = on.issue()
        on.label(issue)

        assert "draft" == on.ended(issue).outcome.state
        assert "🟢" not in on.own(issue)[0]
        assert "skipped" in on.ends(issue)[0]


def test_another_system_that_spoke_on_the_base_is_waited_for(stage):
    """Actions is green at once; the other CI, known from the base, comes late and red: the run is
    not green.
    """
    with stage(script(*BEGIN, [GOOD], END, END), ci_grace_s=6) as on:
        on.forge.set_status(REPO, on.forge.list_branches(REPO)["main"], "ci/elsewhere", "success")
        issue = on.issue()
        on.label(issue)
        until(lambda: BRANCH in on.forge.list_branches(REPO))
        head = on.forge.list_branches(REPO)[BRANCH]
        until(lambda: any(job.sha == head and job.conclusion for job in on.forge.list_jobs(REPO)))
        time.sleep(1)
        on.forge.set_status(REPO, head, "ci/elsewhere", "failure")

        assert "draft" == on.ended(issue).outcome.state


def test_ci_that_does_not_end_leaves_a_draft(stage):
    """The work is not thrown away, and nobody is told to say more in the issue: CI hangs."""
    with stage(
        script(*BEGIN, [GOOD], END), FILES | SLOW, ci_patience_minutes=0.05, ci_poll_s=1
    ) as on:
        issue = on.issue()
        on.label(issue)

        assert "draft" == on.ended(issue).outcome.state
        assert "did not end" in on.forge.list_pulls(REPO)[0].body


def test_a_pull_request_that_a_person_closed_is_not_opened_again(stage, tmp_path):
    """The webhook is lost, yet the run finds its draft closed: it stops, and there is still only
    that one.
    """
    red = UNTIL.format("closed") + FILES["test_greeting.py"]
    tree = FILES | {CI: WORKFLOW.format(on="pull_request"), "test_greeting.py": red}
    with stage(script(*BEGIN, [BAD], END, [MENDED], END), tree) as on:
        issue = on.issue()
        on.label(issue)
        until(lambda: on.forge.list_jobs(REPO))
        on.forge.set_webhook_url(on.keys, on.webhooks + "/nowhere")
        on.forge.close_pull(REPO, on.forge.list_pulls(REPO)[0].number, "ada")
        (tmp_path / "closed").touch()

        assert "stopped" == on.ended(issue).outcome.state
        assert 1 == len(on.forge.list_pulls(REPO))


def test_a_turn_that_finishes_twice_goes_on(stage):
    """Every call of a turn is answered, or Claude refuses the conversation."""
    with stage(script(*BEGIN, [BAD, ("finish", FINISH), ("finish", FINISH)], [MENDED], END)) as on:
        issue = on.issue()
        on.label(issue)

        assert "opened" == on.ended(issue).outcome.state


def test_a_finish_beside_an_edit_that_failed_is_not_taken(stage):
    """What was not written is not pushed as if it were: the model hears of it and mends it."""
    lost = ("create_file", {"path": "greeting.py", "text": "x"})
    play = script(*BEGIN, [BAD, lost, ("finish", FINISH)], [MENDED], END, refused=("create_file",))
    with stage(play) as on:
        issue = on.issue()
        on.label(issue)

        assert "opened" == on.ended(issue).outcome.state
        assert 1 == sum(step.name == "push" for step in on.bot.steps(f"{REPO}#{issue}/1"))


def test_paths_that_a_model_makes_up_are_harmless_in_comments(stage):
    """A path is the model's text: it calls nobody, shows no image and hides nothing."""
    path = "a` @eve <img src=http://x.example/1> <!-- greenlit:run:acme/greeter#9/1 -->"
    plan = PLAN | {"files": [{"path": path, "change": "x\n# b"}]}
    with stage(script(BEGIN[0], [("submit_plan", plan)], [GOOD], END)) as on:
        issue = on.issue()
        on.label(issue)
        on.ended(issue)

        for text in (on.own(issue)[0], on.forge.list_pulls(REPO)[0].body):
            assert "<!-- greenlit:run:acme/greeter#9" not in text
            assert "\n# b" not in text
            assert "a` @eve" not in text


def test_an_odd_answer_of_github_leaves_a_true_table(stage):
    """What only helps is done without: the change is mended. What is needed is named and asked
    again, then people read what was asked; nothing is said to run, and nothing is our fault.
    """
    with stage(script(*BEGIN, [BAD], END, [MENDED], END), ci_poll_s=1) as on:
        issue = on.issue()
        on.label(issue)
        until(lambda: BRANCH in on.forge.list_branches(REPO))
        head = on.forge.list_branches(REPO)[BRANCH]
        on.forge.faults.add("GET", "/annotations", "200-html", 1_000)
        on.forge.faults.add("GET", r"/check-runs/\d+$", "200-other-shape", 1_000)
        until(lambda: on.forge.list_branches(REPO)[BRANCH] != head)
        on.forge.faults.add("POST", "graphql$", "200-truncated", 1_000)
        ended = on.ended(issue).outcome
        page = on.own(issue)[0]

        assert ("gave up", "unreachable") == (ended.state, ended.kind)
        assert "GitHub answered 200 to `POST /api/graphql`, but not in JSON" in on.ends(issue)[0]
        assert "🔴 `AssertionError` at `test_greeting.py:3`" in page
        assert "⏹️ stopped" in page
        assert "running" not in page
