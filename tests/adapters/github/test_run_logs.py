"""`greenlit explain ADDRESS`: the logs of a run, with a person's token, over real HTTP."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from typer.testing import CliRunner, Result

from bot.cli.commands import app as commands
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub, listening
from tests.logs.reading import wrap_as_job

RUN = "https://github.com/o/r/actions/runs/3"
JOBS = "GET /repos/o/r/actions/runs/3/attempts/2/jobs"


def make_job(number: int, name: str, conclusion: str) -> dict[str, object]:
    return {
        "id": number,
        "name": name,
        "status": "completed",
        "conclusion": conclusion,
        "html_url": None,
    }


def explain(github: ScriptedGitHub, *arguments: str, token: str = "person") -> Result:
    """Run the command as somebody whose token stands in GH_TOKEN."""
    environment = {"GH_TOKEN": token, "GREENLIT_GITHUB_API_URL": github.api_url, "COLUMNS": "200"}
    return CliRunner().invoke(commands, ["explain", *arguments], env=environment)


def test_the_failed_jobs_of_a_run_are_read(github: ScriptedGitHub):
    """Of its last attempt, with the token for the API alone: the store of logs is asked plainly."""
    github.on("GET /repos/o/r/actions/runs/3", Reply(data={"id": 3, "run_attempt": 2}))
    jobs = [make_job(8, "lint", "success"), make_job(9, "unit", "failure")]
    github.on(JOBS, Reply(data={"jobs": jobs}))
    github.on("GET /repos/o/r/check-runs/9/annotations", Reply(403, {"message": "No"}))
    log = wrap_as_job("src/a.c:3:9: error: expected ';'")
    with listening(lambda call: Reply(400 if call.token else 200, log), host="localhost") as store:
        github.on("GET /repos/o/r/actions/jobs/9/logs", Reply(302, headers={"Location": store}))
        result = explain(github, "--json", f"{RUN}?pr=1")

    (failure,) = json.loads(result.stdout)["failures"]
    assert ["unit"] == failure["jobs"]
    assert {"person"} == {call.token for call in github.calls}


def test_one_job_of_an_attempt_is_read_by_its_page(github: ScriptedGitHub):
    """No other job of it, whatever became of that."""
    jobs = [make_job(8, "lint", "failure"), make_job(9, "unit", "failure")]
    github.on(JOBS, Reply(data={"jobs": jobs}))
    github.on("GET /repos/o/r/actions/jobs/8/logs", Reply(410))
    github.on("GET /repos/o/r/actions/runs/3", Reply(404, {"message": "Not Found"}))
    result = explain(github, f"{RUN}/attempts/2/job/8")

    assert 2 == result.exit_code
    assert "GitHub keeps them for 90 days" in result.stderr
    assert [] == github.calls_to("GET /repos/o/r/actions/jobs/9/logs")


def test_reports_of_tests_are_read_where_the_log_leaves_them_open(github: ScriptedGitHub):
    """What a matrix uploaded comes to the job of its name; the token stays with the API."""
    github.on("GET /repos/o/r/actions/runs/3", *[Reply(data={"id": 3, "run_attempt": 1})] * 2)
    jobs = [make_job(number, f"test (3.1{number})", "failure") for number in (1, 2)]
    github.on("GET /repos/o/r/actions/runs/3/attempts/1/jobs", Reply(data={"jobs": jobs}))
    names = [(5, "junit-3.11"), (6, "junit-3.12"), (7, "coverage")]
    artifacts = [
        {"id": number, "name": name, "size_in_bytes": 9, "expired": False, "created_at": None}
        for number, name in names
    ]
    github.on("GET /repos/o/r/actions/runs/3/artifacts", Reply(data={"artifacts": artifacts}))
    log = wrap_as_job("##[group]Run actions/upload-artifact@v4\n2 tests failed, see the report")
    log += b"Artifact junit-3.11 has been successfully uploaded!\n"

    def answer(call: ApiCall) -> Reply:
        return Reply(400 if call.token else 200, log if call.path == "/log" else make_archive())

    with listening(answer, host="localhost") as store:
        for number in (1, 2):
            github.on(f"GET /repos/o/r/check-runs/{number}/annotations", Reply(data=[]))
            where = {"Location": f"{store}/log"}
            github.on(f"GET /repos/o/r/actions/jobs/{number}/logs", Reply(302, headers=where))
        for number in (5, 6):
            where = {"Location": f"{store}/zip"}
            github.on(f"GET /repos/o/r/actions/artifacts/{number}/zip", Reply(302, headers=where))
        result = explain(github, RUN)

    assert "test_adds (in test (3.11) and test (3.12))" in result.stdout
    assert "at tests/test_cart.py:4" in result.stdout
    assert 1 == result.stdout.count("assert 2 == 3")


def make_archive() -> bytes:
    """Zip the report of a test that failed on the runner."""
    place = "/home/runner/work/r/r/tests/test_cart.py:4"
    failure = (
        f'<failure message="assert 2 == 3">E   assert 2 == 3\n\n{place}: AssertionError</failure>'
    )
    case = f'<testcase classname="tests.test_cart" name="test_adds">{failure}</testcase>'
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(
            "reports/junit.xml", f"<testsuites><testsuite>{case}</testsuite></testsuites>"
        )
    return archive.getvalue()


@pytest.mark.parametrize(
    ("address", "token", "words"),
    [
        (RUN, "", "Set GH_TOKEN to one that may read"),
        (RUN, "refused", "GitHub does not accept the token in GH_TOKEN."),
        (f"{RUN}4", "person", "o/r has no run 34, or this token may not see it."),
        ("https://github.com/o/r/pull/3", "person", "is no run of GitHub Actions."),
    ],
)
def test_what_cannot_be_fetched_is_told(
    github: ScriptedGitHub, address: str, token: str, words: str
):
    """In a sentence that says what to do, with exit code 2."""
    github.on(
        "GET /repos/o/r/actions/runs/3",
        lambda call: Reply(401, {"message": "Bad credentials"}),
    )
    github.on("GET /repos/o/r/actions/runs/34", Reply(404, {"message": "Not Found"}))
    result = explain(github, address, token=token)

    assert 2 == result.exit_code
    assert words in result.stderr


@pytest.mark.parametrize(
    "origin", ["http://github.com", "https://github.example", "https://github.com@github.example"]
)
def test_a_token_goes_where_no_address_alone_says(origin: str):
    """To GitHub, and to the API that a setting names: whoever gave the address may be a stranger."""
    result = CliRunner().invoke(
        commands,
        ["explain", f"{origin}/o/r/actions/runs/3"],
        env={"GH_TOKEN": "person", "COLUMNS": "300"},
    )

    assert 2 == result.exit_code
    assert "is not https://github.com" in " ".join(result.stderr.split())
    assert "person" not in result.output
