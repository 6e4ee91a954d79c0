"""Compare the commands of a configuration: checks that are deaf now, or not run any more."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.gates.change import HANDWRITTEN_CHARS, Change, keep_handwritten
from bot.gates.test_integrity.checker_config import is_checker_config
from bot.gates.test_integrity.relaxed_patterns import (
    CHECK_COMMANDS,
    CHECKERS,
    COMMAND_KINDS,
    LAX_OPTIONS,
    PYTEST_HOOKS,
    STRICT_OPTIONS,
)
from bot.values import Finding

GATE = "tests"
COMMENT_STARTS = ("#", "//")
NOT_RUN = (*COMMENT_STARTS, "- repo:", "rev:", "name:", "- name:", "key:")
HOLDS_COMMANDS = re.compile(
    r"workflows/|\.ya?ml$|Makefile|justfile|package\.json|tox\.ini|noxfile|Jenkinsfile"
)
COMMAND_LINE = re.compile(r"run|script|\t|^\s+-?\s*\S|\"|cmd|command|entry|id:|sh ")
CONFIG_SUFFIXES = (".toml", ".yml", ".yaml", ".json", ".cfg", ".ini", ".sh")
CI_CONFIG = re.compile(
    r"\.github/workflows/|\.circleci/|\.gitlab-ci\.yml$|\.travis\.yml$|azure-pipelines"
    r"|\.buildkite/|Jenkinsfile|appveyor|\.cirrus"
)
# Options of many programs: they make a check deaf only where they are a check's.
COMMON_OPTION = re.compile(r"--(?:ignore|exclude|skip|allow-empty)|-[km]")
SHELL_OPTION = re.compile(r"\|\||; ?true")
OPTIONS = re.compile(r"addopts|args|options", re.IGNORECASE)
STRICT_NOW = re.compile(r"^\s*strict\s*=\s*true", re.MULTILINE)


def compare_commands(change: Change, path: str) -> Iterator[Finding]:
    """Find words of commands that make a check deaf, and checks that are not run any more."""
    old = keep_handwritten(change.before.get(path))
    new = keep_handwritten(change.after[path])
    elsewhere = join_other_configs(change, path)
    yield from _find_added_options(change, path)
    yield from _find_removed_options(change, path, f"{new}\n{elsewhere}")
    if not HOLDS_COMMANDS.search(path) or (not new and _has_other_ci(change, path)):
        return
    commands = _find_check_commands(new)
    gained = commands - _find_check_commands(old)
    for command in sorted(_find_check_commands(old) - commands):
        if command not in elsewhere and not is_replaced(command, gained):
            text = f"`{command}` is not run any more by this file."
            yield Finding(GATE, path, 0, text, rule="setting-relaxed")


def join_other_configs(change: Change, path: str) -> str:
    """Join what the change adds to other configurations: a check may have moved there."""
    lines = []
    for config in change.after:
        if config != path and (is_checker_config(config) or config.endswith(CONFIG_SUFFIXES)):
            lines += [line for _, line in change.handwritten_lines(config)]
    return "\n".join(lines)


def _has_other_ci(change: Change, path: str) -> bool:
    """Tell whether another configuration of CI stays, which may run what this one ran."""
    return any(CI_CONFIG.match(each) and each != path for each in change.paths)


def is_replaced(command: str, gained: Collection[str]) -> bool:
    """Tell whether a command of the same kind came."""
    kinds = [kind for kind in COMMAND_KINDS if kind.search(command)]
    return any(kind.search(came) for kind in kinds for came in gained)


def _find_added_options(change: Change, path: str) -> Iterator[Finding]:
    removed = [text for _, text in change.removed_lines(path)]
    for number, line in change.handwritten_lines(path):
        option = LAX_OPTIONS.search(line)
        if option and not _is_of_check(option[0], line):
            option = None
        if option is None and path.endswith(".py"):
            option = PYTEST_HOOKS.search(line)
        if option is None or _is_comment(line):
            continue
        if not any(option[0] in text for text in removed):
            yield make_setting_finding(path, number, f"`{option[0].strip()}` was added.")


def _is_of_check(option: str, line: str) -> bool:
    if SHELL_OPTION.match(option):
        return bool(CHECK_COMMANDS.search(line))
    is_common = COMMON_OPTION.match(option)
    return not is_common or bool(CHECKERS.search(line) or OPTIONS.search(line))


def _find_removed_options(change: Change, path: str, new: str) -> Iterator[Finding]:
    last_line = (change.after[path] or "").count("\n") + 1
    is_strict = _is_strict_now(change, path)
    for number, line in change.removed_lines(path):
        if len(line) > HANDWRITTEN_CHARS or _is_comment(line):
            continue
        option = STRICT_OPTIONS.search(line)
        if option and option[0] not in new and not (is_strict and "--strict" in option[0]):
            yield make_setting_finding(path, min(number, last_line), f"`{option[0]}` was removed.")


def _is_strict_now(change: Change, path: str) -> bool:
    """Tell whether one switch that stands for all strict ones came."""
    return bool(STRICT_NOW.search("\n".join(line for _, line in change.added_lines(path))))


def _is_comment(line: str) -> bool:
    return line.strip().startswith(COMMENT_STARTS)


def _find_check_commands(text: str) -> set[str]:
    commands: set[str] = set()
    for line in text.split("\n"):
        if COMMAND_LINE.search(line) and not line.strip().startswith(NOT_RUN):
            commands.update(" ".join(run.split()) for run in CHECK_COMMANDS.findall(line))
    return commands


def make_setting_finding(path: str, line: int, detail: str) -> Finding:
    """Say that a check is asked for less."""
    text = f"A check is asked for less: {detail}"
    return Finding(GATE, path, line, text, rule="setting-relaxed")
