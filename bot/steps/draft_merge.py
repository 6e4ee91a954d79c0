"""Draft the merge of the base into a pull request's branch: a commit in the mirror, not pushed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rich.text import Text

from bot.gates import explain_protected_path
from bot.merge import DraftedFile, draft_file
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.push_branch import make_commit_details
from bot.text import count_noun
from bot.values import (
    MergeDraft,
    OpenConflict,
    Patch,
    PathConflict,
    PullDetails,
    Repo,
    RepoConfig,
    Sha,
    SolvedFile,
    Tree,
    TreeMerge,
)
from bot.views.merge_message import render_merge_message

MOST_MESSAGES = 5  # of each side, for one file


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both tips of a merge."""

    ours: Tree
    theirs: Tree


def _summarize_draft(draft: MergeDraft) -> Summary:
    if draft.commit is None:
        return "merge", Text("nothing to merge: the base is in the branch already")
    if not draft.solved and not draft.left:
        return "merge", Text("git merged everything")
    solved = count_noun(len(draft.solved), "file")
    left = count_noun(len(draft.left), "file")
    return "merge", Text(f"{solved} solved for certain, {left} left")


@step("draft_merge", _summarize_draft)
def draft_merge(ports: Ports, repo: Repo, pull: PullDetails, config: RepoConfig) -> MergeDraft:
    """Merge the base as it is now into the head as it is now, and solve what leaves no doubt.

    What is left stands in the commit between markers: it must not be pushed so.
    """
    remote = ports.credentials.fetch_remote(repo)
    sides = _Sides(
        ports.mirrors.fetch(repo, remote, pull.head), ports.mirrors.fetch(repo, remote, pull.base)
    )
    merged = ports.mirrors.merge(sides.ours, sides.theirs, remote)
    if merged is None:
        return MergeDraft(sides.ours.sha, sides.theirs.sha)
    drafted = {conflict: _draft(conflict, config) for conflict in merged.conflicts}
    solved = tuple(
        SolvedFile(conflict.path, file.rules)
        for conflict, file in drafted.items()
        if file.data is not None and not file.lines
    )
    left = tuple(
        _describe_open(ports, sides, conflict, file)
        for conflict, file in drafted.items()
        if file.data is None or file.lines
    )
    draft = MergeDraft(sides.ours.sha, sides.theirs.sha, None, solved, left)
    return _commit(ports, sides, merged, drafted, draft)


def _draft(conflict: PathConflict, config: RepoConfig) -> DraftedFile:
    """Draft a file, unless only people may change it: then nothing of it is solved."""
    if reason := explain_protected_path(conflict.path, config.allow, config.protected):
        return DraftedFile(None, advice=reason)
    return draft_file(conflict)


def _describe_open(
    ports: Ports, sides: _Sides, conflict: PathConflict, file: DraftedFile
) -> OpenConflict:
    """Tell what is left of one path: for the model with both sides' words, else for people."""
    path, kind = conflict.path, conflict.kind
    if file.advice:
        return OpenConflict(path, kind, file.lines, advice=file.advice)
    ours = ports.mirrors.messages(sides.ours, sides.theirs, path, MOST_MESSAGES)
    theirs = ports.mirrors.messages(sides.theirs, sides.ours, path, MOST_MESSAGES)
    return OpenConflict(path, kind, file.lines, ours, theirs)


def _commit(
    ports: Ports,
    sides: _Sides,
    merged: TreeMerge,
    drafted: Mapping[PathConflict, DraftedFile],
    draft: MergeDraft,
) -> MergeDraft:
    """Commit what is drafted on both tips."""
    ours, theirs = sides.ours, sides.theirs
    message = render_merge_message(ours.branch, theirs.branch, draft)
    files = {
        conflict.path: file.data for conflict, file in drafted.items() if file.data is not None
    }
    tree, parents = Tree(ours.repo, merged.tree, ours.branch), (ours.sha, theirs.sha)
    commit = ports.mirrors.commit(tree, files, parents, make_commit_details(ports, message))
    behind = ports.mirrors.count_missing(ours, theirs)
    return replace(draft, commit=commit, behind=behind)


@step("commit_merge")
def commit_resolution(
    ports: Ports, draft: MergeDraft, tree: Tree, patch: Patch, message: str
) -> Sha:
    """Commit the draft with what the model made of its open conflicts, on both tips."""
    parents, details = (draft.head, draft.base), make_commit_details(ports, message)
    return ports.mirrors.commit(tree, patch.files, parents, details)


@step("has_same_conflicts")
def has_same_conflicts(ports: Ports, tree: Tree, before: MergeDraft, after: MergeDraft) -> bool:
    """Tell whether two drafts leave the same to solve, to the byte."""
    paths = [conflict.path for conflict in before.left]
    if paths != [conflict.path for conflict in after.left]:
        return False
    drafts = [replace(tree, sha=draft.commit) for draft in (before, after) if draft.commit]
    contents = [ports.mirrors.read(draft, paths) for draft in drafts]
    return contents[0] == contents[-1]
