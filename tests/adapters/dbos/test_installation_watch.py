"""Looks keep within an installation's limits, and become seldom while they fail."""

import logging

import pytest

from bot.adapters.dbos.installation_watch import HeadLook, InstallationWatch
from bot.values import InstallationId, Repo, RequestBudget

NOW = 1_800_000_000.0
LIMITED = {"fault": "gone", "text": "too much", "until": NOW + 1800, "limited": True}
GONE = {"fault": "gone", "text": "500", "until": 0.0}


def make_look(cost: int = 1, left: int = 5000, hidden: frozenset[Repo] = frozenset()) -> HeadLook:
    """A look of this cost, after which so many points are left."""
    return HeadLook(cost, RequestBudget("graphql", left, 5000, NOW + 3000), hidden)


@pytest.fixture
def watch():
    """An installation that is looked at each minute."""
    return InstallationWatch(InstallationId(7), 60.0)


@pytest.mark.parametrize(
    ("cost", "pause_s"),
    [(0, 60), (1, 60), (20, 60), (21, 60.48), (200, 576)],
)
def test_looks_use_a_quarter_of_the_points_at_most(watch, cost, pause_s):
    """Ten thousand commits take 200 queries, which can be asked six times in an hour."""
    watch.note_look(make_look(cost), NOW)

    assert pause_s == pytest.approx(watch.next_at - NOW)
    assert cost * 3600 / pause_s <= 1250.5


def test_a_larger_limit_is_used(watch):
    """Installations of large organisations have more points."""
    watch.note_look(HeadLook(200, RequestBudget("graphql", 9000, 12_500, NOW), frozenset()), NOW)

    assert NOW + 230.4 == pytest.approx(watch.next_at)


def test_processes_that_share_a_record_share_the_quarter(watch):
    """Each looks for runs of its own, and all of them use the points of one installation."""
    watch.sharers = 3
    watch.note_look(make_look(200), NOW)

    assert 3 * 576 == pytest.approx(watch.next_at - NOW)
    assert 3 * 576 == pytest.approx(watch.compute_interval_s(200))


def test_the_look_of_a_lone_run_is_one_of_the_watch(watch):
    """It costs no more watched than alone. One of several sees only its own commit."""
    watch.heads = 1
    watch.note_look(make_look(), NOW)
    watch.note_own_look(NOW + 50)
    assert not watch.is_due(NOW + 60)
    assert watch.is_due(NOW + 120)

    watch.heads = 2
    watch.note_look(make_look(), NOW)
    watch.note_own_look(NOW + 50)
    assert watch.is_due(NOW + 60)


def test_what_is_left_at_last_is_for_the_runs(watch):
    """Where others have used the points, nobody looks until there are new ones."""
    watch.note_look(make_look(left=1249), NOW)

    assert NOW + 3000 == watch.next_at
    assert not watch.is_due(NOW + 2900)
    assert watch.is_due(NOW + 3000)


def test_a_limit_is_waited_out_and_blinds_nobody(watch):
    """A run that asked by itself would meet it too."""
    watch.note_failure(LIMITED, NOW)

    assert (NOW + 1800, False) == (watch.next_at, watch.is_blind)


def test_failing_looks_become_seldom_and_small(watch, caplog):
    """They are told when they begin to fail, and when they work again."""
    caplog.set_level(logging.INFO, "greenlit")
    pauses, sizes = [], []
    for _ in range(5):
        watch.note_failure(GONE, NOW)
        pauses.append(watch.next_at - NOW)
        sizes.append(watch.most_heads)
    was_blind = watch.is_blind
    watch.note_look(make_look(), NOW)
    watch.note_look(make_look(), NOW)

    assert [120, 240, 480, 480, 480] == pauses
    assert [25, 12, 10, 10, 10] == sizes
    assert was_blind
    assert not watch.is_blind
    assert (NOW + 60, 12) == (watch.next_at, watch.most_heads)
    assert [
        "CI is not watched for installation 7: 500",
        "CI is watched again for installation 7",
    ] == caplog.messages


def test_one_look_at_a_time(watch):
    """A slow one is not overtaken by the next."""
    watch.is_looking = True

    assert not watch.is_due(NOW)


def test_a_server_without_points_is_looked_at_as_ever(watch):
    """It tells of a limit of none: nothing is a share of that."""
    watch.note_look(HeadLook(1, RequestBudget("graphql", 0, 0, NOW), frozenset()), NOW)

    assert NOW + 60 == watch.next_at
    assert watch.compute_interval_s(1) == pytest.approx(2.88)


def test_nobody_is_blind_for_longer_than_an_hour(watch):
    """Whoever tells of a later reset has a wrong clock."""
    budget = RequestBudget("graphql", 1, 5000, NOW + 1e6)
    watch.note_look(HeadLook(1, budget, frozenset()), NOW)
    short = watch.next_at
    watch.note_failure(LIMITED | {"until": NOW + 1e6}, NOW)

    assert [NOW + 3600] * 2 == [short, watch.next_at]
