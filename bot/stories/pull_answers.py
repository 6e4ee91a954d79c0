"""Take up what people answered on a pull request to the questions of a brief."""

from __future__ import annotations

from dataclasses import replace

from bot.run import Run
from bot.steps.brief_on_pull import find_asking_thread
from bot.steps.renew_request import renew_request
from bot.stories.brief_talk import take_answers
from bot.text import extract_visible
from bot.text.numbered_answers import read_numbered_answers
from bot.values import Comment, Issue, Request, ReviewThread, RunState


def waits_on_pull(earlier: RunState) -> bool:
    """Tell whether a run on a pull request ended with questions of its brief."""
    return earlier.target is not None and earlier.brief is not None and earlier.brief.waits


def answers_brief(state: RunState, earlier: RunState) -> bool:
    """Tell whether a request answers what an earlier run asked: it stands in the same place, or
    answers by number or by `go`.
    """
    brief, asked = earlier.brief, state.request
    if brief is None or not waits_on_pull(earlier):
        return False
    if asked.command != "generate" or (asked.review and not (asked.words or asked.in_thread)):
        return False
    answers = read_numbered_answers(asked.words, tuple(brief.questions))
    return answers.says_go or bool(answers.by_number) or _is_same_place(state, earlier.request)


def drop_known_words(request: Request, earlier: Request) -> Request:
    """Keep only the words that the earlier run has not read: a repeated request has the same."""
    return replace(request, words="") if request.words == earlier.words else request


def join_requests(state: RunState, earlier: RunState) -> Request:
    """Ask for what was asked first: answers are no request, but for what was missing in it."""
    words = earlier.request.words
    if earlier.brief is not None and earlier.brief.missing:
        new = drop_known_words(state.request, earlier.request).words
        words = f"{words}\n{read_numbered_answers(new, ()).rest}".strip()
    return replace(state.request, words=words)


def add_thread_comments(issue: Issue, state: RunState) -> Issue:
    """Add what was said in the thread that asks to the comments on the pull request."""
    thread = _find_thread(state, state.request)
    if thread is None:
        return issue
    comments = (
        Comment(each.id, each.author, extract_visible(each.body), each.at, each.edited_at, each.bot)
        for each in thread.comments
    )
    return replace(issue, comments=(*issue.comments, *comments))


async def carry_brief(run: Run, state: RunState, earlier: RunState) -> RunState:
    """Take the answers along where others changed the pull request since: all else begins anew."""
    known = replace(earlier, issue=add_thread_comments(earlier.snapshot, earlier))
    asked = drop_known_words(state.request, earlier.request)
    renewal = await run(renew_request, known, add_thread_comments(state.snapshot, state), asked)
    state = replace(state, request=join_requests(state, earlier), open_threads=earlier.open_threads)
    state = take_answers(run, state, renewal.brief)
    return run.keep(replace(state, open_threads=()))


def _is_same_place(state: RunState, earlier: Request) -> bool:
    if state.request.in_thread != earlier.in_thread:
        return False
    return not earlier.in_thread or _find_thread(state, state.request) == _find_thread(
        state, earlier
    )


def _find_thread(state: RunState, request: Request) -> ReviewThread | None:
    """Find the thread that a request was made in; None where it was made in no thread."""
    if not request.in_thread:
        return None
    return find_asking_thread(state.threads, request.comment)
