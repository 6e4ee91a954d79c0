"""Put a patch that was not pushed yet onto what somebody else pushed to the branch meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from bot.merge import draft_file
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.push_branch import make_commit_details
from bot.text import as_code_span
from bot.text.terminal_text import strip_control
from bot.tools.tree_files import index_files
from bot.tools.tree_reader import decode_texts
from bot.values import Patch, RunState, Tree, TreeMerge


@dataclass(frozen=True, slots=True)
class RebasedPatch:
    """The patch on the branch's newest commit; `obstacle` is a clause that says why there is none.

    Files that the newest commit has already as the patch wants them are left out.
    """

    tree: Tree
    patch: Patch
    obstacle: str = ""


def _summarize_rebase(rebased: RebasedPatch) -> Summary:
    if rebased.obstacle:
        return "rebase", Text(strip_control(f"not done: {rebased.obstacle}"), "red")
    return "rebase", Text(f"onto {rebased.tree.sha[:7]}, which somebody pushed meanwhile")


@step("rebase_patch", _summarize_rebase)
def rebase_patch(ports: Ports, state: RunState) -> RebasedPatch:
    """Fetch the branch anew, and lay over it what the run has not pushed yet.

    Files that both sides changed are merged where that leaves no doubt. Raises Refusal when the
    branch is gone.
    """
    base, branch = state.base, state.own_branch
    remote = ports.credentials.fetch_remote(base.repo)
    newest = ports.mirrors.fetch(base.repo, remote, branch)
    before = index_files(ports, Tree(base.repo, state.delivery.head, branch))
    after = index_files(ports, newest)
    wanted = index_files(ports, ports.mirrors.overlay(base, state.patch))
    files = {
        path: text
        for path, text in state.patch.files.items()
        if wanted.get(path) not in (before.get(path), after.get(path))  # pushed, or theirs too
    }
    if all(before.get(path) == after.get(path) for path in files):
        return RebasedPatch(newest, Patch(files))
    return _merge(ports, state, newest)


def _merge(ports: Ports, state: RunState, newest: Tree) -> RebasedPatch:
    """Merge the work with what was pushed on top of the same commit."""
    base, known = state.base, Tree(state.base.repo, state.delivery.head, newest.branch)
    remote = ports.credentials.fetch_remote(base.repo)
    common = ports.mirrors.merge_base(newest, remote, known)
    if common is None or common.sha != known.sha:
        return RebasedPatch(newest, Patch(), "the commit that I worked on is not there any more")
    details = make_commit_details(ports, "Work so far")
    work = ports.mirrors.commit(base, state.patch.files, (known.sha,), details)
    merged = ports.mirrors.merge(Tree(base.repo, work, newest.branch), newest, remote)
    if merged is None:
        return RebasedPatch(newest, Patch())
    return _take_certain(ports, newest, merged)


def _take_certain(ports: Ports, newest: Tree, merged: TreeMerge) -> RebasedPatch:
    """Take a merge whose conflicts leave no doubt, as a patch of the newest commit."""
    solved: dict[str, bytes] = {}
    for conflict in merged.conflicts:
        drafted = draft_file(conflict)
        if drafted.data is None or drafted.lines:
            return RebasedPatch(newest, Patch(), f"we both changed {as_code_span(conflict.path)}")
        solved[conflict.path] = drafted.data
    tree = Tree(newest.repo, merged.tree, newest.branch)
    before, after = index_files(ports, newest), index_files(ports, tree)
    changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    contents = {**ports.mirrors.read(tree, changed), **solved}
    texts = decode_texts(contents)
    if len(texts) != len(contents):
        return RebasedPatch(newest, Patch(), "what came of both is not text")
    return RebasedPatch(newest, Patch({path: texts.get(path) for path in (*changed, *solved)}))
