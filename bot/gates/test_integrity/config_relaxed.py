"""Compare settings: find where linters, types, coverage, test runs or CI are asked for less."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bot.gates.change import Change
from bot.gates.test_integrity.checker_config import is_checker_config, read_settings
from bot.gates.test_integrity.ci_commands import (
    compare_commands,
    is_replaced,
    join_other_configs,
    make_setting_finding,
)
from bot.gates.test_integrity.expression_scan import find_numbers
from bot.gates.test_integrity.relaxed_patterns import (
    CHECKERS,
    COVERAGE,
    EXCLUDES,
    INCLUDES,
    LAX_SWITCHES,
    MAXIMUMS,
    MINIMUMS,
    OFF,
    RULE_LEVELS,
    SOFT,
    STRICT_SWITCHES,
)
from bot.gates.test_integrity.suppressions import UNREACHABLE
from bot.values import Finding

SHOWN_CHARS = 120
ON_VALUES = ("true", "yes", "on", "1", "error", "all")
Values = tuple[str, ...]
NO_CHECK = re.compile(r"\.(?:with|env|matrix|services|inputs|permissions)\.")
SECTIONED = (".toml", ".cfg", "tox.ini")
SECTIONS = re.compile(r"(?:tool\.)?([\w:-]+)\.")
RULE_CODE = re.compile(r"[A-Z]+\d*")
# Linters that golangci-lint has made part of another one.
MERGED = MappingProxyType({"gosimple": "staticcheck", "stylecheck": "staticcheck"})
# What stands around the same item when it is only written anew.
DRESS = re.compile(r"^[\s\[.]*(?:\./)?|[\s\],]*(?:/\*\*?|/)?$")


class Setting(NamedTuple):
    """A setting of a file, among all of the file before and after."""

    path: str
    name: str
    before: Mapping[str, Values]
    after: Mapping[str, Values]


def find_relaxed_settings(change: Change) -> Iterator[Finding]:
    """Find each setting that asks for less than before, unless another file asks for it now."""
    paths = [path for path in change.after if is_checker_config(path)]
    before = {path: read_settings(path, change.before.get(path)) for path in paths}
    after = {path: read_settings(path, change.after[path]) for path in paths}
    moved = {path: _keep_gone(before[path], after[path]) for path in paths}
    formerly, elsewhere = _read_by_tool(moved), _read_by_last_part(after)
    for path in paths:
        was_here, is_here = before[path], after[path]
        has_moved = bool(was_here) and all(_last_part(name) in elsewhere for name in was_here)
        is_gone = change.after[path] is None
        if change.before.get(path) is None or (is_gone and (has_moved or _is_alone(change, path))):
            continue
        for name in dict.fromkeys((*was_here, *is_here)):
            was, now = was_here.get(name, ()), is_here.get(name, ())
            if not now and was == elsewhere.get(_last_part(name)):
                continue
            setting = Setting(path, name, was_here, is_here)
            if not was and _is_no_relaxation(change, setting):
                continue
            was = was or formerly.get(_tool_of(path, name), ())
            if was != now and not _gains_only_new_files(change, was, now):
                yield from _compare_setting(change, setting, was, now)
        yield from compare_commands(change, path)


def _keep_gone(before: Mapping[str, Values], after: Mapping[str, Values]) -> dict[str, Values]:
    return {name: value for name, value in before.items() if name not in after}


def _is_alone(change: Change, path: str) -> bool:
    """Tell whether the whole folder that the file configured went with it."""
    folder = path.rpartition("/")[0]
    return bool(folder) and not any(
        file.startswith(f"{folder}/") and change.after.get(file, "") is not None
        for file in (*change.paths, *change.after)
    )


def _read_by_tool(settings: Mapping[str, Mapping[str, Values]]) -> dict[tuple[str, str], Values]:
    """Read the values of all files by the tool and the last part of the name."""
    by_tool: dict[tuple[str, str], Values] = {}
    for path, values in settings.items():
        for name, value in values.items():
            by_tool[_tool_of(path, name)] = value
    return by_tool


def _tool_of(path: str, name: str) -> tuple[str, str]:
    """Name the tool of a setting, and the setting."""
    tool = CHECKERS.search(name) or CHECKERS.search(path)
    return tool[0].lower() if tool else path, _last_part(name)


def _read_by_last_part(settings: Mapping[str, Mapping[str, Values]]) -> dict[str, Values]:
    """Read the values of all files by the last part of their names."""
    by_last_part: dict[str, Values] = {}
    for values in settings.values():
        for name, value in values.items():
            by_last_part[_last_part(name)] = value
    return by_last_part


def _last_part(name: str) -> str:
    return name.rpartition(".")[2].replace("-", "_")


def _is_no_relaxation(change: Change, setting: Setting) -> bool:
    """Tell whether a new setting stood there under another name, or is of a tool that is new."""
    new, after = set(setting.after[setting.name]), setting.after
    is_renamed = any(new <= set(was) for old, was in setting.before.items() if old not in after)
    return is_renamed or _is_of_new_tool(change, setting.path, setting.name)


def _is_of_new_tool(change: Change, path: str, name: str) -> bool:
    """Tell whether the repository spoke of the setting's tool nowhere before."""
    sections = SECTIONS.match(name) if path.endswith(SECTIONED) else None
    if sections is None:
        return False
    tool = sections[1]
    texts = (*change.before.values(), *change.context.values())
    return not any(re.search(rf"\b{re.escape(tool)}\b", text) for text in texts if text)


def _gains_only_new_files(change: Change, was: Values, now: Values) -> bool:
    """Tell whether a list gained only places that the change makes: nothing is lost by them."""
    gained = [item.strip("^$*/\\").replace("\\", "") for item in now if item not in was]
    return bool(gained) and all(_is_made_by(change, prefix) for prefix in gained)


def _is_made_by(change: Change, prefix: str) -> bool:
    texts = [text for path, text in change.before.items() if path.startswith(prefix)]
    return "/" in prefix and bool(texts) and all(text is None for text in texts)


# --- one setting ----------------------------------------------------------------------------------


def _compare_setting(
    change: Change, setting: Setting, was: Values, now: Values
) -> Iterator[Finding]:
    path, name = setting.path, setting.name
    if not CHECKERS.search(f"{path}.{name}") or NO_CHECK.search(name):
        return
    now = tuple(item for item in now if item in was or _was_asked(setting, item))
    still_asked = _list_still_asked(change, setting, was, now)
    relaxation = _explain_value(path, name, was, now) or _explain_list(name, was, now, still_asked)
    if STRICT_SWITCHES.search(name) and _is_strict(setting):
        return
    if relaxation:
        number = _find_line(change, path, name, now)
        yield make_setting_finding(path, number, f"`{name}` {relaxation}.")


def _is_strict(setting: Setting) -> bool:
    """Tell whether one switch of the tool asks for all that is strict."""
    switch = (_tool_of(setting.path, setting.name)[0], "strict")
    for name, values in setting.after.items():
        is_switch = name != setting.name and _tool_of(setting.path, name) == switch
        if is_switch and _is_on(values[0]):
            return True
    return False


def _was_asked(setting: Setting, item: str) -> bool:
    """Tell whether a rule that is left out now was selected before; what is no rule's code was."""
    tool, last_part = _tool_of(setting.path, setting.name)
    if not RULE_CODE.fullmatch(item) or not EXCLUDES.search(last_part):
        return True
    selected: list[str] = []
    for name, values in setting.before.items():
        if _tool_of(setting.path, name) in ((tool, "select"), (tool, "extend_select")):
            selected.extend(values)
    return not selected or any(_selects(code, item) for code in selected)


def _selects(code: str, rule: str) -> bool:
    """Tell whether ruff takes a selector to mean a rule: C4 means C401, and B does not BLE001."""
    is_linter = code.isalpha() and rule.rstrip("0123456789") == code
    return code == "ALL" or is_linter or (not code.isalpha() and rule.startswith(code))


def _list_still_asked(
    change: Change, setting: Setting, was: Values, now: Values
) -> tuple[str, ...]:
    """List the items that went from a setting, and stand under another one or in another file."""
    before, path = setting.before, setting.path
    others = [items for name, items in setting.after.items() if name not in before]
    values = [value for items in others for value in items]
    lines = [line for _, line in change.handwritten_lines(path)]
    text = "\n".join((*values, *lines, join_other_configs(change, path))).replace("-", " ")
    gone = [item for item in was if item not in now]
    return tuple(item for item in gone if MERGED.get(item) in now or _has_item(text, item))


def _has_item(text: str, item: str) -> bool:
    return bool(re.search(rf"(?<![\w/]){re.escape(item.replace('-', ' '))}(?![\w/])", text))


def _find_line(change: Change, path: str, name: str, now: Values) -> int:
    last = name.rpartition(".")[2]
    for number, line in change.added_lines(path):
        if last in line or (now and now[-1] in line):
            return number
    return 0


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


def _explain_list(name: str, was: Values, now: Values, still_asked: Values) -> str:
    """Say how a rule's level or a list asks for less than before; empty when it does not."""
    gained, lost = _subtract(now, was), _subtract(was, now)
    if RULE_LEVELS.search(name) and now and was != now:
        if not _is_softened(was, now):
            return ""
        return f"{', '.join(was) or 'its default'} became {', '.join(now)}"
    gained = [item for item in gained if not UNREACHABLE.search(item)]
    if EXCLUDES.search(name) and gained and not _is_narrowed(lost, gained):
        return f"leaves out {', '.join(gained)[:SHOWN_CHARS]} too"
    lost = [item for item in lost if item not in still_asked and not is_replaced(item, gained)]
    if INCLUDES.search(name) and lost and not _is_widened(lost, now):
        return f"does not ask for {', '.join(lost)[:SHOWN_CHARS]} any more"
    return ""


def _subtract(items: Values, others: Values) -> list[str]:
    """List the items that the others have in no dress."""
    plain = {DRESS.sub("", item) for item in others}
    return [item for item in items if DRESS.sub("", item) not in plain]


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
