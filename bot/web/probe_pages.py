"""Answer monitors: `/health`, whether it is alive, and `/ready`, whether it can work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.web.metrics_page import MetricsPage
from bot.web.probes import OK, Probe, ProbeAnswer, fetch_answers

EXCLUDE = "exclude"  # as Kubernetes' own API server has it at /readyz
UNCACHED = {"cache-control": "no-store"}


def describe_word(answer: ProbeAnswer) -> str:
    """Say how a part does in a word: paths and messages are no business of strangers."""
    return answer.word


def describe_reason(answer: ProbeAnswer) -> str:
    """Say how a part does, and why."""
    return f"{answer.word}: {answer.detail}" if answer.detail else answer.word


@dataclass(frozen=True, slots=True)
class ProbePages:
    """What monitors are told: each part by name, and 503 where one of them does not work.

    `describe` says how much of an answer they may read.
    """

    health: Sequence[Probe] = ()
    readiness: Sequence[Probe] = ()
    describe: Callable[[ProbeAnswer], str] = describe_word

    def add_to(self, app: FastAPI) -> None:
        """Add their addresses; each answers HEAD as well as GET."""
        app.add_route("/health", self._report_health, ["GET"])
        app.add_route("/ready", self._report_readiness, ["GET"])

    async def _report_health(self, _request: Request) -> Response:
        return await self._report(self.health, "ok", "failing")

    async def _report_readiness(self, request: Request) -> Response:
        """Leave out what the query excludes, as `/ready?exclude=github&exclude=claude`."""
        excluded = set(request.query_params.getlist(EXCLUDE))
        names = [probe.name for probe in self.readiness]
        if unknown := excluded.difference(names):
            error = f"There is no part {min(unknown)[:40]!r} to exclude: {', '.join(names)} are."
            return JSONResponse({"error": error}, 400, headers=UNCACHED)
        wanted = [probe for probe in self.readiness if probe.name not in excluded]
        return await self._report(wanted, "ready", "not ready")

    async def _report(self, probes: Sequence[Probe], good: str, bad: str) -> Response:
        answers = await fetch_answers(probes)
        is_well = all(answer.word == OK for answer in answers.values())
        words = {name: self.describe(answer) for name, answer in answers.items()}
        content = {"status": good if is_well else bad, **words}
        return JSONResponse(content, 200 if is_well else 503, headers=UNCACHED)


@dataclass(frozen=True, slots=True)
class MonitorPages:
    """What the operator's own monitors are told: the numbers too, and why a part does not work."""

    probes: ProbePages
    metrics: MetricsPage | None = None

    def add_to(self, app: FastAPI) -> None:
        """Add their addresses."""
        self.probes.add_to(app)
        if self.metrics is not None:
            app.add_route("/metrics", self.metrics.send, ["GET"])
