"""Files are written after what they import, in batches that are independent."""

import pytest

from bot.project import order_files
from tests.project.drawn_projects import GO, PYTHON, SCRIPT_TOOL, SOUND, draw_project


@pytest.mark.parametrize("name", SOUND)
def test_each_file_comes_after_what_it_imports(name):
    """Whatever a file imports stands in an earlier batch, and every file stands in one."""
    structure, _ = draw_project(SOUND[name])
    batches = order_files(structure)
    place = {file.path: number for number, batch in enumerate(batches) for file in batch}

    assert sorted(place) == sorted(file.path for file in structure.files)
    assert all(
        place[each.path] < place[file.path] for file in structure.files for each in file.imports
    )


def test_interfaces_come_first_and_documents_last():
    """A batch begins with manifests and what most others need; the README tells of all the rest."""
    structure, _ = draw_project(PYTHON)
    batches = [[file.path for file in batch] for batch in order_files(structure)]

    assert batches == [
        ["pyproject.toml", "src/expenses/models.py", "src/expenses/__init__.py"],
        ["src/expenses/store.py", "src/expenses/report.py"],
        ["src/expenses/cli.py", "tests/conftest.py"],
        ["src/expenses/__main__.py", "tests/test_store.py"],
        ["tests/test_cli.py"],
        ["README.md"],
    ]


def test_document_waits_for_all_that_does_not_need_it():
    """A README that the manifest names, and a page that the program shows, come before those."""
    changes = """pyproject.toml | Names the package. | | README.md
docs/usage.md | Tells the commands.
src/expenses/__main__.py | Starts the program. | | src/expenses/cli.py: app; docs/usage.md"""
    structure, _ = draw_project(PYTHON, changes)
    paths = [file.path for batch in order_files(structure) for file in batch]

    assert sorted(paths) == sorted(file.path for file in structure.files)
    assert paths.index("src/expenses/cli.py") < paths.index("README.md")
    assert paths.index("README.md") < paths.index("pyproject.toml")
    assert paths.index("docs/usage.md") < paths.index("src/expenses/__main__.py")


def test_list_of_requirements_is_no_document():
    """It is a manifest, and comes first."""
    structure, _ = draw_project(SCRIPT_TOOL)

    assert order_files(structure)[0][0].path == "requirements.txt"


def test_packages_of_go_are_ordered_by_files():
    """Files of one Go package are ordered by whose names they use."""
    structure, _ = draw_project(GO)
    paths = [file.path for batch in order_files(structure) for file in batch]

    assert paths == [
        "go.mod",
        "internal/task/task.go",
        "internal/task/list.go",
        "internal/store/file.go",
        "internal/task/list_test.go",
        "cmd/todo/root.go",
        "internal/store/file_test.go",
        "cmd/todo/main.go",
        "README.md",
    ]
