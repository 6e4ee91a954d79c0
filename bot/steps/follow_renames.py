"""Find where files are now that were renamed since somebody commented on their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.edits import has_suggestion
from bot.ports import Ports, Unreachable
from bot.tools.tree_files import index_files
from bot.values import ReviewThread, Sha, Tree

Files = Mapping[str, Sha]


def follow_renames(
    ports: Ports, tree: Tree, threads: Iterable[ReviewThread]
) -> tuple[ReviewThread, ...]:
    """Point threads with suggestions to the file as it is named now, where it was renamed only.

    GitHub calls such a thread outdated. One whose file was changed as well stays as it is.
    """
    files = index_files(ports, tree)
    followed = []
    for thread in threads:
        is_lost = thread.path not in files and has_suggestion(thread)
        followed.append(_follow(ports, tree, files, thread) if is_lost else thread)
    return tuple(followed)


def _follow(ports: Ports, tree: Tree, files: Files, thread: ReviewThread) -> ReviewThread:
    if thread.original_sha is None:
        return thread
    remote = ports.credentials.fetch_remote(tree.repo)
    try:
        original = ports.mirrors.fetch_commit(tree.repo, remote, thread.original_sha, tree.branch)
    except Unreachable:  # somebody rewrote the branch, and GitHub has forgotten the commit
        return thread
    before = index_files(ports, original)
    content = before.get(thread.path)
    places = [path for path, sha in files.items() if sha == content and path not in before]
    if len(places) != 1:
        return thread
    return replace(
        thread,
        path=places[0],
        line=thread.original_line,
        start_line=thread.original_start_line,
        is_outdated=False,
    )
