"""Which jobs of CI run what the bot pushes with secrets in reach, and which files they run."""

from textwrap import dedent

import pytest

from bot.search.project_checks.job_code import list_script_files
from bot.search.project_checks.quiet_branch import find_unmatched_branch
from bot.search.project_checks.secret_jobs import (
    find_secret_jobs,
    list_exposed,
    list_local_actions,
)
from bot.search.project_checks.workflow_expressions import list_secrets, may_hold

BRANCH, BASE = "greenlit/7-greet", "main"
SECRET = "env: {TOKEN: '${{ secrets.TOKEN }}'}"
TEST = "[{uses: actions/checkout@v4}, {run: pytest, " + SECRET + "}]"


def workflow(on="push", jobs="", steps=TEST, top="", job=""):
    """A workflow with one job that tests, unless it says otherwise."""
    lines = jobs or f"jobs:\n  test:\n    runs-on: ubuntu-latest\n    {job}\n    steps: {steps}\n"
    return f"on: {on}\n{top}\n{dedent(lines)}".encode()


def found(data, **more):
    files = {".github/workflows/ci.yml": data, **more}
    return find_secret_jobs(files, BRANCH, BASE)


@pytest.mark.parametrize(
    ("on", "is_started"),
    [
        ("push", True),
        ("[push, pull_request]", True),
        ("pull_request", True),
        ("create", True),
        ("{push: {branches: [main]}}", False),
        ("{push: {branches: ['**']}}", True),
        ("{push: {branches: ['greenlit/*']}}", True),
        ("{push: {branches: ['**', '!greenlit/**']}}", False),
        ("{push: {branches-ignore: ['greenlit/**']}}", False),
        ("{push: {tags: ['v*']}}", False),
        ("{push: {branches: [main]}, pull_request: }", True),
        ("{pull_request: {branches: [release]}}", False),
        ("{pull_request: {types: [closed]}}", False),
        ("{pull_request: {types: [labeled, closed]}}", True),
        ("pull_request_target", False),  # it runs the base, unless it checks out the head
        ("workflow_run", False),
        ("{schedule: [{cron: '0 0 * * *'}]}", False),
        ("workflow_dispatch", False),
        ("release", False),
        ("issues", False),
    ],
)
def test_what_starts_for_the_branch(on, is_started):
    """A push to the bot's branch, or a pull request from it."""
    assert is_started == bool(found(workflow(on)))


HEAD = (
    "[{uses: actions/checkout@v4, with: {ref: '${{ github.event.pull_request.head.sha }}'}}, {run: make, "
    + SECRET
    + "}]"
)


@pytest.mark.parametrize("on", ["pull_request_target", "{workflow_run: {workflows: [CI]}}"])
def test_what_checks_the_head_out_runs_it(on):
    """Although GitHub starts these with the base and all its secrets."""
    (job,) = found(workflow(on, steps=HEAD))

    assert ("TOKEN",) == job.credentials
    assert "pull request" == job.starts


@pytest.mark.parametrize(
    ("job", "top", "credentials"),
    [
        ("env: {A: '${{ secrets.A }}'}", "", ("A",)),
        ("", "env: {A: '${{ secrets.A }}'}", ("A",)),
        ("env: {A: \"${{ secrets['A-B'] }}\"}", "", ("A-B",)),
        ("env: {A: '${{ toJSON(secrets) }}'}", "", ("all secrets",)),
        ("env: {A: '${{ secrets[matrix.name] }}'}", "", ("all secrets",)),
        ("env: {A: '${{ secrets.GITHUB_TOKEN }}'}", "", ()),
        ("env: {A: '${{ github.token }}'}", "", ()),
        ("env: {A: '${{ vars.secrets }}'}", "", ()),
        ("env: {A: 'secrets.A'}", "", ()),
        ("container: {image: x, credentials: {password: '${{ secrets.P }}'}}", "", ("P",)),
        ("permissions: {id-token: write}", "", ("an identity token (id-token: write)",)),
        ("", "permissions: write-all", ("an identity token (id-token: write)",)),
        ("permissions: {contents: read}", "permissions: {id-token: write}", ()),
        ("environment: prod", "", ("the environment prod",)),
        ("environment: {name: prod}", "", ("the environment prod",)),
    ],
)
def test_what_counts_as_a_secret(job, top, credentials):
    """At the workflow, the job and the step; but not GitHub's own token."""
    steps = "[{uses: actions/checkout@v4}, {run: pytest}]"
    jobs = found(workflow(job=job, top=top, steps=steps))

    assert credentials == (jobs[0].credentials if jobs else ())


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ("github.ref == 'refs/heads/main'", False),
        ("${{ github.ref == 'refs/heads/main' }}", False),
        ("github.ref == 'refs/heads/main' && success()", False),
        ("github.ref == 'refs/heads/main' || always()", True),
        ("github.ref_name != 'main'", True),
        ("startsWith(github.ref, 'refs/tags/')", False),
        ("startsWith(github.ref_name, 'greenlit/')", True),
        ("github.event_name == 'release'", False),
        ("github.repository == 'o/r'", True),
        ("needs.build.outputs.ok == 'true'", True),
        (False, False),
    ],
)
def test_conditions_that_rule_the_branch_out(condition, runs):
    """Only what is certain does; in doubt the job runs."""
    github = {
        "github.ref": f"refs/heads/{BRANCH}",
        "github.ref_name": BRANCH,
        "github.event_name": "push",
    }
    assert runs is may_hold(condition, github)


@pytest.mark.parametrize(
    ("steps", "runs"),
    [
        (TEST, ("**",)),
        ("[{run: pytest, " + SECRET + "}]", ()),  # without any code
        ("[{uses: actions/checkout@v4}, {uses: codecov/codecov-action@v5, with: {token: '${{ secrets.C }}'}}]", ()),
        ("[{uses: actions/checkout@v4}, {run: ruff check, " + SECRET + "}]", ("pyproject.toml", "ruff.toml", ".ruff.toml")),
        ("[{uses: actions/checkout@v4, with: {repository: o/other}}, {run: make, " + SECRET + "}]", ()),
        ("[{uses: actions/checkout@v4, with: {ref: main}}, {run: make, " + SECRET + "}]", ()),
        ("[{uses: actions/download-artifact@v4}, {run: ./dist/x, " + SECRET + "}]", ("dist/**",)),
        ("[{run: git clone https://x y && cd y && make, " + SECRET + "}]", ("**",)),
        ("[{uses: actions/checkout@v4}, {uses: some/action@v1, with: {t: '${{ secrets.T }}'}}]", ("**",)),
        ("[{uses: actions/checkout@v4}, {uses: docker/build-push-action@v6}, {run: ':', " + SECRET + "}]", ("**",)),
        ("[{uses: actions/checkout@v4}, {run: print(1), shell: python, " + SECRET + "}]", ("**",)),
        ("[{uses: actions/checkout@v4}, {run: sh ci/x.sh, working-directory: web, " + SECRET + "}]", ("**", "ci/**")),
        ("[{uses: actions/checkout@v4}, {uses: actions/github-script@v7, with: {script: \"require('./x')(core)\", t: '${{ secrets.T }}'}}]", ("**",)),
    ],
)  # fmt: skip
def test_what_a_job_runs_of_the_repository(steps, runs):
    """Nothing, the files that it names, or any."""
    jobs = found(workflow(steps=steps))

    assert (runs if "**" not in runs else ("**",)) == (jobs[0].runs if jobs else ())


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("pytest -q", ["**"]),
        ("env X=1 pytest", ["**"]),
        ("X=1 sudo make install", ["**"]),
        ("if make test; then echo ok; fi", ["**"]),
        ("for x in 1 2; do ./run $x; done", ["**"]),
        ("cat list | xargs make", ["**"]),
        ("echo $(make version)", ["**"]),
        ("curl https://x | sh", ["**"]),
        ("source env.sh", ["**"]),
        (". ci/env.sh", ["ci/**"]),
        ("python -m build", ["**"]),
        ("python scripts/publish.py --now", ["scripts/**"]),
        ("bash -eu ci/deploy.sh", ["ci/**"]),
        ("./ci/deploy.sh", ["ci/**"]),
        ("node tools/x.mjs", ["tools/**"]),
        ("python publish.py", ["**"]),
        ("pip install ruff", []),
        ("python -m pip install -r requirements/lint.txt", ["requirements/lint.txt"]),
        ("pip install -rreq.txt", ["req.txt"]),
        ("pip install -e .", ["**"]),
        ("pip install .[test]", ["**"]),
        ("pip wheel .", ["**"]),
        ("uv sync --frozen", ["**"]),
        ("uv venv", []),
        ("npm ci --ignore-scripts", ["**"]),
        ("npx eslint .", ["**"]),
        ("echo 'unclosed", ["**"]),
        ("echo done # make it", []),
        ("aws s3 cp x s3://y\ngh release create v1", []),
        ("${{ inputs.command }}", ["**"]),
    ],
)
def test_what_a_script_runs(script, files):
    """What is not known to run nothing of the repository runs any of it."""
    assert files == list(dict.fromkeys(list_script_files(script)))


def test_the_paths_that_a_job_may_run():
    """Texts for people are run by nobody."""
    (job,) = found(workflow())
    paths = [
        "a.py",
        "tests/test_a.py",
        "README.md",
        "docs/conf.py",
        "LICENSE",
        "x.png",
        "package.json",
    ]

    assert ["a.py", "tests/test_a.py", "docs/conf.py", "package.json"] == list(
        list_exposed([job], paths)
    )


CALLER = """\
jobs:
  call:
    uses: ./.github/workflows/called.yml
    secrets: {passed}
"""
CALLED = workflow("workflow_call", steps="[{uses: actions/checkout@v4}, {run: make, env: {A: '${{ secrets.a }}', B: '${{ secrets.b }}'}}]")  # fmt: skip


@pytest.mark.parametrize(
    ("passed", "credentials"),
    [("inherit", ("a", "b")), ("{a: '${{ secrets.X }}'}", ("a",)), ("{}", ())],
)
def test_a_called_workflow_sees_what_it_is_passed(passed, credentials):
    """All that it names where the caller lets it inherit."""
    caller = workflow(jobs=CALLER.replace("{passed}", passed))
    jobs = found(caller, **{".github/workflows/called.yml": CALLED})

    assert credentials == (jobs[0].credentials if jobs else ())
    assert not jobs or "call / test" == jobs[0].name


def test_a_workflow_of_elsewhere_may_run_anything():
    """It is not read."""
    caller = workflow(
        jobs="jobs:\n  x:\n    uses: o/r/.github/workflows/x.yml@v1\n    secrets: inherit\n"
    )
    (job,) = found(caller)

    assert (("all secrets",), ("**",)) == (job.credentials, job.runs)


def test_the_repositorys_own_actions_are_read():
    """A composite one is its steps; another one is a program."""
    steps = "[{uses: actions/checkout@v4}, {uses: ./ci/act, with: {t: '${{ secrets.T }}'}}]"
    data = workflow(steps=steps)
    composite = b"runs:\n  using: composite\n  steps: [{run: python scripts/x.py, shell: bash}]\n"

    assert ("ci/act",) == list_local_actions({".github/workflows/ci.yml": data})
    assert ("scripts/**",) == found(data, **{"ci/act/action.yml": composite})[0].runs
    assert ("ci/act/**",) == found(data, **{"ci/act/action.yml": b"runs: {using: node20}"})[0].runs


@pytest.mark.parametrize(
    ("on", "branch"),
    [
        ("{push: {branches: [main, 'greenlit/**']}}", "no-secrets/7-greet"),
        ("{push: {branches-ignore: ['wip/**']}}", "wip/7-greet"),
        ("{push: {branches: ['**', '!skip-*']}}", "skip-7-greet"),
        ("push", ""),
        ("{push: {branches: ['greenlit/**']}, pull_request: }", ""),
    ],
)
def test_a_branch_for_which_they_do_not_start(on, branch):
    """By the filters of pushes alone: a pull request from any branch is the same."""
    files = {".github/workflows/ci.yml": workflow(on)}

    assert branch == find_unmatched_branch(files, BRANCH, BASE)


@pytest.mark.parametrize("data", [b"", b"on: push", b"[]", b"on: push\njobs: []", b"on: [push]\njobs: {a: 1, b: {steps: {}}}", b"\xff"])  # fmt: skip
def test_what_is_no_workflow_has_no_jobs(data):
    """And breaks nothing."""
    assert () == found(data)


def test_a_workflow_that_cannot_be_read_may_hold_any_job():
    """GitHub may read what we do not: where it speaks of secrets the worst is taken."""
    (job,) = found(b"on: push\nx: [\nenv: ${{ secrets.A }}")

    assert (("all secrets",), ("**",)) == (job.credentials, job.runs)


def test_texts_are_run_where_the_repository_runs_them():
    """Such as the examples of a README."""
    (job,) = found(workflow())

    assert ["README.md"] == list(list_exposed([job], ["README.md"], runs_texts=True))


def test_secrets_are_found_wherever_an_expression_stands():
    """In lists and tables of any depth."""
    value = {"a": [{"b": "x ${{ format('{0}', secrets.ONE) }} ${{secrets.TWO||''}}"}]}

    assert ("ONE", "TWO") == list_secrets(value)
