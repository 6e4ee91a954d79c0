"""Which unchanged files the gates read beside a change."""

from __future__ import annotations

from bot.gates.context_files import CONTEXT_FILES, list_context_files, list_neighbours
from bot.gates.size import ChangeSize


def test_configurations_above_a_changed_file_of_python_are_read():
    """The nearest first; those of other folders, and of other languages, say nothing of it."""
    paths = [
        "pyproject.toml",
        "ruff.toml",
        "libs/pyproject.toml",
        "libs/a/ruff.toml",
        "libs/a/.ruff.toml",
        "libs/b/ruff.toml",
        "web/pyproject.toml",
    ]
    listed = list_context_files(["libs/a/src/m.py", "libs/a/n.pyi", "web/a.ts"], paths)

    assert (
        *CONTEXT_FILES,
        "libs/a/ruff.toml",
        "libs/a/.ruff.toml",
        "libs/pyproject.toml",
    ) == listed
    assert "libs/b/ruff.toml" in list_context_files(["libs/b/n.pyi"], paths)


def test_all_requirements_are_read_and_not_too_many_files():
    """By their names, wherever they lie; the known configurations come first."""
    paths = [
        "requirements/dev.txt",
        "a/requirements/dev.txt",
        "a/requirements-test.in",
        "requirements.md",
        "a/dev-requirements.txt",
        *(f"f{number}/requirements.txt" for number in range(90)),
    ]
    listed = list_context_files([], paths)

    assert ("requirements/dev.txt", "a/requirements-test.in", "a/dev-requirements.txt") == (
        listed[len(CONTEXT_FILES) : len(CONTEXT_FILES) + 3]
    )
    assert 60 == len(listed)


def test_a_few_neighbours_of_each_folder_are_read():
    """Of the same kind, unchanged, and of so many folders as are looked into."""
    paths = [f"a/{number}.py" for number in range(12)] + ["a/x.js", "b/y.py", "top.py", "c/z.py"]
    changed = ["a/3.py", "a/11.py", "top.py", "b/new.py"]
    many = [f"f{number}/changed.py" for number in range(14)]

    assert (*(f"a/{number}.py" for number in (0, 1, 2, 4, 5, 6, 7, 8)), "b/y.py") == (
        list_neighbours(changed, paths)
    )
    assert tuple(f"f{number}/b.py" for number in range(12)) == list_neighbours(
        many, [f"f{number}/b.py" for number in range(14)]
    )
    assert () == list_neighbours([], paths)


def test_sizes_of_two_changes_add_up():
    """Each measure by itself."""
    assert ChangeSize(11, 22, 33) == ChangeSize(1, 2, 3) + ChangeSize(10, 20, 30)
