"""Render the message of a commit that applies people's suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.edits import Suggestion
from bot.text import count_noun, mask_secrets
from bot.text.git_messages import SUBJECT_CHARS
from bot.views.commit_message import clean_line, render_co_author
from bot.views.markdown_parts import join_parts, wrap_list

MOST_PLACES = 20


def render_suggestion_title(suggestions: Sequence[Suggestion]) -> str:
    """Render the subject: whose suggestions, or how many where the names do not fit."""
    people = list(dict.fromkeys(suggestion.author for suggestion in suggestions))
    noun = "a suggestion" if len(suggestions) == 1 else count_noun(len(suggestions), "suggestion")
    named = f"Apply {noun} by {' and '.join(people)}"
    if len(named) <= SUBJECT_CHARS:
        return clean_line(named)
    return f"Apply {noun} by {count_noun(len(people), 'person', 'people')}"


def render_suggestion_message(suggestions: Sequence[Suggestion]) -> str:
    """Render the message of the commit. Whoever suggested is a co-author."""
    places = [
        clean_line(f"{suggestion.path}, {suggestion.lines}, by {suggestion.author}")
        for suggestion in suggestions
    ]
    accounts = {suggestion.author: suggestion.author_id for suggestion in suggestions}
    trailers = [render_co_author(login, account) for login, account in accounts.items()]
    body = wrap_list(list(dict.fromkeys(places)), MOST_PLACES)
    text = join_parts(render_suggestion_title(suggestions), body, "\n".join(trailers))
    return mask_secrets(text) + "\n"
