"""The outcome of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EndKind = Literal[
    "",
    "budget",
    "day budget",
    "turns",
    "minutes",
    "attempts",
    "context",
    "length",
    "loop",
    "unfinished",
    "declined",
    "gates",
    "same failure",
    "unreadable",
    "already red",
    "infrastructure",
    "set-up",
    "flaky",
    "slow CI",
    "silent CI",
    "skipped CI",
    "neutral CI",
    "no CI",
    "taken branch",
    "brief",  # questions of it
    "vague",
    "split",  # solved in parts
    "answered",
    "not approved",
    "edited",
    "conflicts",
    "unreachable",
    "broke",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run: what is true, in full sentences, and what people can do next.

    `kind` says what it ran into. `detail`, such as an error's own text, is for the log and the page
    alone.
    """

    state: Literal[
        "opened",
        "suggested",
        "draft",
        "changed",  # a pull request, with CI green or without any
        "red",  # a pull request, or what CI says of it, stays so
        "unchanged",
        "refused",
        "ignored",
        "stopped",
        "asked",
        "gave up",
        "failed",
        "done",
    ]
    text: str = ""
    pull: int | None = None
    kind: EndKind = ""
    next_step: str = ""
    questions: tuple[str, ...] = ()  # to the asker, as the model wrote them
    detail: str = ""
    usd: float = 0.0  # what the run cost; the engine writes it
