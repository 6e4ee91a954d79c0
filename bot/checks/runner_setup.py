"""Prepare commands that install what they need when they run, so that they run without a network.

tox, nox, `uv run` and their like make their environments in the set-up, and only run afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from bot.checks.check_tools import join_words
from bot.checks.command_wrappers import WRAPPERS, WrappedCommand, unwrap
from bot.checks.shell_lines import split_words

ONE_TIME = (("uvx",), ("uv", "tool", "run"), ("pipx", "run"))
# Those of uv run's options that say what is installed.
SYNC_OPTIONS = frozenset(
    {"--locked", "--frozen", "--all-extras", "--all-groups", "--all-packages", "--no-dev", "--dev"}
)
SYNC_VALUED = frozenset({"--extra", "--group", "--only-group", "--package", "--no-group"})
# The machine's own Python is taken: the entry of the matrix that is nearest to it was chosen.
PINNED_PYTHON = re.compile(r" (?:--python|-p)[ =][\w.]+")
# A package that another job built; here it is installed in place.
BUILT_PACKAGE = re.compile(r" --installpkg[ =](?:`[^`]*`|\$\([^)]*\)|\S+)")
COPIED = re.compile(r"session\.install\(\s*[\"']\.(?:\[[^\]]*\])?[\"']")
CONFIGURATION = ("noxfile.py", "tox.ini", "tox.toml", "pyproject.toml", "setup.cfg")
SYNCED = "uv-venv-lock-runner"
TOX_SYNCS = "Its tox environment is synced by uv at each run, which needs the network."
NOX_COPIES = "Its nox session installs a copy of the package, which later changes do not reach."
HOOKS = "Its hooks are fetched from other repositories, which needs the network."
SCRIPT_INSTALLS = "It installs what the script names when it runs, which needs the network."
BROWSERS = "It needs browsers, which come from the network."
BUILDS_APART = "It builds in an environment of its own, for which it needs the network."
ISOLATED = frozenset({("hatch", "build"), ("uv", "build"), ("pdm", "build")})
NOT_ISOLATED = re.compile(r" (?:--no-isolation|-n)\b|cmake|npm")
OBSTACLES: Mapping[str, str] = MappingProxyType(
    {"pre-commit": HOOKS, "prek": HOOKS, "playwright": BROWSERS, "cypress": BROWSERS}
)
# With which option they make their environments and run nothing, and with which they only run.
ENVIRONMENT_MAKERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "tox": ("--notest -x testenv.package=editable", ""),
        "nox": ("--install-only", "-R"),
    }
)
VARIABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "tox": {"TOX_SKIP_PKG_INSTALL": "1", "TOX_SKIP_ENV_INSTALL": "1"},
        "hatch": {"HATCH_DATA_DIR": ".hatch"},
    }
)
FETCHES: Mapping[str, str] = MappingProxyType({"cargo": "cargo fetch", "go": "go mod download"})
MAVEN = "mvn --batch-mode dependency:go-offline"
# What fetches the packages of a build; empty for Gradle, which is called as the check calls it.
JVM: Mapping[str, str] = MappingProxyType(
    {"mvn": MAVEN, "mvnw": MAVEN, "gradle": "", "gradlew": ""}
)


@dataclass(frozen=True, slots=True)
class PreparedCommand:
    """A command as it is run without a network, and what has to come before it, with one."""

    text: str
    setup: tuple[str, ...] = ()
    obstacle: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def prepare_command(text: str, folder: str, texts: Mapping[str, str]) -> PreparedCommand:
    """Prepare a check's command."""
    text = BUILT_PACKAGE.sub("", PINNED_PYTHON.sub("", text) if text.startswith("uv") else text)
    wrapped = unwrap(split_words(text))
    if wrapped.wrappers[:1] and wrapped.wrappers[0] in ONE_TIME and wrapped.tool != "build":
        return _install_once(text, wrapped.wrappers[0])
    paths = [f"{folder}/{name}".lstrip("/") for name in CONFIGURATION]
    configured = "\n".join(texts.get(path, "") for path in paths)
    prepared = _prepare_tool(text, wrapped, configured)
    if ("uv", "run") not in wrapped.wrappers:
        return prepared
    setup = (f"uv sync --inexact {_list_sync_options(text)}".strip(), *prepared.setup)
    return replace(prepared, setup=setup)


def _prepare_tool(text: str, wrapped: WrappedCommand, configured: str) -> PreparedCommand:
    tool = wrapped.tool.rpartition("/")[2]
    if obstacle := _find_obstacle(text, wrapped, configured):
        return PreparedCommand(text, obstacle=obstacle)
    if tool in FETCHES:
        return PreparedCommand(text, (FETCHES[tool],))
    if tool in JVM:
        setup = JVM[tool] or f"{split_words(text)[0]} testClasses"
        return PreparedCommand(re.sub(rf"{tool}\b", f"{tool} --offline", text, count=1), (setup,))
    if tool == "hatch" and wrapped.words[1:2] in (("run",), ("test",)):
        setup = f"HATCH_DATA_DIR=.hatch hatch env create {_name_environment(wrapped.words)}"
        return PreparedCommand(text, (setup,), environment=VARIABLES[tool])
    if tool in ENVIRONMENT_MAKERS:
        making, running = ENVIRONMENT_MAKERS[tool]
        setup = f"{text.partition(' -- ')[0]} {making}"
        environment = VARIABLES.get(tool, {})
        return PreparedCommand(_add_option(text, running), (setup,), environment=environment)
    return PreparedCommand(text)


def _name_environment(words: tuple[str, ...]) -> str:
    """Name the environment of hatch in which a command runs."""
    if words[1] == "test":
        return "hatch-test"
    called = " ".join(words).partition(" run ")[2]
    name, colon, _ = called.partition(" ")[0].partition(":")
    return name if colon else "default"


def _find_obstacle(text: str, wrapped: WrappedCommand, configured: str) -> str:
    """Find what keeps a tool from running without a network."""
    tool = wrapped.tool.rpartition("/")[2]
    if tool == "tox" and SYNCED in configured:
        return TOX_SYNCS
    if tool == "nox" and COPIED.search(configured):
        return NOX_COPIES
    is_package_build = wrapped.tool == "build" and not NOT_ISOLATED.search(text)
    if is_package_build or wrapped.words[:2] in ISOLATED:
        return BUILDS_APART
    return OBSTACLES.get(tool, "")


def prepare_only(only: str) -> str:
    """Prepare the line for chosen files in the same way."""
    only = BUILT_PACKAGE.sub("", PINNED_PYTHON.sub("", only) if only.startswith("uv") else only)
    wrapped = unwrap(split_words(only))
    if wrapped.wrappers[:1] and wrapped.wrappers[0] in ONE_TIME:
        return _install_once(only, wrapped.wrappers[0]).text
    if wrapped.tool in ENVIRONMENT_MAKERS:
        return _add_option(only, ENVIRONMENT_MAKERS[wrapped.tool][1])
    return only


def _add_option(text: str, option: str) -> str:
    """Add an option before what is handed on to the tool inside."""
    own, separator, handed = text.partition(" -- ")
    return f"{own}{f' {option}' if option else ''}{separator}{handed}"


def _install_once(text: str, wrapper: tuple[str, ...]) -> PreparedCommand:
    """Install a tool that is fetched for one call, and call it plainly."""
    words = split_words(text)[len(wrapper) :]
    packages: list[str] = []
    valued = WRAPPERS[wrapper]
    while words and words[0].startswith("-"):
        length = 2 if words[0] in valued else 1
        if words[0] in ("--from", "--with", "--spec") and len(words) > 1:
            packages.append(words[1])
        words = words[length:]
    if not words:
        return PreparedCommand(text)
    if "/" in words[0]:
        return PreparedCommand(text, obstacle=SCRIPT_INSTALLS)
    name, _, version = words[0].partition("@")
    if not packages:
        packages.append(f"{name}=={version}" if version and version != "latest" else name)
    command = join_words((name, *words[1:]))
    return PreparedCommand(command, (f"pip install {join_words(tuple(packages))}",))


def _list_sync_options(text: str) -> str:
    words = split_words(text)
    start = words.index("run") + 1 if "run" in words else 0
    options: list[str] = []
    index = start
    while index < len(words) and words[index].startswith("-"):
        has_value = words[index] in WRAPPERS["uv", "run"]
        if words[index] in SYNC_VALUED:
            options += words[index : index + 2]
        elif words[index] in SYNC_OPTIONS or words[index].partition("=")[0] in SYNC_VALUED:
            options.append(words[index])
        index += 2 if has_value else 1
    return join_words(tuple(options))
