"""Plan set-up and checks by the manifests of a repository, where no workflow tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.checks.check_commands import read_check_command
from bot.checks.command_roles import list_bare_words
from bot.checks.job_checks import FolderCommand, JobCheck, JobPlan
from bot.checks.node_manifests import list_node_checks, list_node_setup
from bot.checks.other_manifests import list_other_checks, list_target_checks
from bot.checks.pre_commit_hooks import list_hook_tools
from bot.checks.python_manifests import (
    PROJECT_FILES,
    FoundCheck,
    PythonProject,
    list_python_checks,
    list_python_setup,
)
from bot.checks.setup_inputs import OTHERS
from bot.values import Machine

MOST_FOLDERS = 6
MOST_DEPTH = 3
OTHER_PROJECTS = ("go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts")


@dataclass(frozen=True, slots=True)
class Repository:
    """The files of a repository, and the texts of those that tell of its checks."""

    paths: Sequence[str]
    texts: Mapping[str, str]
    machine: Machine

    def list_folders(self, *names: str) -> list[str]:
        """List the folders that hold one of these files: the root alone where it does, else the
        nearest ones.
        """
        folders = {
            path.rpartition("/")[0]
            for path in self.paths
            if path.rpartition("/")[2] in names and not OTHERS.search(path)
        }
        if "" in folders:
            return [""]
        near = [folder for folder in folders if folder.count("/") < MOST_DEPTH]
        return sorted(near, key=lambda folder: (folder.count("/"), folder))[:MOST_FOLDERS]

    def read_python_versions(self, folder: str) -> str:
        """Read which versions of Python a project in a folder asks for, or that at the root."""
        for place in dict.fromkeys((folder, "")):
            project = self.open_python(place)
            wanted = project.read_table("project").get("requires-python")
            wanted = wanted or project.read_table("tool", "poetry", "dependencies").get("python")
            if isinstance(wanted, str):
                return wanted
        return ""

    def open_python(self, folder: str) -> PythonProject:
        """Open a Python project in a folder, with paths relative to it."""
        prefix = f"{folder}/" if folder else ""
        paths = [path[len(prefix) :] for path in self.paths if path.startswith(prefix)]
        texts = {
            path[len(prefix) :]: text
            for path, text in self.texts.items()
            if path.startswith(prefix)
        }
        return PythonProject(paths, texts)


def plan_manifests(repository: Repository) -> list[JobPlan]:
    """Plan by the manifests of each language; by Makefiles where these tell of no test."""
    plans = [*_plan_hooks(repository), *_plan_python(repository), *_plan_node(repository)]
    plans += _plan_others(repository)
    _drop_repeated(plans)
    kinds = {check.command.kind for plan in plans for check in plan.checks}
    targets = list_target_checks("", repository.texts)
    if "test" not in kinds and targets:
        setup = [command for plan in plans for command in plan.setup]
        plans.append(_make_plan(repository, "", targets, setup))
    return [plan for plan in plans if plan.checks]


def _drop_repeated(plans: Sequence[JobPlan]) -> None:
    """Drop what an earlier plan checks with the same tool in the same folder."""
    known: set[tuple[str, ...]] = set()
    for plan in plans:
        own = [(each.place.folder, *list_bare_words(each.place.text)) for each in plan.checks]
        pairs = zip(plan.checks, own, strict=True)
        plan.checks = [check for check, words in pairs if words not in known]
        known.update(own)


def list_missing_setup(repository: Repository, folder: str, language: str) -> tuple[str, ...]:
    """List the set-up commands that a folder's manifests tell, for a job that has none."""
    if language == "node":
        if f"{folder}/package.json".lstrip("/") not in repository.paths:
            return ()
        return list_node_setup(folder, repository.paths, repository.texts, repository.machine)
    return list_python_setup(repository.open_python(folder))


def _plan_python(repository: Repository) -> Iterator[JobPlan]:
    names = (*PROJECT_FILES, "tox.ini", "manage.py", "pytest.ini", "noxfile.py")
    for folder in repository.list_folders(*names):
        project = repository.open_python(folder)
        setup = [FolderCommand(each, folder) for each in list_python_setup(project)]
        yield _make_plan(repository, folder, list_python_checks(project), setup)


def _plan_node(repository: Repository) -> Iterator[JobPlan]:
    for folder in repository.list_folders("package.json"):
        given = (folder, repository.paths, repository.texts)
        setup = [
            FolderCommand(each, folder) for each in list_node_setup(*given, repository.machine)
        ]
        yield _make_plan(repository, folder, list_node_checks(*given), setup)


def _plan_others(repository: Repository) -> Iterator[JobPlan]:
    for name in OTHER_PROJECTS:
        for folder in repository.list_folders(name):
            commands = list_other_checks(
                folder, [f"{folder}/{name}".lstrip("/"), *_wrappers(repository)]
            )
            yield _make_plan(repository, folder, commands, [])


def _plan_hooks(repository: Repository) -> Iterator[JobPlan]:
    tools = list_hook_tools(repository.texts)
    if tools:
        packages = " ".join(dict.fromkeys(tool.package for tool in tools))
        setup = [FolderCommand(f"pip install {packages}", "")]
        yield _make_plan(repository, "", [tool.check for tool in tools], setup)


def _wrappers(repository: Repository) -> list[str]:
    return [path for path in repository.paths if path.endswith("gradlew")]


def _make_plan(
    repository: Repository,
    folder: str,
    commands: Sequence[FoundCheck],
    setup: Sequence[FolderCommand],
) -> JobPlan:
    """Make a plan whose checks name their own sources."""
    plan = JobPlan("", folder.rpartition("/")[2], list(setup))
    for each in commands:
        command = read_check_command(each.command, folder, repository.texts)
        if command:
            source = each.source if not folder or "/" in each.source else f"{folder}/{each.source}"
            place = FolderCommand(each.command, folder)
            plan.checks.append(JobCheck(command, place, source=source))
    return plan
