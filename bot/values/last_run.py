"""What people were told of a run, and how a subject's newest one stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.values.approvals import ApprovalRequest
from bot.values.outcome import Outcome
from bot.values.request import RunKey


@dataclass(frozen=True, slots=True)
class PostedComment:
    """A comment of ours, with the whole address under which people find it.

    E-mails have no page around them, so a link to it is never an anchor alone.
    """

    id: int
    url: str
    is_edited: bool = field(
        default=False, compare=False
    )  # it said something else before; people hear nothing of an edit


@dataclass(frozen=True, slots=True)
class RunReport:
    """What people were told of a run: the comment's id, and a line that says how it stands."""

    comment: int
    line: str
    end_comment: int = 0  # the one that told the end
    url: str = ""  # of whichever of both tells more


@dataclass(frozen=True, slots=True)
class LastRun:
    """How the newest run of a subject stands; `report` is what people were told last.

    Times are seconds since the epoch; of a run that ended, `changed` is when.
    """

    key: RunKey
    is_live: bool
    outcome: Outcome | None = None
    report: RunReport | None = None
    began: float = 0.0
    changed: float = 0.0
    approval: ApprovalRequest | None = None  # that it waits for
    branch: str = ""  # that the newest of the subject's runs to have one works on
