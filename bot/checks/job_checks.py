"""Tell the set-up of a job from its checks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.checks.check_commands import CheckCommand, read_check_command
from bot.checks.command_roles import Role, find_role, list_bare_words, prepare_setup
from bot.checks.package_scripts import find_script_folder
from bot.checks.runner_setup import BROWSERS
from bot.checks.shell_lines import join_folder, needs_bash, split_commands, split_words, wrap_script
from bot.checks.workflow_jobs import JobScripts
from bot.checks.workflow_steps import PYTHON_SHELL, QUOTED_CHARS, ScriptStep
from bot.text.code_line import shorten_code_line

LEFT_OUT: Mapping[Role, str] = {
    "system": "it changes the machine",
    "release": "it releases or reports",
    "container": "it needs containers",
    "network": "it needs the network",
}
NEEDS_CONTAINERS = "An earlier step of its job starts containers."
EXPORTED = re.compile(r"export ([A-Za-z_]\w*)=(.*)")
WRITTEN = re.compile(r"""echo ['"]?([A-Za-z_]\w*)=([^'"$]*)['"]? *>> *"?\$\{?GITHUB_ENV""")
HOOK_RUNNERS = frozenset({"pre-commit run", "prek run"})
ELSEWHERE_PACKAGE = re.compile(r"(?:git\+)?(?:https?|ssh)://[\w.-]+")
IN_BROWSER = re.compile(r"e2e|playwright|browser|cypress|puppeteer|storybook|serve")
TOOL_INSTALL = re.compile(r"uv tool install|pipx install")
MKDIR = re.compile(r"^mkdir (?:-p )?")
VARIABLE = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)\b(?!:)")
GITHUB_SETS = re.compile(r"\$\{?(GITHUB_(?!ENV|OUTPUT|PATH|STEP_SUMMARY)\w+|RUNNER_(?!OS)\w+)")
SHELL_SETS = frozenset({"HOME", "PWD", "PATH", "TMPDIR", "USER", "SHELL", "LANG", "OLDPWD"})
# Whose builds by themselves a test run needs; compilers of a language build before they test.
BUILT_ALONE = frozenset({"cargo build", "cargo check", "cargo doc", "go build", "mvn", "gradlew"})
# What is built for a release or for readers, and no test looks at.
PACKAGE_BUILD = re.compile(
    r"-m build\b|\b(?:pipx run|hatch|uv|poetry|pdm|flit) build\b|docs?\b|sphinx|mkdocs|storybook"
    r"|website|typedoc|zensical"
)


@dataclass(frozen=True, slots=True)
class FolderCommand:
    """A command, and the folder and the variables it runs with."""

    text: str
    folder: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobCheck:
    """A check of a job, with the builds that come before it."""

    command: CheckCommand
    place: FolderCommand
    builds: tuple[FolderCommand, ...] = ()
    obstacle: str = ""
    source: str = ""  # where it differs from that of its plan


@dataclass(slots=True)
class JobPlan:
    """What a job comes to: what to set up, what to check, and what is left out."""

    source: str
    name: str
    setup: list[FolderCommand] = field(default_factory=list)
    checks: list[JobCheck] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def plan_jobs(jobs: Sequence[JobScripts], texts: Mapping[str, str]) -> list[JobPlan]:
    """Plan jobs. What one installs that checks nothing is for those that wait for it: they find it
    in a cache.
    """
    plans = {job.source: plan_job(job, texts) for job in jobs}
    for job in jobs:
        for source in job.needs:
            needed = plans.get(source)
            if needed and needed.setup and not needed.checks:
                plan = plans[job.source]
                plan.setup = [
                    *needed.setup,
                    *(each for each in plan.setup if each not in needed.setup),
                ]
    return list(plans.values())


def plan_job(job: JobScripts, texts: Mapping[str, str]) -> JobPlan:
    """Sort the commands of a job into set-up, checks, and what is left out."""
    planner = _Planner(JobPlan(job.source, job.name, left_out=list(job.left_out)), texts)
    planner.obstacle = job.obstacle
    for step in job.steps:
        planner.add(step)
    return planner.plan


@dataclass(slots=True)
class _Planner:
    plan: JobPlan
    texts: Mapping[str, str]
    builds: list[FolderCommand] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)  # into GITHUB_ENV
    obstacle: str = ""
    has_browsers: bool = False

    def add(self, step: ScriptStep) -> None:
        """Add what a step runs."""
        commands = split_commands(step.script)
        if step.shell == PYTHON_SHELL:
            commands = [f"python -c {shlex.quote(step.script.strip())}"]
        environment = self._make_environment(step)
        if commands is None:
            self._add_whole(FolderCommand(step.script, step.folder, environment))
            return
        folder: str | None = step.folder
        for command in commands:
            if match := EXPORTED.fullmatch(command):
                environment |= _read_export(match)
            elif match := WRITTEN.match(command):
                self.written[match[1]] = match[2].strip()
            elif (bare := list_bare_words(command)) and bare[0] in ("cd", "pushd", "popd"):
                folder = join_folder(folder or "", bare[1]) if len(bare) > 1 else step.folder
            elif folder is not None:
                text = wrap_script(command) if needs_bash(command) else command
                self._add_command(FolderCommand(text, folder, dict(environment)), command)

    def _make_environment(self, step: ScriptStep) -> dict[str, str]:
        system = {"RUNNER_OS": "Linux"} if "RUNNER_OS" in step.script else {}
        return {**step.environment, **self.written, **system}

    def _add_whole(self, place: FolderCommand) -> None:
        """Add a script that has the shell's grammar in it: as one check, or as one of the set-up.

        What it is for is told by its lines.
        """
        lines = [" ".join(line.split()) for line in place.text.splitlines()]
        lines = [line for line in lines if line and not line.startswith("#")]
        checks = [read_check_command(line, place.folder, self.texts) for line in lines]
        roles = {find_role(line) for line in lines}
        reasons = [LEFT_OUT[role] for role in LEFT_OUT if role in roles and role != "system"]
        if name := next(iter(GITHUB_SETS.findall(place.text)), ""):
            reasons.append(f"only GitHub sets {name}")
        if reasons:
            self._leave_out(lines[0], reasons[0])
            return
        whole = FolderCommand(wrap_script(place.text), place.folder, place.environment)
        known = [check for check in checks if check]
        if known:
            check = CheckCommand(whole.text, known[0].kind, known[0].tool)
            self._add_check(check, whole)
        elif "setup" in roles:
            setup = [line for line in lines if find_role(line) == "setup"]
            if all(map(TOOL_INSTALL.match, setup)):  # one of several ways to install a tool
                whole = replace(whole, text=prepare_setup(setup[-1]))
            self.plan.setup.append(whole)

    def _add_command(self, place: FolderCommand, command: str) -> None:
        folder = find_script_folder(command, place.folder)
        check = read_check_command(command, folder, self.texts)
        role = find_role(command)
        name = _find_unset(command, place.environment) if check or role == "setup" else ""
        if command.startswith("mkdir "):
            self.builds.append(replace(place, text=MKDIR.sub("mkdir -p ", place.text)))
        elif name and not (check and check.tool in HOOK_RUNNERS):
            self._leave_out(command, f"only GitHub sets {name}")
        elif check:
            self._add_check(check, place)
        elif role in LEFT_OUT:
            self._leave_out(command, LEFT_OUT[role])
            self._note_obstacle(role, command)
        elif role == "setup" or (role == "other" and not self.plan.checks):
            self._add_setup(place, command)

    def _add_setup(self, place: FolderCommand, command: str) -> None:
        if match := ELSEWHERE_PACKAGE.search(command):
            self._leave_out(command, f"{match[0]} is no index of packages")
            self.obstacle = self.obstacle or f"It installs a package from {match[0]}."
        elif text := prepare_setup(place.text):
            self.plan.setup.append(FolderCommand(text, place.folder, place.environment))

    def _note_obstacle(self, role: Role, command: str) -> None:
        """Note what the checks that come now cannot do without."""
        if role == "container":
            self.obstacle = self.obstacle or NEEDS_CONTAINERS
        self.has_browsers = self.has_browsers or "playwright install" in command

    def _add_check(self, check: CheckCommand, place: FolderCommand) -> None:
        builds = tuple(self.builds) if check.kind == "test" else ()
        obstacle = self.obstacle
        if not obstacle and self.has_browsers and IN_BROWSER.search(place.text):
            obstacle = BROWSERS
        self.plan.checks.append(JobCheck(check, place, builds, obstacle))
        script = self.texts.get(join_folder(place.folder, place.text.split()[0]) or "", "")
        is_package = PACKAGE_BUILD.search(f"{place.text}\n{script}") is not None
        if check.kind == "build" and check.tool not in BUILT_ALONE and not is_package:
            self.builds.append(place)

    def _leave_out(self, command: str, reason: str) -> None:
        quoted = shorten_code_line(" ".join(command.split()), QUOTED_CHARS)
        self.plan.left_out.append(f"{self.plan.source}: “{quoted}” is not run: {reason}.")


def _find_unset(command: str, environment: Mapping[str, str]) -> str:
    """Find a variable that nothing known sets; empty where there is none."""
    names = [match[1] for match in VARIABLE.finditer(command)]
    return next((name for name in names if name not in environment and name not in SHELL_SETS), "")


def _read_export(match: re.Match[str]) -> dict[str, str]:
    """Read a variable with a plain value."""
    words = split_words(match[2])
    value = words[0] if words else ""
    return {} if "$" in value or "`" in value or len(words) > 1 else {match[1]: value}


def write_in_folders(commands: Iterable[FolderCommand]) -> Iterator[str]:
    """Write commands as lines of one script that starts in the root of the repository."""
    variables: dict[str, str] = {}
    for command in commands:
        for name, value in command.environment.items():
            if variables.get(name) != value:
                variables[name] = value
                yield f"export {name}={shlex.quote(value)}"
        yield (
            f"(cd {shlex.quote(command.folder)} && {command.text})"
            if command.folder
            else command.text
        )
