"""Read the suggested changes out of the threads of a review, as GitHub shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text import as_code_span, name_lines
from bot.text.code_fences import choose_fence
from bot.values import AnswerKind, ReviewThread, ThreadComment

LANGUAGE = "suggestion"
_FURTHER = "add|write|update|document|test|cover|extend|explain"
# What is asked for besides the lines themselves.
_DEMAND = re.compile(
    rf"""\b(?:also|as\ well|everywhere|elsewhere|other\ places
    |same\ (?:for|in|with|below|above|here|there)
    |(?:and|then)\ (?:please\ )?
    (?:{_FURTHER}|adjust|check|delete|drop|fix|move|remove|rename))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Before a suggestion these words say what it is, behind it they ask for more.
_DEMAND_BEHIND = re.compile(
    rf"\?|(?:^|[.!;…]\s+|\bplease )(?:{_FURTHER})\b", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """New text for the lines `first` to `last` of a file, counted from 1; "" deletes them.

    `seen_lines` are the last of these lines as the reviewer saw them: all, or as many as GitHub
    shows.
    """

    thread: str
    author: str
    path: str
    first: int
    last: int
    text: str
    seen_lines: tuple[str, ...] = ()
    author_id: int = 0

    @property
    def lines(self) -> str:
        """Its lines for people: "line 3", or "lines 3 to 5"."""
        return name_lines(self.first, self.last)

    @property
    def place(self) -> str:
        """Where it is, for people: "lines 3 to 5 of `a.py`"."""
        return f"{self.lines} of {as_code_span(self.path)}"


@dataclass(frozen=True, slots=True)
class RefusedSuggestion:
    """Why the suggestion in a thread was not applied, or what is asked before it can be."""

    thread: str
    text: str
    kind: AnswerKind = "declined"


def parse_suggestions(markdown: str) -> tuple[str, ...]:
    """Read the texts of the suggestion blocks: lines that end with a line feed, "" for none."""
    if LANGUAGE not in markdown:
        return ()
    return tuple(_read_block(token) for token in _parse_own_words(markdown) if _is_block(token))


def render_suggestion_block(text: str) -> str:
    """Write a suggestion block that GitHub reads as this text, whatever fences are in it."""
    fence = choose_fence(text)
    ending = "" if not text or text.endswith("\n") else "\n"
    return f"{fence}{LANGUAGE}\n{text}{ending}{fence}"


def has_suggestion(thread: ReviewThread) -> bool:
    """Tell whether the last word in a thread is a suggestion."""
    return bool(_find_last_suggestions(thread))


def asks_for_more(thread: ReviewThread) -> bool:
    """Tell whether the words beside the suggestions that are its last word ask for anything else.

    A rule, no model. In doubt they give the reason for the suggestion.
    """
    return any(_has_demand(comment.body) for comment in _find_last_suggestions(thread))


def collect_suggestions(
    threads: Iterable[ReviewThread],
) -> tuple[tuple[Suggestion, ...], tuple[RefusedSuggestion, ...]]:
    """Take the suggestions that are the last word in their threads, and refuse those without lines.

    Who wrote may be heard: the threads hold nobody else's comments.
    """
    suggestions: list[Suggestion] = []
    refused = []
    for thread in threads:
        comments = _find_last_suggestions(thread)
        problem = _explain_missing_lines(thread) if comments else ""
        if problem:
            refused.append(RefusedSuggestion(thread.id, problem))
        else:
            suggestions += _make_suggestions(thread, comments)
    return tuple(suggestions), tuple(refused)


def move_thread(thread: ReviewThread, applied: Iterable[Suggestion]) -> ReviewThread:
    """Move a thread to where its lines stand once these suggestions are applied."""
    if thread.line is None or thread.side == "left":
        return thread
    first = thread.start_line or thread.line
    grown = {
        (suggestion.first, suggestion.last): suggestion.text.count("\n")
        for suggestion in applied
        if suggestion.path == thread.path and suggestion.last < first
    }
    shift = sum(count - (end - start + 1) for (start, end), count in grown.items())
    start_line = thread.start_line + shift if thread.start_line else None
    return replace(thread, line=thread.line + shift, start_line=start_line)


def read_seen_lines(thread: ReviewThread) -> tuple[str, ...]:
    """Read from the diff above a thread the last lines that it is about, as they were then."""
    last = thread.original_line or thread.line or 0
    first = thread.original_start_line or (last if thread.original_line else thread.start_line)
    count = last - (first or last) + 1
    new_side = [line[1:] for line in thread.diff_hunk.split("\n")[1:] if line[:1] in (" ", "+")]
    return tuple(line.removesuffix("\r") for line in new_side[-count:])


def _has_demand(markdown: str) -> bool:
    before, behind = _read_words(markdown)
    is_behind = _DEMAND_BEHIND.search(behind) is not None
    return is_behind or _DEMAND.search(f"{before}\n{behind}") is not None


def _read_words(markdown: str) -> tuple[str, str]:
    """Read the words of a comment: those before its last suggestion block, and those behind it."""
    before = behind = ""
    for token in _parse_own_words(markdown):
        if _is_block(token):
            before, behind = before + behind, ""
        elif token.type == "inline":
            behind += f"{token.content}\n"
    return before, behind


def _is_block(token: Token) -> bool:
    return token.type == "fence" and token.info.split()[:1] == [LANGUAGE]


def _parse_own_words(markdown: str) -> Iterator[Token]:
    """Parse a comment without what it quotes, which somebody else said."""
    quotes = 0
    for token in MarkdownIt("commonmark").parse(markdown):
        quotes += token.nesting if token.type.startswith("blockquote_") else 0
        if not quotes:
            yield token


def _read_block(token: Token) -> str:
    """Read a block that nothing closes as well: Markdown ends it with the comment."""
    if not token.content or token.content.endswith("\n"):
        return token.content
    return f"{token.content}\n"


def _find_last_suggestions(thread: ReviewThread) -> tuple[ThreadComment, ...]:
    """Find the comments with suggestions after which nobody said anything else.

    What was said after a suggestion may be that it should not be. The text of a review, which has
    no file, suggests nothing.
    """
    last: list[ThreadComment] = []
    if not thread.path:
        return ()
    for comment in reversed(thread.comments):
        if not parse_suggestions(comment.body):
            break
        last.append(comment)
    return tuple(reversed(last))


def _make_suggestions(
    thread: ReviewThread, comments: Iterable[ThreadComment]
) -> Iterator[Suggestion]:
    last = thread.line or 0
    first = thread.start_line or last
    seen_lines = read_seen_lines(thread)
    for comment in comments:
        for text in parse_suggestions(comment.body):
            yield Suggestion(
                thread.id,
                comment.author,
                thread.path,
                first,
                last,
                text,
                seen_lines,
                comment.author_id,
            )


def _explain_missing_lines(thread: ReviewThread) -> str:
    """Say why there are no lines that a suggestion could take the place of; "" when there are."""
    path = as_code_span(thread.path)
    if thread.is_on_file:
        return (
            f"This suggestion is about {path} as a whole, so it names no lines to replace. "
            "Please make it on the lines it is for."
        )
    if thread.side == "left" or thread.begins_left:
        return (
            f"This suggestion is on lines of {path} that the pull request deletes, so there is "
            "nothing to replace. Please make it on a line that is there now."
        )
    if thread.is_outdated or thread.line is None:
        return (
            f"This suggestion is outdated: its lines of {path} have changed since it was made. "
            "Please make it again on the lines as they are now."
        )
    return ""
