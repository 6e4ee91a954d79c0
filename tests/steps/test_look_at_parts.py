"""How the parts of a request stand, and which of them can begin."""

from __future__ import annotations

import pytest

from bot.steps.look_at_parts import judge_part
from bot.values import Branch, Issue, LastRun, Outcome, Part, RunKey
from bot.values.part_progress import PartPull, PartsStanding, PartStanding

OPEN = Issue(8, "Greet", "", "greenlit[bot]")
DONE = Issue(8, "Greet", "", "greenlit[bot]", open=False, closed_as="completed")
LEFT_OUT = Issue(8, "Greet", "", "greenlit[bot]", open=False, closed_as="not_planned")
MOVED = Issue(8, "Greet", "", "greenlit[bot]", moved_to="acme/other#1")


def pull(number: int, base: str = "main", **changed) -> PartPull:
    """The pull request of part `number`, from its own branch."""
    return PartPull(number, "url", Branch(f"part-{number}"), Branch(base), **changed)


def merged(number: int, base: str = "main") -> PartPull:
    return pull(number, base, is_open=False, is_merged=True)


def run(end: str = "", *, live: bool = False) -> LastRun:
    outcome = Outcome(end) if end else None  # type: ignore[arg-type]
    return LastRun(RunKey("acme/greeter#8/1"), live, outcome)


JUDGED = [
    ("dropped", None, None, None),
    ("dropped", MOVED, run("opened"), pull(1)),
    ("dropped", LEFT_OUT, run("opened"), pull(1, is_open=False)),
    ("done", DONE, None, None),  # by a person
    ("done", OPEN, run("opened"), merged(1, "part-2")),
    ("done", LEFT_OUT, run("opened"), merged(1)),
    ("waiting", OPEN, None, None),
    ("live", OPEN, run(live=True), pull(1)),
    ("asked", OPEN, run("asked"), None),
    ("green", OPEN, run("opened"), pull(1)),
    ("green", OPEN, run("opened"), pull(1, is_draft=True)),  # `draft: true`
    ("green", OPEN, run("changed"), pull(1)),
    ("green", OPEN, run("draft"), pull(1)),  # people made it ready
    ("failed", OPEN, run("draft"), pull(1, is_draft=True)),
    ("failed", OPEN, run("red"), pull(1)),
    ("open", OPEN, run("stopped"), pull(1)),  # people pushed to it
    ("failed", OPEN, run("opened"), pull(1, is_open=False)),
    ("failed", OPEN, run("gave up"), None),
    ("failed", OPEN, run("failed"), None),
    ("failed", OPEN, run("stopped"), None),
]


@pytest.mark.parametrize(("state", "issue", "last", "own"), JUDGED)
def test_part_is_judged_by_github_and_the_record(state, issue, last, own):
    """What people did on GitHub counts more than how the newest run ended."""
    assert state == judge_part(issue, last, own)


def look(*standings: tuple[str, tuple[int, ...], PartPull | None]) -> PartsStanding:
    """Parts from 1 on, each as its state, what it needs, and its pull request."""
    return PartsStanding(
        tuple(
            PartStanding(Part(number, f"Part {number}", "", needs=needs), state, own)  # type: ignore[arg-type]
            for number, (state, needs, own) in enumerate(standings, 1)
        )
    )


BEGINS = [  # whether the last part can begin: when it waits for merges, and when it is stacked
    ((True, True), [("waiting", (), None)]),
    ((False, False), [("live", (), None), ("waiting", (1,), None)]),
    ((False, False), [("failed", (), pull(1, is_draft=True)), ("waiting", (1,), None)]),
    ((False, True), [("green", (), pull(1)), ("waiting", (1,), None)]),
    ((False, False), [("open", (), pull(1)), ("waiting", (1,), None)]),
    ((True, True), [("done", (), merged(1)), ("waiting", (1,), None)]),
    ((True, True), [("done", (), None), ("waiting", (1,), None)]),
    # Two that are apart: stacked once all but one are merged.
    ((False, False), [("green", (), pull(1)), ("green", (), pull(2)), ("waiting", (1, 2), None)]),
    ((False, True), [("done", (), merged(1)), ("green", (), pull(2)), ("waiting", (1, 2), None)]),
    # The second is on top of the first, and holds it.
    (
        (False, True),
        [("green", (), pull(1)), ("green", (1,), pull(2, "part-1")), ("waiting", (1, 2), None)],
    ),
    # The second was merged into the first, which is open.
    (
        (False, True),
        [("green", (), pull(1)), ("done", (1,), merged(2, "part-1")), ("waiting", (2,), None)],
    ),
    ((False, False), [("green", (), pull(1)), ("live", (1,), pull(2, "part-1"))]),
]


@pytest.mark.parametrize(("begins", "parts"), BEGINS)
def test_part_begins_once_what_it_needs_is_there(begins, parts):
    """Merged, or green in one pull request that it can be stacked on."""
    standings = look(*parts)
    last = standings.parts[-1]

    assert begins == tuple(standings.is_ready(last, may_stack=stack) for stack in (False, True))


def test_what_never_begins_names_what_keeps_it():
    """A part that failed keeps all that need it, directly or not; what runs keeps nobody."""
    standings = look(
        ("failed", (), None),
        ("waiting", (1,), None),
        ("waiting", (2,), None),
        ("live", (), None),
        ("waiting", (4,), None),
    )
    culprits = [standings.find_culprit(standing) for standing in standings.parts]

    first = standings.parts[0]
    assert [None, first, first, None, None] == culprits


def test_pull_requests_move_to_where_their_base_went():
    """Into what their base was merged into; what stands on an open branch stays."""
    standings = look(
        ("done", (), merged(1)),
        ("green", (1,), pull(2, "part-1")),
        ("green", (2,), pull(3, "part-2")),
        ("done", (2,), merged(4, "part-2")),
        ("green", (4,), pull(5, "part-4")),
    )
    moves = [
        (standing.part.number, tip.head if tip else None)
        for standing, tip in standings.list_stranded()
    ]

    assert [(2, None), (5, "part-2")] == moves
