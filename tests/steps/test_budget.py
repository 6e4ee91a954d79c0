"""What a turn may cost, and when a day has no dollars left: to the cent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.claude.pricing import TokenCounts, affordable_tokens, price_usage
from bot.adapters.dbos.day_spending import DayCaps, DaySpending, describe_limit
from bot.adapters.dbos.record import open_record
from bot.ports import Ports
from bot.steps.ask_model import ask_model
from bot.values import DayLimit, Price, PromptPrefix, Repo, Turn, Usage, UserText

REPO = Repo("o/r")
PRICE = Price(input=4.0, cache_write=5.0, cache_read=0.2, output=20.0)
MIDNIGHT = "2026-11-30T00:00:00+00:00"


@pytest.mark.parametrize(
    ("price", "prompt", "budget_usd", "tokens"),
    [
        (PRICE, 0, 0.2, 9_999),
        (PRICE, 0, 0.20002, 10_000),
        (PRICE, 20_000, 0.20002, 5_000),
        (PRICE, 40_000, 0.2, 0),
        (PRICE, 50_000, 0.2, 0),
        (Price(4.0, 1.0, 0.2, 20.0), 20_000, 0.20002, 6_000),
        (Price(1.0, 1.0, 5.0, 20.0), 20_000, 0.20002, 5_000),
    ],
)
def test_an_answer_is_as_long_as_can_be_paid(price, prompt, budget_usd, tokens):
    """Behind a prompt at its dearest price, whichever that is, and never less than nothing."""
    assert tokens == affordable_tokens(price, prompt, budget_usd)


def test_a_model_that_costs_nothing_answers_at_full_length():
    """As one that runs on a machine of one's own."""
    free = Price(0.0, 0.0, 0.0, 0.0)

    assert affordable_tokens(free, 10**9, 0.0) > 10_000


def test_the_bill_is_kept_to_a_millionth_of_a_dollar():
    """Each kind of token alone, at its own price; an hour in the cache is twice the fresh one."""
    bills = [
        price_usage(PRICE, TokenCounts(**{kind: 3})).usd
        for kind in ("uncached_input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
    ]

    assert [0.000012, 0.000015, 0.000024, 0.000001, 0.00006] == bills
    assert Usage(0.000079, 1, 5, 4, 2) == price_usage(PRICE, TokenCounts(1, 2, 3, 4, 2))


@pytest.mark.parametrize(
    ("spent_usd", "left_usd", "is_near", "is_used_up"),
    [
        (0.0, 5.0, False, False),
        (3.99, 1.01, False, False),
        (4.0, 1.0, True, False),
        (4.9, 0.1, True, False),
        (4.91, 0.09, True, True),
        (5.0, 0.0, True, True),
        (6.0, 0.0, True, True),
    ],
)
def test_a_day_ends_when_what_is_left_buys_no_turn(spent_usd, left_usd, is_near, is_used_up):
    """Ten cents still do; at four fifths the operator is told."""
    limit = DayLimit("S", 5.0, spent_usd, MIDNIGHT)

    assert (left_usd, is_near, is_used_up) == (limit.left_usd, limit.is_near, limit.is_used_up)


def test_a_cap_says_whose_it_is():
    """Of one repository, or of all together."""
    assert "Today $1.50 of $5.00 (S) is spent." == describe_limit(DayLimit("S", 5.0, 1.5, ""))
    assert "Today $1.50 of $5.00 (S) is spent in o/r." == describe_limit(
        DayLimit("S", 5.0, 1.5, "", "o/r")
    )


@dataclass
class TickingClock:
    """A quarter of a second passes between two looks at it."""

    time: datetime = datetime(2026, 11, 29, 10, tzinfo=UTC)

    def now(self):
        self.time += timedelta(milliseconds=250)
        return self.time


@dataclass
class FixedModel:
    """A model that gives one answer, and knows what each was allowed to cost."""

    answer: Turn
    allowed_usd: list[float] = field(default_factory=list)

    def turn(self, _prefix, _conversation, budget_usd):
        self.allowed_usd.append(budget_usd)
        return self.answer


REFUSED, PAID = Turn("budget"), Turn("tools", usage=Usage(0.25))
CASES = {
    "no cap": (DayCaps(), 0.0, PAID, 2.0, ""),
    "no cap, and the run's budget is used up": (DayCaps(), 0.0, REFUSED, 2.0, ""),
    "a day with more": (DayCaps(5.0), 1.0, PAID, 2.0, ""),
    "a day with as much": (DayCaps(5.0), 3.0, REFUSED, 2.0, ""),
    "a day with less": (DayCaps(5.0), 3.5, PAID, 1.5, ""),
    "a day with less, and too little": (DayCaps(5.0), 4.95, REFUSED, 0.05, "GREENLIT_USD_PER_DAY"),
    "a repository with less": (
        DayCaps(9.0, 5.0),
        4.95,
        REFUSED,
        0.05,
        "GREENLIT_USD_PER_REPOSITORY_DAY",
    ),
    "a day that is used up": (DayCaps(5.0), 6.0, REFUSED, 0.0, "GREENLIT_USD_PER_DAY"),
}


@pytest.mark.parametrize(
    ("caps", "spent_usd", "answer", "allowed_usd", "setting"), CASES.values(), ids=CASES
)
def test_a_turn_costs_at_most_what_the_run_and_the_day_have_left(
    tmp_path, caps, spent_usd, answer, allowed_usd, setting
):
    """What it cost counts for the day; the day is named only where it forbade the turn."""
    spending = DaySpending(open_record(tmp_path), caps, TickingClock())
    spending.add(REPO, spent_usd)
    model = FixedModel(answer)
    ports = Ports(None, model, TickingClock(), spending=spending)
    timed = ask_model(ports, REPO, PromptPrefix("", ()), (UserText("Begin."),), 2.0)
    spent = [limit.spent_usd for limit in spending.list_limits()]

    assert (answer, 0.25) == (timed.turn, timed.took_s)
    assert [allowed_usd] == model.allowed_usd
    assert setting == (timed.day_limit.setting if timed.day_limit else "")
    assert {round(spent_usd + answer.usage.usd, 6)} == {*spent} or caps == DayCaps()


def test_runs_of_a_repository_share_its_day_and_each_has_its_own_cap(tmp_path):
    """All limits are listed: of all together first, then of each repository that spent."""
    spending = DaySpending(open_record(tmp_path), DayCaps(9.0, 5.0), TickingClock())
    for name, usd in (("o/b", 1.0), ("o/a", 0.5), ("o/b", 0.25)):
        spending.add(Repo(name), usd)

    assert (
        DayLimit("GREENLIT_USD_PER_DAY", 9.0, 1.75, MIDNIGHT),
        DayLimit("GREENLIT_USD_PER_REPOSITORY_DAY", 5.0, 0.5, MIDNIGHT, "o/a"),
        DayLimit("GREENLIT_USD_PER_REPOSITORY_DAY", 5.0, 1.25, MIDNIGHT, "o/b"),
    ) == spending.list_limits()
