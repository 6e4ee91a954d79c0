"""Find what was asked since an earlier run ended, and whether its conversation can go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.gates import gate_rules
from bot.ports import Ports
from bot.run import step
from bot.steps.brief_answers import Answers, read_answers, render_settled, settle_questions
from bot.steps.split_rule import may_split
from bot.text.bot_logins import is_bot_login
from bot.text.prompts import load
from bot.text.quoted_data import QUOTED, quote_data
from bot.tools import TOOLS
from bot.tools.submit_split import advise_to_split
from bot.values import Brief, Comment, ConversationStart, Issue, Request, RunState


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a run that goes on tells the model; `news` is data, and empty when nothing was asked.

    `is_same_prompt`: the conversation was begun with the prompt, the tools and the model of today.
    `invitation` is our own word that the work goes on. `brief` is the earlier run's, with what was
    answered of it since; None where a new one is to be made.
    """

    news: str
    invitation: str
    is_same_prompt: bool
    brief: Brief | None = None


@step("renew_request")
def renew_request(ports: Ports, earlier: RunState, issue: Issue, request: Request) -> Renewal:
    """Compare the request with the one that the earlier run knew, and write what is new in it."""
    words = _read_command(issue, request)
    comments = list(_list_new_comments(earlier.snapshot, issue, request))
    edits = list(_render_edits(earlier.snapshot, issue))
    quoted = [quote_data(_name_comment(comment), comment.body) for comment in comments]
    greeting, brief = f"@{request.asker} asks for more.", earlier.brief
    settled: list[str] = []
    if brief is not None and brief.waits:
        answers = read_answers(brief, words, [comment.body for comment in comments])
        answers = replace(answers, has_words=answers.has_words or bool(edits))
        greeting, words = f"@{request.asker} answers.", answers.rest
        brief, settled = _take_answers(earlier, brief, answers)
    sections = [*settled, quote_data("Said with the command", words), *edits, *quoted]
    news = "\n\n".join([greeting, QUOTED, *filter(None, sections)])
    return Renewal(
        news if any(sections) else "",
        load("resume").render(),
        _is_same_prompt(ports, earlier.opening, has_sandbox=earlier.project is not None),
        brief,
    )


def _take_answers(
    earlier: RunState, brief: Brief, answers: Answers
) -> tuple[Brief | None, list[str]]:
    """Settle what was answered, and render it; of a request that was too vague, drop the brief once
    people said more.
    """
    if brief.missing:
        return (None if answers.has_words else brief), []
    after = settle_questions(brief, answers)
    if after == brief:
        return after, []
    rules = gate_rules(earlier.config)
    advice = advise_to_split(after, rules) if may_split(earlier) else ""
    return after, list(render_settled(after, advice))


def _read_command(issue: Issue, request: Request) -> str:
    """Read what was said with the command: behind it, and in the other lines of its comment."""
    bodies = [comment.body for comment in issue.comments if comment.id == request.comment]
    lines = "\n".join(bodies).splitlines()
    others = [line for line in lines if line.strip() and not _is_command(line)]
    return "\n".join(filter(None, [request.words, *others]))


def _render_edits(known: Issue, issue: Issue) -> Iterator[str]:
    if issue.title != known.title:
        yield quote_data("The title of the issue was changed, and is now", issue.title)
    if issue.body != known.body:
        text = issue.body if issue.body.strip() else "(no text)"
        yield quote_data("The text of the issue was changed, and is now", text)


def _list_new_comments(known: Issue, issue: Issue, request: Request) -> Iterator[Comment]:
    texts = {(comment.id, comment.body) for comment in known.comments}
    for comment in issue.comments:
        is_known = (comment.id, comment.body) in texts or comment.id == request.comment
        if not is_known and _says_something(comment):
            yield comment


def _name_comment(comment: Comment) -> str:
    return f"Comment by @{comment.author}, {comment.at}"


def _says_something(comment: Comment) -> bool:
    """Tell whether a comment is more than commands, and no question of our own."""
    lines = [line for line in comment.body.splitlines() if line.strip()]
    return not all(map(_is_command, lines)) and not is_bot_login(comment.author)


def _is_command(line: str) -> bool:
    return line.lstrip().startswith("/")


def _is_same_prompt(ports: Ports, start: ConversationStart, *, has_sandbox: bool) -> bool:
    """Tell whether a conversation would begin so today: with the tools that run code where there is
    a sandbox, and without them where there is none.
    """
    offered = [tool.schema for tool in TOOLS if has_sandbox or not tool.for_sandbox]
    always = [tool for tool in TOOLS if tool.for_sandbox and not tool.for_behaviour]
    needed = [tool.schema for tool in always if has_sandbox]
    has_tools = all(schema in start.prefix.tools for schema in needed)
    is_of_today = start.model == ports.model.name and start.prefix.system == load("system").text
    return is_of_today and has_tools and all(schema in offered for schema in start.prefix.tools)
