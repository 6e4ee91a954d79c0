"""Judge what the model made of a merge's open conflicts, before it is pushed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.merge import find_marker_lines
from bot.ports import Ports
from bot.run import step
from bot.steps.inspect_change import JudgementRules, judge_patch, summarize_findings
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import decode_texts
from bot.values import Finding, MergeDraft, Patch, Tree

GATE = "content"


@step("inspect_merge", summarize_findings)
def inspect_merge(
    ports: Ports, draft: MergeDraft, tree: Tree, patch: Patch, rules: JudgementRules
) -> tuple[Finding, ...]:
    """Refuse conflict markers, and ask all gates about what is new to both sides.

    What one side has already was reviewed there: only what neither has is the model's own.
    """
    open_paths = [conflict.path for conflict in draft.left]
    sides = [_read(ports, replace(tree, sha=sha), open_paths) for sha in (draft.head, draft.base)]
    after = {**_read(ports, tree, open_paths), **patch.files}
    markers = tuple(_find_markers(after, sides[0], sides[1], open_paths))
    before = _read(ports, tree, [path for path in patch.files if path not in open_paths])
    new_to_ours, new_to_theirs = (
        judge_patch(ports, tree, patch, {**before, **side}, rules) for side in sides
    )
    known = {_identify(finding) for finding in new_to_theirs}
    unsolved = {finding.path for finding in markers}
    others = (finding for finding in new_to_ours if finding.path not in unsolved)
    return (*markers, *(finding for finding in others if _identify(finding) in known))


def _read(ports: Ports, tree: Tree, paths: list[str]) -> dict[str, str]:
    return decode_texts(TreeFiles(ports.mirrors, tree).read(paths))


def _find_markers(
    after: Mapping[str, str | None],
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    open_paths: list[str],
) -> Iterator[Finding]:
    """Find the conflicts that nobody has solved."""
    for path in open_paths:
        numbers = find_marker_lines(after.get(path) or "", ours.get(path), theirs.get(path))
        first = next(numbers, None)
        if first is not None:
            text = "A conflict marker stands here: solve the conflict, and take the markers out."
            yield Finding(GATE, path, first, text)


def _identify(finding: Finding) -> tuple[str, str, str]:
    """Name a finding whatever it is compared with: sizes differ in their numbers alone."""
    text = "" if finding.gate == "size" else finding.text
    return finding.gate, finding.path, text
