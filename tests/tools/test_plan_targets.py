"""What a plan names and nothing is called is told when it is planned, not first at `finish`."""

import pytest

from tests.tool_caller import ToolCaller

FILES = {
    "app/main.py": b"def serve(port):\n    return port\n",
    "tests/test_main.py": b"def test_serve():\n    assert serve(1) == 1\n",
    "pyproject.toml": b"[tool.coverage.report]\nfail_under = 90\n",
}
HOW = "Name the file by its path, and the test or the setting as it is written there."


@pytest.fixture(scope="module")
def tree(town):
    """A repository with a test and a setting."""
    place = town.place("acme/tools-plan", {"a.txt": "a\n"})
    return place.ports, place.lay(FILES)


@pytest.fixture
def caller(tree):
    """A model that amends its plan."""
    return ToolCaller(*tree)


@pytest.mark.parametrize(
    "what",
    [
        "tests/test_main.py",
        "tests/test_main.py: test_serve",
        "test_main.py::test_serve",
        "`test_serve` in tests/test_main.py, line 1",
        "test_serve",
        "the whole file tests/test_main.py",
        "tool.coverage.report.fail_under",
        "pyproject.toml: fail_under",
        "tests/test_new.py: test_new",  # the plan writes it
    ],
)
def test_what_is_there_is_taken_in_silence(caller, what):
    """By path, by name or by both."""
    lowered = [{"what": what, "why": "it counted from 1"}]
    new = [{"path": "tests/test_new.py", "change": "count"}]
    caller.answer("create_file", path="tests/test_new.py", text="def test_new(): ...\n")

    assert "allows nothing" not in caller.answer("submit_plan", files=new, lowered=lowered)


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        (
            "tests/test_mian.py: test_serve",
            "there is no file tests/test_mian.py. Did you mean tests/test_main.py?",
        ),
        ("lib/old.rb", f"there is no file lib/old.rb. {HOW}"),
        (
            "tests/test_main.py: test_port",
            f"nothing in tests/test_main.py is called so. {HOW}",
        ),
        ("test_port", f"nothing is called so. {HOW}"),
        ("tests/", f"nothing is called so. {HOW}"),
    ],
)
def test_a_target_that_names_nothing_is_told(caller, what, problem):
    """Else `finish` would keep the work back for what the plan seemed to allow."""
    answer = caller.answer("submit_plan", lowered=[{"what": what, "why": "it counted from 1"}])

    assert answer.endswith(f"\n`lowered` allows nothing by `{what}`: {problem}")


def test_new_files_and_folders_are_told(caller):
    """A path that is misspelt looks like a new file, and a folder is none."""
    files = [{"path": path, "change": "count"} for path in ("app/man.py", "app/main.py", "tests")]
    answer = caller.answer("submit_plan", files=files)

    assert "- tests: it is a folder: name the files in it." in answer
    assert answer.endswith("\nNot there yet, so planned as new: app/man.py.")
