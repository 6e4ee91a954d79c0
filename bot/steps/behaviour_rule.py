"""Judge whether a request asks for a refactoring: the code is to do the same as before."""

from __future__ import annotations

import re

from bot.values import Issue

REFACTORING = re.compile(
    r"\brefactor\w*|\brefaktor\w*|\brestructur\w*|\breorgani[sz]\w*|\bmodulari[sz]\w*"
    r"|\b(?:split|break|turn|divide|rewrite|convert|move|extract)\b.{0,60}\b(?:in)?to\b.{0,30}"
    r"\b(?:functions?|class(?:es)?|modules?|methods?|packages?)\b",
    re.IGNORECASE,
)
# What stays the same, in the words of people who ask for the rest to change.
SAME = re.compile(
    r"\bsame (?:output|behav\w+|results?)\b"
    r"|\b(?:output|behav\w+)\b.{0,40}\b(?:same|unchanged|stays?|identical|not change)\b"
    r"|\b(?:without|no|not)\b.{0,20}\bchang(?:e|ing)\b.{0,30}\b(?:output|behav\w+|does)\b",
    re.IGNORECASE,
)


def asks_same_behaviour(issue: Issue, words: str) -> bool:
    """Tell whether the title or a command's words ask for a refactoring, or any words for the same
    behaviour.
    """
    orders = f"{issue.title}\n{words}"
    return bool(REFACTORING.search(orders) or SAME.search(f"{orders}\n{issue.body}"))
