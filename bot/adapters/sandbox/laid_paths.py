"""Keep what a set-up left in its workspace, such as `node_modules`, and lay it over others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from shlex import quote

from bot.adapters.sandbox.disk_watch import measure_written

KEPT, OVERLAY = "kept", "overlay"  # in an environment
FARM = "node_modules"
# Folders of environments into which tox and nox write logs and notes of their own at each run.
RUNNERS = {".tox", ".nox"}
READ = {"lib", "include", "share"}
# What is read and not written to is linked to; everything else is copied into each workspace.
LINKED = {".venv", "venv", ".yarn", "vendor"}
COPIED_BYTES = 256 * 1024**2  # what is larger is linked to as well
IGNORED = {".git", "__pycache__", ".cache", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
MOST, MOST_ENTRIES = 1_000, 50_000  # paths that are kept; entries of a folder that are looked at
FOLDER_MODE = 0o755


def list_paths(workspace: Path) -> frozenset[str]:
    """List the files and folders of a workspace, before a set-up runs in it."""
    return frozenset(os.path.relpath(path, workspace) for path in _walk(workspace, None))


def keep_new_paths(
    workspace: Path, before: frozenset[str], files: Path, root: str
) -> tuple[str, ...]:
    """Move what is new in a workspace into an environment, and return its paths.

    `files` is the environment's folder, which appears as `root` inside. Nothing runs in either by
    now; links are moved and never followed.
    """
    known = frozenset(str(workspace / path) for path in before)
    new = (path for path in _walk(workspace, known) if str(path) not in known)
    fitting = list(islice((path for path in new if path.name not in IGNORED), MOST))
    for name in (KEPT, OVERLAY):
        make_own_folder(files, name)
    for path in fitting:
        _keep(path, path.relative_to(workspace), files, root)
    return tuple(str(path.relative_to(workspace)) for path in fitting)


def make_own_folder(files: Path, name: str) -> None:
    """Make a folder of the bot's own in an environment. What a set-up put in its place goes away:
    through a link it would have the bot write elsewhere.
    """
    if os.path.lexists(files / name):
        (files / name).rename(files.parent / f"{name}.other")
    _make_folder(files / name)


def write_lay_script(laid: tuple[str, ...], root: str, before: tuple[str, ...]) -> str:
    """Write the shell lines that lay kept paths over a workspace, in the place of those before."""
    lines = [f"rm -rf -- {quote(path)}" for path in before]
    for path in laid:
        target, folder = quote(path), quote(str(Path(path).parent))
        source = quote(f"{root}/{OVERLAY}/{path}")
        lines.append(
            f"[ -e {target} ] || [ -L {target} ] || "
            f"{{ mkdir -p -- {folder} && cp -a -- {source} {target}; }}"
        )
    return "\n".join(lines)


def _walk(folder: Path, known: frozenset[str] | None) -> Iterator[Path]:
    """Walk through folders; where some are known, only those are entered."""
    with os.scandir(folder) as entries:
        for entry in sorted(islice(entries, MOST_ENTRIES), key=lambda entry: entry.name):
            yield Path(entry.path)
            if entry.is_dir(follow_symlinks=False) and (known is None or entry.path in known):
                yield from _walk(Path(entry.path), known)


def _keep(source: Path, path: Path, files: Path, root: str) -> None:
    """Move a new path to where it is linked to or copied from."""
    is_folder = source.is_dir() and not source.is_symlink()
    is_linked = is_folder and (
        path.name in LINKED | RUNNERS | {FARM} or measure_written(source, 0.0) > COPIED_BYTES
    )
    _make_folders(files / OVERLAY, path.parent)
    if not is_linked:
        shutil.move(source, files / OVERLAY / path)
        return
    _make_folders(files / KEPT, path.parent)
    shutil.move(source, files / KEPT / path)
    if path.name == FARM:
        _link_entries(files / KEPT / path, files / OVERLAY / path, f"{root}/{KEPT}/{path}")
    elif path.name in RUNNERS:
        _link_environments(files / KEPT / path, files / OVERLAY / path, f"{root}/{KEPT}/{path}")
    else:
        (files / OVERLAY / path).symlink_to(f"{root}/{KEPT}/{path}")


def _link_entries(kept: Path, overlay: Path, target: str) -> None:
    """Make a folder with links to the packages of another one, to which tools can add caches.

    Links are made anew as they are: those to packages of the repository itself lead out of it.
    """
    _make_folder(overlay)
    with os.scandir(kept) as entries:
        for entry in entries:
            if entry.is_symlink():
                (overlay / entry.name).symlink_to(Path(entry.path).readlink())
            elif entry.is_dir() and (entry.name == ".bin" or entry.name.startswith("@")):
                _link_entries(Path(entry.path), overlay / entry.name, f"{target}/{entry.name}")
            elif entry.name not in IGNORED:
                (overlay / entry.name).symlink_to(f"{target}/{entry.name}")


def _link_environments(kept: Path, overlay: Path, target: str) -> None:
    """Make folders with links to the libraries in the environments of another one; the rest, which
    is small and may be written to, is copied.
    """
    _make_folder(overlay)
    for environment in kept.iterdir():
        if environment.is_symlink() or not (environment / "pyvenv.cfg").is_file():
            continue
        _make_folder(overlay / environment.name)
        for entry in environment.iterdir():
            place = overlay / environment.name / entry.name
            if entry.is_symlink():
                place.symlink_to(entry.readlink())
            elif entry.name in READ:
                place.symlink_to(f"{target}/{environment.name}/{entry.name}")
            elif entry.is_dir():
                shutil.copytree(entry, place, symlinks=True)
            else:
                shutil.copy2(entry, place)


def _make_folders(folder: Path, path: Path) -> None:
    for part in reversed([path, *path.parents]):
        _make_folder(folder / part)


def _make_folder(folder: Path) -> None:
    """Make a folder that the users of all sandboxes may read, whatever the bot's umask is."""
    folder.mkdir(exist_ok=True)
    folder.chmod(FOLDER_MODE)
