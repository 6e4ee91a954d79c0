"""Render what a live run waits for: a slot of work, a service that is down, or CI."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.text import as_code_span, link_markdown
from bot.values import Check, RunState, Waiting

MOST_CHECKS = 5
NAME_CHARS = 100


def describe_waiting(waiting: Waiting) -> str:
    """Say in a few words what the run waits for, to follow the bot's name."""
    match waiting.kind:
        case "slot":
            return f"is queued, {_render_ordinal(waiting.place)} of {waiting.line_length} in line"
        case "service":
            service = waiting.service or "a service"
            if waiting.is_limited:
                return f"waits until {service} takes more requests"
            return f"waits for {service}, which does not answer"
        case "ci":
            return "waits for CI"
        case "approval" | "another try":
            return "waits for a person"


def render_waiting(state: RunState) -> str:
    """Render since when, for what, and what happens next; empty when the run waits for nothing."""
    waiting = state.waiting
    if waiting is None:
        return ""
    match waiting.kind:
        case "slot":
            return _render_line(waiting, state.request.repo.name)
        case "service":
            return _render_outage(waiting)
        case "ci":
            return _render_checks(waiting)
        case "approval" | "another try":
            return ""


def _render_line(waiting: Waiting, repository: str) -> str:
    numbers = [_find_number(key, repository) for key in waiting.behind]
    text = "I am at work on as many issues as I may at once."
    if numbers:
        before = "that is" if waiting.place == 1 else "that and what waits before this are"
        text = (
            f"I am at work on {' and '.join(numbers)} in this repository, and begin here when "
            f"{before} done."
        )
    return f"{text} Who asked first is served first."


def _find_number(key: str, repository: str) -> str:
    """Find "#7" in "owner/repo#7/1": GitHub makes a link of it."""
    return f"#{key.removeprefix(f'{repository}#').partition('/')[0]}"


def _render_outage(waiting: Waiting) -> str:
    service = waiting.service or "The service"
    if waiting.is_limited:
        return (
            f"{service} limits how much it is asked. I go on at {_render_time(waiting.next_try)}; "
            "nothing that was done so far is lost."
        )
    text = f"{service} has not answered since {_render_time(waiting.since)}. I keep trying"
    if waiting.next_try:
        text += f", next at {_render_time(waiting.next_try)}"
    return f"{text}; nothing that was done so far is lost."


def _render_checks(waiting: Waiting) -> str:
    since = _render_time(waiting.since)
    if not waiting.checks:
        return f"CI has not begun yet; I have been waiting since {since}."
    pending = [check for check in waiting.checks if check.state == "pending"]
    ended = len(waiting.checks) - len(pending)
    counts = f"{ended} of {len(waiting.checks)} checks ended" if ended else "no check has ended yet"
    if not pending:
        return f"Since {since}: {counts}; more may come."
    return f"Since {since}: {counts}. Running: {_render_links(pending)}."


def _render_links(checks: Sequence[Check]) -> str:
    links = [_render_link(check) for check in checks[:MOST_CHECKS]]
    if len(checks) > MOST_CHECKS:
        links.append(f"{len(checks) - MOST_CHECKS} more")
    return ", ".join(links)


def _render_link(check: Check) -> str:
    name = as_code_span(check.name, NAME_CHARS)
    return link_markdown(name, check.url) if check.url else name


def _render_time(text: str) -> str:
    return f"{datetime.fromisoformat(text):%H:%M} UTC" if text else "a while ago"


def _render_ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number % 100 in (11, 12, 13) else endings.get(number % 10, "th")
    return f"{number}{ending}"
