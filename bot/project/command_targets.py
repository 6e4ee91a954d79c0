"""Check that the commands of a workflow run what is planned."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bot.project.build_commands import split_commands
from bot.project.declared_libraries import is_declared
from bot.project.findings import suggest_name
from bot.project.import_graph import folder_of
from bot.project.python_source import ROOTS, is_standard
from bot.text import as_code_span
from bot.values import Finding
from bot.values.project import BuildWorkflow, Library, ProjectStructure, Specification

FILE = re.compile(r"(?:\./)?(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.(?:py|[cm]?[jt]sx?|go|toml|cfg|txt)")
MADE_FOLDERS = re.compile(r"(?:^|/)(?:dist|build|out|bin|target|node_modules|\.?venv|coverage)/")
WRITES = frozenset(["-o", "--out", "--output", "--outfile", "--report", "--log-file", "-c"])
TOOLS = frozenset(["pip", "pytest", "coverage", "mypy", "ruff", "black", "flake8", "build"])
GO_PACKAGES = frozenset(["run", "build", "test", "vet", "install"])


def check_targets(
    workflow: BuildWorkflow, structure: ProjectStructure, specification: Specification
) -> Iterator[Finding]:
    """Find commands that run a file, a module or a folder that is not planned.

    The gate of every finding is "workflow"; its rule is the name of the step. What `init` runs may
    make files, and is let stand.
    """
    paths = frozenset(file.path for file in structure.files)
    for step in workflow.steps:
        if step.name == "init":
            continue
        for words in _split(step.command):
            for problem in _explain_targets(words, paths, specification.libraries):
                text = f"The command of {as_code_span(step.name)} {problem}"
                yield Finding("workflow", "", 0, text, rule=step.name)


def _split(command: str) -> list[list[str]]:
    try:
        return split_commands(command)
    except ValueError:  # of which `check_workflow` tells
        return []


def _explain_targets(
    words: Sequence[str], paths: Collection[str], libraries: Sequence[Library]
) -> Iterator[str]:
    for before, word in zip(["", *words], words, strict=False):
        path = word.removeprefix("./")
        is_read = FILE.fullmatch(word) and before not in WRITES and not MADE_FOLDERS.search(path)
        if is_read and path not in paths:
            yield (
                f"names {as_code_span(path)}, which is no file of the structure."
                f"{suggest_name(path, paths)} Plan that file, or name another."
            )
    if "-m" in words[:-1] and re.search(r"(?:^|/)python[\d.]*$", words[0]):
        yield from _explain_module(words[words.index("-m") + 1], paths, libraries)
    if words[:1] == ["go"] and words[1:2] and words[1] in GO_PACKAGES:
        yield from _explain_folders(words[2:], paths)


def _explain_module(
    module: str, paths: Collection[str], libraries: Sequence[Library]
) -> Iterator[str]:
    """Say why Python cannot run a module of this name."""
    inner = module.replace(".", "/")
    starts = [f"{root}/{inner}".lstrip("/") for root in ROOTS]
    if any(f"{start}.py" in paths or f"{start}/__main__.py" in paths for start in starts):
        return
    package = next((start for start in starts if _has_folder(start, paths)), "")
    if package:
        missing = as_code_span(f"{package}/__main__.py")
        yield f"runs {as_code_span(module)}, which has no {missing}. Plan that file."
    elif not _may_be_installed(module, libraries):
        yield (
            f"runs {as_code_span(module)}, which is no module of the structure and of no library "
            "of the specification. Run what is planned."
        )


def _has_folder(folder: str, paths: Collection[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in paths)


def _may_be_installed(module: str, libraries: Sequence[Library]) -> bool:
    is_tool = module.partition(".")[0] in TOOLS
    return is_tool or is_standard(module) or is_declared(module, "python", libraries)


def _explain_folders(words: Sequence[str], paths: Collection[str]) -> Iterator[str]:
    """Say which folders that Go is to compile hold no code."""
    folders = {folder_of(path) for path in paths if path.endswith(".go")}
    for word in words:
        folder = word.removeprefix("./").rstrip("/")
        is_folder = word.startswith("./") and "..." not in word and not FILE.fullmatch(word)
        if is_folder and folder not in {*folders, "."}:
            yield (
                f"compiles {as_code_span(word)}, where no Go code is planned."
                f"{suggest_name(folder, folders)} Name a folder of the structure."
            )
