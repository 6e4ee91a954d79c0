"""Put what jobs and manifests tell together: checks with names, each with the set-up it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.checks.check_commands import CheckCommand, read_check_command
from bot.checks.check_names import NameParts, name_checks
from bot.checks.command_roles import list_bare_words
from bot.checks.command_wrappers import unwrap
from bot.checks.job_checks import FolderCommand, JobCheck, JobPlan, write_in_folders
from bot.checks.manifest_plans import Repository, list_missing_setup
from bot.checks.missing_tools import list_missing_tools
from bot.checks.programs import explain_missing, explain_old_version, list_programs
from bot.checks.python_manifests import SCM_LINE, SCM_VERSION
from bot.checks.runner_setup import UV_OFFLINE, PreparedCommand, prepare_command, prepare_only
from bot.checks.setup_inputs import list_inputs
from bot.checks.shell_lines import join_folder, split_words
from bot.checks.task_files import list_targets, read_recipe
from bot.checks.workflow_jobs import OTHER_MACHINE
from bot.values import CheckKind, ProjectCheck, ProjectChecks, ProjectSetup

Setups = tuple[ProjectSetup, ...]
MOST_CHECKS = 40
MOST_LEFT_OUT = 40
KINDS: tuple[CheckKind, ...] = ("test", "lint", "types", "build", "format")
NODE = frozenset({"npm", "npx", "pnpm", "yarn", "bun", "bunx", "node"})
OTHER_LANGUAGES = frozenset({"go", "cargo", "java", "mvn", "cmake", "ruby", "php", "elixir"})


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check without its name, and what it can be named by."""

    check: ProjectCheck
    parts: NameParts


def assemble_checks(
    plans: Sequence[JobPlan], repository: Repository, *, runs_scripts: bool = False
) -> ProjectChecks:
    """Make checks of plans: the first of equal ones counts."""
    assembler = _Assembler(repository, runs_scripts)
    named: dict[tuple[object, ...], NamedCheck] = {}
    for plan in plans:
        for each in assembler.assemble(plan):
            key = (each.check.commands, each.check.folder)
            known = named.get(key)
            if known is None or (known.check.obstacle and not each.check.obstacle):
                named[key] = each
    chosen, elsewhere = _drop_elsewhere(list(named.values()))
    chosen = chosen[:MOST_CHECKS]
    chosen.sort(key=lambda each: (bool(each.check.obstacle), KINDS.index(each.check.kind)))
    checks = _share_setups([each.check for each in chosen])
    names = name_checks([each.parts for each in chosen])
    checks = [replace(check, name=name) for check, name in zip(checks, names, strict=True)]
    sentences = [sentence for plan in plans for sentence in plan.left_out]
    left_out = dict.fromkeys([*sentences, *elsewhere])
    return ProjectChecks(tuple(checks), list_setups(checks), tuple(left_out)[:MOST_LEFT_OUT])


def _drop_elsewhere(named: Sequence[NamedCheck]) -> tuple[list[NamedCheck], list[str]]:
    """Drop what is for machines of other kinds, where a check of the same kind runs here; say so
    of its jobs.
    """
    runnable = {each.check.kind for each in named if not each.check.obstacle}
    kept = []
    dropped: list[str] = []
    for each in named:
        check = each.check
        if check.obstacle.startswith(OTHER_MACHINE) and check.kind in runnable:
            dropped.append(f"{check.source}: {check.obstacle[0].lower()}{check.obstacle[1:]}")
        else:
            kept.append(each)
    return kept, dropped


def list_setups(checks: Iterable[ProjectCheck]) -> tuple[ProjectSetup, ...]:
    """List the set-ups of checks, each once; those of checks that can run come first."""
    ordered = sorted(checks, key=lambda check: bool(check.obstacle))
    return tuple(dict.fromkeys(setup for check in ordered for setup in check.setups))


@dataclass(frozen=True, slots=True)
class _Assembler:
    repository: Repository
    runs_scripts: bool

    def assemble(self, plan: JobPlan) -> list[NamedCheck]:
        """Make the checks of one plan."""
        texts = self.repository.texts
        prepared = [
            prepare_command(each.place.text, each.place.folder, texts) for each in plan.checks
        ]
        setups = self._make_setups(plan, prepared)
        named = []
        for check, command in zip(plan.checks, prepared, strict=True):
            made = self._make_check(plan, check, command, setups)
            tool, is_blocked = check.command.tool, bool(made.obstacle)
            parts = NameParts(made.kind, made.folder, tool, plan.name, is_blocked)
            named.append(NamedCheck(made, parts))
            if formats := self._make_format(check, made):
                named.append(NamedCheck(formats, replace(parts, kind="format")))
        return named

    def _make_check(
        self, plan: JobPlan, check: JobCheck, prepared: PreparedCommand, setups: Setups
    ) -> ProjectCheck:
        """Make a check, with the builds before it."""
        place = check.place
        builds = [
            replace(build, text=prepare_command(build.text, build.folder, {}).text, environment={})
            for build in check.builds
        ]
        environment = {**place.environment, **prepared.environment}
        if any("uv " in line for setup in setups for line in setup.commands):
            environment |= UV_OFFLINE
        commands: tuple[str, ...] = (prepared.text,)
        folder = place.folder
        if builds:
            main = FolderCommand(prepared.text, place.folder)
            is_near = all(build.folder == folder for build in builds)
            commands = (*(build.text for build in builds), prepared.text)
            if not is_near:
                commands, folder = tuple(write_in_folders([*builds, main])), ""
        only = prepare_only(check.command.only) if check.command.only else ""
        if builds and only:
            only = " && ".join([*commands[:-1], only]) if folder == place.folder else ""
        needed = [program for setup in setups for program in setup.programs]
        programs = tuple(dict.fromkeys([*list_programs([*commands, check.command.text]), *needed]))
        return ProjectCheck(
            "",
            check.command.kind,
            commands,
            only,
            folder,
            environment,
            check.source or plan.source,
            check.obstacle or prepared.obstacle or self._explain_obstacle(programs, folder),
            setups,
        )

    def _make_format(self, check: JobCheck, made: ProjectCheck) -> ProjectCheck | None:
        """Make the check that mends what a check of the formatting finds."""
        text = check.command.formats
        if not text:
            return None
        prepared = prepare_command(text, check.place.folder, {})
        described = read_check_command(prepared.text, check.place.folder, {})
        only = described.only if isinstance(described, CheckCommand) else ""
        return replace(made, kind="format", commands=(prepared.text,), only=only)

    def _explain_obstacle(self, programs: Sequence[str], folder: str) -> str:
        machine = self.repository.machine
        if obstacle := explain_missing(programs, machine):
            return obstacle
        if "python3" not in programs:
            return ""
        wanted = _read_python_version(self.repository, folder)
        return explain_old_version("Python", "python3", wanted, machine)

    def _make_setups(
        self, plan: JobPlan, prepared: Sequence[PreparedCommand]
    ) -> tuple[ProjectSetup, ...]:
        """Make the set-up of a plan: its own commands, and those that its checks need before."""
        commands = list(plan.setup)
        own = " ".join(self._expand(command) for command in commands)
        for check, each in zip(plan.checks, prepared, strict=True):
            folder = check.place.folder
            for language in _list_languages(check, own):
                missing = list_missing_setup(self.repository, folder, language)
                commands += [FolderCommand(text, folder) for text in missing]
                own += " ".join(missing)
            for text in each.setup:
                if not _is_covered(text, own):
                    commands.append(FolderCommand(text, folder, check.place.environment))
                    own += f" {text}"
        if not commands and not plan.checks:
            return ()
        tools = list_missing_tools(plan, commands, self.repository)
        commands = [FolderCommand(text, "") for text in tools] + commands
        if not commands:
            return ()
        return (self._make_setup(plan, commands),)

    def _list_programs(self, commands: Sequence[FolderCommand], folder: str) -> tuple[str, ...]:
        """List what the machine must have; where no command tells, the manifests do."""
        lines = [line for command in commands for line in self._expand(command).splitlines()]
        programs = list_programs(lines)
        if programs:
            return programs
        has_package = f"{folder}/package.json".lstrip("/") in self.repository.paths
        return ("npm",) if has_package else ("python3",)

    def _expand(self, command: FolderCommand) -> str:
        """Write a command with what the target or script runs that it calls."""
        words = list_bare_words(command.text)
        targets = list_targets(command.folder, self.repository.texts)
        name = words[1] if len(words) > 1 else next(iter(targets), "")
        recipe: tuple[str, ...] = ()
        if words[:1] in (("make",), ("just",)):
            recipe = read_recipe(name, command.folder, self.repository.texts)
        path = join_folder(command.folder, words[0]) if words else None
        script = self.repository.texts.get(path or "", "")
        return "\n".join([command.text, *recipe, script])

    def _make_setup(self, plan: JobPlan, commands: Sequence[FolderCommand]) -> ProjectSetup:
        folders = {command.folder for command in commands}
        folder = folders.pop() if len(folders) == 1 else ""
        if folder:
            commands = [replace(command, folder="") for command in commands]
        lines = list(dict.fromkeys(write_in_folders(commands)))
        manifests = " ".join(
            text
            for path, text in self.repository.texts.items()
            if path.endswith((".toml", ".py", ".cfg"))
        )
        if SCM_VERSION.search(manifests):
            lines.insert(0, SCM_LINE)
        source = plan.source or next((check.source for check in plan.checks), "")
        return ProjectSetup(
            tuple(lines),
            list_inputs(lines, folder, self.repository.paths),
            self._list_programs(commands, folder),
            folder,
            source,
            self.runs_scripts,
        )


def _list_languages(check: JobCheck, own: str) -> list[str]:
    """List the languages whose packages a check needs and its job installs none of."""
    wrapped = unwrap(split_words(check.place.text))
    names = {*wrapped.words[:1], *(name[0] for name in wrapped.wrappers)}
    if NODE.intersection(names):
        return [] if re.search(r"\b(?:npm|pnpm|yarn|bun)\b", own) else ["node"]
    programs = list_programs([check.place.text])
    if OTHER_LANGUAGES.intersection(programs) or {"uv", "tox", "nox"}.intersection(names):
        return []
    is_installed = re.search(r"\b(?:pip|uv|poetry|pdm|pipenv|hatch)\b", own)
    return [] if is_installed else ["python"]


def _is_covered(text: str, own: str) -> bool:
    """Tell whether a job's own commands do already what a command would."""
    if text in own:
        return True
    if text.startswith("uv sync --inexact"):
        options = split_words(text)[3:]
        plain = [option for option in options if option not in ("--locked", "--frozen")]
        return "uv sync" in own and all(option in own for option in plain)
    return False


def _share_setups(checks: Sequence[ProjectCheck]) -> list[ProjectCheck]:
    """Have checks share equal set-ups, and that of a test which does all of their own and more."""
    setups = list_setups(checks)
    of_tests = list_setups(check for check in checks if check.kind == "test")
    shared: dict[ProjectSetup, ProjectSetup] = {}
    for setup in setups:
        fitting = [
            other
            for other in setups
            if other.folder == setup.folder
            and set(setup.commands) <= set(other.commands)
            and (other in of_tests or other.commands == setup.commands)
        ]
        larger = [other for other in fitting if setup not in of_tests]
        equal = [other for other in fitting if set(other.commands) == set(setup.commands)]
        shared[setup] = [*larger, *equal, setup][0]
    return [replace(check, setups=tuple(shared[each] for each in check.setups)) for check in checks]


def _read_python_version(repository: Repository, folder: str) -> str:
    for place in dict.fromkeys((folder, "")):
        wanted = repository.open_python(place).read_table("project").get("requires-python")
        if isinstance(wanted, str):
            return wanted
    return ""
