"""Tell that CI of an open pull request turned red, once for each failure and what follows."""

from __future__ import annotations

import hashlib

from bot.ports import Ports
from bot.run import step
from bot.steps.redact import redact
from bot.values import Checks, PullDetails, Request, Verdict
from bot.views.checks_explanation import render_later_red


@step("tell_later_red")
def tell_later_red(
    ports: Ports, request: Request, pull: PullDetails, checks: Checks, verdict: Verdict, advice: str
) -> bool:
    """Write it, and tell whether it is new; the same news again only brings it up to date."""
    failure = f"{verdict.kind} {advice} {verdict.fingerprint or sorted(verdict.jobs)}"
    digest = hashlib.sha256(failure.encode(errors="backslashreplace")).hexdigest()[:16]
    text = render_later_red(pull, checks, verdict, advice)
    body = redact(ports, f"@{request.asker} {text}")
    marker = f"greenlit:red:{digest}"
    return ports.comments.put_comment(request.repo, pull.number, marker, body).is_new
