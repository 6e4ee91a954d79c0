"""Render which protected paths the request and the guidance speak of, and what that means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.gates.policy import check_paths
from bot.text.code_line import strip_long_words
from bot.tools.request_sections.section import render_section
from bot.values import RepoConfig

MAX_PATHS = 12
MAX_SPELLINGS = 500
CHARS = 2_500
# A path, or a file's name: with a suffix, of capitals as CODEOWNERS, or such as Jenkinsfile.
SPELLING = re.compile(
    r"(?<![\w/])[\w.@+-]*(?:/[\w.@+*-]+)+|(?<![\w/])[\w-]*\.[\w.-]+|\b[A-Z]{6,}\b|\b[A-Z]\w+file\b"
)


def render_protected(texts: Iterable[str], paths: Iterable[str], config: RepoConfig) -> str:
    """Render the protected paths among those that the texts spell and those given; "" if none."""
    spellings = _find_spellings(texts)
    bare = filter(None, (spelling.strip("./") for spelling in spellings))
    candidates = dict.fromkeys((*paths, *spellings, *bare))
    findings = check_paths(list(candidates)[:MAX_SPELLINGS], config.allow, config.protected)
    protected = {finding.path: finding.text for finding in findings if "protect" in finding.text}
    lines = [f"{path}: {text}" for path, text in protected.items()]
    title = (
        "Protected paths that the request or the guidance speaks of. No edit of them is taken, "
        "so leave them out of the plan, and say in `finish` what people should change there"
    )
    return render_section(title, lines[:MAX_PATHS], CHARS)


def _find_spellings(texts: Iterable[str]) -> list[str]:
    spellings: dict[str, None] = {}
    for text in map(strip_long_words, texts):
        spellings.update(dict.fromkeys(match[0].rstrip(".") for match in SPELLING.finditer(text)))
    return list(spellings)[:MAX_SPELLINGS]
