"""Find the issues and past commits that a text names."""

from __future__ import annotations

import re

# Of an issue or a pull request of this repository: "#123", but not "other/project#123" or "&#123;".
NUMBER = re.compile(r"(?<![\w&#/])(?:#|gh-)(\d{2,7})\b", re.IGNORECASE)
# With digits and letters both, as nearly all have: "deadbeef" is a word, 20240131 a date.
SHA = re.compile(r"\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}\b")
MAX_REFERENCES = 50


def find_references(text: str) -> tuple[str, ...]:
    """Find the numbers of issues and the hashes of commits in a request."""
    references = dict.fromkeys([*NUMBER.findall(text), *SHA.findall(text)])
    return tuple(references)[:MAX_REFERENCES]
