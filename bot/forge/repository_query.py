"""Search repositories as GitHub does: by the qualifiers of a query, with its limit of 1,000."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable

from bot.forge.forge_state import RepositoryRecord
from bot.forge.graphql_refusal import GraphQLRefusal

MOST_SHOWN = 1_000
NOT_THERE = (
    "The listed users and repositories cannot be searched either because the resources do not "
    "exist or you do not have permission to view them."
)
# ">1000", ">=1000", "10..20", "10..*", "2020-01-01..2020-12-31", "1000"
_RANGE = re.compile(r"(?P<sign>[<>]=?)?(?P<low>[\d-]+|\*)(?:\.\.(?P<high>[\d-]+|\*))?")
Test = Callable[[RepositoryRecord], bool]


def search_repositories(
    repositories: Iterable[RepositoryRecord], query: str, has_account: Callable[[str], bool]
) -> list[RepositoryRecord]:
    """Find the public repositories that a query means, the most starred first.

    Raises GraphQLRefusal for a query of nothing, and for owners that do not exist.
    """
    words = shlex.split(query)
    if not words:
        raise GraphQLRefusal("UNPROCESSABLE", "A query is needed.")
    tests = [_make_test(word, has_account) for word in words]
    # Forks are not found unless they are asked for.
    if not any(word.startswith("fork:") for word in words):
        tests.append(lambda repository: not repository.fork_of)
    public = (repository for repository in repositories if not repository.private)
    matches = [match for match in public if _passes(match, tests)]
    return sorted(matches, key=lambda match: (-match.figures.stars, match.id))


def _passes(repository: RepositoryRecord, tests: Iterable[Test]) -> bool:
    return all(test(repository) for test in tests)


def _make_test(word: str, has_account: Callable[[str], bool]) -> Test:
    """Make the test of one word of a query; one without a colon is a part of the name."""
    name, colon, value = word.partition(":")
    if colon and name in ("org", "user") and not has_account(value):
        raise GraphQLRefusal("UNPROCESSABLE", NOT_THERE)
    if colon and name in ("stars", "forks", "size"):
        return _compare_number(name, value)
    if colon and name in ("created", "pushed"):
        return _compare_date(name, value)
    texts: dict[str, Test] = {
        "archived": lambda repository: repository.archived == (value == "true"),
        "fork": lambda repository: value == "true" or bool(repository.fork_of) == (value == "only"),
        "language": lambda repository: _equal(repository.figures.language, value),
        "license": lambda repository: _equal(repository.figures.licence, value),
        "org": lambda repository: _equal(repository.owner, value),
        "user": lambda repository: _equal(repository.owner, value),
        "repo": lambda repository: _equal(repository.name, value),
        "sort": lambda _: True,
    }
    in_name: Test = lambda repository: word.lower() in repository.short_name.lower()  # noqa: E731 - as those above
    return texts.get(name, in_name) if colon else in_name


def _equal(text: str | None, value: str) -> bool:
    return (text or "").lower() == value.lower()


def _compare_number(name: str, value: str) -> Test:
    low, high = _read_range(value)
    least, most = _to_number(low, 0), _to_number(high, 2**62)
    if value.startswith(">") and not value.startswith(">="):
        least += 1
    if value.startswith("<") and not value.startswith("<="):
        most -= 1

    def compare(repository: RepositoryRecord) -> bool:
        figures = repository.figures
        numbers = {"stars": figures.stars, "forks": figures.forks, "size": figures.disk_usage_kb}
        return least <= numbers[name] <= most

    return compare


def _compare_date(name: str, value: str) -> Test:
    low, high = _read_range(value)
    excludes_low = value.startswith(">") and not value.startswith(">=")
    excludes_high = value.startswith("<") and not value.startswith("<=")

    def compare(repository: RepositoryRecord) -> bool:
        pushed_at = repository.figures.pushed_at or repository.created_at
        day = {"created": repository.created_at, "pushed": pushed_at}[name][:10]
        is_after = low in ("", "*") or (day > low if excludes_low else day >= low)
        is_before = high in ("", "*") or (day < high if excludes_high else day <= high)
        return is_after and is_before

    return compare


def _read_range(value: str) -> tuple[str, str]:
    """Read both ends of a range; "" or "*" for one that is open, and for what is no range."""
    match = _RANGE.fullmatch(value)
    if match is None:
        return "", ""
    if match["sign"]:
        return (match["low"], "") if match["sign"].startswith(">") else ("", match["low"])
    return match["low"], match["low"] if match["high"] is None else match["high"]


def _to_number(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default
