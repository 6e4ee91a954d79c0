"""Workflows: what CI runs, as far as a stranger's file can be read."""

import time

import pytest

from bot.search.project_checks import list_jobs, read_workflow

WORKFLOW = b"""
name: CI
on: {push: {branches: [main]}, pull_request: {}}
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: pre-commit/action@v3
      - run: pip install -r requirements.txt
      - run: |
          if [ -n "$X" ]; then
            ruff check \\
              src
          fi
  test:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        python: ['3.11', '3.12']
        include:
          - {os: macos-latest, python: '3.13'}
    steps:
      - run: python -m pytest -x tests
  notify:
    runs-on: ubuntu-latest
    steps:
      - run: echo done
  shared:
    uses: ./.github/workflows/build.yml
"""


def render(text):
    """Render the jobs of a workflow that can be read."""
    workflow = read_workflow(text)
    assert workflow is not None
    return [job.render() for job in list_jobs(workflow)]


def test_a_job_is_told_in_a_line_with_what_checks():
    """Set-up and the shell's grammar are left out, and so is a job that checks nothing."""
    assert [
        "lint (ubuntu-latest): uses pre-commit/action; ruff check src",
        (
            "test (os ubuntu-latest, windows-latest, macos-latest; python 3.11, 3.12, 3.13):"
            " python -m pytest -x tests"
        ),
        "shared: calls ./.github/workflows/build.yml",
    ] == render(WORKFLOW)


def test_commands_and_values_are_capped_with_their_number():
    """A job of ten checks names four; a matrix of ten values names eight."""
    steps = "".join(f"\n      - run: tox -e t{number}" for number in range(10))
    values = ", ".join(str(number) for number in range(10))
    text = f"jobs:\n  a:\n    strategy: {{matrix: {{n: [{values}]}}}}\n    steps:{steps}\n"

    assert [
        (
            "a (n 0, 1, 2, 3, 4, 5, 6, 7, and 2 more): "
            "tox -e t0; tox -e t1; tox -e t2; tox -e t3; and 6 more"
        )
    ] == render(text.encode())


def test_a_job_that_runs_no_known_check_tells_what_it_runs():
    """A script of the repository's own may be the check."""
    text = b"jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: bin/mailmap.py\n"

    assert ["a (x): bin/mailmap.py"] == render(text)


def test_the_version_that_a_job_sets_up_is_told():
    """One that comes from the matrix is told with the matrix, one from a file is not known."""
    text = b"""
jobs:
  a:
    runs-on: x
    strategy: {matrix: {node: [20, 22]}}
    steps:
      - {uses: actions/setup-python@v6, with: {python-version: '3.12', cache: pip}}
      - {uses: actions/setup-node@v6, with: {node-version: "${{ matrix.node }}"}}
      - {uses: actions/setup-go@v6, with: {go-version-file: go.mod}}
      - run: make test
"""

    assert ["a (x; node 20, 22; python 3.12): make test"] == render(text)


def test_anchors_are_followed_as_on_github():
    """Steps that two jobs share stand in the file once."""
    text = b"jobs:\n  a: &a\n    steps: [{run: make test}]\n  b: *a\n"

    assert ["a: make test", "b: make test"] == render(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"- a\n",
        b"a: [",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"{" * 100_000,
        b"- " * 50_000,
        b"a: !!python/object/apply:os.system [ls]\n",
        b"a: &a [*a]\n",
        b"a: &a {b: *a}\n",
        b"x: " + b"y" * 400_000,
        b"a: &a [1,1,1,1,1,1,1,1]\n"
        + b"".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 8)}]\n".encode()
            for n in range(12)
        ),
        b"a: &a {k: v}\n"
        + b"".join(
            f"{chr(98 + n)}: &{chr(98 + n)}\n  <<: [*{chr(97 + n)}, *{chr(97 + n)}]\n".encode()
            for n in range(24)
        ),
    ],
)
def test_a_workflow_made_to_break_a_parser_is_none(text):
    """Deep nesting, anchors within anchors, tags and sheer size cost no time and no memory."""
    began = time.process_time()
    workflow = read_workflow(text)

    assert time.process_time() - began < 2
    assert [] == (list_jobs(workflow) if workflow else [])


@pytest.mark.parametrize(
    "job",
    [
        "text",
        "{steps: text}",
        "{steps: [text, 7, null]}",
        "{steps: [{run: [a], uses: {b: c}}]}",
        "{runs-on: {group: {a: b}}, strategy: [1], steps: [{run: 7}]}",
        "{strategy: {matrix: {include: [7, {a: {b: c}}], exclude: 7, b: null}}, steps: []}",
    ],
)
def test_a_job_of_an_odd_shape_stops_nothing(job):
    """The job beside it is told."""
    text = f"jobs:\n  odd: {job}\n  good: {{steps: [{{run: make test}}]}}\n"

    assert ["good: make test"] == render(text.encode())
