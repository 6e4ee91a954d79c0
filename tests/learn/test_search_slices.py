"""How a search is taken apart so that GitHub shows each part of it whole."""

from __future__ import annotations

from datetime import date

import pytest

from bot.corpus.corpus_records import SearchSlice
from bot.corpus.search_slices import BadQuery, describe_slice, read_query, split_slice

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "whole", "rendered"),
    [
        ("language:Python stars:>1000", (1001, None), "language:Python stars:1001..*"),
        ("stars:>=10 language:Go", (10, None), "language:Go stars:10..*"),
        ("stars:<10", (None, 9), "stars:*..9"),
        ("stars:<=10 x", (None, 10), "x stars:*..10"),
        ("stars:7", (7, 7), "stars:7"),
        ("a stars:10..20 b", (10, 20), "a b stars:10..20"),
        ("stars:10..*", (10, None), "stars:10..*"),
        ("topic:cli", (None, None), "topic:cli"),
    ],
)
def test_stars_are_taken_out_of_a_query(text, whole, rendered):
    """Their range becomes numbers, and with the rest the same query again, in a fixed order."""
    query = read_query(text)

    assert whole == (query.whole.least_stars, query.whole.most_stars)
    assert f"{rendered} sort:stars-desc" == query.render(query.whole)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("created:>2020-01-31", ("2020-02-01", None)),
        ("created:<2020-01-01", (None, "2019-12-31")),
        ("created:>=2020-01-31", ("2020-01-31", None)),
        ("created:2020-01-31", ("2020-01-31", "2020-01-31")),
        ("created:2020-01-31..2020-02-01", ("2020-01-31", "2020-02-01")),
        ("created:*..2020-02-01", (None, "2020-02-01")),
    ],
)
def test_dates_are_taken_out_of_a_query(text, dates):
    """As the first and the last day; an order that was asked for stays."""
    query = read_query(f"sort:updated {text}")

    assert dates == (query.whole.created_from, query.whole.created_to)
    assert query.render(query.whole).startswith("sort:updated created:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stars:many", "stars:many is no range of stars"),
        ("stars:>1 stars:<9", "has stars: more than once"),
        ("created:yesterday", "created:yesterday is no range of dates"),
        ("created:2020-13-01", "created:2020-13-01 is no range of dates"),
        ("stars:9..1", "Nothing is in the range"),
        ("created:>9999-12-31", "created:>9999-12-31 is no range of dates"),
    ],
)
def test_a_range_that_is_none_is_told(text, words):
    """What is wrong, and how it is written."""
    with pytest.raises(BadQuery, match=words):
        read_query(text)


def test_parts_together_are_the_whole():
    """Stars are halved down to one number, then dates down to a day, and nothing is lost between."""
    whole = read_query("stars:0..5 created:2020-01-01..2020-01-04").whole
    parts, days = [whole], set()
    while parts:
        part = parts.pop()
        halves = split_slice(part, TODAY)
        if halves is None:
            days.add((part.least_stars, part.most_stars, part.created_from, part.created_to))
        parts += halves or ()

    assert 6 * 4 == len(days)
    assert all(least == most and first == last for least, most, first, last in days)


@pytest.mark.parametrize(
    ("part", "middle"),
    [
        (SearchSlice(1), 9),
        (SearchSlice(1, 1001), 2001),
        (SearchSlice(1, 100, 10_000), 1000),
        (SearchSlice(1, 0, 1), 0),
    ],
)
def test_the_few_with_many_stars_stay_together(part, middle):
    """A range is cut by size rather than by number, as most repositories have few."""
    low, high = split_slice(part, TODAY)

    assert (middle, middle + 1) == (low.most_stars, high.least_stars)


def test_a_part_is_named_in_words():
    """For the sentence that says that GitHub does not show all of it."""
    part = SearchSlice(1, 7, 7, "2020-01-31", "2020-01-31")

    assert "7 stars, created on 2020-01-31" == describe_slice(part)
    assert "1001..* stars" == describe_slice(SearchSlice(1, 1001))
