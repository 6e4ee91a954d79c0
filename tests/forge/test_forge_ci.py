"""Tests of the forge's CI: workflows really run, and GitHub's events tell how."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace

import httpx2

from tests.forge.served_forge import CI, REPO, ServedForge

HERE = f"/repos/{REPO}"
CI_LINT = "  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo lint\n"
ON_PULL = CI.replace("on: [push]", "on: pull_request")


def ends(box: ServedForge) -> list[tuple[str, int, str | None]]:
    assert box.forge.wait_until_idle(30)
    return [(job.name, job.attempt, job.conclusion) for job in box.forge.list_jobs(REPO)]


def test_push_is_checked(box: ServedForge):
    """A commit with a workflow gets a suite, a run and its jobs, which pass."""
    sha = box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI}, "Add CI.")

    assert [("test", 1, "success"), ("after", 1, "success")] == ends(box)

    suites = box.request("GET", f"{HERE}/commits/{sha}/check-suites").json()["check_suites"]
    runs = box.request("GET", f"{HERE}/actions/runs?head_sha={sha}").json()["workflow_runs"]

    assert [("completed", "success", "github-actions")] == [
        (view["status"], view["conclusion"], view["app"]["slug"]) for view in suites
    ]
    assert [("CI", "push", "success", suites[0]["id"])] == [
        (view["name"], view["event"], view["conclusion"], view["check_suite_id"]) for view in runs
    ]


def test_events_of_a_run_come_in_order(box: ServedForge):
    """Requested, queued, in progress and completed: of the run, its jobs, their check runs and the
    suite.
    """
    box.take_event_names()
    box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI}, "Add CI.")

    assert [
        "push",
        "workflow_run.requested",
        "workflow_job.queued",
        "check_run.created",
        "workflow_job.queued",
        "check_run.created",
        "workflow_run.in_progress",
        "workflow_job.in_progress",
        "workflow_job.completed",
        "check_run.completed",
        "workflow_job.in_progress",
        "workflow_job.completed",
        "check_run.completed",
        "workflow_run.completed",
        "check_suite.completed",
    ] == box.take_event_names()


def test_failure_stops_what_needs_it(box: ServedForge):
    """A job that fails has a log, its failing step and annotations; the job behind it is skipped."""
    box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI, "broken": ""}, "Break.")

    assert [("test", 1, "failure"), ("after", 1, "skipped")] == ends(box)

    failed, skipped = box.forge.list_jobs(REPO)
    steps = box.request("GET", f"{HERE}/actions/jobs/{failed.id}").json()["steps"]
    notes = box.request("GET", f"{HERE}/check-runs/{failed.id}/annotations").json()

    assert ["Look"] == [step["name"] for step in steps if step["conclusion"] == "failure"]
    assert ("broken", 1, "failure", "It is broken") == tuple(
        notes[0][key] for key in ("path", "start_line", "annotation_level", "message")
    )
    assert 404 == box.request("GET", f"{HERE}/actions/jobs/{skipped.id}/logs").status_code


def test_log_lies_elsewhere_and_wants_no_credentials(box: ServedForge):
    """The log's address is on another host, signed; who shows a token there is refused, and so is a
    bad signature.
    """
    box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI, "broken": ""}, "Break.")
    ends(box)
    answer = box.request("GET", f"{HERE}/actions/jobs/{box.forge.list_jobs(REPO)[0].id}/logs")
    address = answer.headers["Location"]
    with httpx2.Client() as client:
        plain = client.get(address)
        shown = client.get(address, headers={"Authorization": f"Bearer {box.app_token}"})
        forged = client.get(address[:-1] + ("0" if address[-1] != "0" else "1"))
        late = client.get(address.replace("se=", "se=1"))

    assert (302, "localhost") == (answer.status_code, httpx2.URL(address).host)
    assert "##[error]Process completed with exit code 1." in plain.text
    assert [200, 400, 403, 403] == [
        response.status_code for response in (plain, shown, forged, late)
    ]


def test_artifacts_are_listed_and_lie_elsewhere(box: ServedForge):
    """Each with its size and checksum; what has expired is gone, and a bad address is refused."""
    upload = "\n      - uses: actions/upload-artifact@v4\n        with: {path: .github}"
    text = CI.replace("uses: actions/checkout@v4", f"uses: actions/checkout@v4{upload}")
    box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": text}, "Upload.")
    ends(box)
    run = box.forge.list_jobs(REPO)[0].run
    (artifact,) = box.request("GET", f"{HERE}/actions/runs/{run}/artifacts").json()["artifacts"]
    path = f"{HERE}/actions/artifacts/{artifact['id']}/zip"
    address = box.request("GET", path).headers["Location"]
    with httpx2.Client() as client:
        content = client.get(address).content
        forged = client.get(address.replace("artifacts/", "artifacts/0"))
    artifacts = box.forge.state.find_repository(REPO).artifacts
    artifacts[artifact["id"]] = replace(artifacts[artifact["id"]], expired=True)
    gone = box.request("GET", path)

    assert ("artifact", len(content)) == (artifact["name"], artifact["size_in_bytes"])
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == artifact["digest"]
    assert (403, 410) == (forged.status_code, gone.status_code)


def test_failed_jobs_run_again(box: ServedForge):
    """A re-run makes new jobs of what failed and what needs it; the lists show the latest, all when
    asked for.
    """
    box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI, "broken": ""}, "Break.")
    ends(box)
    run = box.forge.list_jobs(REPO)[0].run
    asked = box.request("POST", f"{HERE}/actions/runs/{run}/rerun-failed-jobs")

    assert 201 == asked.status_code
    assert [("test", 2, "failure"), ("after", 2, "skipped")] == ends(box)[2:]
    assert [2, 4] == [
        box.request("GET", f"{HERE}/actions/runs/{run}/jobs?filter={which}").json()["total_count"]
        for which in ("latest", "all")
    ]
    assert (2, "failure") == tuple(
        box.request("GET", f"{HERE}/actions/runs/{run}").json()[key]
        for key in ("run_attempt", "conclusion")
    )
    assert [200, 200, 404] == [
        box.request("GET", f"{HERE}/actions/runs/{run}/attempts/{number}").status_code
        for number in (1, 2, 3)
    ]


def test_each_attempt_keeps_its_jobs(box: ServedForge):
    """What an attempt did not run again is shown as it was before; an attempt that never was is not
    there.
    """
    box.forge.push(
        REPO, "ada", "a", {".github/workflows/ci.yml": CI + CI_LINT, "broken": ""}, "Break."
    )
    ends(box)
    at = f"{HERE}/actions/runs/{box.forge.list_jobs(REPO)[0].run}"
    box.request("POST", f"{at}/rerun-failed-jobs")
    ends(box)
    first, second = (
        {
            (job["name"], job["run_attempt"])
            for job in box.request("GET", f"{at}/attempts/{number}/jobs").json()["jobs"]
        }
        for number in (1, 2)
    )

    assert {("test", 1), ("after", 1), ("lint", 1)} == first
    assert {("test", 2), ("after", 2), ("lint", 1)} == second
    assert [404, 404] == [
        box.request("GET", f"{at}/attempts/{number}/jobs").status_code for number in (0, 3)
    ]


def test_running_run_is_not_repeated(box: ServedForge):
    """A run that is under way cannot be re-run, and its job has no log yet."""
    slow = CI.replace("if test -f broken", "sleep 1; if test -f broken")
    box.forge.push(
        REPO,
        "ada",
        "a",
        {".github/workflows/ci.yml": slow, ".github/workflows/notes.txt": "x"},
        "Slow.",
    )
    while not box.forge.list_jobs(REPO):
        time.sleep(0.01)
    job = box.forge.list_jobs(REPO)[0]

    assert (
        403 == box.request("POST", f"{HERE}/actions/runs/{job.run}/rerun-failed-jobs").status_code
    )
    assert 404 == box.request("GET", f"{HERE}/actions/jobs/{job.id}/logs").status_code


def test_stubborn_job_runs_after_a_failure(box: ServedForge):
    """A job with `always()` runs although what it needs failed."""
    flow = CI.replace("needs: test", "needs: test\n    if: always()")
    box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": flow, "broken": ""}, "Break.")

    assert [("test", 1, "failure"), ("after", 1, "success")] == ends(box)


def test_passed_run_is_not_repeated(box: ServedForge):
    """There is nothing to re-run where nothing failed."""
    box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI}, "Add CI.")
    ends(box)

    assert (
        403
        == box.request(
            "POST", f"{HERE}/actions/runs/{box.forge.list_jobs(REPO)[0].run}/rerun-failed-jobs"
        ).status_code
    )


def test_broken_workflow_fails_at_once(box: ServedForge):
    """A file that is no workflow makes a run without jobs, called by its path, that failed to
    start.
    """
    sha = box.forge.push(
        REPO, "ada", "a", {".github/workflows/ci.yml": "on: push\njobs: 1\n"}, "Break it."
    )
    assert box.forge.wait_until_idle(30)
    runs = box.request("GET", f"{HERE}/actions/runs?head_sha={sha}").json()["workflow_runs"]

    assert [] == box.forge.list_jobs(REPO)
    assert [(".github/workflows/ci.yml", "startup_failure")] == [
        (view["name"], view["conclusion"]) for view in runs
    ]


def test_workflow_on_pull_requests_waits_for_one(box: ServedForge):
    """A workflow on `pull_request` runs when one is opened and when it is pushed to, not on the
    push before.
    """
    box.forge.push(REPO, "ada", "main", {".github/workflows/ci.yml": ON_PULL}, "CI.")
    box.forge.push(REPO, "ada", "a", {"x": ""}, "X.")

    assert [] == ends(box)

    box.request("POST", f"{HERE}/pulls", {"title": "T", "head": "a", "base": "main"})
    assert 2 == len(ends(box))
    box.forge.push(REPO, "ada", "a", {"y": ""}, "Y.")

    assert 4 == len(ends(box))
    assert {"pull_request"} == {
        view["event"] for view in box.request("GET", f"{HERE}/actions/runs").json()["workflow_runs"]
    }


def test_other_apps_leave_empty_suites(box: ServedForge):
    """Each push makes a queued suite for every installed App, without a run, when the forge is told
    so.
    """
    box.forge.state.makes_empty_suites = True
    sha = box.forge.push(REPO, "ada", "a", {"x": ""}, "X.")
    assert box.forge.wait_until_idle(30)
    suites = box.request("GET", f"{HERE}/commits/{sha}/check-suites").json()["check_suites"]

    assert [("greenlit", "queued", 0)] == [
        (view["app"]["slug"], view["status"], view["latest_check_runs_count"]) for view in suites
    ]


def test_statuses_are_combined(box: ServedForge):
    """The latest status of each context counts; one failure is enough."""
    sha = box.forge.push(REPO, "ada", "a", {"x": ""}, "X.")
    states = []
    for context, state in (("a", "pending"), ("a", "success"), ("b", "error")):
        box.forge.set_status(REPO, sha, context, state)
        states.append(box.request("GET", f"{HERE}/commits/{sha}/status").json()["state"])

    assert ["pending", "success", "failure"] == states
