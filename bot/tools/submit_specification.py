"""Tool `submit_specification`: say what is going to be built, before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from bot.ports import PackageIndex
from bot.project import LICENCE_FILE, check_structure, name_licence
from bot.text.amounts import count_noun
from bot.tools.session import ToolSession
from bot.tools.tool import Prose, RepoPath, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import Package
from bot.values.making import SPECIFICATION_PATH, WORKFLOW_PATH
from bot.values.project import FileOutline, Library, ProjectFile, ProjectStructure, Specification

Name = Annotated[str, Field(min_length=1, max_length=200)]
INDEX_KINDS = {"python": "python", "typescript": "node", "javascript": "node", "go": "go"}
NOT_LOOKED_UP = "(it could not be looked up)"
OWN_PLACES = (SPECIFICATION_PATH, WORKFLOW_PATH, "docs/")
MAX_LOOKUPS = 8  # at a time


class LibraryInput(ToolInput):
    """A package that the project depends on."""

    name: Name = Field(description="Its name in the registry.")
    why: Prose = Field(min_length=1, description="What it is for, in a few words.")
    is_dev: bool = Field(
        default=False, description="True for what only building and testing needs."
    )


class FileOutlineInput(ToolInput):
    """A file or a folder."""

    path: RepoPath = Field(description="A path; that of a folder ends with a slash.")
    purpose: Prose = Field(min_length=1, description="What it is for, in a few words.")


class SubmitSpecificationInput(ToolInput):
    """Say what is going to be built. The person reads it and approves it, or says what shall be
    different; call it again then. Each library is looked up; the answer says which are not there.
    """

    title: Name = Field(description="The name of the project, as a heading.")
    overview: Prose = Field(
        min_length=1, description="What it does and for whom, and how it is built: two paragraphs."
    )
    language: Literal["python", "typescript", "javascript", "go"]
    runtime: Name = Field(description="Such as `Python 3.11`: one that the machine has.")
    kind: Literal["command", "service", "library"] = Field(
        description="What is started: a command of the terminal, a service of the web, or nothing."
    )
    libraries: list[LibraryInput] = Field(
        default_factory=list,
        max_length=40,
        description="Only what the standard library does not do well.",
    )
    features: list[Prose] = Field(
        min_length=1, max_length=40, description="What a user can do, a sentence each."
    )
    files: list[FileOutlineInput] = Field(
        min_length=1, max_length=100, description="The tree of files as it is going to be."
    )
    details: list[Prose] = Field(
        default_factory=list,
        max_length=40,
        description="How it is built: storage, formats, limits, how mistakes of users are told.",
    )
    licence: str = Field(
        "", max_length=40, description="The SPDX name of the licence, where the wish names one."
    )


def run(session: ToolSession, arguments: SubmitSpecificationInput) -> str:
    """Take the specification with what the registry says of its libraries."""
    if session.project.is_approved:
        raise ToolRefusal(
            "The specification was approved and stands. What the work shows to be different is "
            "planned with `submit_structure`."
        )
    named = [Library(**library.model_dump()) for library in arguments.libraries]
    specification = Specification(
        arguments.title,
        arguments.overview,
        arguments.language,
        arguments.runtime,
        arguments.kind,
        _look_up(session.ports.checkers.index, arguments.language, named),
        tuple(arguments.features),
        tuple(FileOutline(file.path, file.purpose) for file in arguments.files),
        tuple(arguments.details),
        arguments.licence,
    )
    specification = replace(specification, files=tuple(_list_writable(specification)))
    session.making = replace(session.project, specification=specification)
    libraries = count_noun(len(specification.libraries), "library", "libraries")
    return f"The specification is complete, with {libraries}. The person is shown it now."


def _list_writable(specification: Specification) -> Iterator[FileOutline]:
    """List the files without those that tools make, such as locks, and those of the bot: nobody
    need plan them.
    """
    has_licence = bool(name_licence(specification))
    for outline in specification.files:
        if has_licence and LICENCE_FILE.fullmatch(outline.path):
            continue
        inside = f"{outline.path}a" if outline.path.endswith("/") else outline.path
        alone = ProjectStructure((ProjectFile(inside, outline.purpose),), inside)
        findings = check_structure(alone, specification)
        is_writable = not any(finding.rule == "path" for finding in findings)
        if is_writable and outline.path not in OWN_PLACES:
            yield outline


def _look_up(
    index: PackageIndex | None, language: str, libraries: Sequence[Library]
) -> tuple[Library, ...]:
    """Fill in what the registry says of each. Raises ToolRefusal for those that it does not have.

    Of one that could not be looked up it is said.
    """
    kind = INDEX_KINDS[language]

    def look(library: Library) -> Package | None:
        return index.look(kind, library.name) if index else None

    with ThreadPoolExecutor(MAX_LOOKUPS) as pool:
        packages = list(pool.map(look, libraries))
    pairs = list(zip(libraries, packages, strict=True))
    missing = [library.name for library, package in pairs if package and not package.exists]
    if missing:
        raise ToolRefusal(
            f"The registry has no {', '.join(missing)}. Name packages that exist, by their exact "
            "names there, or do without."
        )
    return tuple(_fill_in(library, package) for library, package in pairs)


def _fill_in(library: Library, package: Package | None) -> Library:
    if package is None:
        return replace(library, why=f"{library.why.strip()} {NOT_LOOKED_UP}")
    return replace(
        library, version=package.version, licence=package.licence, released=package.released
    )


SUBMIT_SPECIFICATION = Tool("submit_specification", SubmitSpecificationInput, run)
