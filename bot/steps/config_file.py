"""The settings of a repository's own configuration, with their bounds and what people read of them.

Their JSON schema is published: `greenlit schema > deploy/greenlit.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.steps.check_settings import MOST_CHECKS, CheckName, CheckSettings, Commands
from bot.text.bot_logins import BOT_SUFFIX, is_bot_login
from bot.values.run_config import GateName

# git check-ref-format(1): what no branch name may hold.
BAD_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|\.lock/|^refs/")


def _check_branch_prefix(value: str) -> str:
    if BAD_IN_REF.search(value):
        raise ValueError("no branch name of git begins so")
    return value


Glob = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\\]+$")]
Globs = Annotated[tuple[Glob, ...], Field(strict=False, max_length=100)]


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
        title="Config",
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        defer_build=True,
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
    surprising_lines: bool = Field(
        default=False,
        description="whether a pull request names the three new lines that are least like the "
        "repository's own code (true or false)",
    )


def render_schema() -> str:
    """Render the JSON schema of the file, as deploy/greenlit.schema.json holds it."""
    return json.dumps(ConfigFile.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
