"""Answer the threads of a review where they stand, resolve what is done, ask for a new review."""

from __future__ import annotations

from rich.text import Text

from bot.ports import Ports, Refusal
from bot.run import Summary, step
from bot.steps.redact import redact
from bot.steps.thread_rules import changes_lines, may_resolve
from bot.text import count_noun
from bot.text.bot_logins import is_bot_login
from bot.values import ReviewThread, RunState, Sha, ThreadAnswer, Tree
from bot.views.thread_answer import render_thread_answer


@step("reply_in_thread")
def reply_in_thread(ports: Ports, state: RunState, answer: ThreadAnswer) -> bool:
    """Answer in a thread, once for what was said there; False when it is gone or closed to us."""
    thread = next(thread for thread in state.open_threads if thread.id == answer.thread)
    ci = state.attempts[-1].state if state.attempts else ""
    body = render_thread_answer(answer, state.opened.url, ci)
    marker = f"greenlit:thread:{state.key}/{thread.comments[-1].id}"
    repo, number = state.request.repo, state.opened.number
    try:
        return ports.reviews.reply(repo, number, thread.id, marker, redact(ports, body))
    except Refusal:  # the conversation was locked: the end is told where it can be
        return False


def _summarize_resolved(resolved: tuple[str, ...]) -> Summary | None:
    return ("review", Text(f"{count_noun(len(resolved), 'thread')} resolved")) if resolved else None


@step("resolve_threads", _summarize_resolved)
def resolve_threads(ports: Ports, state: RunState) -> tuple[str, ...]:
    """Resolve the threads that a commit of the run answers by changing their lines, and return
    them.

    Who said what is asked anew: where anybody said more, or came back to an earlier answer, people
    resolve.
    """
    login = ports.credentials.fetch_login()
    now = {
        thread.id: thread
        for thread in ports.reviews.list_threads(state.request.repo, state.opened.number)
    }
    answers = {answer.thread: answer for answer in state.answers if answer.sha}
    resolved = []
    for read in state.open_threads:
        answer = answers.get(read.id)
        if answer is None or read.id not in now:
            continue
        is_answered = may_resolve(read, now[read.id], login, answer)
        # An applied suggestion has changed its lines, whatever stands around them now.
        is_changed = answer.kind == "applied" or _changes_thread(ports, state, read)
        if is_answered and is_changed:
            is_resolved = ports.reviews.resolve_thread(state.request.repo, read.id)
            resolved += [read.id] if is_resolved else []
    return tuple(resolved)


@step("request_reviews")
def request_reviews(ports: Ports, state: RunState) -> tuple[str, ...]:
    """Ask those for another review whose threads were answered with more than a question; return
    them.
    """
    answers = {answer.thread: answer for answer in state.answers}
    logins = {
        comment.author: None
        for thread in state.open_threads
        for comment in thread.comments
        if thread.id in answers and answers[thread.id].kind != "asked"
    }
    repo, number = state.request.repo, state.opened.number
    return tuple(
        login
        for login in logins
        if not is_bot_login(login) and ports.reviews.request_review(repo, number, login)
    )


def _changes_thread(ports: Ports, state: RunState, thread: ReviewThread) -> bool:
    """Tell whether the run's commits change the lines of a thread, or any of its whole file."""
    if thread.head_sha is None or thread.side == "left":
        return False
    before = _read_text(ports, state, thread.head_sha, thread.path)
    after = _read_text(ports, state, state.delivery.head, thread.path)
    if thread.is_on_file:
        return before != after
    if thread.line is None:
        return False
    return changes_lines(before, after, thread.start_line or thread.line, thread.line)


def _read_text(ports: Ports, state: RunState, sha: Sha, path: str) -> str:
    """Read a file of a commit; "" where there is none."""
    tree = Tree(state.request.repo, sha, state.own_branch)
    return ports.mirrors.read(tree, [path]).get(path, b"").decode("utf-8", "replace")
