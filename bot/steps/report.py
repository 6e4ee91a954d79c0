"""Write the one comment of a run, edited at each milestone."""

from __future__ import annotations

from bot.ports import Ports
from bot.run import step
from bot.steps.redact import redact
from bot.text import as_code_span, defuse_inline
from bot.values import Request, RunKey, RunReport, RunState
from bot.views.status_comment import describe_state, make_marker, render_comment, render_cost

LINE_CHARS = 300


@step("report")
def report(ports: Ports, state: RunState) -> RunReport:
    """Write or edit the run's comment, so that it says how the run stands."""
    body = redact(ports, render_comment(state))
    request = state.request
    marker = make_marker(state.key)
    comment = ports.comments.put_comment(request.repo, request.number, marker, body)
    return RunReport(comment, f"Greenlit {describe_state(state)}, {render_cost(state)}.")


@step("report_failure")
def report_failure(ports: Ports, request: Request, kind: str, text: str, key: RunKey) -> None:
    """Say once, in the run's comment, that it ended in a way that its story did not foresee."""
    why = redact(ports, text)
    reason = defuse_inline(why, LINE_CHARS)
    if kind == "failed":
        reason = f"This is a fault of mine, not of the request: {as_code_span(why, LINE_CHARS)}"
    body = (
        f"### 🔴 Greenlit {kind} · asked by @{request.asker}\n\n{reason}\n\n"
        "Nothing was merged. Comment `/generate` to try again; "
        f"whoever runs me finds the run as `{key}`."
    )
    ports.comments.put_comment(request.repo, request.number, make_marker(key), body)
