"""Find the past commits that a request names, or that name the same issues as it does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bot.values import CommitInfo

# Of an issue or a pull request of this repository: "#123", but not "other/project#123" or "&#123;".
NUMBER = re.compile(r"(?<![\w&#/])(?:#|gh-)(\d{2,7})\b", re.IGNORECASE)
# With digits and letters both, as nearly all have: "deadbeef" is a word, 20240131 a date.
SHA = re.compile(r"\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}\b")
MAX_REFERENCES = 50


def find_references(text: str) -> tuple[str, ...]:
    """Find the numbers of issues and the hashes of commits in a request."""
    references = dict.fromkeys([*NUMBER.findall(text), *SHA.findall(text)])
    return tuple(references)[:MAX_REFERENCES]


def find_referenced_commits(
    commits: Sequence[CommitInfo], references: Collection[str]
) -> Iterator[int]:
    """Find the commits with one of these hashes, or with one of these numbers in their messages."""
    numbers = [reference for reference in references if reference.isdecimal()]
    shas = tuple(reference for reference in references if not reference.isdecimal())
    for index, commit in enumerate(commits):
        message = commit.message
        # Few hold the digits at all, and to look for these is far faster.
        is_near = any(number in message for number in numbers)
        is_same = is_near and not set(numbers).isdisjoint(NUMBER.findall(message))
        if is_same or commit.sha.startswith(shas):
            yield index
