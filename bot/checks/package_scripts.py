"""Look up the scripts of package.json that npm, pnpm, yarn and bun run."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.checks.command_wrappers import WrappedCommand
from bot.checks.shell_lines import join_folder, split_words

MANAGERS = {"npm": "npx", "pnpm": "pnpm exec", "yarn": "yarn", "bun": "bunx"}
OWN_WORDS = frozenset({"npm test", "npm t", "npm start", "pnpm test", "pnpm t"})
FOLDER_OPTIONS = frozenset({"--prefix", "-C", "--dir", "--cwd"})
VALUED = FOLDER_OPTIONS | {"-w", "--workspace", "-F", "--filter", "--loglevel"}


def read_package(folder: str, texts: Mapping[str, str]) -> Mapping[str, object]:
    """Read the package.json of a folder; empty where there is none that can be read."""
    try:
        package = json.loads(texts.get(f"{folder}/package.json".lstrip("/"), "{}"))
    except (ValueError, RecursionError):
        return {}
    return package if isinstance(package, dict) else {}


def read_scripts(folder: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Read the scripts of a folder's package.json."""
    scripts = read_package(folder, texts).get("scripts")
    if not isinstance(scripts, dict):
        return {}
    return {str(name): text for name, text in scripts.items() if isinstance(text, str)}


def find_script(name: str, folder: str, texts: Mapping[str, str]) -> str:
    """Find what a script runs; empty where it is not known."""
    return read_scripts(folder, texts).get(name, "")


def list_script_words(
    wrapped: WrappedCommand, folder: str, texts: Mapping[str, str]
) -> tuple[str, ...]:
    """List the words from the name of a script on; empty where none is run."""
    manager = wrapped.tool
    if manager not in MANAGERS:
        return ()
    words = list(_drop_options(wrapped.words[1:]))
    if words[:1] in (["workspace"], ["workspaces"]):
        words = words[2:] if words[0] == "workspace" else words[1:]
    if words[:1] in (["run"], ["run-script"], ["foreach"]):
        return tuple(words[1:])
    if words and words[0] in ("t", "tst") and manager == "npm":
        return ("test",)
    is_known = bool(words) and (words[0] == "test" or words[0] in read_scripts(folder, texts))
    is_named = manager in ("yarn", "pnpm") and bool(words)
    return tuple(words) if is_known or (is_named and words[0] not in ("exec", "dlx")) else ()


def find_script_folder(command: str, folder: str) -> str:
    """Find the folder that a manager is sent to by its options; the given one without them."""
    words = split_words(command)
    for index, word in enumerate(words[1:], 1):
        name, _, value = word.partition("=")
        if name in FOLDER_OPTIONS:
            chosen = value or (words[index + 1] if index + 1 < len(words) else "")
            return join_folder(folder, chosen) or folder
    return folder


def name_runner(command: str) -> str:
    """Name what starts a tool of the packages, for the manager of a command."""
    words = [word for word in split_words(command) if word in MANAGERS]
    return MANAGERS[words[0]] if words else "npx"


def _drop_options(words: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    index = 0
    while index < len(words) and words[index] != "--":
        if words[index].startswith("-"):
            index += 2 if words[index] in VALUED else 1
            continue
        kept.append(words[index])
        index += 1
    return tuple(kept)
