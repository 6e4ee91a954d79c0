"""Put what jobs and manifests tell together: checks with names, each with the set-up it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.checks.check_commands import read_check_command
from bot.checks.check_names import NameParts, name_checks
from bot.checks.job_checks import FolderCommand, JobCheck, JobPlan, write_in_folders
from bot.checks.job_setup import SetupMaker
from bot.checks.manifest_plans import Repository
from bot.checks.programs import explain_missing, list_programs
from bot.checks.python_versions import explain_python
from bot.checks.runner_setup import PreparedCommand, prepare_command, prepare_only
from bot.checks.workflow_jobs import OTHER_MACHINE
from bot.values import CheckKind, ProjectCheck, ProjectChecks, ProjectSetup

MOST_CHECKS = 40
MOST_LEFT_OUT = 40
KINDS: tuple[CheckKind, ...] = ("test", "lint", "types", "build", "format")


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check without its name, and what it can be named by."""

    check: ProjectCheck
    parts: NameParts


def assemble_checks(
    plans: Sequence[JobPlan], repository: Repository, *, runs_scripts: bool = False
) -> ProjectChecks:
    """Make checks of plans: the first of equal ones counts."""
    assembler = _Assembler(repository, SetupMaker(repository, runs_scripts))
    named: dict[tuple[object, ...], NamedCheck] = {}
    for plan in plans:
        for each in assembler.assemble(plan):
            key = (each.check.commands, each.check.folder)
            known = named.get(key)
            if known is None or (known.check.obstacle and not each.check.obstacle):
                named[key] = each
    chosen, elsewhere = _drop_elsewhere(list(named.values()))
    chosen.sort(key=lambda each: (bool(each.check.obstacle), KINDS.index(each.check.kind)))
    chosen = chosen[:MOST_CHECKS]
    names = name_checks([each.parts for each in chosen])
    shared = _share_setups([each.check for each in chosen])
    checks = [replace(check, name=name) for check, name in zip(shared, names, strict=True)]
    sentences = [sentence for plan in plans for sentence in plan.left_out]
    left_out = tuple(dict.fromkeys([*sentences, *elsewhere]))
    return ProjectChecks(tuple(checks), list_setups(checks), left_out[:MOST_LEFT_OUT])


def list_setups(checks: Iterable[ProjectCheck]) -> tuple[ProjectSetup, ...]:
    """List the set-ups of checks, each once; those of checks that can run come first."""
    ordered = sorted(checks, key=lambda check: bool(check.obstacle))
    return tuple(dict.fromkeys(setup for check in ordered for setup in check.setups))


@dataclass(frozen=True, slots=True)
class _Assembler:
    repository: Repository
    setup_maker: SetupMaker

    def assemble(self, plan: JobPlan) -> list[NamedCheck]:
        """Make the checks of one plan; the set-up is for those that can run."""
        texts = self.repository.texts
        pairs = [
            (each, prepare_command(each.place.text, each.place.folder, texts))
            for each in plan.checks
        ]
        project_checks = [self._make(plan, check, command) for check, command in pairs]
        running = [
            pair for pair, each in zip(pairs, project_checks, strict=True) if not each.obstacle
        ]
        own = replace(plan, checks=[check for check, _ in running])
        setups = self.setup_maker.make(own, [command for _, command in running])
        obstacle = self._find_obstacle([name for setup in setups for name in setup.programs], "")
        provided = {"obstacle": obstacle} if obstacle else {"setups": setups}
        whole = [each if each.obstacle else replace(each, **provided) for each in project_checks]
        named: list[NamedCheck] = []
        for (check, _), each in zip(pairs, whole, strict=True):
            named += _name_parts(plan, check, each)
        return named

    def _make(self, plan: JobPlan, check: JobCheck, prepared: PreparedCommand) -> ProjectCheck:
        project_check = _make_check(plan, check, prepared)
        if project_check.obstacle:
            return project_check
        programs = list_programs([*project_check.commands, check.command.text])
        return replace(project_check, obstacle=self._find_obstacle(programs, project_check.folder))

    def _find_obstacle(self, programs: Sequence[str], folder: str) -> str:
        """Find what the machine lacks of the programs that are needed in a folder."""
        machine = self.repository.machine
        if obstacle := explain_missing(programs, machine):
            return obstacle
        if not any(program.startswith("python3") for program in programs):
            return ""
        return explain_python(self.repository.read_python_versions(folder), machine)


def _name_parts(plan: JobPlan, check: JobCheck, project_check: ProjectCheck) -> list[NamedCheck]:
    """Say what a check can be named by; so for the one that mends what it finds."""
    parts = NameParts(
        project_check.kind,
        project_check.folder,
        check.command.tool,
        plan.name,
        bool(project_check.obstacle),
    )
    named = [NamedCheck(project_check, parts)]
    if formats := _make_format(check, project_check):
        named.append(NamedCheck(formats, replace(parts, kind="format")))
    return named


def _make_check(plan: JobPlan, check: JobCheck, prepared: PreparedCommand) -> ProjectCheck:
    """Make a check, with the builds before it."""
    place = check.place
    commands, folder = _write_commands(check, prepared)
    only = prepare_only(check.command.only) if check.command.only else ""
    if check.builds and only:
        only = " && ".join([*commands[:-1], only]) if folder == place.folder else ""
    return ProjectCheck(
        name="",
        kind=check.command.kind,
        commands=commands,
        only=only,
        folder=folder,
        environment={**place.environment, **prepared.environment},
        source=check.source or plan.source,
        obstacle=check.obstacle or prepared.obstacle,
    )


def _write_commands(check: JobCheck, prepared: PreparedCommand) -> tuple[tuple[str, ...], str]:
    """Write the builds and the check itself, and the folder in which they run."""
    folder = check.place.folder
    builds = [
        replace(build, text=prepare_command(build.text, build.folder, {}).text, environment={})
        for build in check.builds
    ]
    if all(build.folder == folder for build in builds):
        return (*(build.text for build in builds), prepared.text), folder
    return tuple(write_in_folders([*builds, FolderCommand(prepared.text, folder)])), ""


def _make_format(check: JobCheck, project_check: ProjectCheck) -> ProjectCheck | None:
    """Make the check that mends what a check of the formatting finds."""
    if not check.command.formats:
        return None
    text = prepare_command(check.command.formats, check.place.folder, {}).text
    described = read_check_command(text, check.place.folder, {})
    only = described.only if described else ""
    return replace(project_check, kind="format", commands=(text,), only=only)


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


def _share_setups(checks: Sequence[ProjectCheck]) -> list[ProjectCheck]:
    """Have checks share equal set-ups, and that of a test which does all of their own and more."""
    setups = list_setups(checks)
    of_tests = list_setups(check for check in checks if check.kind == "test")
    shared = {setup: _find_larger(setup, setups, of_tests) for setup in setups}
    return [replace(check, setups=tuple(shared[each] for each in check.setups)) for check in checks]


def _find_larger(
    setup: ProjectSetup, setups: Sequence[ProjectSetup], of_tests: Sequence[ProjectSetup]
) -> ProjectSetup:
    own = (setup.folder, frozenset(setup.commands), frozenset(setup.programs))
    for candidate in setups:
        if own == (candidate.folder, frozenset(candidate.commands), frozenset(candidate.programs)):
            return candidate
    for candidate in of_tests if setup not in of_tests else ():
        if candidate.folder == setup.folder and own[1] < set(candidate.commands):
            return candidate
    return setup
