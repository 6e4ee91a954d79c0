"""Make the set-up that the checks of a job need: its own, and what it takes for granted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.checks.command_roles import list_bare_words
from bot.checks.command_wrappers import unwrap
from bot.checks.job_checks import FolderCommand, JobCheck, JobPlan, write_in_folders
from bot.checks.manifest_plans import Repository, list_missing_setup
from bot.checks.missing_tools import find_missing_tools
from bot.checks.programs import list_programs
from bot.checks.python_versions import DEFAULT, choose_python
from bot.checks.runner_setup import ONE_TIME, PreparedCommand
from bot.checks.setup_inputs import list_inputs
from bot.checks.shell_lines import join_folder, split_words
from bot.checks.task_files import list_targets, read_recipe
from bot.values import ProjectSetup

NODE = frozenset({"npm", "npx", "pnpm", "yarn", "bun", "bunx", "node"})
OTHER_LANGUAGES = frozenset({"go", "cargo", "java", "mvn", "cmake", "ruby", "php", "elixir"})
OWN_ENVIRONMENTS = frozenset({"uv", "tox", "nox", "hatch"})
NODE_INSTALL = re.compile(r"\b(?:npm|pnpm|yarn|bun)\b")
PYTHON_INSTALL = re.compile(r"\b(?:pip|uv|poetry|pdm|pipenv|hatch)\b")


@dataclass(frozen=True, slots=True)
class SetupMaker:
    """Makes set-ups of the jobs of one repository."""

    repository: Repository
    runs_scripts: bool = False

    def make(self, plan: JobPlan, prepared: Sequence[PreparedCommand]) -> tuple[ProjectSetup, ...]:
        """Make the set-up of a plan whose checks are prepared; empty where they need none."""
        commands = self._list_commands(plan, prepared)
        called = self._expand_all([check.place for check in plan.checks])
        missing = find_missing_tools(self._expand_all(commands), called, self.repository)
        managers = [FolderCommand(text, "") for text in missing.managers]
        packages = [FolderCommand(text, "") for text in missing.packages]
        commands = [*managers, *commands, *packages]
        if not commands and not missing.programs:
            return ()
        folders = {command.folder for command in commands}
        folder = next(iter(folders)) if len(folders) == 1 else ""
        programs = self._list_programs(commands, folder, missing.programs)
        if "uv" in programs:
            commands = [*self._lock_anew(folders), *commands]
        if folder:
            commands = [replace(command, folder="") for command in commands]
        lines = tuple(dict.fromkeys(write_in_folders(commands)))
        inputs = list_inputs(lines, folder, self.repository.paths)
        source = plan.source or next((check.source for check in plan.checks), "")
        return (ProjectSetup(lines, inputs, programs, folder, source, self.runs_scripts),)

    def _lock_anew(self, folders: Iterable[str]) -> list[FolderCommand]:
        """Have uv write its locks anew, with the same versions: they name files of an index that is
        not reached from the sandbox.
        """
        locked = [
            folder
            for folder in sorted(folders)
            if f"{folder}/uv.lock".lstrip("/") in self.repository.paths
        ]
        return [FolderCommand("uv lock", folder) for folder in locked]

    def _list_commands(
        self, plan: JobPlan, prepared: Sequence[PreparedCommand]
    ) -> list[FolderCommand]:
        """List the plan's own commands, and those that its checks need before they run."""
        commands = list(plan.setup)
        own = " ".join(self._expand(command) for command in commands)
        for check, each in zip(plan.checks, prepared, strict=True):
            folder = check.place.folder
            for language in _list_languages(check, own):
                for text in list_missing_setup(self.repository, folder, language):
                    commands.append(FolderCommand(text, folder))
                    own += f" {text}"
            for text in each.setup:
                if not _is_covered(text, own):
                    commands.append(FolderCommand(text, folder, check.place.environment))
                    own += f" {text}"
        return commands

    def _list_programs(
        self, commands: Sequence[FolderCommand], folder: str, tools: Sequence[str]
    ) -> tuple[str, ...]:
        """List what the machine must have; where no command tells, the manifests do. Of several
        Pythons, the one that the project asks for.
        """
        lines = [line for command in commands for line in self._expand(command).splitlines()]
        programs = list_programs([*lines, *tools])
        if not programs:
            has_package = f"{folder}/package.json".lstrip("/") in self.repository.paths
            programs = ("npm",) if has_package else (DEFAULT,)
        wanted = self.repository.read_python_versions(folder)
        python = choose_python(wanted, self.repository.machine) or DEFAULT
        chosen = [python if program == DEFAULT else program for program in programs]
        return tuple(dict.fromkeys((*chosen, *tools)))

    def _expand_all(self, commands: Iterable[FolderCommand]) -> list[FolderCommand]:
        """List what commands run, a line each, with what stands in targets and scripts."""
        return [
            FolderCommand(line.strip(), command.folder)
            for command in commands
            for line in self._expand(command).splitlines()
        ]

    def _expand(self, command: FolderCommand) -> str:
        """Write a command with what the target or script runs that it calls."""
        texts = self.repository.texts
        words = list_bare_words(command.text)
        recipe: tuple[str, ...] = ()
        if words[:1] in (("make",), ("just",)):
            first = next(iter(list_targets(command.folder, texts)), "")
            recipe = read_recipe(words[1] if len(words) > 1 else first, command.folder, texts)
        path = join_folder(command.folder, words[0]) if words else None
        return "\n".join([command.text, *recipe, texts.get(path or "", "")])


def _list_languages(check: JobCheck, own: str) -> list[str]:
    """List the languages whose packages a check needs and its job installs none of."""
    wrapped = unwrap(split_words(check.place.text))
    names = {*wrapped.words[:1], *(name[0] for name in wrapped.wrappers)}
    if NODE.intersection(names):
        return [] if NODE_INSTALL.search(own) else ["node"]
    programs = list_programs([check.place.text])
    if OTHER_LANGUAGES.intersection(programs) or OWN_ENVIRONMENTS.intersection(names):
        return []
    if wrapped.wrappers[:1] and wrapped.wrappers[0] in ONE_TIME:
        return []
    return [] if PYTHON_INSTALL.search(own) else ["python"]


def _is_covered(text: str, own: str) -> bool:
    """Tell whether a job's own commands do already what a command would."""
    if text in own:
        return True
    if not text.startswith("uv sync --inexact"):
        return False
    options = [word for word in split_words(text)[3:] if word not in ("--locked", "--frozen")]
    return "uv sync" in own and all(option in own for option in options)
