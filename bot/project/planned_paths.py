"""Check the paths of planned files: safe, unambiguous, and importable in their language."""

from __future__ import annotations

import posixpath
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from bot.edits.paths import normalize_path, path_refusal
from bot.gates.odd_paths import check_new_paths, explain_odd_path
from bot.gates.packages.package_names import ALIASES
from bot.project.declared_libraries import strip_version
from bot.project.findings import list_names, make_finding
from bot.project.import_graph import folder_of
from bot.project.languages import family_of, is_python_name, is_test, runs_as_test
from bot.project.python_source import SOURCE_FOLDERS
from bot.text import as_code_span
from bot.values import Finding
from bot.values.making import OWN_FILES, OWN_FOLDER
from bot.values.project import ProjectFile, ProjectStructure, Specification

MAX_FILES = 200
TOOLS_FOLDERS = "node_modules dist build target venv .venv __pycache__ site-packages .git coverage"
FOREIGN_FOLDERS = frozenset(TOOLS_FOLDERS.split())
LOCK_FILE = re.compile(
    r"^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|[\w-]+\.lock)$"
)
BINARY = re.compile(
    r"\.(?:png|jpe?g|gif|ico|webp|pdf|zip|gz|tar|woff2?|ttf|otf|mp[34]|exe|dll|so|pyc|db|sqlite3?"
    r"|class|jar|wasm|whl)$",
    re.IGNORECASE,
)
SECRET_FILE = re.compile(r"^\.env(?!\.(?:example|sample|template)$)|^id_(?:rsa|ed25519)$|\.pem$")
# Go leaves such files out on other systems than the one that is named.
GO_SYSTEM = re.compile(
    r"_(?:linux|windows|darwin|freebsd|netbsd|openbsd|plan9|solaris|android|ios|js|unix|wasip1"
    r"|amd64|arm|arm64|386|wasm|riscv64|ppc64|s390x|mips)(?:_test)?\.go$"
)
SCRIPT_SUFFIX = re.compile(r"(?:/index)?(?:\.d)?\.[cm]?[jt]sx?$")


def check_planned_paths(
    structure: ProjectStructure, specification: Specification
) -> Iterator[Finding]:
    """Find paths that cannot be written, or that another file or module takes."""
    paths = [file.path for file in structure.files]
    if not paths:
        yield make_finding("no-files", "", "The structure has no file. List every file to write.")
    if len(paths) > MAX_FILES:
        text = (
            f"The structure has {len(paths):,} files; at most {MAX_FILES} are written at once. "
            "Plan a smaller first version."
        )
        yield make_finding("too-many-files", "", text)
    for path, count in Counter(paths).items():
        if count > 1:
            text = f"The file is listed {count} times. Join them to one."
            yield make_finding("duplicate-path", path, text)
        elif problem := _explain_bad_path(path):
            yield make_finding("path", path, problem)
    others = (path for path in OWN_FILES if path not in paths)
    for finding in check_new_paths(paths, (), (), others):
        if not explain_odd_path(finding.path):  # which was said already
            yield make_finding("path-collision", finding.path, finding.text)
    yield from _check_module_names(structure)
    yield from _check_shadowing(paths, specification)
    yield from _check_module_clash(paths)
    yield from _check_initializers(paths)
    yield from _check_test_modules(paths)


def _explain_bad_path(path: str) -> str:
    """Say why no file should be planned at a path, and what to do; empty when one may."""
    if reason := path_refusal(path):
        return f"The path cannot be written: {reason} Give a path inside the project."
    plain = posixpath.normpath(path.replace("\\", "/"))
    if plain != path:
        return f"The path is not written plainly. Write {as_code_span(plain)}."
    if reason := explain_odd_path(path):
        return f"{reason} Choose another name."
    if normalize_path(path).partition("/")[0] == OWN_FOLDER:
        return "Greenlit keeps its record of this run there. Move the file elsewhere."
    *folders, name = path.split("/")
    if foreign := FOREIGN_FOLDERS.intersection(folders):
        return (
            f"Tools make {as_code_span(min(foreign))}, and git leaves it out. Move the file "
            "elsewhere, or leave it out."
        )
    return _explain_unwritable_name(name)


def _explain_unwritable_name(name: str) -> str:
    if LOCK_FILE.search(name):
        return "The package manager writes this file. Leave it out."
    if BINARY.search(name):
        return "This is no text, so it cannot be written here. Leave it out, or plan it as text."
    if SECRET_FILE.search(name):
        return "Such a file holds secrets. Plan `.env.example` with the names alone."
    return ""


# --- names of modules -----------------------------------------------------------------------------


def _check_module_names(structure: ProjectStructure) -> Iterator[Finding]:
    imported = {each.path for file in structure.files for each in file.imports}
    for file in structure.files:
        match family_of(file.path):
            case "python" if reason := _explain_python_module(file, imported):
                yield make_finding("module-name", file.path, reason)
            case "go" if reason := _explain_go_file(file.path):
                yield make_finding("module-name", file.path, reason)


def _explain_python_module(file: ProjectFile, imported: Collection[str]) -> str:
    """Say why Python cannot import a file that others are to import, or that lies in a folder."""
    *folders, name = file.path.split("/")
    stem = name.rpartition(".")[0]
    names = [*_drop_root(folders), *([stem] if file.path in imported else [])]
    if all(is_python_name(part) for part in names):
        return ""
    bad = next(part for part in names if not is_python_name(part))
    good = re.sub(r"\W+", "_", bad).strip("_").lower()
    advice = f"Call it {as_code_span(good)}." if is_python_name(good) else "Choose another name."
    return f"Python cannot import {as_code_span(bad)}: it is no name of the language. {advice}"


def _drop_root(folders: list[str]) -> list[str]:
    return folders[1:] if folders and folders[0] in SOURCE_FOLDERS else folders


def _explain_go_file(path: str) -> str:
    *folders, name = path.split("/")
    if name.startswith(("_", ".")) or any(part.startswith(("_", ".")) for part in folders):
        return "Go ignores names that begin with `_` or a dot. Choose another name."
    if "testdata" in folders:
        return "Go compiles nothing under `testdata`. Move the file."
    if GO_SYSTEM.search(name):
        return (
            "By its name, Go compiles this file only for one system or processor. Choose another "
            "ending."
        )
    return ""


def _check_shadowing(paths: Iterable[str], specification: Specification) -> Iterator[Finding]:
    """Find top modules that hide one of Python's own, or a library's, from every import."""
    libraries = {_import_name(library.name): library.name for library in specification.libraries}
    modules: dict[str, str] = {}
    for path in paths:
        parts = _drop_root(path.split("/"))
        if family_of(path) == "python" and parts[0] not in ("tests", "test"):
            modules.setdefault(parts[0].removesuffix(".py"), path)
    for module, path in modules.items():
        hidden = ""
        if module in sys.stdlib_module_names:
            hidden = f"Python's own module {as_code_span(module)}"
        elif module in libraries:
            hidden = f"the library {as_code_span(libraries[module])}"
        if hidden:
            text = f"This hides {hidden}, so that nothing can import it. Choose another name."
            yield make_finding("shadowing", path, text)


def _import_name(library: str) -> str:
    """Return the name under which Python imports a library, as far as that is known."""
    plain = strip_version(library).lower()
    names = {installed: module for module, installed in ALIASES.items()}
    return names.get(plain, plain.replace("-", "_"))


def _check_module_clash(paths: Collection[str]) -> Iterator[Finding]:
    """Find files that an import cannot tell apart: `a.py` and `a/`, `a.ts` and `a/index.ts`."""
    modules: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        # Declarations stand beside the code that they declare, and nobody imports a test.
        if family_of(path) == "script" and not is_test(path) and ".d." not in path:
            modules.setdefault(SCRIPT_SUFFIX.sub("", path), []).append(path)
        elif path.endswith(".py"):
            folder = f"{path.removesuffix('.py')}/"
            inside = [inner for inner in paths if inner.startswith(folder)]
            modules[path] = [path, *(inner for inner in inside if family_of(inner) == "python")]
    for first, *others in modules.values():
        if others:
            text = f"An import cannot tell it from {list_names(others)}. Keep one, or rename one."
            yield make_finding("module-clash", first, text)


def _check_initializers(paths: Collection[str]) -> Iterator[Finding]:
    """Find folders of a package of Python that are left out of it when it is installed."""
    packages = {folder_of(path) for path in paths if path.endswith("/__init__.py")}
    folders = {folder_of(path): path for path in paths if path.endswith(".py")}
    for folder, path in folders.items():
        if folder not in packages and folder_of(folder) in packages and "/" in folder:
            missing = f"{folder}/__init__.py"
            text = (
                f"It is in a package, and {as_code_span(folder)} has no `__init__.py`, so that it "
                f"is left out of what is installed. Plan {as_code_span(missing)}."
            )
            yield make_finding("no-initializer", path, text)


def _check_test_modules(paths: Collection[str]) -> Iterator[Finding]:
    """Find tests of one name in folders that are no packages: pytest takes both for one."""
    first: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        name = path.rpartition("/")[2]
        is_packaged = f"{folder_of(path)}/__init__.py" in paths
        if not runs_as_test(path, "python") or is_packaged:
            continue
        earlier = first.setdefault(name, path)
        if earlier != path:
            text = (
                f"pytest cannot tell it from {as_code_span(earlier)}, which has the same name. "
                "Choose another."
            )
            yield make_finding("module-clash", path, text)
