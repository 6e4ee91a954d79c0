"""Render the message of a merge commit."""

from __future__ import annotations

from bot.text import defuse_mentions, mask_secrets
from bot.text.git_messages import clean_message, drop_skip_marks
from bot.values import Branch, Finish, MergeDraft
from bot.views.markdown_parts import join_parts, wrap_list

MOST_FILES = 20


def render_merge_message(
    head: Branch, base: Branch, draft: MergeDraft, finish: Finish | None = None
) -> str:
    """Render what was merged as git says it, then how each conflict was solved.

    `finish` holds the model's words for those that it solved.
    """
    subject = defuse_mentions(f"Merge branch '{base}' into {head}")
    solved = [f"{file.path}: {', '.join(file.rules)}" for file in draft.solved]
    open_paths = [conflict.path for conflict in draft.left]
    words = ""
    if finish is not None:
        words = clean_message(finish.message or finish.summary).strip()
    body = join_parts(
        _render_list("Conflicts that left no doubt:", solved),
        _render_list("Conflicts solved by reading both sides:", open_paths if words else []),
        words,
    )
    return mask_secrets(join_parts(subject, defuse_mentions(drop_skip_marks(body)))) + "\n"


def _render_list(title: str, items: list[str]) -> str:
    if not items:
        return ""
    return f"{title}\n\n{wrap_list(items, MOST_FILES)}"
