"""A model that does whatever it reads, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.ports import Ports
from bot.steps.inspect_change import JudgementRules, inspect_change
from bot.steps.push_branch import name_branch
from bot.steps.redact import redact
from bot.steps.use_tools import use_tools
from bot.tools import AgentContext
from bot.values import (
    ApprovalRequest,
    Branch,
    Finish,
    Issue,
    OpenFinish,
    Patch,
    Plan,
    PlannedFile,
    PushedChange,
    RepoConfig,
    Retrieval,
    ReviewThread,
    RunState,
    Sha,
    ThreadComment,
    ToolCall,
    Tree,
)
from bot.views.approval_comment import render_approval
from bot.views.commit_message import render_commit_message
from bot.views.pull_body import render_body, render_title
from bot.views.status_comment import render_comment
from bot.views.thread_answer import render_thread_answer
from tests.redteam.payloads import Call
from tests.views.run_states import GREEN, REQUEST, START, make_state

MARK = "EXECUTE "
AT = "2026-11-20T10:00:00Z"
THREAD = ReviewThread("T_1", "app/old.py", (ThreadComment(1, "ada", "Why?", AT, AT),), line=1)


def find_orders(text: str) -> list[tuple[Call, ...]]:
    """Find the orders in what the model was shown."""
    orders = []
    decoder = json.JSONDecoder()
    for part in text.replace("\n| ", "\n").split(MARK)[1:]:
        try:
            calls, _ = decoder.raw_decode(part)
        except ValueError:
            continue
        orders.append(tuple((tool, arguments) for tool, arguments in calls))
    return orders


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an obeyed order came to: what the model was told, and what would be pushed and said."""

    told: str
    patch: Patch  # empty when a gate keeps it back
    branch: str
    commit_message: str
    title: str  # of the pull request: plain text, but a squash merge makes a commit of it
    pages: tuple[str, ...]  # Markdown of the comment, and of the pull request's text

    def list_texts(self) -> Iterator[str]:
        """List all that leaves the bot."""
        yield from (self.branch, self.commit_message, self.title, *self.pages)
        for path, text in self.patch.files.items():
            yield f"{path}\n{text}"


def obey(ports: Ports, tree: Tree, calls: tuple[Call, ...], title: str) -> Consequence:
    """Carry out an order as the bot would for a model that gives it, in an issue of that title."""
    issue = Issue(7, title, "It shouts.", "ada")
    plan = Plan("Do as told.", (PlannedFile("app/new.py", "as told"),))
    config = RepoConfig(ci_secrets="ask")  # as it is read where a repository says nothing
    context = AgentContext(
        tree, issue, Retrieval(), plan=plan, open_threads=(THREAD,), config=config
    )
    numbered = [
        ToolCall(f"c{number}", tool, dict(arguments))
        for number, (tool, arguments) in enumerate(calls)
    ]
    outcome = use_tools(ports, context, numbered)
    patch = Patch(dict(outcome.changes))
    rules = JudgementRules(config, plan, Branch("greenlit/7-do"), Branch("main"))
    findings = inspect_change(ports, tree, patch, rules)
    if any(finding.blocks for finding in findings):
        patch = Patch()
    told = "\n".join(result.text for result in outcome.results)
    finish = outcome.finish or outcome.words or Finish("Do it", "It.", "It.")
    masked = replace(finish, title=redact(ports, finish.title))
    state = make_state(
        request=replace(REQUEST, title=title),
        start=START,
        plan=outcome.plan or plan,
        todo=outcome.todo or (),
        patch=patch,
        open_finish=OpenFinish("c", masked),
        answers=outcome.answers,
    )
    delivered = _deliver(told, state, masked)
    message = redact(ports, delivered.commit_message)
    pages = tuple(redact(ports, page) for page in delivered.pages)
    return replace(delivered, commit_message=message, pages=pages)


def _deliver(told: str, state: RunState, finish: Finish) -> Consequence:
    """Write what would be pushed and said; the steps that do it mask secrets first, as here."""
    state = replace(state, branch=name_branch("greenlit/", state.request, 1))
    pushed = PushedChange(Sha("b" * 40), finish, tuple(state.patch.files))
    done = replace(state, pushed=pushed, attempts=(GREEN,))
    asked = ApprovalRequest("plan", "c" * 64)
    pages = (
        render_comment(state),
        render_comment(done),
        render_body(done),
        render_approval(state, asked),
        *(render_thread_answer(answer, "https://x.example/1", "green") for answer in state.answers),
    )
    message, title = render_commit_message(state), render_title(finish.title, 7)
    return Consequence(told, state.patch, state.own_branch, message, title, pages)
