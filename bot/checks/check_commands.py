"""Read a command as a check: its kind, and the line that runs it on chosen files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.checks.check_tools import TOOLS, CheckTool, find_tool, only_says, write_format, write_only
from bot.checks.command_roles import find_role
from bot.checks.command_wrappers import WrappedCommand, unwrap
from bot.checks.named_tasks import find_kind
from bot.checks.package_scripts import (
    find_script,
    find_script_folder,
    list_script_words,
    name_runner,
)
from bot.checks.shell_lines import join_folder, split_commands, split_words
from bot.checks.task_files import list_targets, read_recipe
from bot.values import CheckKind

MOST_CALLS = 3  # of a script that calls a script
MOST_LINES = 60  # of a script file
SESSION_RUNNERS = frozenset({"tox", "nox"})
# What is called with the names of tasks.
TASK_RUNNERS = frozenset(
    {"make", "gmake", "just", "task", "invoke", "inv", "rake", "poe", "poethepoet", "hatch", "duty"}
    | {"pdm", "mage", "lerna", "nx", "turbo", "wireit", "grunt", "gulp", "moon", "composer"}
)
JVM_RUNNERS = frozenset({"mvn", "mvnw", "gradle", "gradlew"})
JVM_TESTS = frozenset({"test", "verify", "check", "build", "install", "integrationTest"})
SCRIPT_FILE = re.compile(
    r"(?:\./)?(?:[\w.-]+/)*[\w.-]+\.(?:sh|bash|py|js|mjs|cjs|ts|rb|pl)|\./(?:[\w.-]+/)*[\w.-]+"
    r"|(?:scripts?|bin|tools?|ci|dev|script)/(?:[\w.-]+/)*[\w.-]+"
)
# Files of which the first word that they are given says what they do.
ENTRANCES = frozenset({"manage", "setup", "run", "x", "dev", "tasks", "build", "cli"})
INTERPRETERS = frozenset({"sh", "bash", "node", "ruby", "perl", "tsx", "ts-node"})


@dataclass(frozen=True, slots=True)
class CheckCommand:
    """A command that checks something. `formats` is the line that would mend what it finds."""

    text: str
    kind: CheckKind
    tool: str
    only: str = ""
    formats: str = ""


def read_check_command(
    command: str, folder: str, texts: Mapping[str, str], calls: int = MOST_CALLS
) -> CheckCommand | None:
    """Read a command as a check; None for one that is none.

    `texts` are files by path: scripts and targets are looked up in them.
    """
    wrapped = unwrap(split_words(command))
    if not wrapped.words or not calls:
        return None
    if tool := find_tool(wrapped):
        return _describe_tool(command, wrapped, tool)
    if find_role(command) != "other":
        return None
    place = _Place(folder, texts, calls - 1)
    if script := list_script_words(wrapped, folder, texts):
        return _read_script(command, wrapped, script, place)
    name = wrapped.tool.rpartition("/")[2]
    if name in SESSION_RUNNERS:
        return _read_session(command, wrapped, place)
    read = _read_task if name in TASK_RUNNERS | JVM_RUNNERS else _read_script_file
    return read(command, wrapped, place)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a command runs, the files there, and how deep scripts may still call scripts."""

    folder: str
    texts: Mapping[str, str]
    calls: int

    def read_first(self, text: str) -> CheckCommand | None:
        """Read the first check in a text of commands; a test stands before all others."""
        commands = split_commands(text) or []
        checks = [
            read_check_command(each, self.folder, self.texts, self.calls) for each in commands
        ]
        known = [check for check in checks if check]
        tests = [check for check in known if check.kind == "test"]
        return next(iter(tests or known), None)

    def list_kinds(self, script: str) -> list[CheckKind]:
        """List the kinds of the checks that the lines of a shell script call, in order.

        Variables before a program, such as `${PREFIX}pytest`, are its folder.
        """
        lines = [re.sub(r"\$\{?\w+\}?(?=\w)", "", line.strip()) for line in script.splitlines()]
        lines = [line for line in lines if line and not line.startswith("#")][:MOST_LINES]
        checks = [
            read_check_command(line, self.folder, self.texts, self.calls)
            for line in lines
            if self.calls > 0
        ]
        return [check.kind for check in checks if check and check.kind != "format"]

    def begins_with(self, text: str, check: CheckCommand) -> bool:
        """Tell whether nothing but other checks comes before a check: nothing that it may need."""
        for command in split_commands(text) or []:
            if command == check.text:
                return True
            before = read_check_command(command, self.folder, self.texts, self.calls)
            if before is None or before.kind == "build":
                return False
        return False


def _describe_tool(command: str, wrapped: WrappedCommand, tool: CheckTool) -> CheckCommand | None:
    if "--help" in wrapped.words or "--version" in wrapped.words:
        return None
    only = write_only(wrapped, tool)
    name = " ".join(tool.words)
    if tool.kind != "format":
        return CheckCommand(command, tool.kind, name, only)
    if only_says(wrapped):
        return CheckCommand(command, "lint", name, only, write_format(wrapped, tool))
    return CheckCommand(command, "format", name, only)


def _read_script(
    command: str, wrapped: WrappedCommand, script: tuple[str, ...], place: _Place
) -> CheckCommand | None:
    """Read a script of package.json by what it runs, else by its name.

    What yarn and pnpm know as no script is a tool of the packages.
    """
    name, kind = script[0], find_kind(script[0])
    text = find_script(name, find_script_folder(command, place.folder), place.texts)
    called = WrappedCommand((wrapped.tool,), script)
    if not text and wrapped.words[1:2] == (name,) and (tool := find_tool(called)):
        return _describe_tool(command, called, tool)
    inner = place.read_first(text)
    if inner and (inner.kind != "format" or kind == "format"):
        only = _start_with_runner(inner.only, command) if place.begins_with(text, inner) else ""
        chosen = _choose_kind(kind, inner.kind)
        is_mending = "--fix" in wrapped.words
        return CheckCommand(command, "format" if is_mending else chosen, inner.tool, only)
    return CheckCommand(command, kind, name) if kind else None


def _choose_kind(named: CheckKind | None, run: CheckKind) -> CheckKind:
    """Choose between the kind that the name tells and that of the tool.

    A name such as `check` or `ci` says little; `build` that begins with a type check is a build.
    """
    return named if named in ("build", "lint", "format") else run


def _start_with_runner(only: str, command: str) -> str:
    if not only or only.split(maxsplit=1)[0] in (
        "npx",
        "pnpm",
        "yarn",
        "bunx",
        "node",
        "cross-env",
    ):
        return only
    return f"{name_runner(command)} {only}"


def _list_tasks(wrapped: WrappedCommand) -> list[str]:
    words = wrapped.words[1:]
    return [word for word in words if not word.startswith("-") and "=" not in word]


def _read_jvm_task(command: str, wrapped: WrappedCommand, tool: str) -> CheckCommand:
    is_tested = JVM_TESTS.intersection(_list_tasks(wrapped))
    is_skipped = any("skip" in word.lower() for word in wrapped.words)
    return CheckCommand(command, "test" if is_tested and not is_skipped else "build", tool)


def _read_session(command: str, wrapped: WrappedCommand, place: _Place) -> CheckCommand | None:
    """Read a call of tox or nox by the names of its environments or sessions."""
    if {"list", "config", "-l", "--list", "-a", "l"}.intersection(wrapped.words):
        return None
    names = " ".join(word for word in wrapped.words[1:] if not word.startswith("--"))
    named = names.replace("-e", " ").replace("-s", " ").replace(" run", " ")
    kind = find_kind(named) or "test"
    files = ("tox.ini", "setup.cfg", "pyproject.toml", "noxfile.py")
    configured = " ".join(
        place.texts.get(f"{place.folder}/{file}".lstrip("/"), "") for file in files
    )
    only = ""
    if "posargs" in configured and kind == "test" and "--" not in wrapped.words:
        only = f"{command} -- {{only}}"
    return CheckCommand(command, kind, wrapped.tool, only)


def _read_task(command: str, wrapped: WrappedCommand, place: _Place) -> CheckCommand | None:
    """Read a call of make or its like by what the target runs, else by its name."""
    if (tool := wrapped.tool.rpartition("/")[2]) in JVM_RUNNERS:
        return _read_jvm_task(command, wrapped, tool)
    tasks = [task for task in _list_tasks(wrapped) if task not in ("run", "run-many")]
    if not tasks and wrapped.tool == "make":
        return _read_default_target(command, place)
    names = " ".join(tasks)
    if wrapped.tool == "hatch" and tasks[:1] == ["test"]:
        return CheckCommand(command, "test", "hatch", "hatch test {only}")
    kind = find_kind(names)
    recipe = read_recipe(tasks[0], place.folder, place.texts) if len(tasks) == 1 else ()
    inner = place.read_first("\n".join(recipe))
    if inner and inner.kind != "format":
        is_plain = "$" not in inner.only and place.begins_with("\n".join(recipe), inner)
        only = inner.only if is_plain else ""
        is_known = any(tool.name == inner.tool.split()[0] for tool in TOOLS)
        chosen = _choose_kind(kind, inner.kind) if is_known or not kind else kind
        return replace(inner, text=command, kind=chosen, only=only, formats="")
    return CheckCommand(command, kind, tasks[0]) if kind else None


def _read_default_target(command: str, place: _Place) -> CheckCommand | None:
    """Read `make` alone by its first target; one that installs packages is no check."""
    targets = list(list_targets(place.folder, place.texts))
    recipe = read_recipe(targets[0], place.folder, place.texts) if targets else ()
    if "setup" in map(find_role, recipe):
        return None
    return CheckCommand(command, "build", "make")


def _read_script_file(command: str, wrapped: WrappedCommand, place: _Place) -> CheckCommand | None:
    """Read a script of the repository by its name and the first words that it is given."""
    words = wrapped.words
    if words[0] in INTERPRETERS or re.fullmatch(r"python3?(?:\.\d+)?", words[0]):
        words = tuple(word for word in words[1:] if not word.startswith("-"))
    if not words or not (SCRIPT_FILE.fullmatch(words[0]) or ("python", "-m") in wrapped.wrappers):
        return None
    name = words[0].rpartition("/")[2].partition(".")[0]
    text = place.texts.get(join_folder(place.folder, words[0]) or "", "")
    kinds = place.list_kinds(text)
    if kinds:
        takes_more = "$@" in text and kinds[-1] == "test"
        most = "test" if "test" in kinds else kinds[0]
        return CheckCommand(command, most, name, f"{command} {{only}}" if takes_more else "")
    path = words[0].removeprefix("scripts/").removeprefix("./")
    kind = find_kind(" ".join(words[1:2]) if name in ENTRANCES else path.rpartition(".")[0] or path)
    return CheckCommand(command, kind, name) if kind else None
