"""Keep a pull request as it stood at the trigger, with what writers said of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from rich.text import Text

from bot.ports import Ports, Refusal
from bot.run import Summary, step
from bot.steps.snapshot_issue import find_writers, is_early, list_heard_comments, render_visible
from bot.text import extract_visible, strip_invisible
from bot.text.terminal_text import strip_control
from bot.values import Issue, PullDetails, Repo, Request, ReviewThread

GONE = "This pull request is gone."


@dataclass(frozen=True, slots=True)
class PullSnapshot:
    """A pull request, and what writers asked of it.

    The issue's title and body are the pull request's own, and empty where its author may not write
    here. Threads hold their comments as they were written: a suggestion counts to the letter.
    """

    target: PullDetails
    issue: Issue
    threads: tuple[ReviewThread, ...] = ()
    has_asked: bool = False  # the bot, before this: it may be the answer


@step("fetch_pull")
def fetch_pull(ports: Ports, repo: Repo, number: int) -> PullDetails | None:
    """Ask GitHub how the pull request stands now; None when there is none with this number."""
    return ports.reviews.fetch_pull(repo, number)


def _summarize_pull(snapshot: PullSnapshot) -> Summary:
    target = snapshot.target
    text = f"#{target.number}, {target.head} into {target.base}, with {len(snapshot.threads)}"
    return "the pull request", Text(strip_control(f"{text} threads"))


@step("snapshot_pull", _summarize_pull)
def snapshot_pull(ports: Ports, request: Request) -> PullSnapshot:
    """Take the pull request with its comments and threads by writers, from before the trigger.

    Raises Refusal when it is gone.
    """
    target = ports.reviews.fetch_pull(request.repo, request.pull_number)
    if target is None:
        raise Refusal(GONE)
    login = ports.credentials.fetch_login()
    comments = list_heard_comments(ports, request, login)
    if request.number != target.number:  # asked on the issue that it solves
        comments += list_heard_comments(ports, replace(request, number=target.number), login)
    threads = ports.reviews.list_threads(request.repo, target.number)
    early = [_drop_late(thread, request, login) for thread in threads]
    authors = {comment.author for comment in comments}
    authors |= {comment.author for thread in early for comment in thread.comments}
    writers = find_writers(ports, request, {*authors, target.author} - {login})
    trusted = {*writers, login}
    title, body = _choose_text(request, target) if target.author in trusted else ("", "")
    visible = tuple(render_visible(each) for each in comments if each.author in trusted)
    shown = strip_invisible(title), extract_visible(body)
    issue = Issue(target.number, *shown, target.author, pull=True, comments=visible)
    kept = [_keep_authors(thread, trusted) for thread in early]
    has_asked = any(comment.author == login for comment in comments)  # only questions are heard
    return PullSnapshot(
        target, issue, tuple(thread for thread in kept if thread.comments), has_asked
    )


def _choose_text(request: Request, target: PullDetails) -> tuple[str, str]:
    """Take title and body as the webhook had them, where it was about the pull request itself."""
    if request.number == target.number:
        return request.title, request.body
    return target.title, target.body


def _drop_late(thread: ReviewThread, request: Request, login: str) -> ReviewThread:
    """Drop what was said or edited after the trigger, and what other bots say."""
    comments = tuple(
        comment
        for comment in thread.comments
        if is_early(comment, request) and (not comment.bot or comment.author == login)
    )
    return replace(thread, comments=comments)


def _keep_authors(thread: ReviewThread, authors: Collection[str]) -> ReviewThread:
    comments = tuple(comment for comment in thread.comments if comment.author in authors)
    return replace(thread, comments=comments)
