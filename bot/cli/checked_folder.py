"""A folder whose own checks are listed or run: its newest commit, and what is not committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.git_process import require_git
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.work_tree import FILE, GONE, MOST_FILES, WorkTree
from bot.adapters.sandbox.choose_tier import choose_tier
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.cli.inputs import WrongUseError, require_folder
from bot.ports import Clock, Model, Ports, Sandbox
from bot.settings import SandboxSettings
from bot.steps.find_repo_checks import find_checks
from bot.steps.repo_config import PATH, read_config
from bot.tools.tree_files import apply_patch
from bot.values import Patch, ProjectChecks, RepoConfig, Tree

OpenSandbox = Callable[[GitMirrors], Sandbox]


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """The files of a folder as they lie there, as a commit and a patch, and the checks of them."""

    ports: Ports
    tree: Tree
    patch: Patch
    config: RepoConfig
    project: ProjectChecks
    unseen: tuple[str, ...] = ()  # changed paths that hold no text


def open_local_sandbox(settings: SandboxSettings, cache: Path) -> OpenSandbox:
    """Open the sandbox of this machine, with what it keeps in a folder of the cache."""
    folder = cache.expanduser() / "sandbox"

    def open_sandbox(mirrors: GitMirrors) -> Sandbox:
        folder.mkdir(parents=True, exist_ok=True)
        return LocalSandbox(
            folder,
            mirrors,
            lambda: choose_tier(settings.sandbox, settings.sandbox_image, folder),
        )

    return open_sandbox


@contextmanager
def open_checked_folder(folder: Path, open_sandbox: OpenSandbox) -> Iterator[CheckedFolder]:
    """Borrow the repository around a folder, and find its checks; nothing of it is run.

    Raises what MISTAKES are, and Refusal for a configuration that cannot be used.
    """
    require_folder(folder)
    require_git()
    with TemporaryDirectory(prefix="greenlit-") as home:
        repository = borrow_repository(Path(home), folder)
        tree = repository.tree()
        patch = Patch()
        unseen: tuple[str, ...] = ()
        if repository.source.root:
            patch, unseen = _read_changes(repository.work_tree(), tree)
        mirrors = GitMirrors(Path(home), ())
        nobody = None
        ports = Ports(
            mirrors,
            cast("Model", nobody),
            cast("Clock", nobody),
            sandbox=open_sandbox(mirrors),
        )
        changed = apply_patch(ports, tree, patch)
        config = _read_own_config(ports, changed)
        project = find_checks(ports, changed, config)
        yield CheckedFolder(ports, tree, patch, config, project, unseen)


def _read_own_config(ports: Ports, tree: Tree) -> RepoConfig:
    content = ports.mirrors.read(tree, [PATH]).get(PATH)
    return read_config(None if content is None else content.decode("utf-8", "replace"))


def _read_changes(work_tree: WorkTree, tree: Tree) -> tuple[Patch, tuple[str, ...]]:
    """Read what is not committed, new files included; and name what holds no text."""
    changes = work_tree.list_changes(tree.sha)
    if len(changes) > MOST_FILES:
        raise WrongUseError(
            f"{len(changes):,} files are not committed, and at most {MOST_FILES:,} are read: "
            "commit them, or have .gitignore name what is no source."
        )
    files: dict[str, str | None] = {}
    unseen = []
    for change in changes:
        text = _read_text(work_tree, change.path)
        if change.mode == GONE:
            files[change.path] = None
        elif change.mode.startswith(FILE[:3]) and text is not None:
            files[change.path] = text
        else:
            unseen.append(change.path)
    return Patch(files), tuple(unseen)


def _read_text(work_tree: WorkTree, path: str) -> str | None:
    content = work_tree.read_file(path)
    if content is None or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
