"""Read a repository's own configuration, `.github/greenlit.yml`; a mistake is told with its line.

Its JSON schema is published: `greenlit schema > deploy/greenlit.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from yaml import Node, ScalarNode

from bot.ports import Refusal
from bot.steps.check_settings import (
    MOST_CHECKS,
    NAME_RULE,
    CheckDetails,
    CheckName,
    CheckSettings,
    Commands,
)
from bot.text.bot_logins import BOT_SUFFIX, is_bot_login
from bot.text.strict_yaml import YamlMistake, find_nodes, parse_yaml, quote_value, render_mark
from bot.values import ConfiguredCheck, RepoConfig
from bot.values.run_config import GateName

PATH = ".github/greenlit.yml"
LIMIT_BYTES = 64 * 1024
Mistake = tuple[int, str]  # its line, to sort by, and its sentence
Location = tuple[int | str, ...]

# git check-ref-format(1): what no branch name may hold.
BAD_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|\.lock/|^refs/")


def _check_branch_prefix(value: str) -> str:
    if BAD_IN_REF.search(value):
        raise ValueError("no branch name of git begins so")
    return value


Glob = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\\]+$")]
Globs = Annotated[tuple[Glob, ...], Field(strict=False, max_length=100)]
# YAML takes the brackets of `[name[bot]]` for a list; people copy a bot's login as GitHub shows it.
BARE_LOGINS = re.compile(r"^reviewers:[ \t]*\[[^\n\"']*$", re.MULTILINE)


def _complete_login(value: str) -> str:
    return value if is_bot_login(value) else f"{value}{BOT_SUFFIX}"


Login = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,98}(?:\[bot\])?$"),
    AfterValidator(_complete_login),
]
Logins = Annotated[tuple[Login, ...], Field(strict=False, max_length=20)]
Gates = Annotated[tuple[GateName, ...], Field(strict=False, max_length=11)]


class ConfigFile(BaseModel):
    """What a repository asks of the bot. An operator's own limits stand above it.

    Globs are as in .gitignore.
    """

    model_config = ConfigDict(
        title="Config", frozen=True, extra="forbid", strict=True, allow_inf_nan=False
    )

    label: str = Field(
        default="autogen",
        min_length=1,
        max_length=50,
        description="the label that starts a run (1 to 50 characters)",
    )
    branch_prefix: Annotated[str, AfterValidator(_check_branch_prefix)] = Field(
        default="greenlit/",
        min_length=1,
        max_length=100,
        description="how the bot's branches begin (a text that git allows there)",
    )
    attempts: int | None = Field(
        default=None,
        ge=1,
        le=10,
        description="how often a run may push (a whole number from 1 to 10)",
    )
    budget_usd: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        description="US dollars that a run may cost (a number above 0, at most 10000)",
    )
    minutes: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="minutes that a run may work (a whole number from 1 to 10000)",
    )
    protected: Globs = Field(
        default=(),
        description="more paths that the bot may not change (a list of at most 100 globs)",
    )
    allow: Globs = Field(
        default=(),
        description="protected paths that the bot may change all the same "
        "(at most 100 globs, a folder as folder/**)",
    )
    block: Gates = Field(
        default=(),
        description="checks that keep a change back for all they find "
        "(a list of style, packages, copied, ...)",
    )
    advise: Gates = Field(
        default=(),
        description="checks that only advise "
        "(a list of lint, style, tests, unfinished, licence, copied, size, packages, changelog, "
        "docs, dependencies; none of security)",
    )
    max_files: int = Field(
        default=60, ge=1, le=1_000, description="files that a change may touch (1 to 1000)"
    )
    max_lines: int = Field(
        default=4_000, ge=1, le=100_000, description="lines that a change may change (1 to 100000)"
    )
    when_red: Literal["draft", "nothing"] = Field(
        default="draft", description="what to open when CI stays red (draft or nothing)"
    )
    draft: bool = Field(
        default=False, description="whether pull requests open as drafts (true or false)"
    )
    approve: Literal["plan", "diff", "never"] = Field(
        default="never",
        description="what somebody with write access must approve before the bot goes on "
        "(plan, diff or never)",
    )
    approve_by: Literal["other", "anyone"] = Field(
        default="anyone",
        description="who may approve it: anyone with write access, or somebody other than who "
        "asked (other or anyone)",
    )
    ci_secrets: Literal["ask", "allow", "withhold"] = Field(
        default="ask",
        description="what to do where CI would run the change with secrets: ask for an approval, "
        "push all the same, or push to a branch for which those workflows do not start "
        "(ask, allow or withhold)",
    )
    split: Literal["wait", "stack", "never"] = Field(
        default="wait",
        description="how the parts of a request that is too big for one change are solved: each "
        "once those that it needs are merged, or on top of their branches; or whether none is "
        "split (wait, stack or never)",
    )
    update: bool = Field(
        default=True,
        description="whether the bot merges the base into its own pull requests when they conflict "
        "with it (true or false)",
    )
    reviewers: Logins = Field(
        default=(),
        description="bots whose reviews the bot answers "
        "(a list of at most 20 logins, such as coderabbitai[bot])",
    )
    delete_branch: bool = Field(
        default=False,
        description="whether the bot deletes the branch of its merged pull request (true or false)",
    )
    delete_closed_after_days: int | None = Field(
        default=None,
        ge=1,
        le=365,
        description="days after which the bot deletes the branch of its pull request that was "
        "closed without being merged (a whole number from 1 to 365)",
    )
    instructions: str = Field(
        default="",
        max_length=10_000,
        description="what the bot shall heed (a text of at most 10000 characters)",
    )
    sandbox: bool = Field(
        default=True,
        description="whether the bot may run the repository's code in its sandbox (true or false)",
    )
    setup: Commands | None = Field(
        default=None,
        description="commands that install what the checks need; found out without it "
        "(a list of at most 20 command lines)",
    )
    checks: dict[CheckName, CheckSettings] | None = Field(
        default=None,
        max_length=MOST_CHECKS,
        description="the checks that the bot runs before a push; found out without it "
        "(at most 20 names, each with a command line, or with run, only, kind and folder)",
    )
    install_scripts: bool = Field(
        default=False,
        description="whether packages may run code of their own while they are installed in the "
        "sandbox (true or false)",
    )


def render_schema() -> str:
    """Render the JSON schema of the file, as deploy/greenlit.schema.json holds it."""
    return json.dumps(ConfigFile.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


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
