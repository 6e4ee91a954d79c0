"""Judge whether a command on a pull request needs a brief: by its words and what is shown there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.steps.brief_rule import (
    COMMAND,
    COPULA,
    ERROR,
    EXPECTS,
    FENCE,
    is_question,
    is_short,
    is_vague,
    list_names,
    names_known,
)
from bot.values import Request, Retrieval, ReviewThread
from bot.values.request import Comment

DIFF_CHARS = 400_000  # that are read for names
SUBJECT_WORDS = 4  # of a sentence, with the verb: "the month is wrong"
CLEAR_LINES = 60  # of a diff that is a place by itself: "in German" needs no name there
CHANGED_LINE = re.compile(r"^[+-](?![+-]{2} )", re.MULTILINE)
CHANGED_PATH = re.compile(r"^(?:---|\+\+\+) [ab]/(.+)$", re.MULTILINE)
DEFINED = re.compile(
    r"\b(?:def|class|func|function|fn|interface|struct|enum|trait|type|module|const|let|var)\s+"
    r"(?:\([^)\n]{0,200}\)\s*)?(\w{3,})"
)
# In backticks, or written as no plain word is: `total`, first_line, firstLine, total().
CODE = re.compile(r"`([^`\n]{1,200})`|\b(\w+_\w+|[A-Za-z]+[a-z0-9][A-Z]\w*|\w{3,}(?=\(\)))")
# A pull request has these, and shows them: "add tests" is an order about its own change.
SHOWN = re.compile(
    r"\b(?:pull request|PR|diff|branch|commits?|CI|checks?|pipelines?|builds?|lint\w*|typos?|types?"
    r"|tests?|reviews?|threads?|comments?|suggestions?|conflicts?|docs?|documentation|docstrings?"
    r"|readme|change ?log|imports?|formatting)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PullWords:
    """What a command on a pull request says, with the rest of its comment.

    `is_on_lines`: it stands in a thread, so that its place says what it is about.
    """

    text: str
    is_on_lines: bool = False


def is_small_on_pull(asked: PullWords, diff: str, retrieval: Retrieval) -> bool:
    """Tell whether a command needs no brief: it is short, speaks of what is shown or found, and
    says what should be. Under a small diff it speaks of that. One on lines must only be short, and
    no bare judgement: a question has its answer in the thread.
    """
    text = asked.text
    if not is_short(text):
        return False
    if asked.is_on_lines:
        return not is_vague(text)
    if is_question(text) or is_vague(text) or is_statement(text):
        return False
    shown = diff[:DIFF_CHARS]
    is_one_place = len(CHANGED_LINE.findall(shown)) <= CLEAR_LINES
    return is_one_place or names_known(text, retrieval) or names_shown(text, shown)


def is_statement(text: str) -> bool:
    """Tell whether it says how something is and not what should be; a command is an order else."""
    beginning = " ".join(text.split()[:SUBJECT_WORDS])
    has_more = EXPECTS.search(text) or ERROR.search(text) or FENCE.search(text)
    return bool(COPULA.search(beginning)) and not has_more


def names_shown(text: str, diff: str) -> bool:
    """Tell whether it names a part of the pull request, a file or a definition that the diff
    touches, or code that stands in it.
    """
    if SHOWN.search(text):
        return True
    known = {name.casefold() for name in _list_touched(diff)}
    if not known.isdisjoint(list_names(text)):
        return True
    quoted = (plain or code for plain, code in CODE.findall(text))
    return any(code in diff for code in quoted)


def read_pull_words(request: Request, comments: tuple[Comment, ...]) -> str:
    """Read what was said with a command: its comment, without the name of the command."""
    bodies = [comment.body for comment in comments if comment.id == request.comment]
    whole = "\n".join(COMMAND.sub("", body) for body in bodies).strip()
    return whole if request.words in whole else f"{request.words}\n{whole}".strip()


def find_asking_thread(
    threads: tuple[ReviewThread, ...], comment: int | None
) -> ReviewThread | None:
    """Find the thread that holds the comment which asks; None where there is none any more."""
    for thread in threads:
        if any(each.id == comment for each in thread.comments):
            return thread
    return None


def _list_touched(diff: str) -> Iterator[str]:
    for path in CHANGED_PATH.findall(diff):
        yield PurePosixPath(path).stem
    yield from DEFINED.findall(diff)
