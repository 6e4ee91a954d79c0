"""Check the names that planned files export and take from each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from bot.project.findings import list_names, make_finding, suggest_name
from bot.project.import_graph import Dependencies, find_needed, folder_of, list_dependencies
from bot.project.languages import family_of, find_name, is_name, is_test
from bot.text import as_code_span
from bot.values import Finding
from bot.values.project import FileImport, ProjectFile, ProjectStructure

DEFAULT_EXPORT = "default"  # JavaScript's, which each importer names as it likes
EVERYTHING = frozenset({"*", "all", "everything"})


def check_planned_names(structure: ProjectStructure) -> Iterator[Finding]:
    """Find exports that cannot be, and imports of what no file exports."""
    files = {file.path: file for file in structure.files}
    for file in structure.files:
        yield from _check_exports(file)
        yield from _check_imports(file, files, structure.entry_point)
    yield from _check_defined_twice(structure)


# --- exports --------------------------------------------------------------------------------------


def _check_exports(file: ProjectFile) -> Iterator[Finding]:
    if file.exports and not family_of(file.path):
        text = (
            f"It exports {list_names(file.exports)}, but such a file defines no names. Leave the "
            "exports out, or plan a file of code."
        )
        yield make_finding("export-name", file.path, text)
        return
    for name, count in Counter(file.exports).items():
        if problem := _explain_bad_name(name, file.path):
            yield make_finding("export-name", file.path, f"It exports {problem}")
        elif count > 1:
            text = f"It exports {as_code_span(name)} {count} times. List the name once."
            yield make_finding("duplicate-export", file.path, text)


def _explain_bad_name(name: str, path: str) -> str:
    """Say what is wrong with a name in its file's language, and what to write; empty if nothing."""
    if is_name(name, path) or (name == DEFAULT_EXPORT and family_of(path) == "script"):
        return ""
    meant = find_name(name, path)
    advice = f"Write {as_code_span(meant)}." if meant else "Give it a name of the language."
    shown = as_code_span(name) if name.strip() else "something without a name"
    return f"{shown}, which is no name that the file can define. {advice}"


def _check_defined_twice(structure: ProjectStructure) -> Iterator[Finding]:
    """Find one name that two files define, where a reader or the compiler takes it for one thing.

    In Go that is any name of a package; elsewhere a type's that neither file has from the other.
    """
    dependencies = list_dependencies(structure)
    owners: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for file in structure.files:
        for name in dict.fromkeys(file.exports):
            if family_of(file.path) == "go":
                owners[folder_of(file.path), name].append(file.path)
            elif name[:1].isupper() and not is_test(file.path):
                owners["", name].append(file.path)
    for (_, name), paths in owners.items():
        path, *others = _drop_reexports(paths, dependencies)
        if others:
            text = (
                f"It defines {as_code_span(name)}, as {list_names(others)} does too. Define it in "
                "one file, and import it in the other."
            )
            yield make_finding("defined-twice", path, text)


def _drop_reexports(paths: Sequence[str], dependencies: Dependencies) -> list[str]:
    """Keep the files that do not have the name from another of them."""
    if all(family_of(path) == "go" for path in paths):
        return list(dict.fromkeys(paths))
    return [
        path for path in dict.fromkeys(paths) if not _leads_to_other(path, paths, dependencies)
    ] or list(paths[:1])


def _leads_to_other(path: str, paths: Sequence[str], dependencies: Dependencies) -> bool:
    reached = find_needed(dependencies, dependencies[path])
    return any(source != path and source in reached for source in paths)


# --- imports --------------------------------------------------------------------------------------


def _check_imports(
    file: ProjectFile, files: Mapping[str, ProjectFile], entry_point: str
) -> Iterator[Finding]:
    sources: defaultdict[str, list[str]] = defaultdict(list)
    for path, count in Counter(each.path for each in file.imports).items():
        if count > 1:
            text = f"It lists its import of {as_code_span(path)} {count} times. Join them to one."
            yield make_finding("duplicate-import", file.path, text)
    for each in file.imports:
        for name in dict.fromkeys(each.names):
            sources[name].append(each.path)
        if problem := _explain_bad_source(file, each, files, entry_point):
            yield make_finding("import-path", file.path, problem)
        else:
            yield from _check_imported_names(file, each, files)
    for name, paths in sources.items():
        if len(set(paths)) > 1 and name != DEFAULT_EXPORT and family_of(file.path) != "go":
            text = (
                f"It takes {as_code_span(name)} from both {list_names(dict.fromkeys(paths))}. "
                "Take it from one of them."
            )
            yield make_finding("ambiguous-import", file.path, text)


def _explain_bad_source(
    file: ProjectFile, each: FileImport, files: Mapping[str, ProjectFile], entry_point: str
) -> str:
    """Say why the file cannot import from that path, and what to do; empty when it can."""
    path, shown = each.path, as_code_span(each.path)
    if path == file.path:
        return "It imports itself. Drop that import."
    if path not in files:
        return (
            f"It imports {_name_first(each)}from {shown}, which is no file of the structure."
            f"{suggest_name(path, files) or _suggest_owner(each.names, files)} Plan that file, or "
            "drop the import; what comes from a library is named under its libraries."
        )
    if is_test(path) and not is_test(file.path):
        return f"It imports {shown}, which belongs to the tests. Move what both need to the code."
    if path.endswith("/__main__.py"):
        return f"It imports {shown}, which would run the program. Import what that file imports."
    if family_of(path) == "go" == family_of(file.path):
        return _explain_bad_package(file.path, path, entry_point)
    return ""


def _name_first(each: FileImport) -> str:
    return f"{as_code_span(each.names[0])} " if each.names else ""


def _suggest_owner(names: Collection[str], files: Mapping[str, ProjectFile]) -> str:
    """Say which file exports the names; "" when none does."""
    for file in files.values():
        if names and set(names) <= set(file.exports):
            return f" They are exported by {as_code_span(file.path)}."
    return ""


def _explain_bad_package(importer: str, path: str, entry_point: str) -> str:
    """Say why Go does not let a file use names of another; empty when it does."""
    shown = as_code_span(path)
    folder, own_folder = folder_of(path), folder_of(importer)
    if path.endswith("_test.go") and folder != own_folder:
        return f"It imports {shown}, but Go compiles tests only for their own package. Move it."
    if folder == own_folder:
        return ""
    if _is_main(path, entry_point):
        return (
            f"It imports {shown}, which is of the program's package `main`, and that cannot be "
            "imported. Move what both need to a package of its own."
        )
    parent, internal, _ = f"/{folder}/".partition("/internal/")
    if internal and not f"/{own_folder}/".startswith(f"{parent}/"):
        return (
            f"It imports {shown}, which only files under {as_code_span(parent.strip('/') or '.')} "
            "may. Move it out of `internal`, or the importer under that folder."
        )
    return ""


def _is_main(path: str, entry_point: str) -> bool:
    """Tell whether a Go file is of a package `main`, as its name or the entry beside it says."""
    beside = entry_point.endswith("main.go") and folder_of(path) == folder_of(entry_point)
    return beside or path.rpartition("/")[2] == "main.go"


def _check_imported_names(
    file: ProjectFile, each: FileImport, files: Mapping[str, ProjectFile]
) -> Iterator[Finding]:
    source, shown = files[each.path], as_code_span(each.path)
    if not each.names and source.exports:
        text = f"It does not say what it takes from {shown}. Name what it uses of its exports."
        yield make_finding("import-name", file.path, text)
    for name, count in Counter(each.names).items():
        if count > 1:
            text = f"It takes {as_code_span(name)} from {shown} {count} times. List the name once."
            yield make_finding("duplicate-import", file.path, text)
        if problem := _explain_bad_import(file, name, source, files):
            yield make_finding("import-name", file.path, problem)


def _explain_bad_import(
    file: ProjectFile, name: str, source: ProjectFile, files: Mapping[str, ProjectFile]
) -> str:
    """Say why a name cannot be taken from that file, and what to do; empty when it can."""
    shown = as_code_span(source.path)
    if name in EVERYTHING and name not in source.exports:
        return f"It takes everything from {shown}. Name what it uses of its exports."
    if name not in source.exports:
        return (
            f"It takes {as_code_span(name)} from {shown}, which does not export it."
            f"{suggest_name(name, source.exports) or _suggest_owner([name], files)} Export it "
            "there, or drop it here."
        )
    crosses = folder_of(source.path) != folder_of(file.path)
    if family_of(source.path) == "go" and crosses and not name[:1].isupper():
        return (
            f"It takes {as_code_span(name)} from {shown}, but Go keeps names that begin with a "
            "small letter in their package. Spell it with a capital in both files."
        )
    return ""
