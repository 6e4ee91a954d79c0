"""A project that is made from a wish: its specification, its files, and how it is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ProjectLanguage = Literal["python", "typescript", "javascript", "go"]
ProjectKind = Literal["command", "service", "library"]
BuildStepName = Literal["init", "install", "generate", "compile", "execute", "check"]


@dataclass(frozen=True, slots=True)
class Library:
    """A package that the project depends on, by its name in the registry.

    The version, the licence and the day of its last release (ISO 8601) are empty until looked up.
    """

    name: str
    why: str
    version: str = ""
    licence: str = ""
    released: str = ""
    is_dev: bool = False  # only for building and testing


@dataclass(frozen=True, slots=True)
class FileOutline:
    """A file, or a folder with a slash at its end, and what it is for."""

    path: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Specification:
    """What is going to be built, as people approve it (`docs/spec.md`)."""

    title: str
    overview: str  # Markdown: paragraphs
    language: ProjectLanguage
    runtime: str  # such as "Python 3.11"
    kind: ProjectKind = "command"
    libraries: tuple[Library, ...] = ()
    features: tuple[str, ...] = ()
    files: tuple[FileOutline, ...] = ()
    details: tuple[str, ...] = ()  # of the implementation
    licence: str = ""


@dataclass(frozen=True, slots=True)
class FileImport:
    """What a file takes from another file of the project.

    The names are those that the other exports. In Go, files of one package use each other's names
    without an import statement; they are listed all the same. `types_only` is an import that is
    gone when the program runs: TypeScript's `import type`, Python's under `TYPE_CHECKING`.
    """

    path: str
    names: tuple[str, ...]
    types_only: bool = False


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A file to be written: what it does, what it exports, and what it takes from others.

    `libraries` are those of the specification that it uses, by their names there.
    """

    path: str
    description: str
    exports: tuple[str, ...] = ()
    imports: tuple[FileImport, ...] = ()
    libraries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectStructure:
    """Every file of a project. `entry_point` is the one that starts it, or that others import."""

    files: tuple[ProjectFile, ...]
    entry_point: str


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One step of the workflow: its command, the steps that it needs, and what proves it.

    A step whose work the bot does itself, as "generate", has no command. `proof` is a sentence for
    people; where `expected_output` is given, it must stand in what the command prints.

    A command that starts a service runs until the service has answered at `url`, and is ended then.
    """

    name: BuildStepName
    command: str
    needs: tuple[BuildStepName, ...] = ()
    proof: str = ""
    expected_output: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class BuildWorkflow:
    """How a project comes to be and is proved: the steps, each once."""

    steps: tuple[BuildStep, ...]
