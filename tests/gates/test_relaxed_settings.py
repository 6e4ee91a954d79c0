"""Settings of checkers, coverage, test runs and CI: what asks for less, and what does not."""

import pytest

from bot.gates import Change
from bot.gates.test_integrity.config_relaxed import find_relaxed_settings


def explain_relaxed(path, before, after, others=None):
    """What is told of a change of one file; `others` are new files beside it."""
    others = others or {}
    change = Change({path: before, **dict.fromkeys(others)}, {path: after, **others})
    return [finding.text for finding in find_relaxed_settings(change)]


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        (
            ".coveragerc",
            "[report]\nfail_under = 90\n",
            "[report]\nfail_under = 80\n",
            "90 became 80",
        ),
        (".coveragerc", "[report]\nfail_under = 90\n", "[report]\n", "90 became nothing"),
        ("ruff.toml", "max-complexity = 8\n", "max-complexity = 20\n", "8 became 20"),
        ("mypy.ini", "[mypy]\nstrict = true\n", "[mypy]\nstrict = false\n", "true became false"),
        ("mypy.ini", "[mypy]\n", "[mypy]\nignore_errors = true\n", "is true now"),
        (".eslintrc", '{"rules": {"eqeqeq": "error"}}', '{"rules": {"eqeqeq": "warn"}}', "warn"),
        (".eslintrc", '{"rules": {"eqeqeq": "warn"}}', '{"rules": {"eqeqeq": "off"}}', "off"),
        (".eslintrc", '{"rules": {}}', '{"rules": {"eqeqeq": "off"}}', "its default became off"),
        ("ruff.toml", 'ignore = ["E1"]\n', 'ignore = ["E1", "F8"]\n', "leaves out F8 too"),
        ("ruff.toml", 'exclude = ["a/b.py"]\n', 'exclude = ["a"]\n', "leaves out a too"),
        ("ruff.toml", 'select = ["E", "F"]\n', 'select = ["E"]\n', "does not ask for F any more"),
        ("Makefile", "a:\n\tpytest --strict-markers\n", "a:\n\tpytest\n", "was removed"),
        ("Makefile", "a:\n\tpytest\n", "a:\n\tpytest || true\n", "was added"),
        ("Makefile", "a:\n\tpytest\n", "a:\n\techo\n", "`pytest` is not run any more"),
        ("conftest.py", "x = 1\n", "x = 1\ncollect_ignore = []\n", "`collect_ignore` was added"),
        (".coveragerc", "[report]\nfail_under = 90\n", None, "90 became nothing"),
    ],
)
def test_less_is_told(path, before, after, expected):
    """With what it was and what it is."""
    assert expected in " ".join(explain_relaxed(path, before, after))


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("ruff.toml", 'select = ["E501"]\n', 'select = ["E"]\n'),
        ("ruff.toml", 'select = ["E501"]\n', 'select = ["ALL"]\n'),
        ("ruff.toml", 'exclude = ["old/**"]\n', 'exclude = ["old/a.py"]\n'),
        ("ruff.toml", "max-complexity = 9\n", "max-complexity = 8\n"),
        ("mypy.ini", "[mypy]\nstrict = false\n", "[mypy]\nstrict = true\n"),
        (".eslintrc", '{"rules": {"eqeqeq": "off"}}', '{"rules": {"eqeqeq": "warn"}}'),
        (".eslintrc", '{"rules": {"eqeqeq": "warn"}}', '{"rules": {"eqeqeq": "error"}}'),
        (".eslintrc", '{"rules": {}}', '{"rules": {"eqeqeq": "warn"}}'),
        ("Makefile", "test:\n\tpytest\n", "test:\n\tpytest\n# || true\n"),
        ("Makefile", "test:\n\tpytest\n# -Werror\n", "test:\n\tpytest\n"),
        ("setup.cfg", "[x]\nfail_under =\n  1\n", "[x]\nfail_under =\n  1\n  2\n"),
        ("notes.txt", "fail_under = 90\n", "fail_under = 80\n"),
    ],
)
def test_what_is_no_less_passes(path, before, after):
    """Wider selectors, narrower exclusions, higher limits, comments, and files of nobody."""
    assert [] == explain_relaxed(path, before, after)


def test_a_setting_may_move_to_another_file():
    """It asks for as much there."""
    before = "[tool.coverage.report]\nfail_under = 90\n"

    assert [] == explain_relaxed("pyproject.toml", before, "", {"ruff.toml": "fail_under = 90\n"})
    assert [] == explain_relaxed(
        "pyproject.toml", before, None, {".coveragerc": "fail_under: 90\n"}
    )
    assert explain_relaxed("pyproject.toml", before, "", {"ruff.toml": "fail_under = 80\n"})


def test_only_what_the_change_makes_may_be_left_out():
    """Nothing that was looked at is lost by it."""
    before, after = "exclude = []\n", 'exclude = ["src/gen/"]\n'

    assert [] == explain_relaxed("ruff.toml", before, after, {"src/gen/a.py": "x = 1\n"})
    assert explain_relaxed("ruff.toml", before, after)


def test_a_date_in_a_configuration_is_read():
    """YAML and TOML have them, JSON has not."""
    before = "since: 2024-01-01\nfail-under: 90\n"

    assert explain_relaxed(".github/workflows/a.yml", before, before.replace("90", "80"))


@pytest.mark.parametrize(
    ("path", "neighbour", "is_told"),
    [
        ("web/.coveragerc", None, False),
        ("web/.coveragerc", "x = 2\n", True),
        (".coveragerc", None, True),
    ],
)
def test_a_configuration_that_goes_with_its_folder_asks_for_nothing_less(path, neighbour, is_told):
    """At the top it is everybody's; and what stays in the folder is checked by less."""
    before = {path: "[report]\nfail_under = 90\n", "web/a.py": "x = 1\n"}
    change = Change(before, {path: None, "web/a.py": neighbour})

    assert is_told is bool(list(find_relaxed_settings(change)))
