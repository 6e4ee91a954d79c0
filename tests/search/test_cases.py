"""Mining cases from a history, from which the weights of ranking are learned."""

from __future__ import annotations

from tests.benchmarks.cases import mine_cases
from tests.git_served import git


def test_a_fix_of_an_issue_is_a_case(tmp_path):
    """Its message asks, the files of code that were there before are the answer; all else is none."""
    code = {"a.py": "x = 1\n", "b.py": "y = 1\n", "tests/test_a.py": "", "README.md": ""}

    def commit(message: str, **changed: str) -> None:
        for path, text in changed.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", message)

    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit("Begin, fixes #1", **code)
    commit(
        "Count\n\nFixes #2", **{"a.py": "x = 2\n", "tests/test_a.py": "1\n", "new.py": "z = 1\n"}
    )
    commit("Count more", **{"a.py": "x = 3\n"})
    commit("Tell, closes #3", **{"README.md": "Told.\n"})
    commit("Rewrite, fixes #4", **{"b.py": "y\n" * 500})
    cases = list(mine_cases(tmp_path, "acme/shop", "10 years ago"))

    assert [("acme/shop", "Count\n\nFixes #2", ["a.py"])] == [
        (case.repo, case.query, case.gold) for case in cases
    ]
    assert [(case.parent, case.fix) for case in cases] == [
        tuple(git(tmp_path, "rev-parse", "HEAD~4", "HEAD~3").split()),
    ]
