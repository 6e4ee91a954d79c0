"""Know the words that ask for something new, and those that ask for other work."""

from __future__ import annotations

import re

from bot.search.terms import stem


def _match_forms(verbs: str) -> str:
    """Make a pattern of verbs in their English forms: "add", "adds", "added", "adding"."""
    stems = "|".join(map(stem, verbs.split()))
    return rf"(?:{stems})(?:e?s|e?d|e|ing)?\b"


# A label that says that something else than an addition is asked for.
OTHER_WORK = re.compile(
    r"(?:bug|fix|bugfix|docs?|documentation|tests?|chore|refactor|perf|style|build|ci|revert|maint"
    r"|question|regression|typing|deps)\b",
    re.IGNORECASE,
)
ADDING_WORK = re.compile(
    r"(?:feat|feature|enh|enhancement|new|request|proposal|add)\b", re.IGNORECASE
)
# What begins an order to do something else with what is there.
OTHER_ORDER = re.compile(
    _match_forms(
        "fix clean remove drop delete deprecate rename refactor move bump update upgrade revert"
        " make improve change replace convert use switch separate split extract merge disable"
        " allow ensure handle prevent avoid address ignore rewrite rework"
    )
    + r"|(?:bug|only|always|don['\u2019]t|re-\w+)\b",
    re.IGNORECASE,
)
# What is wrong with what is there.
FAULT = re.compile(
    r"\b(?:crash\w*|fail\w*|broken|wrong|incorrect\w*|bugs?|regression|typos?|unexpected\w*"
    r"|invalid|doesn['\u2019]?t|does not|isn['\u2019]?t|can(?:no|['\u2019])t|won['\u2019]?t"
    r"|raises?|throws?|segfault|missing|fix(?:e[sd])?)\b",
    re.IGNORECASE,
)
# Words that ask for something new, in the languages that people file issues in.
ADDS = re.compile(
    rf"\b{_match_forms('add support introduce create provide')}"
    r"|\b(?:new|another|implement(?:s|ed|ing|ation of)?"
    r"|neue[nrs]?|hinzuf\w+|erg\u00e4nz\w+|unterst\u00fctz\w+|nouve\w+|ajout\w+"
    r"|nuev[oa]s?|a\u00f1adi\w*|agreg\w+|soporte|nov[oa]s?|adicion\w+|suporte"
    r"|\u0434\u043e\u0431\u0430\u0432\w+|\u043d\u043e\u0432\w+)\b"
    r"|\u65b0\u589e|\u6dfb\u52a0|\u589e\u52a0|\u652f\u6301|\u65b0\u7684|\u8ffd\u52a0|\u5bfe\u5fdc"
    r"|\u65b0\u3057\u3044|\ucd94\uac00|\uc9c0\uc6d0",
    re.IGNORECASE,
)
FILLER = re.compile(
    r"\s*(?:(?:an?|the|some|another|new|initial|simple|basic|minimal|built-?in|experimental|for|of"
    r"|support|einen?|une?|una?|um)\b[\s:]*)*",
    re.IGNORECASE,
)
# Where the words about what is asked for end.
BOUND = re.compile(
    r"\s(?:to|in|into|for|of|on|from|with|when|if|so|that|which|using|via|like|as(?! an? )|at"
    r"|by|similar|based"
    r"|per|f\u00fcr|pour|para|dans|en)\s|[(,;.:](?:\s|$)|\s[(\u2013-]|\sand\s(?:then\b|"
    + _match_forms("remove use fix refactor add make rename update move document test export")
    + ")",
    re.IGNORECASE,
)
# What stands behind one of these is there already, and gets something; but not what the new one is
# like: "similar to the JSON format".
TARGET = re.compile(
    r"(?<!similar)(?<!addition)(?<!next)(?<!equivalent)(?<!analogous)(?<!alternative)(?<!compared)"
    r"(?<!identical)(?<!based)\s(?:to|in|into|of|on)\s(?!addition\b)(?P<target>.*)",
    re.IGNORECASE,
)
# A name alone, and what it is to be one of: "YAML" in "add YAML to the formats".
NAME_ALONE = re.compile(r"(?:[`'\"][^`'\"]+[`'\"]|\S*[A-Z\d_-]\S*)\s*")
COLLECTION = re.compile(r"(?P<kind>[a-z]+s)[.\s]*$")
# A part of a class that is there: `Cache.__missing__`, `EnumUtils.TryToString`.
PART_OF_CLASS = re.compile(r"\b[A-Z]\w*\.\w+|\b__\w+__\b")
MODULE_NAME = re.compile(r"\b([a-z_]\w*)\.[A-Za-z_]\w*")
# A word and a name that no word is: quoted, with capitals, digits or dashes.
KIND_AND_NAME = re.compile(r"(?P<kind>[a-z]+)\s+(?:[`'\"/]\S+|\S*[A-Z\d_-]\S*)\s*$")
# Words that say no kind: what stands before them does.
PLAIN_HEAD = re.compile(
    r"\s+(?:support|implementation|class(?:es)?|sub-?class|functions?|modules?|files?|packages?)$",
    re.IGNORECASE,
)
# Parts of what is there: who asks for one of them asks for no other of a kind.
_DETAILS = """
ability annotation arg argument attribute author badge benchmark button changelog comment copy
coverage debug default deprecation doc docstring documentation entry example fixture flag header
hint info information kwarg license line link log logging message method missing note option page
param parameter possibility prop property python script section test text translation type typing
unit value version warning whitespace
"""
DETAILS = frozenset(stem(word + ending) for word in _DETAILS.split() for ending in ("", "s"))
# Words that ask, and name no kind.
ASKING = frozenset(
    map(stem, ["add", "create", "implement", "introduce", "new", "provide", "support"])
)
# What people call a route of a web service, which no router is called by.
ROUTE_WORDS = frozenset(map(stem, ["endpoint", "route", "url", "handler", "view"]))
