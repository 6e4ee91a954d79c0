"""The caps of a day, as people meet them: before a run begins, and in the middle of one."""

from contextlib import contextmanager

import pytest

from bot.adapters.dbos.day_spending import DayCaps, DaySpending
from bot.adapters.dbos.record import open_record
from bot.assembly import SystemClock
from bot.forge.claude_double import ClaudeDouble
from bot.values import Repo
from tests.stage import BEGIN, END, FILES, GOOD, script, staged
from tests.stories.test_story_ci import slow, until
from tests.stories.test_story_people import say

pytestmark = pytest.mark.long

PLAY = script(*BEGIN, [GOOD], END)
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage without CI: stage(settings...)."""

    @contextmanager
    def make(play=PLAY, **settings):
        with staged(tmp_path, checked, ClaudeDouble(play), NO_CI, **settings) as on:
            yield on

    return make


def test_a_day_that_is_used_up_begins_no_run(stage):
    """The asker is told which cap it is, what of it is spent, and when there is more."""
    with stage(usd_per_repository_day=0.05) as on:
        answer = say(on, on.issue(), "/generate")

        assert "What the model may cost in a day in this repository is used up" in answer
        assert "Tomorrow, from 00:00 UTC on, there is more: comment `/retry` then." in answer
        assert "`GREENLIT_USD_PER_REPOSITORY_DAY=0.05`: whoever runs me can raise it." in answer
        assert [] == on.double.requests


def test_a_day_that_is_used_up_ends_a_run_before_its_next_turn(stage):
    """What is left of the day bounds the turn, as the run's own budget does; the work is kept."""
    with stage(slow(PLAY, turn=2), usd_per_day=100.0) as on:
        on.label(on.issue())
        until(lambda: len(on.double.requests) > 2, 40)
        on.bot._runtime.ports.spending.add(Repo("acme/other"), 99.95)  # another run's turn
        ended = on.ended(1).outcome

        assert ("gave up", "day budget") == (ended.state, ended.kind)
        assert "What the model may cost in a day in all repositories together" in ended.text
        assert "of $100.00 is spent today" in ended.text
        assert "`GREENLIT_USD_PER_DAY=100`" in ended.next_step
        assert 3 == len(on.double.requests)


def test_a_restart_knows_what_the_day_has_cost(stage, tmp_path):
    """It stands in the record, and nowhere else."""
    with stage(usd_per_day=100.0) as on:
        on.label(on.issue())
        on.ended(1)
        before = on.bot._runtime.ports.spending.list_limits()
    again = DaySpending(open_record(tmp_path / "bot"), DayCaps(100.0), SystemClock())

    assert before[0].spent_usd > 0
    assert before == again.list_limits()
