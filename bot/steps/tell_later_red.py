"""Tell that CI of an open pull request turned red, once for each failure and what follows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.ports import Ports
from bot.run import step
from bot.steps.redact import redact
from bot.text import call_account
from bot.values import Caps, Checks, PullDetails, Request, Subject, Verdict
from bot.views.checks_explanation import render_later_red


@dataclass(frozen=True, slots=True)
class LateRed:
    """A pull request whose CI is red, what runs on it are about, and what they may use."""

    subject: Subject
    pull: PullDetails
    request: Request  # of a repair
    caps: Caps
    checks: Checks


@step("tell_later_red")
def tell_later_red(ports: Ports, late: LateRed, verdict: Verdict, advice: str) -> None:
    """Write it; the same news again only brings it up to date."""
    failure = f"{verdict.kind} {advice} {verdict.fingerprint or sorted(verdict.jobs)}"
    digest = hashlib.sha256(failure.encode(errors="backslashreplace")).hexdigest()[:16]
    text = render_later_red(late.pull, late.checks, verdict, advice)
    body = redact(ports, f"{call_account(late.request.asker)} {text}")
    marker = f"greenlit:red:{digest}"
    repo, number = late.request.repo, late.pull.number
    ports.comments.put_comment(repo, number, marker, body)
