"""Admit the work on a part of a request, in the name of whoever asked for the whole."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Ports
from bot.run import step
from bot.steps.admit import find_obstacle, is_authorized
from bot.text import call_account
from bot.values import Part, Request


@dataclass(frozen=True, slots=True)
class PartAdmission:
    """The request for a part, or the obstacle that stands in its way: a sentence."""

    request: Request | None = None
    obstacle: str = ""


@step("admit_part")
def admit_part(ports: Ports, asked: Request, part: Part) -> PartAdmission:
    """Ask anew whether the asker may have it made, and take its issue as it stands now."""
    now = ports.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    issue = ports.issues.fetch_issue(asked.repo, part.issue)
    request = Request(
        asked.repo,
        part.issue,
        asked.asker,
        now,
        f"part/{asked.subject}/{part.issue}",
        title=issue.title if issue else part.title,
        body=issue.body if issue else "",
        asker_id=asked.asker_id,
        cause=f"what part {part.number} of #{asked.number} needs is there",
    )
    if not is_authorized(ports, request):
        obstacle = f"{call_account(asked.asker)}, who asked for this, may not write here any more."
        return PartAdmission(obstacle=obstacle)
    obstacle = find_obstacle(ports, request).obstacle
    if obstacle:  # it is told on the issue of the whole
        return PartAdmission(obstacle=obstacle.replace("This issue", f"#{part.issue}", 1))
    return PartAdmission(request)
