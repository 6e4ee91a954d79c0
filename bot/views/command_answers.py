"""Render the answers to commands: a help that fits the place, a status, a suggestion."""

from __future__ import annotations

import re

from bot.text import as_code_span
from bot.text.durations import render_duration
from bot.values import LastRun, Request

NOT_YOURS = "Sorry: only people with write access to this repository can ask me for that."
IDLE = "Nothing is under way here."
_CLOSES = re.compile(r"^Closes #(\d+)\s*$", re.MULTILINE)
WITH_WORDS = ("generate", "retry")
WORDS_CHARS = 200
MINUTE_S = 60


def render_help(label: str) -> str:
    """Render what can be said on an issue, and what each command does."""
    return (
        "I work on an issue when somebody with write access comments one of these, "
        f"on a line of its own:\n\n{_render_commands(label)}"
    )


def render_pull_help(label: str, request: Request) -> str:
    """Render what can be said on a pull request: nothing yet, and where it can be said."""
    return (
        "On a pull request I only answer `/help` so far. "
        f"These commands work on {_name_issue(request)}:\n\n{_render_commands(label)}"
    )


def render_pull_answer(request: Request) -> str:
    """Say that a command does not work on a pull request, and where it does."""
    text = (
        f"On a pull request I cannot act yet. Comment {_render_command(request.command)} on "
        f"{_name_issue(request)}"
    )
    if request.command in WITH_WORDS:
        return f"{text}: while I have a pull request open for it, I go on with that one."
    return f"{text}."


def render_suggestion(request: Request, nearest: str) -> str:
    """Suggest the command that was meant, with the words that came with it."""
    is_mention = request.command.startswith("@")
    problem = f"I know no {_render_command(request.command)}, so I did nothing."
    if is_mention:
        problem = "I do not read mentions, only commands on a line of their own."
    if is_mention and not request.words:
        return f"{problem} `/help` shows them all."
    words = request.words if nearest in WITH_WORDS else ""
    if is_mention and guess_command_word(words) == nearest:
        words = words.partition(" ")[2]
    meant = as_code_span(f"/{nearest} {words}".strip(), WORDS_CHARS)
    return f"{problem} Did you mean {meant}? `/help` shows all commands."


def guess_command_word(words: str) -> str:
    """Read the first word behind a mention as if it were a command's name."""
    return words.partition(" ")[0].strip("/.,:!").lower()


def render_busy(request: Request, last: LastRun | None) -> str:
    """Say that a run is under way already, and what becomes of the words that came now."""
    text = f"I am at work on this issue already. {_link_report(last, 'My comment', 'shows')}"
    if not request.words:
        return text.rstrip()
    return (
        f"{text}That run does not hear what you wrote: say it again when it has ended, "
        "or end it now with `/stop`."
    )


def render_status(last: LastRun | None, now: float) -> str:
    """Say how the issue's newest run stands or how it ended, from what people were told last."""
    if last is None:
        return f"{IDLE} I have not worked on this issue yet: comment `/generate` to begin."
    line = f"{last.report.line} " if last.report else ""
    if last.is_live:
        asked = render_duration(now - last.began)
        link = _link_report(last, "My comment", "shows")
        return f"A run is under way; it was asked for {asked} ago. {line}{link}`/stop` ends it."
    return f"{IDLE} {_render_end(last, now, line)}".rstrip()


def _render_end(last: LastRun, now: float, line: str) -> str:
    ago = render_duration(now - last.changed)
    if last.outcome is None:  # it died, and could say nothing of it
        return f"The last run broke off {ago} ago. Comment `/retry` to try again."
    took_s = last.changed - last.began
    took = f", after {render_duration(took_s)}" if took_s >= MINUTE_S else ""
    pull = f"The pull request is #{last.outcome.pull}. " if last.outcome.pull else ""
    link = _link_report(last, "My last comment on it", "tells")
    return f"The last run ended {ago} ago{took}. {line}{pull}{link}"


def _link_report(last: LastRun | None, name: str, verb: str) -> str:
    """Link what people were told last; empty where its address is not known."""
    if last is None or last.report is None or not last.report.url:
        return ""
    return f"[{name}]({last.report.url}) {verb} more. "


def _name_issue(request: Request) -> str:
    closes = _CLOSES.search(request.body)
    return f"the issue that it solves, #{closes[1]}" if closes else "the issue that it solves"


def _render_command(command: str) -> str:
    return as_code_span(f"/{command}")


def _render_commands(label: str) -> str:
    shown_label = as_code_span(label).replace("|", "\\|")
    rows = {
        "/generate": f"Solve the issue. The label {shown_label} asks for the same.",
        "/generate what you want": "The same, and your words count as part of the request. "
        "While my pull request for the issue is open, I go on with that one.",
        "/retry": "Go on where the last run ended.",
        "/stop": "End the work on this issue.",
        "/status": "Say how it stands, since when, and what it cost.",
        "/help": "Show this table.",
    }
    lines = [f"| `{command}` | {meaning} |" for command, meaning in rows.items()]
    return "\n".join(["| Comment | What I do |", "| --- | --- |", *lines])
