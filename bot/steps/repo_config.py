"""Read a repository's own configuration, `.github/greenlit.yml`; a mistake names its line."""

from __future__ import annotations

import re
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml import Node, ScalarNode

from bot.ports import Refusal
from bot.steps.check_settings import NAME_RULE, CheckDetails
from bot.steps.config_file import ConfigFile
from bot.text.bot_logins import BOT_SUFFIX
from bot.text.strict_yaml import YamlMistake, find_nodes, parse_yaml, quote_value, render_mark
from bot.values import ConfiguredCheck, RepoConfig

PATH = ".github/greenlit.yml"
LIMIT_BYTES = 64 * 1024
Mistake = tuple[int, str]  # its line, to sort by, and its sentence
Location = tuple[int | str, ...]

# YAML takes the brackets of `[name[bot]]` for a list; people copy a bot's login as GitHub shows it.
BARE_LOGINS = re.compile(r"^reviewers:[ \t]*\[[^\n\"']*$", re.MULTILINE)


def read_config(text: str | None) -> RepoConfig:
    """Read the configuration; all defaults when there is no file.

    Raises Refusal with every mistake, its line and column.
    """
    if text is None:
        return _make_config(ConfigFile())
    if len(text.encode(errors="replace")) > LIMIT_BYTES:
        raise _refuse([f"the file is larger than {LIMIT_BYTES // 1024} KB."])
    try:
        root, values = parse_yaml(BARE_LOGINS.sub(_blank_suffixes, text))
    except YamlMistake as mistake:
        raise _refuse([str(mistake)]) from None
    if root is None or values is None:
        return _make_config(ConfigFile())
    try:
        return _make_config(ConfigFile.model_validate(values))
    except ValidationError as wrong:
        mistakes = sorted(_explain_mistake(root, error) for error in wrong.errors())
        raise _refuse([sentence for _, sentence in mistakes]) from None


def _make_config(file: ConfigFile) -> RepoConfig:
    """Make the value: its own defaults are those of runs from before there was a setting."""
    settings = file.model_dump(exclude={"checks"})
    if file.checks is None:
        return RepoConfig(**settings)
    checks = [ConfiguredCheck(name, **each.model_dump()) for name, each in file.checks.items()]
    return RepoConfig(**settings, checks=tuple(checks))


def _blank_suffixes(line: re.Match[str]) -> str:
    """Write blanks for each `[bot]`, so that the columns of mistakes stay."""
    return line[0].replace(BOT_SUFFIX, " " * len(BOT_SUFFIX))


def guess_label(text: str) -> str:
    """Find the label in a file that cannot be used: the value of the key that is nearest to it."""
    for line in text.splitlines():
        key, _, rest = line.partition(":")
        value = rest.partition(" #")[0].strip(" \t\"'")
        if value and get_close_matches(key.strip(" \t\"'"), ["label"]):
            return value
    return RepoConfig().label


def _refuse(mistakes: list[str]) -> Refusal:
    lines = "\n".join(f"- {PATH}, {mistake}" for mistake in mistakes)
    return Refusal(f"The configuration cannot be used:\n{lines}")


def _explain_mistake(root: Node, error: ErrorDetails) -> Mistake:
    location = error["loc"]
    key, value = find_nodes(root, location)
    node, sentence = value, ""
    if not location:
        settings = ", ".join(ConfigFile.model_fields)
        node, sentence = root, f"this is no list of settings. Settings are {settings}."
    elif error["type"] == "extra_forbidden":
        node, sentence = key, _explain_unknown(location)
    elif error["type"] == "missing":
        node, sentence = key, f"`{location[-1]}` is missing here."
    elif location[-1] == "[key]":
        sentence = f"{quote_value(str(location[1]))} is no name of a check. {NAME_RULE}"
    else:
        given = "have this value"
        if isinstance(value, ScalarNode):
            given = f"be {quote_value(value.value)}"
        name, expected = _describe_setting(location)
        sentence = f"{name} cannot {given}. Expected: {expected}."
    mark = node.start_mark
    return (mark.line if mark else 0), render_mark(mark) + sentence


def _describe_setting(location: Location) -> tuple[str, str]:
    """Name the setting at a location, and say what it takes."""
    setting = str(location[0])
    if setting == "checks" and len(location) == len(("checks", "name", "kind")):
        expected = CheckDetails.model_fields[str(location[2])].description or ""
        return quote_value(f"checks.{location[1]}.{location[2]}"), expected
    return f"`{setting}`", ConfigFile.model_fields[setting].description or ""


def _explain_unknown(location: Location) -> str:
    fields = ConfigFile.model_fields if len(location) == 1 else CheckDetails.model_fields
    name, settings = str(location[-1]), ", ".join(fields)
    near = get_close_matches(name, fields, 1)
    guess = f" Did you mean `{near[0]}`?" if near else ""
    place = "" if len(location) == 1 else " of a check"
    return f"{quote_value(name)} is no setting{place}.{guess} Settings{place} are {settings}."
