"""The judge of the gates: commits as people merged them, asked as changes of their parents."""

from __future__ import annotations

import pytest

from tests.benchmarks.merged_commits import judge_repositories, tabulate
from tests.git_served import git

BUG = "import os\n\n\ndef f():\n    return gone\n"
TEST = "def test_f():\n    assert f() == 1\n"
COMMITS = (
    {"a.py": "x = 1\n", "tests/test_a.py": TEST, "logo.png": "\0"},
    {"a.py": BUG, "logo.png": "\0\0"},
    {"tests/test_a.py": None},
    {"a.py": f"{BUG}\n\nx = 2\n"},
)


@pytest.fixture
def repository(tmp_path):
    """A repository whose commits each do one thing."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for number, files in enumerate(COMMITS):
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text)
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "--quiet", "--message", f"Step {number}")
    return tmp_path


@pytest.mark.long
def test_what_would_have_been_kept_back_is_listed(repository):
    """By commit and gate, beside what ruff alone finds; the first commit has nothing before it."""
    judgements = tuple(judge_repositories([repository], 4))
    rows = tabulate(judgements)

    assert [
        [],
        [("tests", "tests/test_a.py", 1)],
        [("policy", "logo.png", 0), ("lint", "a.py", 1), ("lint", "a.py", 5)],
    ] == [
        [(finding.gate, finding.path, finding.line) for finding in item.blocking]
        for item in judgements
    ]
    assert [0, 0, 2] == [item.ruff_alone for item in judgements]
    assert rows[0].value.startswith("2 of 3 kept back")
    assert "1 have new findings of ruff alone" == rows[0].floor
    assert "  by tests: 1 commits kept back" in [f"{row.what}: {row.value}" for row in rows]
    assert "tests/test_a.py:1 The test `test_f` was removed." in [row.value for row in rows]


@pytest.mark.long
def test_only_the_newest_commits_are_asked(repository):
    """As many as are wanted, the newest first."""
    head = git(repository, "rev-parse", "HEAD")

    assert [head] == [item.commit for item in judge_repositories([repository], 1)]
