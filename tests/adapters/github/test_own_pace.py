"""The pace at which one process writes."""

from __future__ import annotations

import pytest

from bot.adapters.github.own_pace import OwnPace
from bot.ports import WriteRate
from bot.values import InstallationId
from tests.adapters.github.watch import Watch

ONE, OTHER = InstallationId(1), InstallationId(2)


@pytest.fixture
def watch() -> Watch:
    """The machine's clock."""
    return Watch()


@pytest.fixture
def pace(watch: Watch) -> OwnPace:
    """The pace of a process that has written nothing yet."""
    return OwnPace(watch)


def test_each_installation_has_its_pause(pace: OwnPace):
    """A turn that is too far away is nobody's."""
    rate = WriteRate(pause_s=1.0)
    waits = [
        pace.take_turn(installation, rate, creates_content=False).wait_s
        for installation in (ONE, ONE, ONE, ONE, OTHER)
    ]

    assert [0, 1, 2, 3, 0] == waits
    assert not pace.take_turn(ONE, rate, creates_content=False).is_taken


@pytest.mark.parametrize(
    ("rate", "wait_s"),
    [
        (WriteRate(0.1, content_per_minute=5, content_per_hour=99), 60.0),
        (WriteRate(0.1, content_per_minute=99, content_per_hour=5), 3_600.0),
    ],
)
def test_content_has_limits_of_a_minute_and_an_hour(
    pace: OwnPace, watch: Watch, rate: WriteRate, wait_s: float
):
    """What makes none goes on meanwhile; the next one is a minute, or an hour, after the first."""
    for _ in range(5):
        assert 0 == pace.take_turn(ONE, rate, creates_content=True).wait_s
        watch.now_s += 1
    sent_away = pace.take_turn(ONE, rate, creates_content=True)

    assert (wait_s - 5, False) == (sent_away.wait_s, sent_away.is_taken)
    assert pace.take_turn(ONE, rate, creates_content=False).is_taken
    watch.now_s += wait_s - 5
    assert 0 == pace.take_turn(ONE, rate, creates_content=True).wait_s
    assert 1 == pace.take_turn(ONE, rate, creates_content=True).wait_s


def test_githubs_documented_limits_hold_at_the_usual_pause(pace: OwnPace, watch: Watch):
    """Five hundred in an hour, and no five hundred and first."""
    waits = []
    for _ in range(500):
        waits.append(pace.take_turn(ONE, WriteRate(), creates_content=True).wait_s)
        watch.now_s += 1

    assert {0.0} == set(waits)
    assert 3_100 == pace.take_turn(ONE, WriteRate(), creates_content=True).wait_s
