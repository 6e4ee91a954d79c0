"""Compare settings: find where linters, types, coverage, test runs or CI are asked for less."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.gates.change import HANDWRITTEN_CHARS, Change, keep_handwritten
from bot.gates.test_integrity.checker_config import is_checker_config, read_settings
from bot.gates.test_integrity.expression_scan import find_numbers
from bot.gates.test_integrity.relaxed_patterns import (
    CHECK_COMMANDS,
    CHECKERS,
    COVERAGE,
    EXCLUDES,
    INCLUDES,
    LAX_OPTIONS,
    LAX_SWITCHES,
    MAXIMUMS,
    MINIMUMS,
    OFF,
    PYTEST_HOOKS,
    RULE_LEVELS,
    SOFT,
    STRICT_OPTIONS,
    STRICT_SWITCHES,
)
from bot.values import Finding

GATE = "tests"
SHOWN_CHARS = 120
COMMENT_STARTS = ("#", "//")
NOT_RUN = (*COMMENT_STARTS, "- repo:", "rev:", "name:", "- name:", "key:")
HOLDS_COMMANDS = re.compile(
    r"workflows/|\.ya?ml$|Makefile|justfile|package\.json|tox\.ini|noxfile|Jenkinsfile"
)
COMMAND_LINE = re.compile(r"run|script|\t|^\s+-?\s*\S|\"|cmd|command|entry|id:|sh ")
ON_VALUES = ("true", "yes", "on", "1", "error", "all")
Values = tuple[str, ...]


def find_relaxed_settings(change: Change) -> Iterator[Finding]:
    """Find each setting that asks for less than before, unless another file asks for it now."""
    paths = [path for path in change.after if is_checker_config(path)]
    after = {path: read_settings(path, change.after[path]) for path in paths}
    elsewhere: dict[str, Values] = {}  # by the last part of the name
    for path in paths:
        for name, value in after[path].items():
            elsewhere[_last_part(name)] = value
    for path in paths:
        before = read_settings(path, change.before.get(path))
        has_moved = bool(before) and all(_last_part(name) in elsewhere for name in before)
        if change.before.get(path) is None or (change.after[path] is None and has_moved):
            continue
        for name in dict.fromkeys((*before, *after[path])):
            was, now = before.get(name, ()), after[path].get(name, ())
            if not now and was == elsewhere.get(_last_part(name)):
                continue
            if was != now and not _gains_only_new_files(change, was, now):
                yield from _compare_setting(change, path, name, was, now)
        yield from _compare_commands(change, path)


def _last_part(name: str) -> str:
    return name.rpartition(".")[2].replace("-", "_")


def _gains_only_new_files(change: Change, was: Values, now: Values) -> bool:
    """Tell whether a list gained only places that the change makes: nothing is lost by them."""
    gained = [item.strip("^$*/\\").replace("\\", "") for item in now if item not in was]
    return bool(gained) and all(_is_made_by(change, prefix) for prefix in gained)


def _is_made_by(change: Change, prefix: str) -> bool:
    texts = [text for path, text in change.before.items() if path.startswith(prefix)]
    return "/" in prefix and bool(texts) and all(text is None for text in texts)


# --- one setting ----------------------------------------------------------------------------------


def _compare_setting(
    change: Change, path: str, name: str, was: Values, now: Values
) -> Iterator[Finding]:
    if not CHECKERS.search(f"{path}.{name}"):
        return
    relaxation = _explain_value(path, name, was, now) or _explain_list(name, was, now)
    if relaxation:
        number = _find_line(change, path, name, now)
        yield _make_finding(path, number, f"`{name}` {relaxation}.")


def _find_line(change: Change, path: str, name: str, now: Values) -> int:
    last = name.rpartition(".")[2]
    for number, line in change.added_lines(path):
        if last in line or (now and now[-1] in line):
            return number
    return 0


def _make_finding(path: str, line: int, detail: str) -> Finding:
    text = f"A check is asked for less: {detail}"
    return Finding(GATE, path, line, text, rule="setting-relaxed")


def _explain_value(path: str, name: str, was: Values, now: Values) -> str:
    """Say how a number or a switch asks for less than before; empty when it does not."""
    old, new = was[0] if was else "", now[0] if now else ""
    is_minimum = MINIMUMS.search(name) or COVERAGE.search(f"{path}.{name}")
    is_off = STRICT_SWITCHES.search(name) and _is_on(old) and not _is_on(new)
    if (is_minimum and _is_lower(old, new)) or (MAXIMUMS.search(name) and _is_higher(old, new)):
        return f"{old} became {new or 'nothing'}"
    if is_off:
        return f"{old} became {new or 'nothing'}"
    if LAX_SWITCHES.search(name) and not _is_on(old) and _is_on(new):
        return f"is {new} now"
    return ""


def _is_lower(old: str, new: str) -> bool:
    was, now = find_numbers(old)[:1], find_numbers(new)[:1]
    return bool(was) and (not now or now < was)


def _is_higher(old: str, new: str) -> bool:
    was, now = find_numbers(old)[:1], find_numbers(new)[:1]
    return bool(was) and now > was


def _is_on(value: str) -> bool:
    return value.strip("\"' ").casefold() in ON_VALUES


def _explain_list(name: str, was: Values, now: Values) -> str:
    """Say how a rule's level or a list asks for less than before; empty when it does not."""
    gained = [item for item in now if item not in was]
    lost = [item for item in was if item not in now]
    if RULE_LEVELS.search(name) and now and was != now:
        if not _is_softened(was, now):
            return ""
        return f"{', '.join(was) or 'its default'} became {', '.join(now)}"
    if EXCLUDES.search(name) and gained and not _is_narrowed(lost, gained):
        return f"leaves out {', '.join(gained)[:SHOWN_CHARS]} too"
    if INCLUDES.search(name) and lost and not _is_widened(lost, now):
        return f"does not ask for {', '.join(lost)[:SHOWN_CHARS]} any more"
    return ""


def _is_softened(was: Values, now: Values) -> bool:
    """Tell whether a rule is off now, or only warns and was an error."""
    if OFF.match(now[0]):
        return True
    if not SOFT.match(now[0]) or not was:
        return False
    return not OFF.match(was[0]) and not SOFT.match(was[0])


def _is_narrowed(lost: Sequence[str], gained: Sequence[str]) -> bool:
    """Tell whether a folder that is left out became files in it."""
    for item in gained:
        if not any(item != old and item.startswith(old.rstrip("/*")) for old in lost):
            return False
    return True


def _is_widened(lost: Sequence[str], now: Values) -> bool:
    """Tell whether selectors became wider ones: E501 is in E, everything in ALL."""
    if "ALL" in now:
        return True
    for old in lost:
        if not any(selector != old and old.startswith(selector) for selector in now):
            return False
    return True


# --- commands -------------------------------------------------------------------------------------


def _compare_commands(change: Change, path: str) -> Iterator[Finding]:
    """Find words of commands that make a check deaf, and checks that are not run any more."""
    old = keep_handwritten(change.before.get(path))
    new = keep_handwritten(change.after[path])
    yield from _find_added_options(change, path)
    yield from _find_removed_options(change, path, new)
    if HOLDS_COMMANDS.search(path):
        for command in sorted(_find_check_commands(old) - _find_check_commands(new)):
            text = f"`{command}` is not run any more."
            yield Finding(GATE, path, 0, text, rule="setting-relaxed")


def _find_added_options(change: Change, path: str) -> Iterator[Finding]:
    removed = [text for _, text in change.removed_lines(path)]
    for number, line in change.handwritten_lines(path):
        option = LAX_OPTIONS.search(line)
        if option is None and path.endswith(".py"):
            option = PYTEST_HOOKS.search(line)
        if option is None or _is_comment(line):
            continue
        if not any(option[0] in text for text in removed):
            yield _make_finding(path, number, f"`{option[0].strip()}` was added.")


def _find_removed_options(change: Change, path: str, new: str) -> Iterator[Finding]:
    last_line = new.count("\n") + 1
    for number, line in change.removed_lines(path):
        if len(line) > HANDWRITTEN_CHARS or _is_comment(line):
            continue
        option = STRICT_OPTIONS.search(line)
        if option and option[0] not in new:
            yield _make_finding(path, min(number, last_line), f"`{option[0]}` was removed.")


def _is_comment(line: str) -> bool:
    return line.strip().startswith(COMMENT_STARTS)


def _find_check_commands(text: str) -> set[str]:
    commands: set[str] = set()
    for line in text.split("\n"):
        if COMMAND_LINE.search(line) and not line.strip().startswith(NOT_RUN):
            commands.update(" ".join(run.split()) for run in CHECK_COMMANDS.findall(line))
    return commands
