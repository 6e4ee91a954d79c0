"""The measurement of what runs that wait for CI ask of GitHub, watched together and each alone.

An hour is made short: everything that is done each minute is done more often, and the limit of an
hour is as much larger. `python -m tests.benchmarks.ci_requests 1 50 200`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.adapters.dbos.ci_watch import FetchMarks
from bot.adapters.github.github_app import GitHubApp
from bot.values import Caps, HeadMarks, Repo, WatchedHead
from tests.benchmarks.table import Row, show
from tests.ci_waits import CiScene, serve_waits

RUNS = (1, 50)
REPOSITORIES = 5
MINUTE_S = 60.0
# So many polls are counted: a watched run asks by itself at each fifth, or more seldom.
POLLS = 20
RUNS_A_SECOND = 12  # what the forge answers while each of them asks by itself
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class HourlyRequests:
    """What each run costs in an hour; a 304 is not counted by GitHub."""

    asked: float
    counted: float


def rows(work: Path, counts: Sequence[int] = RUNS) -> list[Row]:
    """Measure so many runs of one installation that wait."""
    return [row for count in counts for row in _measure_both(work / str(count), count)]


def _measure_both(work: Path, runs: int) -> list[Row]:
    alone = _measure(work / "alone", runs, lambda _hub, _speed: None)
    together = _measure(work / "together", runs, _hurry)
    title = f"{runs} runs wait for CI" if runs > 1 else "1 run waits for CI"
    return [
        Row(f"{title}: requests an hour, each", _describe(together), "", ""),
        Row("  each for itself", _describe(alone), "", ""),
    ]


def _describe(hourly: HourlyRequests) -> str:
    return f"{hourly.asked:.1f}, {hourly.counted:.1f} counted"


def _hurry(hub: GitHubApp, speed: float) -> FetchMarks:
    """Let the hour's limit be as much larger as the hour is shorter."""

    def fetch(heads: Sequence[WatchedHead], scope: Collection[Repo]) -> HeadMarks:
        marks = hub.ci_marks.fetch(heads, scope)
        budget = marks.budget
        if budget is None:
            return marks
        left, limit = int(budget.left * speed), int(budget.limit * speed)
        return replace(marks, budget=replace(budget, left=left, limit=limit))

    return fetch


def _measure(
    work: Path, runs: int, make_fetch: Callable[[GitHubApp, float], FetchMarks | None]
) -> HourlyRequests:
    poll_s = max(1.0, runs / RUNS_A_SECOND)
    speed = MINUTE_S / poll_s
    with serve_waits(work, lambda app: app, poll_s, lambda hub: make_fetch(hub, speed)) as scene:
        _begin(scene, runs, Caps(ci_poll_s=poll_s, ci_grace_s=1.5 * poll_s))
        time.sleep(2 * poll_s)
        before = scene.forge.list_requests()
        time.sleep(POLLS * poll_s)
        requests = scene.forge.list_requests()[len(before) :]
    counted = [status for *_, status in requests if status != NOT_MODIFIED]
    hours = POLLS / MINUTE_S
    return HourlyRequests(len(requests) / runs / hours, len(counted) / runs / hours)


def _begin(scene: CiScene, runs: int, caps: Caps) -> None:
    names = [f"acme/r{number}" for number in range(min(runs, REPOSITORIES))]
    for name in names:
        scene.add_repository(name)
    for number in range(runs):
        scene.begin(names[number % len(names)], caps)
    # They look now and then, so never all of them wait at the same moment.
    time.sleep(caps.ci_grace_s)


def main() -> None:
    """Measure so many runs as were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="*", default=list(RUNS))
    with tempfile.TemporaryDirectory(prefix="greenlit-bench-") as work:
        show("Requests of runs that wait for CI", rows(Path(work), parser.parse_args().runs))


if __name__ == "__main__":
    main()
