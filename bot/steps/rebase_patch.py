"""Put a patch that was not pushed yet onto what somebody else pushed to the branch meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.text import as_code_span
from bot.text.terminal_text import strip_control
from bot.values import Patch, RunState, Sha, Tree


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

    Raises Refusal when the branch is gone.
    """
    base, branch = state.base, state.own_branch
    remote = ports.credentials.fetch_remote(base.repo)
    newest = ports.mirrors.fetch(base.repo, remote, branch)
    seen = Tree(base.repo, state.delivery.head, branch)
    before, after = _index(ports, seen), _index(ports, newest)
    wanted = _index(ports, ports.mirrors.overlay(base, state.patch))
    files: dict[str, str | None] = {}
    for path, text in state.patch.files.items():
        if wanted.get(path) in (before.get(path), after.get(path)):  # pushed already, or theirs too
            continue
        if before.get(path) != after.get(path):
            return RebasedPatch(newest, Patch(), f"both of us changed {as_code_span(path)}")
        files[path] = text
    return RebasedPatch(newest, Patch(files))


def _index(ports: Ports, tree: Tree) -> dict[str, Sha]:
    return {entry.path: entry.sha for entry in ports.mirrors.entries(tree)}
