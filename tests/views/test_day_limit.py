"""The tests of what people read of a day's cap."""

from bot.values import DayLimit
from bot.views.day_limit import render_day_advice, render_day_limit

MIDNIGHT = "2026-11-30T00:00:00+00:00"


def test_a_reached_cap_names_its_setting_and_when_it_is_free_again():
    """What is spent, of what, whose cap it is and who may raise it; nothing of other repositories."""
    of_all = DayLimit("GREENLIT_USD_PER_DAY", 20.0, 20.03, MIDNIGHT)
    of_one = DayLimit("GREENLIT_USD_PER_REPOSITORY_DAY", 4.5, 4.5, MIDNIGHT, "acme/greeter")

    assert (
        "What the model may cost in a day in all repositories together is used up: "
        "$20.03 of $20.00 is spent today." == render_day_limit(of_all)
    )
    assert (
        "What the model may cost in a day in this repository is used up: "
        "$4.50 of $4.50 is spent today." == render_day_limit(of_one)
    )
    assert (
        "Tomorrow, from 00:00 UTC on, there is more: comment `/retry` then. "
        "The limit is `GREENLIT_USD_PER_REPOSITORY_DAY=4.5`: whoever runs me can raise it."
        == render_day_advice(of_one)
    )
