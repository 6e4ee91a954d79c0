"""Check the structure of a project before one line of it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from bot.project.declared_libraries import strip_version
from bot.project.findings import list_names, make_finding, suggest_name
from bot.project.import_graph import (
    Dependencies,
    find_cycles,
    find_reached,
    folder_of,
    group_by_package,
    is_package_code,
    list_dependencies,
    list_loaded,
)
from bot.project.languages import (
    FAMILY,
    LANGUAGE_NAME,
    MANIFESTS,
    TEST_NAMES,
    family_of,
    is_test,
    runs_as_test,
)
from bot.project.planned_names import check_planned_names
from bot.project.planned_paths import check_planned_paths
from bot.text import as_code_span
from bot.values import Finding
from bot.values.project import ProjectFile, ProjectStructure, Specification

SAYS_NOTHING = re.compile(
    r"\W*(?:(?:todo|tbd|tba|fixme|n/?a|none|null|undefined|description|file|code|xxx|lorem ipsum"
    r"|placeholder|same as (?:above|before)|see above|\.{3})\b.{0,20})?\W*",
    re.IGNORECASE | re.DOTALL,
)
# What tools, runners and frameworks load by its name or its folder, without an import.
LOADED_BY_NAME = re.compile(
    r"(?:^|/)(?:main\.go|conftest\.py|setup\.py|noxfile\.py|__init__\.py|__main__\.py|manage\.py|doc\.go"
    r"|tools\.go|[\w.-]+\.conf(?:ig)?\.[cm]?[jt]s|[\w.-]+\.d\.[cm]?ts|(?:gulp|Grunt)file\.[cm]?js"
    r"|\.\w+rc\.[cm]?js|(?:vitest|jest)[.-]\w+\.\w+|setup\.[jt]s|service-worker\.[jt]s)$"
    r"|(?:^|/)(?:migrations?|versions|examples?|scripts|bin|fixtures|testdata)/"
    r"|(?:^|/)(?:public|static|pages|app/routes)/.*\.[cm]?[jt]sx?$"
)
# A test of Go by its name, or what tests use.
HELPS_TESTS = re.compile(r"_test\.go$|(?:help|util|support|data|fake|mock|doc)\w*\.go$")


def check_structure(
    structure: ProjectStructure, specification: Specification
) -> tuple[Finding, ...]:
    """Find what is inconsistent: each finding says what, where, and what to do about it.

    The gate of every finding is "structure"; its path is the file that it is about.
    """
    findings = (
        *check_planned_paths(structure, specification),
        *_check_contents(structure, specification),
    )
    unwritable = {finding.path for finding in findings if finding.rule == "path"}
    # What else is wrong with a file that cannot be written follows from that.
    return tuple(each for each in findings if each.rule == "path" or each.path not in unwritable)


def _check_contents(structure: ProjectStructure, specification: Specification) -> Iterator[Finding]:
    dependencies = list_dependencies(structure)
    for findings in (
        _check_descriptions(structure),
        check_planned_names(structure),
        _check_cycles(structure, dependencies),
        _check_entry_point(structure, specification),
        _check_reach(structure, specification, dependencies),
        _check_tests(structure, specification),
        _check_manifests(structure, specification),
        _check_libraries(structure, specification),
        _check_outline(structure, specification),
    ):
        yield from findings


def _check_descriptions(structure: ProjectStructure) -> Iterator[Finding]:
    for file in structure.files:
        says_nothing = SAYS_NOTHING.fullmatch(file.description)
        if says_nothing or file.description.strip(" .`") in (file.path, _name_of(file.path)):
            text = "It has no description. Say in a sentence or two what the file does."
            yield make_finding("description", file.path, text)


def _name_of(path: str) -> str:
    return path.rpartition("/")[2]


def _check_cycles(structure: ProjectStructure, dependencies: Dependencies) -> Iterator[Finding]:
    cycles = tuple(find_cycles(list_loaded(structure)))
    for cycle in cycles:
        chain = " imports ".join(map(as_code_span, cycle))
        text = f"Files import each other in a circle: {chain}. Move what they share to a new file"
        or_types = "" if family_of(cycle[0]) == "go" else ", or import types alone (`types_only`)"
        yield make_finding("cycle", cycle[0], f"{text}{or_types}.")
    if cycles:
        return
    for cycle in find_cycles(group_by_package(dependencies)):
        chain = " imports ".join(as_code_span(folder or ".") for folder in cycle)
        files = [_find_crossing(dependencies, *pair) for pair in pairwise(cycle)]
        text = (
            f"Go packages import each other in a circle: {chain}, by {list_names(files)}. Move "
            "what they share to a new package."
        )
        yield make_finding("cycle", files[0], text)


def _find_crossing(dependencies: Dependencies, importer: str, source: str) -> str:
    """Find a file of one package of Go that imports another package."""
    return next(
        path
        for path in filter(is_package_code, dependencies)
        if folder_of(path) == importer and source in map(folder_of, dependencies[path])
    )


def _check_entry_point(
    structure: ProjectStructure, specification: Specification
) -> Iterator[Finding]:
    entry, paths = structure.entry_point, [file.path for file in structure.files]
    language = specification.language
    if not entry.strip():
        text = "The structure does not say which file starts the project. Name its path."
        yield make_finding("entry-point", "", text)
    elif entry not in paths:
        text = (
            f"The project is to start with {as_code_span(entry)}, which is no file of the "
            f"structure.{suggest_name(entry, paths)} Plan that file, or name another."
        )
        yield make_finding("entry-point", entry, text)
    elif family_of(entry) != FAMILY[language]:
        text = f"The project cannot start with it: it is no {LANGUAGE_NAME[language]} code."
        yield make_finding("entry-point", entry, f"{text} Name a file of code.")
    elif is_test(entry):
        text = "The project cannot start with a test. Name the file that starts the program."
        yield make_finding("entry-point", entry, text)


def _check_reach(
    structure: ProjectStructure, specification: Specification, dependencies: Dependencies
) -> Iterator[Finding]:
    """Find code that nothing leads to, or nothing but tests."""
    if structure.entry_point not in dependencies:
        return
    tests = [path for path in dependencies if is_test(path)]
    loaded = [path for path in dependencies if LOADED_BY_NAME.search(path)]
    tested = find_reached(dependencies, [path for path in tests if _is_started(path)])
    # What users of a library import need not be reached from its first module.
    offered = tested if specification.kind == "library" else ()
    used = find_reached(dependencies, [structure.entry_point, *loaded, *offered])
    for path in dependencies:
        if not family_of(path) or path in used or (path in tested and is_test(path)):
            continue
        if path in tested:
            text = (
                f"Only tests import it; {as_code_span(structure.entry_point)} does not lead to it. "
                "Import it where it is used, or leave it out."
            )
            # It may be what users ask the service with.
            blocks = specification.kind != "service"
            yield replace(make_finding("unreached", path, text), blocks=blocks)
        else:
            text = "No other file imports it. Import it where it is used, or leave it out."
            yield make_finding("unreached", path, text)


def _is_started(path: str) -> bool:
    """Tell whether a runner starts the file, whichever language it is in."""
    return any(runs_as_test(path, language) for language in LANGUAGE_NAME)


def _check_tests(structure: ProjectStructure, specification: Specification) -> Iterator[Finding]:
    language = specification.language
    if not any(runs_as_test(file.path, language) for file in structure.files):
        example = as_code_span(TEST_NAMES[language])
        text = f"The structure has no test that would be run. Plan one, such as {example}."
        yield make_finding("no-tests", "", text)
    for file in structure.files:
        if is_test(file.path) and file.path.endswith(".go") and not HELPS_TESTS.search(file.path):
            text = "Go runs no test of this name. Let it end with `_test.go`."
            yield make_finding("test-name", file.path, text)


def _check_manifests(
    structure: ProjectStructure, specification: Specification
) -> Iterator[Finding]:
    paths = {file.path for file in structure.files}
    names = {_name_of(path) for path in paths}
    for choices in MANIFESTS[specification.language]:
        if names.isdisjoint(choices):
            what = as_code_span(choices[0])
            text = f"The structure has no {what}, without which nothing is installed. Plan it."
            yield make_finding("manifest", choices[0], text)


def _check_libraries(
    structure: ProjectStructure, specification: Specification
) -> Iterator[Finding]:
    declared = {_fold_library(library.name): library for library in specification.libraries}
    for file in structure.files:
        for name in dict.fromkeys(file.libraries):
            library = declared.get(_fold_library(name))
            if library is None:
                text = _explain_undeclared(name, specification)
                yield make_finding("library", file.path, text)
            elif library.is_dev and _is_shipped(file):
                text = (
                    f"It uses {as_code_span(name)}, which is only for development. Declare it for "
                    "use, or use it in tests alone."
                )
                yield make_finding("library", file.path, text)


def _explain_undeclared(name: str, specification: Specification) -> str:
    names = [library.name for library in specification.libraries]
    return (
        f"It uses {as_code_span(name)}, which the specification does not name among its libraries."
        f"{suggest_name(name, names)} Use what is named, or leave it out."
    )


def _fold_library(name: str) -> str:
    return strip_version(name).casefold().replace("_", "-")


def _is_shipped(file: ProjectFile) -> bool:
    is_code = bool(family_of(file.path))
    return is_code and not is_test(file.path) and not LOADED_BY_NAME.search(file.path)


def _check_outline(structure: ProjectStructure, specification: Specification) -> Iterator[Finding]:
    """Find what people approved and the structure has not."""
    paths = [file.path for file in structure.files]
    for outline in specification.files:
        path = outline.path.removeprefix("./")
        is_folder = path.endswith("/")
        if not any(each.startswith(path) if is_folder else each == path for each in paths):
            text = (
                f"The specification names it, and the structure has no such file."
                f"{suggest_name(path, paths)} Plan it."
            )
            yield make_finding("outline", outline.path, text)
