"""Read from a repository's hooks of pre-commit which tools check it, in which versions.

pre-commit itself fetches its hooks from other repositories, which a sandbox does not reach.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.checks.python_manifests import FoundCheck
from bot.text.strict_yaml import LENIENT, YamlMistake, parse_yaml

PATH = ".pre-commit-config.yaml"
# The command of a hook, and the package that brings it.
HOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ruff": ("ruff check", "ruff"),
        "ruff-check": ("ruff check", "ruff"),
        "ruff-format": ("ruff format --check", "ruff"),
        "black": ("black --check", "black"),
        "isort": ("isort --check-only", "isort"),
        "flake8": ("flake8", "flake8"),
        "codespell": ("codespell", "codespell"),
    }
)
CHANGING = re.compile(r"--(?:fix|unsafe-fixes|exit-non-zero-on-fix|show-fixes|write|safe|quiet)")
# A commit, and in a comment the version that it is.
FROZEN = re.compile(r"rev: *[\"']?[0-9a-f]{40}[\"']? +#\D*(\d+(?:\.\d+)+)")
VERSION = re.compile(r"v?(\d+(?:\.\d+)+(?:\.post\d+)?)")


@dataclass(frozen=True, slots=True)
class HookTool:
    """A tool that a hook runs on all files, and the package in its version."""

    check: FoundCheck
    package: str


def list_hook_tools(texts: Mapping[str, str]) -> list[HookTool]:
    """List the tools of the hooks that are known, each once."""
    text = FROZEN.sub(r"rev: v\1", texts.get(PATH, ""))
    try:
        _, document = parse_yaml(text, LENIENT)
    except YamlMistake:
        return []
    tools: dict[str, HookTool] = {}
    for repo in _list_tables(document, "repos"):
        version = VERSION.fullmatch(str(repo.get("rev") or ""))
        for hook in _list_tables(repo, "hooks"):
            known = HOOKS.get(str(hook.get("id")))
            if known and "exclude_types" not in hook:
                command, package = known
                pinned = f"{package}=={version[1]}" if version else package
                words = " ".join([command, *_list_arguments(hook), "."])
                tools[command] = HookTool(FoundCheck(words, PATH), pinned)
    return list(tools.values())


def _list_arguments(hook: Mapping[str, object]) -> Iterator[str]:
    arguments = hook.get("args")
    for argument in arguments if isinstance(arguments, list) else ():
        if not CHANGING.match(str(argument)):
            yield shlex.quote(str(argument))


def _list_tables(table: object, key: str) -> list[Mapping[str, object]]:
    value = table.get(key) if isinstance(table, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
