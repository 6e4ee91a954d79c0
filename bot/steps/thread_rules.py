"""Decide which threads of a pull request wait for an answer, and which may be resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from difflib import SequenceMatcher

from bot.text import parse_commands
from bot.text.bot_logins import BOT_SUFFIX
from bot.text.thanks import says_only_thanks
from bot.values import Review, ReviewThread, ThreadAnswer, ThreadComment
from bot.views.thread_answer import make_review_mark

Hears = Callable[[str, int], bool]  # whether whoever has this login is heard in this review
FOR_LINES = ("generate", "fix")  # commands in a thread that are about its lines
FOR_THE_REST = ("retry", "stop", "status", "help", "explain", "update")
LIMIT_CHARS = 8_000  # of a comment that is looked through for commands
REVIEW = "review/"  # what the name of a review's own text begins with, among threads


def choose_open(
    threads: Iterable[ReviewThread], login: str, hears: Hears, *, is_ours: bool
) -> tuple[ReviewThread, ...]:
    """Choose the threads that wait for an answer by the bot `login`, with what it may read there.

    Somebody who is heard asked for something since the bot spoke last. In a pull request of other
    people only a command asks, or who names the bot.
    """

    def waits(thread: ReviewThread) -> bool:
        newest = _list_newest(thread, login)
        asking = (comment for comment in newest if _asks(comment.body, login, is_ours=is_ours))
        return any(hears(comment.author, comment.review) for comment in asking)

    unresolved = (thread for thread in threads if not thread.is_resolved)
    return tuple(_keep_heard(thread, login, hears) for thread in unresolved if waits(thread))


def choose_reviews(
    reviews: Iterable[Review], answered: str, hears: Hears
) -> tuple[ReviewThread, ...]:
    """Choose the reviews whose own text waits for an answer, each as a thread without a place.

    `answered` holds the bot's comments with the hidden marks of the reviews that they answer.
    """
    return tuple(
        _make_thread(review)
        for review in reviews
        if review.state in ("commented", "changes requested")
        and make_review_mark(REVIEW + str(review.id)) not in answered
        and _asks(review.body, "", is_ours=True)
        and not _find_command(review.body)
        and hears(review.author, review.id)
    )


def find_news(
    open_threads: Iterable[ReviewThread], known: Iterable[ReviewThread]
) -> tuple[ReviewThread, ...]:
    """Find the threads that are new, or in which more was said than the bot has read."""
    read = {thread.id: _list_ids(thread) for thread in known}
    return tuple(
        thread for thread in open_threads if not _list_ids(thread) <= read.get(thread.id, set())
    )


def _list_ids(thread: ReviewThread) -> set[int]:
    return {comment.id for comment in thread.comments}


def may_resolve(read: ReviewThread, now: ReviewThread, login: str, answer: ThreadAnswer) -> bool:
    """Tell whether a thread may be resolved, apart from its lines and from CI.

    `read` is the thread as the bot answered it. Nobody may have said more since, the bot must have
    read all that people said in it, and nobody came back to it after an earlier answer: who
    disagreed resolves it.
    """
    if now.is_resolved or not now.may_resolve or answer.kind not in ("done", "applied"):
        return False
    heard = {(comment.id, comment.edited_at) for comment in read.comments}
    others = [comment for comment in now.comments if comment.author != login]
    if any((comment.id, comment.edited_at) not in heard for comment in others):
        return False
    return all(comment.author != login for comment in read.comments)


def changes_lines(before: str, after: str, first: int, last: int) -> bool:
    """Tell whether a change touches the lines from `first` to `last` of the old text; new lines
    directly before or after them count.
    """
    matcher = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    for tag, start, end, *_ in matcher.get_opcodes():
        is_beside = tag == "insert" and first - 1 <= start <= last
        is_inside = tag != "equal" and start < last and end > first - 1
        if is_beside or is_inside:
            return True
    return False


def _list_newest(thread: ReviewThread, login: str) -> tuple[ThreadComment, ...]:
    """List what was said since the bot spoke last."""
    own = [number for number, comment in enumerate(thread.comments, 1) if comment.author == login]
    return thread.comments[max(own, default=0) :]


def _asks(text: str, login: str, *, is_ours: bool) -> bool:
    """Tell whether a text asks the bot for a change or an answer: by its first command; in the
    bot's own pull request by anything but thanks, elsewhere by the bot's name.
    """
    if not text.strip() or says_only_thanks(text):
        return False
    if command := _find_command(text):
        return command in FOR_LINES
    name = re.escape(login.removesuffix(BOT_SUFFIX))
    return is_ours or re.search(rf"(?<![\w/])@{name}(?![\w-])", text, re.IGNORECASE) is not None


def _find_command(text: str) -> str:
    """Find the first command of ours; empty when there is none."""
    names = [name for name, _ in parse_commands(text[:LIMIT_CHARS])]
    return next((name for name in names if name in FOR_LINES or name in FOR_THE_REST), "")


def _keep_heard(thread: ReviewThread, login: str, hears: Hears) -> ReviewThread:
    comments = tuple(
        comment
        for comment in thread.comments
        if comment.author == login or hears(comment.author, comment.review)
    )
    return replace(thread, comments=comments)


def _make_thread(review: Review) -> ReviewThread:
    comment = ThreadComment(review.id, review.author, review.body, review.at, review.at)
    return ReviewThread(f"{REVIEW}{review.id}", "", (comment,))
