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
    Finish,
    Issue,
    OpenFinish,
    Patch,
    Plan,
    PlannedFile,
    PushedChange,
    Retrieval,
    Sha,
    ToolCall,
    Tree,
)
from bot.views.commit_message import render_commit_message
from bot.views.pull_body import render_body, render_title
from bot.views.status_comment import render_comment
from tests.redteam.payloads import Call
from tests.views.run_states import GREEN, START, make_state

MARK = "EXECUTE "


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


def obey(ports: Ports, tree: Tree, calls: tuple[Call, ...]) -> Consequence:
    """Carry out an order as the bot would for a model that gives it."""
    issue = Issue(7, "Greet", "It shouts.", "ada")
    plan = Plan("Do as told.", (PlannedFile("app/new.py", "as told"),))
    context = AgentContext(tree, issue, Retrieval(), plan=plan)
    numbered = [
        ToolCall(f"c{number}", tool, dict(arguments))
        for number, (tool, arguments) in enumerate(calls)
    ]
    outcome = use_tools(ports, context, numbered)
    patch = Patch(dict(outcome.changes))
    findings = inspect_change(ports, tree, patch, JudgementRules(context.config, plan))
    if any(finding.blocks for finding in findings):
        patch = Patch()
    told = "\n".join(result.text for result in outcome.results)
    finish = outcome.finish or outcome.words or Finish("Do it", "It.", "It.")
    masked = replace(finish, title=redact(ports, finish.title))
    delivered = _deliver(told, patch, masked, plan)
    message = redact(ports, delivered.commit_message)
    pages = tuple(redact(ports, page) for page in delivered.pages)
    return replace(delivered, commit_message=message, pages=pages)


def _deliver(told: str, patch: Patch, finish: Finish, plan: Plan) -> Consequence:
    """Write what would be pushed and said; the steps that do it mask secrets first, as here."""
    state = make_state(start=START, plan=plan, patch=patch, open_finish=OpenFinish("c", finish))
    state = replace(state, branch=name_branch("greenlit/", state.request, 1))
    pushed = PushedChange(Sha("b" * 40), finish, tuple(patch.files))
    done = replace(state, pushed=pushed, attempts=(GREEN,))
    pages = (render_comment(done), render_body(done))
    message, title = render_commit_message(state), render_title(finish.title, 7)
    return Consequence(told, patch, state.own_branch, message, title, pages)
