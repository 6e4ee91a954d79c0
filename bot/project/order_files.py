"""Order the files of a project, so that each is written after what it imports."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import PurePosixPath

from bot.project.import_graph import Dependencies, find_needed, list_dependencies, list_loaded
from bot.project.languages import MANIFESTS, family_of, is_test, runs_as_test
from bot.search.source_files import kind_of
from bot.values.project import ProjectFile, ProjectStructure


def order_files(structure: ProjectStructure) -> tuple[tuple[ProjectFile, ...], ...]:
    """Order the files in batches: those of one batch are independent of each other.

    In a batch come first manifests, then what most others need. Documents come last, when all that
    they tell of is there. The structure must be sound: raises graphlib.CycleError where imports go
    in a circle.
    """
    files = {file.path: file for file in structure.files}
    dependencies = _add_implied(_list_awaited(structure), structure.entry_point)
    needed = _count_dependents(dependencies)
    sorter = TopologicalSorter(dependencies)
    sorter.prepare()
    batches = []
    while ready := sorter.get_ready():
        ordered = sorted(ready, key=lambda path: (not _is_manifest(path), -needed[path], path))
        batches.append(tuple(files[path] for path in ordered))
        sorter.done(*ready)
    return tuple(batches)


def _list_awaited(structure: ProjectStructure) -> Dependencies:
    """List what each file is written after: of two that may import each other, one is first."""
    awaited = list_loaded(structure)
    for path, imported in list_dependencies(structure).items():
        for source in imported:
            if source not in awaited[path] and _may_wait(path, source, awaited):
                awaited[path] = (*awaited[path], source)
    return awaited


def _add_implied(dependencies: Dependencies, entry_point: str) -> dict[str, tuple[str, ...]]:
    """Add what files wait for without importing it.

    Documents tell of everything else, a test that imports nothing runs the program, and tests in
    Python use what their `conftest.py` makes.
    """
    others = tuple(path for path in dependencies if not _is_document(path))
    implied = dict(dependencies)
    for path, imported in sorted(dependencies.items(), key=lambda item: _is_document(item[0])):
        wanted: tuple[str, ...] = ()
        if _is_document(path):
            wanted = others
        elif is_test(path) and family_of(path):
            program = () if imported else (entry_point,)
            wanted = (*program, *_list_fixtures(path, dependencies))
        awaited = (each for each in dict.fromkeys(wanted) if _may_wait(path, each, implied))
        implied[path] = (*imported, *awaited)
    return implied


def _is_document(path: str) -> bool:
    return kind_of(path) == "docs" and not family_of(path) and not _is_manifest(path)


def _is_manifest(path: str) -> bool:
    return any(path in choices for rows in MANIFESTS.values() for choices in rows)


def _list_fixtures(path: str, dependencies: Dependencies) -> list[str]:
    """List the fixtures of the folders around a test in Python."""
    parents = PurePosixPath(path).parents if runs_as_test(path, "python") else ()
    candidates = [str(parent / "conftest.py") for parent in parents]
    return [each for each in candidates if each in dependencies]


def _may_wait(path: str, needed: str, dependencies: Dependencies) -> bool:
    """Tell whether a file can come after another, which neither is missing nor waits for it."""
    return needed in dependencies and path not in find_needed(dependencies, [needed])


def _count_dependents(dependencies: Dependencies) -> dict[str, int]:
    """Count for each file those that need it, through however many others."""
    counts = dict.fromkeys(dependencies, 0)
    for path in dependencies:
        for needed in find_needed(dependencies, dependencies[path]):
            counts[needed] += 1
    return counts
