"""Check written files against the structure that they were planned in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.project.declared_libraries import is_declared, name_package
from bot.project.findings import list_names, suggest_name
from bot.project.go_source import find_module_name, is_standard_go, read_go, resolve_go
from bot.project.import_graph import Dependencies, find_cycles, folder_of, group_by_package
from bot.project.languages import family_of, is_test
from bot.project.python_source import is_standard, read_python, resolve_python
from bot.project.script_source import read_script, resolve_script
from bot.project.source_file import SourceFile, SourceImport
from bot.text import as_code_span
from bot.values import Finding
from bot.values.project import ProjectStructure, Specification

GATE = "written"


def check_written(
    structure: ProjectStructure, specification: Specification, files: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Find planned exports that are not defined, and imports that lead nowhere.

    `files` are the texts written so far, by path: what imports a file that is planned and not yet
    written is let stand, and so is what does not parse, of which the gate "syntax" tells. The gate
    of every finding is "written".
    """
    project = WrittenProject(structure, specification, files)
    return (
        *project.check_exports(),
        *project.check_imports(),
        *project.check_cycles(),
        *project.check_packages(),
    )


def read_source(path: str, text: str) -> SourceFile | None:
    """Read the names of a file; None where it is not code, or does not parse."""
    match family_of(path):
        case "python":
            return read_python(text)
        case "script":
            return read_script(path, text)
        case "go":
            return read_go(text)
        case _:
            return None


@dataclass(frozen=True)
class WrittenProject:
    """A project of which some files are written."""

    structure: ProjectStructure
    specification: Specification
    files: Mapping[str, str]

    @cached_property
    def sources(self) -> dict[str, SourceFile]:
        """The names of each written file."""
        read = {path: read_source(path, text) for path, text in self.files.items()}
        return {path: source for path, source in read.items() if source is not None}

    @cached_property
    def paths(self) -> frozenset[str]:
        """The paths that are planned or written."""
        return frozenset((*self.files, *(file.path for file in self.structure.files)))

    @cached_property
    def go_module(self) -> str:
        """The name of the project's module of Go."""
        return find_module_name(self.files.get("go.mod", ""))

    # --- exports ----------------------------------------------------------------------------------

    def check_exports(self) -> Iterator[Finding]:
        """Find planned names that a written file does not define, or keeps for itself."""
        for file in self.structure.files:
            source = self.sources.get(file.path)
            if source is None:
                continue
            for name in file.exports:
                if not source.offers(name):
                    yield _make_finding(file.path, 0, _explain_missing(name, source))

    # --- imports ----------------------------------------------------------------------------------

    def check_imports(self) -> Iterator[Finding]:
        """Find imports of neither a file, a declared library nor the standard library."""
        for path, source in self.sources.items():
            for each in source.imports:
                target = self._resolve(each.module, path)
                if target is None:
                    problem = self._explain_package(each.module, path)
                elif target == "":
                    shown = as_code_span(each.module)
                    problem = (
                        f"It imports {shown}, which is no file of the project. Import what is "
                        "planned, or plan that file."
                    )
                else:
                    problem = self._explain_names(each, target)
                if problem:
                    yield _make_finding(path, each.line, problem)

    def _resolve(self, module: str, importer: str) -> str | None:
        match family_of(importer):
            case "python":
                return resolve_python(module, importer, self.paths)
            case "script":
                return resolve_script(module, importer, self.paths)
            case _:
                return resolve_go(module, self.go_module, self.paths)

    def _explain_package(self, module: str, importer: str) -> str:
        """Say why a package cannot be imported; empty when it can."""
        family = family_of(importer)
        if family == "python" and is_standard(module):
            return ""
        if family == "go" and is_standard_go(module):
            return ""
        if is_declared(module, family, self.specification.libraries):
            return ""
        package = name_package(module, family)
        names = [library.name for library in self.specification.libraries]
        return (
            f"It imports {as_code_span(package)}, which is no file of the project, and the "
            f"specification does not name it among its libraries.{suggest_name(package, names)} "
            "Use what is named."
        )

    def _explain_names(self, each: SourceImport, target: str) -> str:
        """Say which names the target does not have; empty when it has all, or is not written."""
        names = () if "?" in each.module else each.names  # a bundler makes a value of the file
        missing = [name for name in names if name != "*" and not self._has(target, name)]
        if not missing:
            return ""
        offered = {name for source in self._sources_of(target) for name in source.exported}
        verb = "is not defined" if len(missing) == 1 else "are not defined"
        return (
            f"It takes {list_names(missing)} from {as_code_span(target)}, where that {verb}."
            f"{suggest_name(missing[0], offered)} Define it there, or use what is there."
        )

    def _sources_of(self, target: str) -> list[SourceFile]:
        """List the written files that an import of the target reads."""
        if not target.endswith("/"):
            return [self.sources[target]] if target in self.sources else []
        folder = target.rstrip("/")
        return [
            source
            for path, source in self.sources.items()
            if folder_of(path) == folder and not path.endswith("_test.go")
        ]

    def _has(self, target: str, name: str) -> bool:
        """Tell whether a target has a name, or may still get it."""
        folder = target if target.endswith("/") else target.removesuffix("__init__.py")
        if folder.endswith("/") and self._is_module(f"{folder}{name}"):
            return True
        if not self._is_written(target):
            return True
        is_code = bool(family_of(target)) or target.endswith("/")
        return not is_code or any(source.offers(name) for source in self._sources_of(target))

    def _is_module(self, path: str) -> bool:
        return f"{path}.py" in self.paths or any(each.startswith(f"{path}/") for each in self.paths)

    def _is_written(self, target: str) -> bool:
        """Tell whether all is written, and was read, that the target consists of."""
        if not target.endswith("/"):
            return target in self.sources
        folder = target.rstrip("/")
        parts = [path for path in self.paths if folder_of(path) == folder and family_of(path)]
        if not any(path.endswith(".go") for path in parts):
            return False  # a folder of Python without `__init__.py`
        return all(path in self.sources for path in parts if not path.endswith("_test.go"))

    # --- all files --------------------------------------------------------------------------------

    def check_cycles(self) -> Iterator[Finding]:
        """Find files, and packages of Go, that import each other while they are loaded."""
        dependencies: dict[str, tuple[str, ...]] = {}
        for path, source in self.sources.items():
            early = [each for each in source.imports if not self._is_late(each, path)]
            dependencies[path] = tuple(dict.fromkeys(self._list_loaded(early, path)))
        packages = group_by_package(dependencies)
        for cycle in [*find_cycles(packages), *find_cycles(_drop_go(dependencies))]:
            chain = " imports ".join(as_code_span(each or ".") for each in cycle)
            text = f"The code imports in a circle: {chain}. Move what they share to another file."
            yield _make_finding(cycle[0] if cycle[0] in self.sources else "", 0, text)

    def _is_late(self, each: SourceImport, importer: str) -> bool:
        """Tell whether an import is for later, or takes what TypeScript drops when it compiles."""
        target = self._resolve(each.module, importer) or ""
        source = self.sources.get(target)
        return each.is_late or (
            source is not None and bool(each.names) and source.types.issuperset(each.names)
        )

    def _list_loaded(self, imports: Iterable[SourceImport], importer: str) -> Iterator[str]:
        """List the written files that imports load, without what runs before in any case."""
        for each in imports:
            target = self._resolve(each.module, importer)
            if not target:
                continue
            if family_of(importer) == "go":
                folder = target.rstrip("/")
                yield from (path for path in self.sources if folder_of(path) == folder)
                continue
            for path in self._list_modules(target, each.names):
                if path in self.sources and path != importer:
                    yield path

    def _list_modules(self, target: str, names: Sequence[str]) -> Iterator[str]:
        """List the files that the names come from: those of a Python package may be its modules."""
        folder = target if target.endswith("/") else target.removesuffix("__init__.py")
        modules = {name: f"{folder}{name}.py" for name in names if folder.endswith("/")}
        known = [path for path in modules.values() if path in self.paths]
        yield from known
        if not target.endswith("/") and len(known) < max(1, len(names)):
            yield target

    def check_packages(self) -> Iterator[Finding]:
        """Find files of Go that name another package than those beside them."""
        names: dict[str, tuple[str, str]] = {}
        for path, source in self.sources.items():
            if not source.package:
                continue
            package = source.package.removesuffix("_test") if is_test(path) else source.package
            first, known = names.setdefault(folder_of(path), (path, package))
            if package != known:
                text = (
                    f"It is of package {as_code_span(package)}, and {as_code_span(first)} beside "
                    f"it of {as_code_span(known)}. A folder holds one package: name the same."
                )
                yield _make_finding(path, 1, text)


def _drop_go(dependencies: Dependencies) -> Dependencies:
    """Drop the files of Go: there packages import each other, and not files."""
    return {path: each for path, each in dependencies.items() if family_of(path) != "go"}


def _make_finding(path: str, line: int, text: str) -> Finding:
    return Finding(GATE, path, line, text)


def _explain_missing(name: str, source: SourceFile) -> str:
    shown = as_code_span(name)
    if name in source.defined:
        return f"It defines {shown} and does not export it, as it was planned to. Export it."
    if name == "default":
        return "It has no default export, as it was planned to. Add `export default`."
    return (
        f"It does not define {shown}, which it was planned to export."
        f"{suggest_name(name, source.exported)} Define it under that name."
    )
