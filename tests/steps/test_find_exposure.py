"""What of a change CI would run with secrets, as the repository on the forge has its workflows."""

import pytest

from bot.steps.find_exposure import find_exposure, find_jobs, read_workflows
from bot.values import Branch, Patch, SecretExposure, SecretJob

CI = b"""on: {push: {branches: [main, 'greenlit/**']}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - {uses: ./act}
      - {run: pytest, env: {KEY: '${{ secrets.KEY }}'}}
"""
ACTION = b"runs: {using: composite, steps: [{run: echo, shell: bash}]}\n"
PATCH = Patch(
    {"a.py": "x = 2\n", "README.md": "new\n", "act/action.yml": "runs: {}\n", "b.py": None}
)
BRANCH, MAIN = Branch("greenlit/7-x"), Branch("main")


@pytest.fixture(scope="module")
def place(town):
    """A repository whose one job has a secret."""
    return town.place("acme/exposed", {"a.py": "x = 1\n", "b.py": "", "README.md": "old\n"})


def test_what_a_job_with_secrets_runs_is_found(place):
    """Code, actions and workflows; texts where tests read them. Without a job there is nothing."""
    assert ((), ()) == _find(place, place.tree(), PATCH)
    tree = place.lay({".github/workflows/ci.yml": CI, "act/action.yml": ACTION})
    other = find_exposure(place.ports, tree, PATCH, BRANCH, MAIN).other_branch

    assert (("test",), ("a.py", "act/action.yml", "b.py")) == _find(place, tree, PATCH)
    assert "no-secrets/7-x" == other
    assert {".github/workflows/ci.yml", "act/action.yml"} == set(read_workflows(place.ports, tree))
    assert (
        ""
        == find_exposure(place.ports, tree, Patch({"README.md": "x\n"}), BRANCH, MAIN).other_branch
    )
    assert (("test",), ()) == _find(place, tree, Patch({"README.md": "x\n"}))
    new_workflow = Patch({".github/workflows/new.yml": CI.decode()})
    assert (("test", "test"), (".github/workflows/new.yml",)) == _find(place, tree, new_workflow)
    reads = place.lay({"tests/test_readme.py": b"open('README.md')\n"})
    assert (("test",), ("README.md",)) == _find(place, reads, Patch({"README.md": "x\n"}))


def _find(place, tree, patch):
    exposure = find_exposure(place.ports, tree, patch, BRANCH, MAIN)
    return tuple(job.name for job in exposure.jobs), exposure.paths


@pytest.mark.parametrize(
    ("on", "into", "jobs"),
    [
        ("{pull_request: {branches: [main]}}", MAIN, ["test"]),
        ("{pull_request: {branches: [main]}}", Branch("release"), []),
        ("{push: {branches: ['greenlit/**']}}", Branch("release"), ["test"]),
        ("{push: {branches: [main]}}", MAIN, []),
    ],
)
def test_a_job_counts_where_our_branch_or_its_pull_request_starts_it(on, into, jobs):
    """As the workflow is, or as the change would have it; one that goes is still there now."""
    workflow = CI.decode().replace(CI.decode().splitlines()[0], f"on: {on}")
    files = {".github/workflows/ci.yml": workflow.encode()}
    untouched, gone = Patch({"a.py": "x\n"}), Patch({".github/workflows/ci.yml": None})
    new = Patch({".github/workflows/ci.yml": workflow})
    names = [
        [job.name for job in find_jobs(known, patch, BRANCH, into)]
        for known, patch in ((files, untouched), (files, gone), ({}, new), ({}, untouched))
    ]

    assert [jobs, jobs, jobs, []] == names


def test_what_ci_runs_with_secrets_is_told_in_a_line():
    """How many jobs, and how many files of the change."""
    job = SecretJob("test", ".github/workflows/ci.yml", ("KEY",))
    lines = [
        find_exposure.summarize(exposure)
        for exposure in (SecretExposure(), SecretExposure((job,), ("a.py", "b.py")))
    ]

    assert [
        ("CI with secrets", "no job with secrets runs what is pushed"),
        ("CI with secrets", "1 job with secrets, 2 files of the change in reach"),
    ] == [(word, text.plain) for word, text in lines]
