"""Follow the imports between files of a project: find cycles, and what a file reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import PurePosixPath

from bot.project.languages import family_of
from bot.values.project import FileImport, ProjectFile, ProjectStructure

Dependencies = Mapping[str, tuple[str, ...]]  # what each file imports, or step needs, by its name
MAX_CYCLES = 10


def list_dependencies(structure: ProjectStructure) -> dict[str, tuple[str, ...]]:
    """List for each file the planned files that it imports, itself left out."""
    paths = {file.path for file in structure.files}
    dependencies: dict[str, tuple[str, ...]] = {}
    for file in structure.files:
        imported = dict.fromkeys(each.path for each in file.imports)
        known = tuple(path for path in imported if path in paths and path != file.path)
        dependencies[file.path] = (*dependencies.get(file.path, ()), *known)
    return dependencies


def list_loaded(structure: ProjectStructure) -> dict[str, tuple[str, ...]]:
    """List for each file the planned files that must be there before it: what it imports, without
    what it takes types of alone, and without the files of its own package of Go.
    """
    paths = {file.path for file in structure.files}
    loaded: dict[str, tuple[str, ...]] = {}
    for file in structure.files:
        known = tuple(path for path in find_loaded(file) if path in paths)
        loaded[file.path] = (*loaded.get(file.path, ()), *known)
    return loaded


def find_loaded(file: ProjectFile) -> tuple[str, ...]:
    """Find the files that a file loads before its own code, itself left out."""
    loaded = (each.path for each in file.imports if not _is_circle_allowed(file.path, each))
    return tuple(dict.fromkeys(path for path in loaded if path != file.path))


def _is_circle_allowed(importer: str, each: FileImport) -> bool:
    """Tell whether the other file may import this one, too."""
    if family_of(importer) == "go" == family_of(each.path):
        return folder_of(importer) == folder_of(each.path)
    return each.types_only


def group_by_package(dependencies: Dependencies) -> dict[str, tuple[str, ...]]:
    """List for each folder of Go files the other folders that it imports; tests are left out.

    A package is compiled as one, so two may not import each other through whatever files.
    """
    packages: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for path, imported in dependencies.items():
        if not is_package_code(path):
            continue
        folder = folder_of(path)
        folders = map(folder_of, imported)
        packages[folder].update(dict.fromkeys(each for each in folders if each != folder))
    return {folder: tuple(others) for folder, others in packages.items()}


def is_package_code(path: str) -> bool:
    """Tell whether Go compiles a file into its package when another imports that."""
    return family_of(path) == "go" and not path.endswith("_test.go")


def folder_of(path: str) -> str:
    """Return the folder of a path; "" for the top."""
    return path.rpartition("/")[0]


def find_cycles(dependencies: Dependencies) -> Iterator[tuple[str, ...]]:
    """Find cycles that share no import, each as a chain that ends where it begins."""
    remaining = {path: list(imported) for path, imported in dependencies.items()}
    for _ in range(MAX_CYCLES):
        try:
            TopologicalSorter(remaining).prepare()
        except CycleError as error:
            cycle = tuple(reversed(error.args[1]))
        else:
            return
        for importer, imported in pairwise(cycle):
            remaining[importer].remove(imported)
        yield cycle


def find_needed(dependencies: Dependencies, roots: Iterable[str]) -> set[str]:
    """Find the files that the roots import, through however many others; the roots among them."""
    return _follow(roots, dependencies, dependencies.__getitem__)


def find_reached(dependencies: Dependencies, roots: Iterable[str]) -> set[str]:
    """As `find_needed`, with what a language takes along.

    Python runs the `__init__.py` of each folder on the way; Go compiles all files of a folder.
    """

    def list_taken(path: str) -> tuple[str, ...]:
        return (*dependencies[path], *_list_companions(path, dependencies))

    return _follow(roots, dependencies, list_taken)


def _follow(
    roots: Iterable[str], known: Container[str], list_next: Callable[[str], Iterable[str]]
) -> set[str]:
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        path = waiting.pop()
        if path in known and path not in reached:
            reached.add(path)
            waiting += list_next(path)
    return reached


def _list_companions(path: str, dependencies: Dependencies) -> Iterator[str]:
    """List what a language takes along with a file that it reaches."""
    if family_of(path) == "go":
        folder = folder_of(path)
        for companion in dependencies:
            if folder_of(companion) == folder and family_of(companion) == "go":
                yield companion
    elif family_of(path) == "python":
        for parent in PurePosixPath(path).parents:
            if (initializer := str(parent / "__init__.py")) in dependencies:
                yield initializer
