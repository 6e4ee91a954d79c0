"""The tests of how a step's failure stands in the record and comes out of it again."""

import asyncio

import pytest

from bot.adapters.dbos.step_output import RetryPolicy, capture, unwrap
from bot.ports import BadAnswer, Unreachable
from bot.stories.ends import explain_unreachable


def record(error):
    """What a step that fails so leaves in the record."""

    async def fail():
        raise error

    return asyncio.run(capture(fail, "in step x"))


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (BadAnswer("odd", "GitHub"), 4),
        (Unreachable("the linter did not end"), 8),
        (Unreachable("down", "GitHub"), 9),
    ],
)
def test_only_an_outage_of_a_service_is_tried_for_long(error, tries):
    """What is odd, or goes wrong on this machine, seldom passes by itself."""
    policy = RetryPolicy(tries=9)
    faults = [policy.schedule(record(error), count, 0.0)["fault"] for count in range(1, tries + 1)]

    assert [*["again"] * (tries - 1), "gone"] == faults


def test_an_odd_answer_is_told_in_plain_words():
    """It did answer, so nobody reads that it did not; what was asked is named."""
    bad = BadAnswer("GitHub's answer to `GET /x` is not as documented: it lacks `id`", "GitHub")
    with pytest.raises(BadAnswer) as raised:
        unwrap(record(bad))
    outcome = explain_unreachable(raised.value)

    assert f"I do not understand what GitHub answers, however often I ask. {bad}." == outcome.text
    assert str(bad) == outcome.detail
