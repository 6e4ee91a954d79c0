"""What bounds a run: the operator's caps and the repository's own configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TierName = Literal["bubblewrap", "landlock", "container", "none"]  # of the sandbox
CheckKind = Literal["test", "lint", "types", "build", "format"]
# The gates of which a repository says whether they block or advise.
# fmt: off
GateName = Literal[
    "lint", "style", "tests", "unfinished", "licence", "copied", "size", "packages", "changelog",
    "docs", "dependencies",
]
# fmt: on


@dataclass(frozen=True, slots=True)
class Caps:
    """What the operator allows one run to use; a repository's configuration may ask for less."""

    usd: float = 5.0
    turns: int = 80
    minutes: int = 60  # of work; time spent waiting for CI is apart
    attempts: int = 3
    ci_patience_s: int = 3 * 3600  # how long CI may take in all
    ci_poll_s: float = 60.0  # how often to ask when no webhook comes
    approval_patience_s: int = 72 * 3600  # how long to wait until somebody approves
    ci_grace_s: float = 90.0  # how long CI may stay silent before we say so
    sandbox: TierName = "none"  # that runs the repository's checks before a push


@dataclass(frozen=True, slots=True)
class ConfiguredCheck:
    """A check as the repository's configuration names it; what is empty is found out."""

    name: str
    run: str  # lines for `sh -e`
    only: str = ""
    kind: CheckKind | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True)
class RepoConfig:
    """What a repository asks of the bot in `.github/greenlit.yml`; None leaves it to the operator.

    `bot.steps.repo_config` reads it; `config_file` beside it holds the bounds and the meanings.
    """

    label: str = "autogen"
    branch_prefix: str = "greenlit/"
    attempts: int | None = None
    budget_usd: float | None = None
    minutes: int | None = None
    protected: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    advise: tuple[str, ...] = ()
    max_files: int = 60
    max_lines: int = 4_000
    when_red: Literal["draft", "nothing"] = "draft"
    draft: bool = False
    # What people must approve before it goes on. A run of before there was this waits for nobody.
    approve: Literal["plan", "diff", "never"] = "never"
    approve_by: Literal["other", "anyone"] = "anyone"
    ci_secrets: Literal["ask", "allow", "withhold"] = "allow"
    delete_branch: bool = False
    delete_closed_after_days: int | None = None
    instructions: str = ""
    # How the parts of a request that is too big are solved: each once the one before is merged, or
    # on top of its branch. "never": no request is split.
    split: Literal["wait", "stack", "never"] = "wait"
    update: bool = True  # whether the bot merges the base into its pull requests by itself
    reviewers: tuple[str, ...] = ()  # bots whose reviews are answered, "coderabbitai[bot]"
    setup: tuple[str, ...] | None = None  # commands that install what checks need; None: found out
    checks: tuple[ConfiguredCheck, ...] | None = None  # None: they are found out
    sandbox: bool = True  # whether the repository's code may run in the bot's sandbox
    install_scripts: bool = (
        False  # whether packages may run code of their own as they are installed
    )
    surprising_lines: bool = False  # whether the pull request names those least like its own code
