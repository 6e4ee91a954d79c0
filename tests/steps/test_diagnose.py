"""What a red CI means: read from real jobs, and weighed against the base."""

from dataclasses import replace

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.adapters.log_cache import DiskLogCache
from bot.forge import StatusDetails
from bot.logs import merge_readings
from bot.steps.diagnose import diagnose
from bot.steps.rerun_failed_jobs import rerun_failed_jobs
from bot.values import Failure, Reading
from tests.place import GRANTED, Place

CI = ".github/workflows/ci.yml"
RED, OTHER = "raise ValueError('always')\n", "raise KeyError('other')\n"
OUTAGE = "import sys\n\nsys.exit('curl: (6) Could not resolve host: files.example.org')\n"


def workflow(*jobs):
    """Each job runs one script of the repository; "a@" waits until it is cancelled."""
    lines = ["on: push", "jobs:"]
    for name in jobs:
        waits = name.endswith("@")
        lines += [
            f"  {name.strip('@')}:",
            "    runs-on: ubuntu-latest",
            *["    timeout-minutes: 0.004"] * waits,
        ]
        run = "sleep 5" if waits else f"python {name}.py"
        lines += ["    steps:", "      - uses: actions/checkout@v4", f"      - run: {run}"]
    return "\n".join(lines) + "\n"


def verdict(place: Place, files, base=None):
    """What a change on a branch means, after the base was checked with its own files."""
    if base:
        place.checked(base)
    tree = place.tree()
    sha, checks = place.checked(files, "topic")
    return diagnose(place.ports, tree, sha, checks)


def errors(judged):
    return [failure.error for failure in judged.reading.failures]


def test_a_failure_of_ours_is_read_with_its_place(build):
    """Error, message, file and line of the repository, and the job that can be looked at."""
    judged = verdict(build({CI: workflow("a")}), {"a.py": RED})
    (failure,) = judged.reading.failures

    assert ("ours", "fix") == (judged.kind, judged.reading.action)
    assert ("ValueError", "always", ("a",)) == (failure.error, failure.message, failure.jobs)
    assert ("a.py", 1) == (failure.frames[-1].file, failure.frames[-1].line)
    assert judged.jobs["a"] > 0


def test_several_failed_jobs_are_all_told(build):
    """Each with its own failure; what passed is not named."""
    judged = verdict(
        build({CI: workflow("a", "b", "c")}), {"a.py": RED, "b.py": OTHER, "c.py": "1\n"}
    )

    assert {"ValueError", "KeyError"} == set(errors(judged))
    assert {"a", "b"} == set(judged.jobs)


def test_the_same_failure_in_a_matrix_counts_once(build):
    """One cause, and all the jobs that showed it."""
    matrix = workflow("a").replace(
        "    runs-on", "    strategy: {matrix: {n: [1, 2, 3]}}\n    runs-on"
    )
    judged = verdict(build({CI: matrix}), {"a.py": RED})
    (failure,) = judged.reading.failures

    assert {"a (1)", "a (2)", "a (3)"} == set(failure.jobs) == set(judged.jobs)


def test_a_timeout_is_told_by_its_annotation_alone(build):
    """Its log ends in the middle; nobody's code is blamed, and the job is run again."""
    judged = verdict(build({CI: workflow("a@")}), {"a.txt": "a\n"})

    assert ("infrastructure", "rerun", "timeout") == (
        judged.kind,
        judged.reading.action,
        judged.reading.category,
    )


def test_an_outage_beside_a_failure_does_not_hide_it(build):
    """Code outweighs the network: what can be mended is told, and nothing of the outage."""
    judged = verdict(build({CI: workflow("a", "b")}), {"a.py": OUTAGE, "b.py": RED})

    assert ("ours", ["ValueError"]) == (judged.kind, errors(judged))
    assert {"a", "b"} == set(judged.jobs)


def test_a_failure_behind_many_cancelled_jobs_is_read(build):
    """GitHub cancels the rest of a matrix when one job fails; that one tells, wherever it stands in
    the list.
    """
    names = [f"a{number}@" for number in range(7)]
    judged = verdict(build({CI: workflow(*names, "z")}), {"z.py": RED})

    assert ("ours", ["ValueError"]) == (judged.kind, errors(judged))


def test_a_log_that_is_gone_is_no_reason_to_guess(build):
    """GitHub sometimes loses logs: what the annotations say is read; where they say nothing nobody
    is sent to edit.
    """
    place = build({CI: workflow("a")})
    tree = place.tree()
    sha, checks = place.checked({"a.py": RED}, "topic")
    jobs = place.forge.state.find_repository(place.repo.name).jobs
    (job,) = jobs.values()
    jobs[job.id] = replace(job, conclusion="skipped", annotations=())
    judged = diagnose(place.ports, tree, sha, checks)

    assert judged.reading.action in ("human", "rerun", "none")
    assert {"a": job.id} == judged.jobs


@pytest.mark.parametrize(
    ("base", "head", "kind"),
    [
        ({"a.py": RED}, {"x.txt": "x\n"}, "already red"),
        ({"a.py": RED}, {"a.py": "\n\n" + RED}, "already red"),
        ({"a.py": RED}, {"a.py": OTHER}, "ours"),
        ({"a.py": RED}, {"b.py": OTHER}, "ours"),
        ({"a.py": RED, "b.py": OTHER}, {"a.py": "1\n"}, "already red"),
        ({"a.py": "1\n"}, {"a.py": RED}, "ours"),
        ({"a.py": OUTAGE}, {"a.py": RED}, "ours"),
    ],
    ids=[
        "same",
        "same, moved",
        "another failure",
        "one more job",
        "fewer",
        "green before",
        "outage before",
    ],
)
def test_the_base_is_weighed(build, base, head, kind):
    """All that failed must have failed before in the same way; one new failure is ours."""
    scripts = {"a.py": "1\n", "b.py": "1\n"}

    assert kind == verdict(build({CI: workflow("a", "b"), **scripts}), head, base).kind


def test_a_workflow_that_cannot_start_is_nobodys_code(build):
    """GitHub reports it without a job, a log or a word; it was so before, and no edit of ours can
    mend it.
    """
    place = build(
        {
            CI: workflow("a"),
            ".github/workflows/bad.yml": "on: push\njobs: {a: {steps: 7}}\n",
            "a.py": "1\n",
        }
    )
    judged = verdict(place, {"x.txt": "x\n"}, {"y.txt": "y\n"})

    assert judged.kind in ("already red", "infrastructure")
    assert [".github/workflows/bad.yml"] == list(judged.jobs)


def test_a_failed_status_has_no_log(build):
    """Another system's word is all there is: it is named, and nobody is sent to guess at code."""
    place = build()
    tree = place.tree()
    sha, _ = place.checked({"x.txt": "x\n"}, "topic")
    place.forge.set_status(
        place.repo.name,
        sha,
        "ci/elsewhere",
        "failure",
        StatusDetails("Tests failed", "https://ci.example.org/7"),
    )
    checks = place.ports.ci.fetch_checks(place.repo, sha)
    judged = diagnose(place.ports, tree, sha, checks)

    assert {"ci/elsewhere": 0} == judged.jobs
    assert "fix" != judged.reading.action
    assert {} == rerun_failed_jobs(place.ports, tree, checks)


def test_a_rerun_tells_which_attempt_is_over(build):
    """Of each workflow run once; what was run again before is not run a third time."""
    place = build({CI: workflow("a", "b")})
    tree = place.tree()
    sha, checks = place.checked({"a.py": OUTAGE, "b.py": OUTAGE}, "topic")
    run = checks.failed[0].run
    first = rerun_failed_jobs(place.ports, tree, checks)
    place.forge.wait_until_idle(30)
    again = place.ports.ci.fetch_checks(place.repo, sha)

    assert {str(run): 1} == first
    assert {2} == {check.run_attempt for check in again.failed}
    assert {} == rerun_failed_jobs(place.ports, tree, again)
    assert 4 == len(place.forge.list_jobs(place.repo.name))


def test_an_app_that_may_not_run_it_again_takes_the_first_word(build):
    """A permission that is missing ends no run: what failed is told, or mended."""
    place = build({CI: workflow("a")})
    tree = place.tree()
    sha, checks = place.checked({"a.py": OUTAGE}, "topic")
    keys = place.forge.create_app("reader", GRANTED | {"actions": "read"}, [])
    place.forge.install(keys, place.repo.name)
    url = place.ports.credentials.fetch_remote(place.repo).url.removesuffix(
        f"/{place.repo.name}.git"
    )
    reader = GitHubApp(keys.id, keys.private_key, url, f"{url}/api/v3", pause_between_writes_s=0)

    assert {} == rerun_failed_jobs(replace(place.ports, ci=reader.ci), tree, checks)
    assert 1 == place.ports.ci.fetch_checks(place.repo, sha).failed[0].run_attempt


CLOCK = """\
import os
import unittest


class ClockTest(unittest.TestCase):
    def test_tick(self):
        self.assertNotEqual("1", os.environ["GITHUB_RUN_ATTEMPT"])

    def test_tock(self):
        self.assertNotEqual("2", os.environ["GITHUB_RUN_ATTEMPT"])
"""
TESTED = {
    CI: workflow("a").replace("python a.py", "python -m unittest tests/test_clock.py"),
    "tests/test_clock.py": CLOCK.replace('"2"', '"no"'),
    "app/greeting.py": "x = 1\n",
}


def again(place, tree, sha, checks):
    """What the second attempt of a commit means."""
    rerun_failed_jobs(place.ports, tree, checks)
    assert place.forge.wait_until_idle(30)
    return diagnose(place.ports, tree, sha, place.ports.ci.fetch_checks(place.repo, sha))


def test_a_test_that_the_change_does_not_reach_is_run_again(build):
    """It may be flaky: CI is asked once more before anybody edits."""
    judged = verdict(build(TESTED), {"app/greeting.py": "x = 2\n"})

    assert ("flaky", "rerun", "") == (judged.kind, judged.reading.action, judged.why)
    assert ["tests.test_clock.ClockTest.test_tick"] == [
        failure.test for failure in judged.reading.failures
    ]


@pytest.mark.parametrize(
    "change", [{"tests/test_clock.py": CLOCK}, {CI: TESTED[CI] + "\n"}], ids=["test", "workflow"]
)
def test_a_test_that_the_change_reaches_is_ours_at_once(build, change):
    """No time of CI is spent on a doubt that nothing supports."""
    judged = verdict(build(TESTED), change)

    assert ("ours", "fix") == (judged.kind, judged.reading.action)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (CLOCK, ("flaky", "fix")),
        (CLOCK.replace('NotEqual("1"', 'Equal("never"'), ("ours", "fix")),
    ],
    ids=["another test", "the same test"],
)
def test_the_second_attempt_is_weighed_against_the_first(build, clock, expected):
    """Another failed test tells that both are flaky; the same one is real."""
    place = build(TESTED | {"tests/test_clock.py": clock})
    tree = place.tree()
    sha, checks = place.checked({"app/greeting.py": "x = 2\n"}, "topic")
    judged = again(place, tree, sha, checks)

    assert expected == (judged.kind, judged.reading.action)


def test_a_job_that_passed_at_the_first_attempt_is_flaky(build):
    """Even where the change could have broken it: the commit is the same."""
    flow = workflow("a", "b").replace("  b:\n", "  b:\n    needs: a\n    if: always()\n")
    on = "import os\n\nif os.environ['GITHUB_RUN_ATTEMPT'] == '{}':\n    {}"
    place = build({CI: flow})
    tree = place.tree()
    files = {
        "a.py": on.format(1, OUTAGE.partition("sys\n\n")[2].replace("sys.exit", "raise SystemExit"))
    }
    sha, checks = place.checked(files | {"b.py": on.format(2, RED)}, "topic")
    judged = again(place, tree, sha, checks)

    assert "flaky" == judged.kind
    assert "`b` passed at attempt 1 and failed at attempt 2 of the same commit" == judged.why


def test_readings_are_merged_by_what_failed():
    """Equal failures are counted and keep their jobs; different messages of one error stay apart."""
    one = Failure("E", "m", "t", fingerprint="f", jobs=("a",), count=2)
    both = merge_readings(
        [
            Reading("infra", "rerun", failures=(Failure("", "network"),)),
            Reading("crash", "fix", "pytest", (one,)),
            Reading(
                "crash",
                "fix",
                "pytest",
                (replace(one, jobs=("b",), count=1), replace(one, message="n")),
            ),
        ]
    )

    assert (replace(one, jobs=("a", "b")), replace(one, message="n")) == both.failures
    assert "pytest" == both.tool


def test_a_note_names_the_place_that_the_log_leaves_out(build):
    """A script that only says `::error file=..` leaves no place in its log; GitHub keeps it as an
    annotation.
    """
    note = "print('::error file=a.py,line=1::The gate is closed'); raise SystemExit(1)\n"
    (failure,) = verdict(build({CI: workflow("a")}), {"a.py": note}).reading.failures

    assert ("The gate is closed", "a.py", 1) == (
        failure.message,
        failure.frames[-1].file,
        failure.frames[-1].line,
    )


def test_the_code_that_broke_is_in_the_reading(build):
    """The line and its neighbours, as of the commit that failed: the model need not ask for them."""
    (failure,) = verdict(
        build({CI: workflow("a")}), {"a.py": "x = 1\n" + RED + "y = 2\n"}
    ).reading.failures

    assert [
        "1",
        "x",
        "=",
        "1",
        ">",
        "2",
        "raise",
        "ValueError('always')",
        "3",
        "y",
        "=",
        "2",
    ] == failure.code.split()


def test_a_log_is_kept_for_later_looks(build, tmp_path):
    """What was read once is there when GitHub has deleted it."""
    place = build({CI: workflow("a")})
    place.ports = replace(place.ports, log_cache=DiskLogCache(tmp_path))
    judged = verdict(place, {"a.py": RED})

    assert b"ValueError: always" in place.ports.log_cache.fetch(place.repo, judged.jobs["a"])


BROKEN = "python -m pip install --no-index nowhere-to-be-found==1"


def installs(command=BROKEN):
    """A workflow whose job installs, and then runs a script of the repository."""
    return workflow("a").replace(
        "      - run: python a.py", f"      - run: {command}\n      - run: python a.py"
    )


def test_a_set_up_that_fails_is_not_ours(build):
    """The change touches nothing that is installed: the job is run again once, then it is told."""
    place = build({CI: installs(), "a.py": "1\n"})
    tree = place.tree()
    sha, checks = place.checked({"a.py": "2\n"}, "topic")
    first = diagnose(place.ports, tree, sha, checks)
    second = again(place, tree, sha, checks)

    assert ("set-up", "rerun") == (first.kind, first.reading.action)
    assert ("set-up", "human") == (second.kind, second.reading.action)
    assert second.why == (
        f"`a` failed at `{BROKEN}`, before it came to anything that this change touches. "
        "CI of the base commit says nothing of it"
    )


def test_a_set_up_that_failed_on_the_base_too_was_red_before(build):
    """The base commit's checks say so, where the branch has no green of its own."""
    place = build({CI: installs(), "a.py": "1\n"})

    assert "already red" == verdict(place, {"a.py": "2\n"}, {"x.txt": "x\n"}).kind


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ({"x.txt": "x\n"}, "On the base commit it passed"),
        ({"a.py": RED}, "On the base commit it failed too, in another way"),
    ],
    ids=["green", "red"],
)
def test_a_set_up_that_passed_on_the_base_is_told_so(build, base, told):
    """What is installed can change without a commit: a new release, or an index that is down."""
    what = "$([ $GITHUB_REF_NAME = main ] && echo pip || echo nowhere-to-be-judged)"
    place = build({CI: installs(f"python -m pip install --no-index {what}"), "a.py": "1\n"})
    judged = verdict(place, {"a.py": "2\n"}, base)

    assert "set-up" == judged.kind
    assert judged.why.endswith(told)


@pytest.mark.parametrize(
    "changed",
    [
        {"requirements.txt": "nowhere-to-be-found==1\n"},
        {"sub/pyproject.toml": "[project]\n"},
        {".github/dependabot.yml": "version: 2\n"},
    ],
    ids=["requirements", "manifest", "CI"],
)
def test_a_set_up_that_the_change_may_have_broken_is_ours(build, changed):
    """What is installed, and CI's own files, are within reach."""
    assert "ours" == verdict(build({CI: installs(), "a.py": "1\n"}), changed).kind


def test_a_script_that_does_more_than_set_up_is_read_as_before(build):
    """One step that installs and tests may have failed for the code."""
    both = "python -m pip --version && python a.py"
    judged = verdict(build({CI: installs(both), "a.py": "1\n"}), {"a.py": RED})

    assert ("ours", ["ValueError"]) == (judged.kind, errors(judged))
