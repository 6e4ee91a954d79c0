"""Name checks: by their kind, and what tells those of one kind apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.values import CheckKind

MAIN_TOOLS = frozenset(
    {"pytest", "test", "tests", "vitest", "jest", "mocha", "tox", "nox", "go test", "cargo test"}
    | {"unittest", "ruff", "eslint", "mypy", "pyright", "tsc", "hatch"}
)


@dataclass(frozen=True, slots=True)
class NameParts:
    """What a check can be named by."""

    kind: CheckKind
    folder: str
    tool: str
    job: str
    has_obstacle: bool = False


Choice = Callable[[NameParts], str]
CHOICES: tuple[Choice, ...] = (
    lambda parts: parts.folder.rpartition("/")[2],
    lambda parts: parts.tool,
    lambda parts: parts.job,
)
# Jobs whose check is the one that people mean by its kind.
MAIN_JOB = re.compile(
    r"(?:unit[-_]?)?tests?(?:[-_](?:latest|linux|ubuntu|unit))?|pytest|build|ci|main|lint|linters?"
    r"|typing|types|unit"
)


def name_checks(parts: Sequence[NameParts]) -> list[str]:
    """Name each check: "test" where it is the only one of its kind, else "test:web"."""
    names = [""] * len(parts)
    for kind in dict.fromkeys(each.kind for each in parts):
        places = [index for index, each in enumerate(parts) if each.kind == kind]
        labels = _tell_apart([parts[place] for place in places])
        for place, label in zip(places, labels, strict=True):
            names[place] = f"{kind}:{label}" if label else kind
    return names


def _tell_apart(parts: Sequence[NameParts]) -> list[str]:
    """Find labels that differ; the main one of them has none."""
    main = min(range(len(parts)), key=lambda index: (*_rank(parts[index]), index))
    for choice in CHOICES:
        labels = [_clean(choice(each)) for each in parts]
        if len(set(labels)) == len(labels):
            break
    else:
        labels = _number(parts)
    labels[main] = ""
    return labels


def _rank(parts: NameParts) -> tuple[bool, bool, bool, bool]:
    """Rank by how much a check is the one that its kind alone would name."""
    is_main_tool = bool(MAIN_TOOLS.intersection((parts.tool, *parts.tool.split()[:1])))
    is_main = MAIN_JOB.fullmatch(parts.job.lower()) is not None
    return parts.has_obstacle, bool(parts.folder), not is_main, not is_main_tool


def _clean(label: str) -> str:
    return re.sub(r"[^\w.]+", "-", label).strip("-._").lower()[:30]


def _number(parts: Sequence[NameParts]) -> list[str]:
    """Label by the job, with the tool where a job has several; numbers tell the rest apart."""
    jobs = [each.job for each in parts]
    counts: dict[str, int] = {}
    labels = []
    for each in parts:
        names = (each.job, each.tool if jobs.count(each.job) > 1 else "")
        label = _clean("-".join(filter(None, names)))
        counts[label] = counts.get(label, 0) + 1
        number = str(counts[label]) if counts[label] > 1 else ""
        labels.append("-".join(filter(None, (label, number))))
    return labels
