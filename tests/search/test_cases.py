"""Mining cases from a history, from which the weights of ranking are learned."""

from __future__ import annotations

from tests.benchmarks.cases import add_functions, mine_cases
from tests.git_served import git


def test_a_fix_of_an_issue_is_a_case(tmp_path):
    """Its message asks; the files of code that were there before, and what it changed in them, are the
    answer; all else is none.
    """
    function = "def count(items):\n    def add():\n        return 1\n\n    return add()\n"
    code = {"a.py": function, "b.py": "y = 1\n", "tests/test_a.py": "", "README.md": ""}

    def commit(message: str, **changed: str) -> None:
        for path, text in changed.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", message)

    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit("Begin, fixes #1", **code)
    commit(
        "Count each item once\n\nFixes #2",
        **{
            "a.py": function.replace("return 1", "return 2"),
            "tests/test_a.py": "1\n",
            "new.py": "z = 1\n",
        },
    )
    commit("Count more of the items", **{"a.py": "x = 3\n"})
    commit("Fix typos, fixes #3", **{"a.py": "x = 4\n"})
    commit("Tell what the count means, closes #4", **{"README.md": "Told.\n"})
    commit("Rewrite all that counts items, fixes #5", **{"b.py": "y\n" * 500})
    cases = list(mine_cases(tmp_path, "acme/shop", "10 years ago"))

    assert [("acme/shop", "Count each item once\n\nFixes #2", ["a.py"])] == [
        (case.repo, case.query, case.gold) for case in cases
    ]
    assert [("a.py", "count")] == add_functions(tmp_path, cases[0]).gold_functions
    assert [(case.parent, case.fix) for case in cases] == [
        tuple(git(tmp_path, "rev-parse", "HEAD~5", "HEAD~4").split()),
    ]
