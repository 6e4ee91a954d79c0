"""Render runs and steps as HTML. The templates escape whatever they are given."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.run import RunView, StepView
from bot.values import Request, Usage
from bot.web.page.run_views import read_value, render_lines, sum_usage, summarize_step

RECORD_CHARS = 20_000
MINUTE_S, DAY_S = 60, 86_400


def render_runs(runs: Sequence[RunView]) -> str:
    """Render the list of runs."""
    rows = [_describe_run(run) for run in runs]
    return _templates().get_template("runs.html").render(title="Greenlit runs", runs=rows)


def render_run(run: RunView, steps: Sequence[StepView]) -> str:
    """Render one run: how it stands, what it cost, and each step."""
    cost = sum((sum_usage(step.result) for step in steps), Usage())
    return (
        _templates()
        .get_template("run.html")
        .render(
            title=run.key,
            run=_describe_run(run),
            cost=cost,
            steps=[_describe_step(step) for step in steps],
        )
    )


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("bot.web.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    templates.filters["quote"] = lambda text: quote(text, errors="replace")
    return templates


def _describe_run(run: RunView) -> dict[str, object]:
    title = asker = ""
    match read_value(run.value):
        case Request() as request:
            title, asker = request.title, f"for {request.asker}"
        case _:
            pass
    return {
        "key": run.key,
        "state": run.state,
        "title": title,
        "asker": asker,
        "began": _render_time(run.began),
        "took": _render_seconds(run.changed - run.began),
        "outcome": run.outcome.text if run.outcome else "",
        "error": run.error,
    }


def _describe_step(step: StepView) -> dict[str, object]:
    summary = summarize_step(step)
    record = json.dumps(step.result, indent=1, ensure_ascii=False)
    return {
        "number": step.number,
        "name": step.name,
        "began": _render_time(step.began),
        "took": _render_seconds(step.ended - step.began) if step.ended else "under way",
        "is_quiet": not summary and not step.error,
        "summary": summary,
        "error": step.error,
        "record": record[:RECORD_CHARS],
        "record_lines": render_lines(step.result),
    }


def _render_time(epoch_s: float) -> str:
    if not epoch_s:
        return "not yet"
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _render_seconds(seconds: float) -> str:
    if seconds < MINUTE_S:
        return f"{max(seconds, 0):.2f} s"
    if seconds < DAY_S:
        return time.strftime("%H:%M:%S", time.gmtime(seconds))
    return f"{seconds / DAY_S:.1f} days"
