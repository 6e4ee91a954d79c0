"""Find the lock files that a change leaves behind its manifests."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from bot.gates.change import Change
from bot.search.lock_files import LockFile, find_locks, is_lock_name, read_compiled_lock
from bot.values import Finding

GATE, STALE, UNSOLVED = "dependencies", "stale-lock", "unsolved-lock"
LEFT_LOCKS = (STALE, UNSOLVED)  # which people must bring up to date
PYTHON_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
UV_LOCKED = (
    "sources", "dev-dependencies", "constraint-dependencies", "override-dependencies", "workspace",
    "environments", "required-environments", "conflicts", "index",
)  # fmt: skip
POETRY_LOCKED = ("dependencies", "dev-dependencies", "group", "extras", "source")
NODE_LOCKED = ("dependencies", "devDependencies", "optionalDependencies", "overrides")
CARGO_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")


def check_locks(change: Change) -> Iterator[Finding]:
    """Find each lock that does not follow a change of the dependencies above it."""
    for lock in find_stale_locks(change):
        where = f" in `{lock.folder}`" if lock.folder else ""
        text = (
            f"Run `{lock.command}`{where} and commit what it writes: the dependencies changed, and "
            "this lock file did not."
        )
        yield Finding(GATE, lock.path, 0, text, blocks=False, rule=STALE)


def find_stale_locks(change: Change) -> tuple[LockFile, ...]:
    """Find the locks whose manifests ask for something else now, and which are as they were."""
    paths = {*change.paths, *change.context, *change.before}
    stale: dict[str, LockFile] = {}
    for path, text in change.after.items():
        before = change.read_before(path)
        if text is None or before is None or is_lock_name(path):
            continue
        for lock in find_locks(path, paths):
            if not _holds_member(change, lock, path, paths):
                continue
            if _read_locked(lock.path, path, before) != _read_locked(lock.path, path, text):
                stale[lock.path] = lock
    for lock in _list_compiled(change, paths):
        if any(_has_new_requirements(change, name) for name in lock.inputs):
            stale.setdefault(lock.path, lock)
    return tuple(lock for path, lock in stale.items() if path not in change.after)


def _holds_member(change: Change, lock: LockFile, manifest: str, paths: set[str]) -> bool:
    """Tell whether a lock is that of a manifest below it: of a workspace, and not of an example."""
    top, name = PurePosixPath(lock.path).parent, PurePosixPath(manifest).name
    if PurePosixPath(manifest).parent == top or name not in ("package.json", "pyproject.toml"):
        return True
    if lock.path.endswith("pnpm-lock.yaml"):
        return str(top / "pnpm-workspace.yaml") in paths
    text = change.after.get(str(top / name)) or change.context.get(str(top / name))
    return text is not None and "workspace" in text


def _list_compiled(change: Change, paths: set[str]) -> Iterator[LockFile]:
    """Yield the compiled requirements that stand beside the change."""
    texts = {**change.context, **{path: text for path, text in change.before.items() if text}}
    for path, text in texts.items():
        if lock := read_compiled_lock(path, text, paths):
            yield lock


def _has_new_requirements(change: Change, path: str) -> bool:
    """Tell whether an input of compiled requirements asks for something else now."""
    before, after = change.before.get(path), change.after.get(path)
    if before is None or after is None:
        return False
    if path.endswith(".toml"):
        return _read_locked("requirements.txt", path, before) != _read_locked(
            "requirements.txt", path, after
        )
    return _list_requirements(before) != _list_requirements(after)


def _list_requirements(text: str) -> set[str]:
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def _read_locked(lock: str, manifest: str, text: str) -> object:
    """Read what of a manifest its lock depends on; equal values leave the lock as it is."""
    lock, name = PurePosixPath(lock).name, PurePosixPath(manifest).name
    try:
        if name == "pyproject.toml":
            return _read_python(lock, tomllib.loads(text))
        if name == "package.json":
            return _read_node(lock, _as_table(json.loads(text)))
        if name == "Cargo.toml":
            return _read_cargo(tomllib.loads(text))
        if name == "composer.json":
            document = _as_table(json.loads(text))
            return [document.get(key) for key in ("require", "require-dev")]
    except (ValueError, RecursionError):
        return None
    return _read_go(text) if name == "go.mod" else _read_script(text)


def _read_python(lock: str, document: Mapping[str, Any]) -> object:
    project, tool = _as_table(document.get("project")), _as_table(document.get("tool"))
    values = [project.get(key) for key in ("dependencies", "optional-dependencies")]
    if lock in PYTHON_LOCKS:
        values.append(project.get("requires-python"))
    if lock == "uv.lock":
        uv = _as_table(tool.get("uv"))
        values += [project.get(key) for key in ("name", "version")]
        values += [document.get("dependency-groups"), *(uv.get(key) for key in UV_LOCKED)]
    elif lock == "poetry.lock":
        poetry = _as_table(tool.get("poetry"))
        values += [document.get("dependency-groups"), *(poetry.get(key) for key in POETRY_LOCKED)]
    elif lock == "pdm.lock":
        pdm = _as_table(tool.get("pdm"))
        values += [document.get("dependency-groups"), pdm.get("dev-dependencies")]
    return values


def _read_node(lock: str, document: Mapping[str, Any]) -> object:
    """Read the tables of a `package.json`; an empty one is as good as none."""
    has_peers = lock in ("package-lock.json", "npm-shrinkwrap.json")
    keys = (*NODE_LOCKED, *(("peerDependencies",) if has_peers else ("resolutions",)))
    return [document.get(key) or None for key in keys]


def _read_cargo(document: Mapping[str, Any]) -> object:
    """Read the names alone: a lock of Cargo's does not hold which versions are asked for."""
    package, workspace = _as_table(document.get("package")), _as_table(document.get("workspace"))
    targets = [_as_table(target) for target in _as_table(document.get("target")).values()]
    tables = [_as_table(table.get(key)) for table in (document, *targets) for key in CARGO_TABLES]
    named = sorted(
        str(_as_table(source).get("package", name))
        for table in tables
        for name, source in table.items()
    )
    version = package.get("version") or _as_table(workspace.get("package")).get("version")
    return [named, package.get("name"), version]


def _read_go(text: str) -> set[str]:
    lines = (line.partition("//")[0].removeprefix("require ").strip() for line in text.splitlines())
    return {line for line in lines if " v" in line and "=>" not in line}


def _read_script(text: str) -> list[str]:
    """Read a manifest that is a program, such as a Gemfile, without its comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _as_table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
