"""Say in sentences what was merged into a pull request's branch, and how conflicts were solved."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text import as_code_span, count_noun
from bot.values import RunState

MOST_PATHS = 5


def render_merge_result(state: RunState, commit: str) -> str:
    """Render what was merged and pushed as `commit`, and where people should look."""
    draft, base = state.merge_draft, as_code_span(state.pull_details.base)
    commits = count_noun(draft.behind, "commit")
    sentences = [f"I merged {base} ({commits}), and pushed {commit}."]
    if draft.solved:
        paths = _name_paths([file.path for file in draft.solved])
        sentences.append(f"I solved conflicts that left no doubt in {paths}.")
    if draft.left:
        paths = _name_paths([conflict.path for conflict in draft.left])
        others = "others" if draft.solved else "conflicts"
        sentences.append(f"I solved {others} in {paths}: please look there closely.")
    return " ".join(sentences)


def _name_paths(paths: Sequence[str]) -> str:
    names = ", ".join(as_code_span(path) for path in paths[:MOST_PATHS])
    if len(paths) <= MOST_PATHS:
        return names
    return f"{names} and {count_noun(len(paths) - MOST_PATHS, 'more file')}"
