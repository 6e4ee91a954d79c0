"""Take a search apart, by stars and then by dates, until GitHub can show each part of it whole."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isqrt

from bot.corpus.corpus_records import SearchSlice

FIRST_DAY = date(2007, 10, 1)  # no repository of GitHub's is older
FEWEST_AT_THE_TOP = 10
_STARS = re.compile(r"(?:^|\s)stars:(\S+)", re.IGNORECASE)
_CREATED = re.compile(r"(?:^|\s)created:(\S+)", re.IGNORECASE)
_NUMBER_RANGE = re.compile(r"(?P<sign>[<>]=?)?(?P<low>\d{1,9}|\*)(?:\.\.(?P<high>\d{1,9}|\*))?")
_DATE_RANGE = re.compile(
    r"(?P<sign>[<>]=?)?(?P<low>\d{4}-\d\d-\d\d|\*)(?:\.\.(?P<high>\d{4}-\d\d-\d\d|\*))?"
)


class BadQuery(ValueError):
    """A query cannot be taken apart; the text says where it is wrong."""


@dataclass(frozen=True, slots=True)
class SlicedQuery:
    """A query without its stars and dates, and these as the one slice that is all of it."""

    rest: str
    whole: SearchSlice

    def render(self, part: SearchSlice) -> str:
        """Write the query of a part, for GitHub."""
        words = [self.rest]
        if part.least_stars is not None or part.most_stars is not None:
            words.append(f"stars:{_render_range(part.least_stars, part.most_stars)}")
        if part.created_from or part.created_to:
            words.append(f"created:{_render_range(part.created_from, part.created_to)}")
        # The order has to stay the same from page to page.
        if "sort:" not in self.rest:
            words.append("sort:stars-desc")
        return " ".join(word for word in words if word)


def read_query(text: str) -> SlicedQuery:
    """Take stars and dates out of a query. Raises BadQuery."""
    rest = _CREATED.sub(" ", _STARS.sub(" ", text))
    least, most = _read_stars(_find_single("stars", _STARS, text))
    first, last = _read_dates(_find_single("created", _CREATED, text))
    whole = SearchSlice(0, least, most, first, last)
    if (least or 0) > (most if most is not None else 2**31) or (first or "") > (last or "9"):
        raise BadQuery(f"Nothing is in the range that the query asks for: {text}")
    return SlicedQuery(" ".join(rest.split()), whole)


def split_slice(part: SearchSlice, today: date) -> tuple[SearchSlice, SearchSlice] | None:
    """Take a part in two, the one with more stars or the newer one last; None where it cannot."""
    least = part.least_stars or 0
    if part.most_stars is None:
        # Few have many: above twice as many stars there are about a third of the repositories.
        middle = max(2 * least, FEWEST_AT_THE_TOP) - 1
    elif least < part.most_stars:
        middle = min(isqrt(least * part.most_stars), part.most_stars - 1)
    else:
        return _split_dates(part, today)
    return replace(part, most_stars=middle), replace(part, least_stars=middle + 1)


def _split_dates(part: SearchSlice, today: date) -> tuple[SearchSlice, SearchSlice] | None:
    first = date.fromisoformat(part.created_from) if part.created_from else FIRST_DAY
    last = date.fromisoformat(part.created_to) if part.created_to else today
    if first >= last:
        return None
    middle = first + (last - first) // 2
    return (
        replace(part, created_to=middle.isoformat()),
        replace(part, created_from=(middle + timedelta(days=1)).isoformat()),
    )


def describe_slice(part: SearchSlice) -> str:
    """Name a part in words: "7 stars, created on 2020-01-31"."""
    stars = f"{_render_range(part.least_stars, part.most_stars)} stars"
    if part.created_from is None and part.created_to is None:
        return stars
    return f"{stars}, created on {_render_range(part.created_from, part.created_to)}"


def _find_single(name: str, pattern: re.Pattern[str], text: str) -> str:
    values = pattern.findall(text)
    if len(values) > 1:
        raise BadQuery(f"The query has {name}: more than once. Give a range, as in {name}:A..B")
    return values[0] if values else ""


def _read_stars(text: str) -> tuple[int | None, int | None]:
    """Read ">1000", "10..20", "10..*" or "7" as the least and the most."""
    if not text:
        return None, None
    match = _NUMBER_RANGE.fullmatch(text)
    if match is None:
        raise BadQuery(
            f"stars:{text} is no range of stars. Write it as stars:>1000 or stars:10..99"
        )
    low, high = _order_ends(match)
    least, most = _to_number(low), _to_number(high)
    if match["sign"] == ">" and least is not None:
        least += 1
    if match["sign"] == "<" and most is not None:
        most -= 1
    return least, most


def _read_dates(text: str) -> tuple[str | None, str | None]:
    """Read ">2020-01-31" or "2020-01-01..2020-12-31" as the first and the last day."""
    if not text:
        return None, None
    match = _DATE_RANGE.fullmatch(text)
    with suppress(ValueError, OverflowError):
        if match:
            first, last = _compute_days(match)
            return _render_date(first), _render_date(last)
    example = "created:2020-01-01..2020-12-31"
    raise BadQuery(f"created:{text} is no range of dates. Write it as {example}")


def _compute_days(match: re.Match[str]) -> tuple[date | None, date | None]:
    """Compute the first and the last day. Raises ValueError, and OverflowError at time's end."""
    first, last = map(_to_date, _order_ends(match))
    day = timedelta(days=1)
    if match["sign"] == ">" and first:
        first += day
    if match["sign"] == "<" and last:
        last -= day
    return first, last


def _order_ends(match: re.Match[str]) -> tuple[str, str]:
    """Tell the lower and the upper end of what was written; "*" is none."""
    if match["sign"]:
        return (match["low"], "*") if match["sign"].startswith(">") else ("*", match["low"])
    return match["low"], match["low"] if match["high"] is None else match["high"]


def _to_number(text: str) -> int | None:
    return None if text == "*" else int(text)


def _to_date(text: str) -> date | None:
    return None if text == "*" else date.fromisoformat(text)


def _render_date(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _render_range(low: object, high: object) -> str:
    if low == high:
        return str(low)
    return f"{'*' if low is None else low}..{'*' if high is None else high}"
