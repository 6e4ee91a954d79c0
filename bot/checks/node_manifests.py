"""Find the set-up and the checks of a project of Node in its package.json."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.checks.named_tasks import find_kind
from bot.checks.package_scripts import read_package, read_scripts
from bot.checks.programs import parse_version
from bot.checks.python_manifests import FoundCheck
from bot.values import Machine

# Scripts by what they check, the first of each line that is there.
SCRIPTS = (
    ("lint", "eslint", "lint:check", "check:lint", "lint:js"),
    (
        "typecheck",
        "type-check",
        "check-types",
        "check:types",
        "types",
        "tsc",
        "lint:types",
        "types:check",
    ),
    ("format:check", "check:format", "check-format", "prettier:check", "fmt:check", "lint:format"),
    ("build",),
    ("test", "test:unit", "unit", "test:ci", "tests", "check"),
)
NO_TEST = re.compile(r"no test specified|exit 0$")
YARN_CLASSIC = 1
NODE_FOR_NEWEST_PNPM = (22,)


def list_node_setup(
    folder: str, paths: Sequence[str], texts: Mapping[str, str], machine: Machine
) -> tuple[str, ...]:
    """List the commands that install the packages of a folder."""
    manager = find_manager(folder, paths, texts)
    has = {name for name in paths if name.rpartition("/")[0] == folder}
    names = {name.rpartition("/")[2] for name in has}
    install = {
        "npm": "npm ci" if names & {"package-lock.json", "npm-shrinkwrap.json"} else "npm install",
        "pnpm": "pnpm install --frozen-lockfile" if "pnpm-lock.yaml" in names else "pnpm install",
        "yarn": _write_yarn_install(folder, names, texts),
        "bun": "bun install --frozen-lockfile"
        if names & {"bun.lock", "bun.lockb"}
        else "bun install",
    }
    bring = bring_manager(manager, folder, texts, machine)
    return (*bring, install[manager])


def find_manager(folder: str, paths: Sequence[str], texts: Mapping[str, str]) -> str:
    """Find which manager's lock the folder has; npm without one."""
    named = str(read_package(folder, texts).get("packageManager") or "").partition("@")[0]
    if named in ("npm", "pnpm", "yarn", "bun"):
        return named
    locks = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun", "bun.lockb": "bun"}
    for lock, manager in locks.items():
        if f"{folder}/{lock}".lstrip("/") in paths:
            return manager
    return "npm"


def bring_manager(
    manager: str, folder: str, texts: Mapping[str, str], machine: Machine
) -> tuple[str, ...]:
    """Write the command that installs a manager which the machine lacks."""
    if manager == "npm" or manager in machine.programs:
        return ()
    named = str(read_package(folder, texts).get("packageManager") or "")
    version = parse_version(named.partition("@")[2])
    text = ".".join(map(str, version))
    if manager == "yarn" and version and version[0] > YARN_CLASSIC:
        return (f"npm install --global @yarnpkg/cli-dist@{text}",)
    if manager == "pnpm" and not version:
        node = parse_version(machine.programs.get("node", ""))
        text = "10" if node and node < NODE_FOR_NEWEST_PNPM else ""
    return (f"npm install --global {manager}{f'@{text}' if text else ''}",)


def list_node_checks(
    folder: str, paths: Sequence[str], texts: Mapping[str, str]
) -> list[FoundCheck]:
    """List the scripts that check something."""
    manager = find_manager(folder, paths, texts)
    scripts = read_scripts(folder, texts)
    source = f"{folder}/package.json".lstrip("/")
    chosen = [name for names in SCRIPTS for name in _choose(names, scripts)]
    checks = [FoundCheck(_call(manager, name), source) for name in chosen]
    uses_types = f"{folder}/tsconfig.json".lstrip("/") in paths
    is_checked = any(find_kind(name) in ("types", "build") for name in chosen)
    if uses_types and not is_checked and '"typescript"' in texts.get(source, ""):
        checks.append(FoundCheck("npx tsc --noEmit", f"{folder}/tsconfig.json".lstrip("/")))
    return checks


def _choose(names: Sequence[str], scripts: Mapping[str, str]) -> list[str]:
    return [name for name in names if name in scripts and not NO_TEST.search(scripts[name])][:1]


def _call(manager: str, script: str) -> str:
    """Call a script; a manager runs those of its own names without `run`."""
    if script == "test" and manager != "bun":
        return f"{manager} test"
    return f"{manager} run {script}"


def _write_yarn_install(folder: str, names: set[str], texts: Mapping[str, str]) -> str:
    named = str(read_package(folder, texts).get("packageManager") or "").partition("@")[2]
    is_new = ".yarnrc.yml" in names or (parse_version(named) or (1,))[0] > YARN_CLASSIC
    if "yarn.lock" not in names:
        return "yarn install"
    return "yarn install --immutable" if is_new else "yarn install --frozen-lockfile"
