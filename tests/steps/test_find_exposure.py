"""What of a change CI would run with secrets, as the repository on the forge has its workflows."""

import pytest

from bot.steps.find_exposure import find_exposure
from bot.values import Branch, Patch

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
    assert (("test",), ()) == _find(place, tree, Patch({"README.md": "x\n"}))
    new_workflow = Patch({".github/workflows/new.yml": CI.decode()})
    assert (("test", "test"), (".github/workflows/new.yml",)) == _find(place, tree, new_workflow)
    reads = place.lay({"tests/test_readme.py": b"open('README.md')\n"})
    assert (("test",), ("README.md",)) == _find(place, reads, Patch({"README.md": "x\n"}))


def _find(place, tree, patch):
    exposure = find_exposure(place.ports, tree, patch, BRANCH, MAIN)
    return tuple(job.name for job in exposure.jobs), exposure.paths
