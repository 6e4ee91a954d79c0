"""Bring lock files up to date with a change of their manifests, by their own tools, in the sandbox.

The tools run as a set-up does: beside the mirror of packages, where there is one, and with no other
network. Of what they leave only the lock comes back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from shlex import quote

from rich.text import Text

from bot.gates import (
    STALE,
    UNSOLVED,
    Change,
    explain_protected_path,
    find_stale_locks,
    list_context_files,
)
from bot.logs import clean_log
from bot.ports import Ports, Unreachable
from bot.run import Summary, step
from bot.search.lock_contents import list_moved, restore_addresses
from bot.search.lock_files import KINDS, LockFile, is_lock_name
from bot.text import count_noun, defuse_inline
from bot.text.terminal_text import strip_control
from bot.tools.job_log import mask_log
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import decode_texts
from bot.values import Finding, Patch, ProjectSetup, RepoConfig, SandboxJob, SandboxResult, Tree
from bot.values.locks import LockUpdate

GATE = "dependencies"
# In the lock's own folder: what is new there when a set-up ends is laid over a job's files.
LEFT = ".greenlit-lock"
PORT_SIGN = "http://127.0.0.1:"
MANIFEST_ENDINGS = (".toml", ".json", ".in", ".txt", ".cfg", ".mod", ".yaml", "Gemfile", "Pipfile")
MOST_INPUTS = 200
MOST_MOVED = 8
MOST_LINES = 3
REASON_CHARS = 400
NOISE = re.compile(r"\+ |npm warn|Package indexes:|npm error (?:code|A complete log)|\s*Using ")
OPTIONS = re.compile(r"^--", re.MULTILINE)
ERROR = re.compile(r"error|fail|no such|not found|no matching|conflict|because", re.IGNORECASE)
# The programs that a set-up needs, and its line where it differs from what people type.
SET_UPS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "uv": (("python3", "uv"), ""),
    "poetry": (
        ("python3", "poetry"),
        (
            'case "$(poetry --version)" in *"version 1."*) poetry lock --no-update;; '
            "*) poetry lock;; esac"
        ),
    ),
    "pdm": (("python3", "pdm"), ""),
    "pip-compile": (("python3",), ""),
    "npm": (("node", "npm"), ""),
    "pnpm": (("node", "npm", "pnpm"), "pnpm install --lockfile-only --no-frozen-lockfile"),
    "yarn": (("node", "npm", "yarn"), ""),
    "cargo": (("cargo",), ""),
    "go": (("go",), ""),
}
YARN_2 = "yarn install --no-immutable --mode=update-lockfile"
NO_INDEX = "The sandbox serves no packages of its kind."


@dataclass(frozen=True, slots=True)
class LockWork:
    """A change whose manifests may have left their locks behind; none of the locks is in it.

    `written` are the locks that something else wrote into it, such as a command of the model's.
    """

    tree: Tree
    patch: Patch
    config: RepoConfig
    workspace: str
    written: tuple[str, ...] = ()


def is_written_here(path: str) -> bool:
    """Tell whether a file is a lock that can be written anew in a sandbox."""
    kind = KINDS.get(path.rpartition("/")[2])
    return kind is not None and kind.program in SET_UPS


def identify_manifests(tree: Tree, patch: Patch) -> str:
    """Name what the locks of a change are made of: the same for the same tree and manifests."""
    manifests = {
        path: text
        for path, text in patch.files.items()
        if path.endswith(MANIFEST_ENDINGS) and not is_lock_name(path)
    }
    text = json.dumps([tree.sha, manifests], sort_keys=True)
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:16]


def _summarize_update(update: LockUpdate) -> Summary:
    unsolved = [finding for finding in update.findings if finding.rule in (STALE, UNSOLVED)]
    if unsolved:
        line = "; ".join(f"{finding.path}: {finding.text}" for finding in unsolved)
        return "lock files", Text(strip_control(line), "magenta")
    return "lock files", Text(strip_control(", ".join(update.texts) or "nothing to bring along"))


@step("update_locks", _summarize_update)
def update_locks(ports: Ports, work: LockWork) -> LockUpdate:
    """Write the locks anew that the change leaves behind; each tells what it could not do."""
    change = _read_change(ports, work)
    began = ports.clock.now()
    update = LockUpdate()
    for lock in find_stale_locks(change):
        old = decode_texts(ports.mirrors.read(work.tree, [lock.path])).get(lock.path, "")
        update = _add(update, _update_lock(ports, work, lock, old))
    known = {*update.fresh, *(finding.path for finding in update.findings)}
    update = _add(update, LockUpdate(findings=tuple(map(_refuse, {*work.written} - known))))
    ports.sandbox.discard(work.workspace)
    return replace(update, took_s=round((ports.clock.now() - began).total_seconds(), 3))


def _read_change(ports: Ports, work: LockWork) -> Change:
    files = TreeFiles(ports.mirrors, work.tree)
    paths = files.paths()
    before = decode_texts(files.read(list(work.patch.files)))
    context = decode_texts(files.read(list_context_files(work.patch.files, paths)))
    old = {path: before.get(path) for path in work.patch.files}
    return Change(old, work.patch.files, context, paths=paths)


def _add(update: LockUpdate, newer: LockUpdate) -> LockUpdate:
    return replace(
        update,
        texts={**update.texts, **newer.texts},
        fresh=(*update.fresh, *newer.fresh),
        findings=(*update.findings, *newer.findings),
    )


def _update_lock(ports: Ports, work: LockWork, lock: LockFile, old: str) -> LockUpdate:
    if obstacle := _find_obstacle(work.config, lock, old):
        return _leave(lock, obstacle)
    try:
        result = ports.sandbox.run(_make_job(ports, work, lock, old))
    except Unreachable:  # the work goes on: people are told the command
        return _leave(lock, "The sandbox does not work now.")
    if not result.has_passed:
        return _explain_failure(ports, lock, result)
    texts = {path: text or "" for path, text in result.changes.items()}
    new = texts.pop(lock.path, old)
    new = restore_addresses(old, new)
    if PORT_SIGN in new and PORT_SIGN not in old:
        return _leave(lock, "What it wrote names addresses of the sandbox alone.")
    if new != old:
        texts[lock.path] = new
    elif result.dropped:
        return _leave(
            lock, f"The new one cannot be taken: {result.dropped[0].rpartition(': ')[2]}."
        )
    moved = list_moved(lock.path, old, new, _list_asked(work.patch, lock))
    return LockUpdate(texts=texts, fresh=(lock.path,), findings=_tell_moved(lock, moved))


def _find_obstacle(config: RepoConfig, lock: LockFile, old: str) -> str:
    """Say why a lock is not written here at all; empty where it is."""
    if reason := explain_protected_path(lock.path, config.allow, config.protected):
        return reason
    if lock.program not in SET_UPS:
        return NO_INDEX
    if lock.program == "pip-compile" and OPTIONS.search(old):
        return "It holds options that depend on where it is compiled."
    return ""


def _refuse(path: str) -> Finding:
    """Tell that a lock is left as it was which no change of a manifest asks for."""
    text = "No manifest of it changed, so it is as it was: only its own tool may write it."
    return Finding(GATE, path, 0, text, blocks=False, rule="moved")


def _make_job(ports: Ports, work: LockWork, lock: LockFile, old: str) -> SandboxJob:
    name = PurePosixPath(lock.path).name
    beside = ("go.mod",) if name == "go.sum" else ()
    programs, line = SET_UPS[lock.program]
    lines = _write_lines(lock, old) or (line or lock.command,)
    names = " ".join(map(quote, (name, *beside)))
    left = quote(LEFT)
    folder = str(PurePosixPath(lock.path).parent)
    to_lock = _find_way(lock.folder, folder)
    setup = ProjectSetup(
        (*lines, f"cd {quote(to_lock)}; mkdir {left}; cp {names} {left}/"),
        _list_inputs(ports, work, lock),
        programs,
        lock.folder,
        source=lock.path,
        runs_scripts=work.config.install_scripts,
    )
    place = "" if folder == "." else folder
    returns = tuple(str(PurePosixPath(folder, each)) for each in (name, *beside))
    commands = (*(f"cat {left}/{quote(each)} > {quote(each)}" for each in (name, *beside)),)
    return SandboxJob(
        work.tree, work.patch, commands, work.workspace, place, setups=(setup,), returns=returns
    )


def _find_way(start: str, end: str) -> str:
    """Find the way from one folder of the repository to another, which lies in it or is it."""
    return str(PurePosixPath(end).relative_to(PurePosixPath(start or ".")))


def _write_lines(lock: LockFile, old: str) -> tuple[str, ...]:
    """Write the lines of the tools that need another one for some locks."""
    if lock.program == "pip-compile":
        head = f"CUSTOM_COMPILE_COMMAND={quote(lock.command)}"
        bare = "--no-emit-index-url --no-emit-options"
        return ("pip install --quiet pip-tools", f"{head} {lock.command} {bare}")
    if lock.program == "yarn":
        return (YARN_2 if "__metadata:" in old else "yarn install --ignore-scripts",)
    if lock.program == "npm" and '"lockfileVersion": 1' in old:
        return (f"{lock.command} --lockfile-version=1",)
    return ()


def _list_inputs(ports: Ports, work: LockWork, lock: LockFile) -> tuple[str, ...]:
    """List the lock, and the files that it is made of: all manifests of its kind."""
    paths = dict.fromkeys((*TreeFiles(ports.mirrors, work.tree).paths(), *work.patch.files))
    names = set(lock.inputs)
    inputs = [path for path in paths if path in names or PurePosixPath(path).name in names]
    return (lock.path, *inputs[:MOST_INPUTS])


def _leave(lock: LockFile, why: str) -> LockUpdate:
    """Leave the lock as it is, and tell which command brings it up to date."""
    where = f" in `{lock.folder}`" if lock.folder else ""
    text = (
        f"Run `{lock.command}`{where} and commit what it writes: the dependencies changed, and "
        f"this lock file could not be brought up to date here. {why[:1].upper()}{why[1:]}"
    )
    return LockUpdate(findings=(Finding(GATE, lock.path, 0, text, blocks=False, rule=STALE),))


def _explain_failure(ports: Ports, lock: LockFile, result: SandboxResult) -> LockUpdate:
    """Tell why the tool failed. What it said may be for the model to mend: a wrong version."""
    lines = clean_log(mask_log(ports, result.log)) if result.log.strip() else []
    answer = [line.strip() for line in lines if line.strip() and not NOISE.match(line)]
    errors = [line for line in answer if ERROR.search(line)]
    reason = result.obstacle or result.limit_hit or "Its tool failed."
    if not answer:
        return _leave(lock, reason)
    words = defuse_inline(" ".join((errors or answer[-3:])[:MOST_LINES]), REASON_CHARS).rstrip(".")
    left = _leave(lock, f"`{lock.command}` says: {words}.")
    (finding,) = left.findings
    return replace(left, findings=(replace(finding, rule=UNSOLVED),))


def _list_asked(patch: Patch, lock: LockFile) -> str:
    """List what the changed manifests say, in which the packages stand that may move."""
    texts = [text or "" for path, text in patch.files.items() if path.endswith(lock.inputs)]
    return "\n".join(texts)


def _tell_moved(lock: LockFile, moved: tuple[str, ...]) -> tuple[Finding, ...]:
    """Tell which packages have other versions now than the lock had before."""
    if not moved:
        return ()
    named = ", ".join(moved[:MOST_MOVED])
    more = f" and {len(moved) - MOST_MOVED} more" if len(moved) > MOST_MOVED else ""
    count = count_noun(len(moved), "package")
    text = f"`{lock.command}` moved {count} that no manifest names: {named}{more}."
    return (Finding(GATE, lock.path, 0, text, blocks=False, rule="moved"),)
