"""Judge whether a request needs a brief: one that is small and clear does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from bot.text.bot_logins import is_bot_login
from bot.text.words import list_words
from bot.values import Issue, Retrieval

MOST_WORDS = 150  # of prose; logs, code and quotes are not counted
MOST_ITEMS = 5  # of lists: steps to see a fault are few
FEWEST_WORDS = 3
TITLE_WORDS = 5  # in which a verb tells how something is; behind them it may be a condition

FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+).*?(?:^[ ]{0,3}\1|\Z)", re.DOTALL | re.MULTILINE)
QUOTED_LINE = re.compile(r"^(?:>|\t| {4}).*$", re.MULTILINE)
# A box that is ticked already says what whoever asked has done: "I searched for duplicates".
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?!\[[xX]\])\S", re.MULTILINE)
NAME = re.compile(r"[A-Za-z_]\w{2,}")
EXPECTS = re.compile(
    r"\b(?:should|shall|must|ought|needs? to|ha(?:s|ve) to|expect(?:s|ed)?|instead|rather than"
    r"|so that|wants?|would like|ensure|make sure)\b|[-=]>|\u2192",
    re.IGNORECASE,
)
ERROR = re.compile(
    r"\b\w*(?:Error|Exception|Traceback|Panic)\b|\b(?:crash|raise|throw|panic|segfault)(?:e?s|ed)?\b",
)
# A judgement without a measure: nobody can tell when it is met.
VAGUE = re.compile(
    r"\b(?:slow(?:er|ly)?|fast(?:er)?|better|improv\w+|optimi[sz]\w+|performan\w+|broken|weird|bad"
    r"|badly|ugly|nicer?|clean(?:er|up)?|robust|modern(?:i[sz]e)?|polish|(?:not|n['\u2019]t) work"
    r"(?:ing)?)\b",
    re.IGNORECASE,
)
# A title that begins so tells how something is, and not what is to be done.
TELLS = re.compile(
    r"(?:the|an?|it|its|this|that|these|those|there|my|our|your|we|i|you|they|when|if|in|on|at"
    r"|with|after|before|why|how|what|where|who|which|is|are|does|did|can|could|would|no|not)\b",
    re.IGNORECASE,
)
COPULA = re.compile(r"\b(?:is|are|was|were|isn['\u2019]t|aren['\u2019]t)\b", re.IGNORECASE)
COMMAND = re.compile(r"^\s*/[a-z]+", re.MULTILINE)
POLITE = re.compile(r"\b(?:please|(?:can|could|would|will) (?:you|we))\b", re.IGNORECASE)
LABEL = re.compile(r"^\s*(?:\[[^\]]*\]|\w+(?:\([^)]*\))?!?:(?=\s))\s*")  # "[Bug]", "feat(cli):"


def is_small_and_clear(issue: Issue, words: str, retrieval: Retrieval) -> bool:
    """Tell whether a request needs no brief: it is short and about one thing, names something that
    is in the repository, and says what should be.
    """
    text = "\n\n".join(_list_texts(issue, words))
    return (
        is_short(text)
        and names_known(text, retrieval)
        and any(says_what_should_be(order, text) for order in (issue.title, words) if order)
        and not asks_a_question(issue, words)
    )


def says_too_little(issue: Issue, retrieval: Retrieval) -> bool:
    """Tell whether nobody could understand a request: it is one word, or two that name nothing."""
    text = "\n".join(_list_texts(issue, ""))
    count = len(list_words(text))
    return count <= 1 or (count < FEWEST_WORDS and not names_known(text, retrieval))


def is_short(text: str) -> bool:
    """Tell whether there is little to read, and not a list of things to do."""
    prose = QUOTED_LINE.sub("", FENCE.sub("", text))
    return len(list_words(prose)) <= MOST_WORDS and len(ITEM.findall(prose)) <= MOST_ITEMS


def names_known(text: str, retrieval: Retrieval) -> bool:
    """Tell whether it names a file, a definition or an error that is in the repository."""
    if any(quoted.lines for quoted in retrieval.quoted):
        return True
    return not list_names(text).isdisjoint(_list_known_names(retrieval))


def list_names(text: str) -> set[str]:
    """List what may be names in a text, in lower case."""
    return {name.casefold() for name in NAME.findall(text)}


def says_what_should_be(order: str, text: str) -> bool:
    """Tell whether a text says what is expected, or which error there is; or whether an order (the
    title, or what stands behind the command) is one; in other languages than English it is.
    """
    if EXPECTS.search(text) or ERROR.search(text):
        return True
    if VAGUE.search(text):
        return not is_vague(text)
    order = POLITE.sub("", LABEL.sub("", order)).lstrip()
    beginning = " ".join(order.split()[:TITLE_WORDS])
    is_shown = bool(FENCE.search(text))  # what happens, by an example
    return is_shown or not (TELLS.match(order) or COPULA.search(beginning))


def is_vague(text: str) -> bool:
    """Tell whether it only judges: by a word such as "better", without a figure, an expectation or
    an error.
    """
    is_plain = EXPECTS.search(text) or ERROR.search(text) or any(sign.isdigit() for sign in text)
    return bool(VAGUE.search(text)) and not is_plain


def asks_a_question(issue: Issue, words: str) -> bool:
    """Tell whether an answer in words may be all that is wanted."""
    return is_question(words or issue.title)


def is_question(text: str) -> bool:
    """Tell whether it ends as a question, and is no polite order."""
    newest = text.rstrip()
    return newest.endswith(("?", "\uff1f")) and not POLITE.search(newest)


def _list_texts(issue: Issue, words: str) -> Iterator[str]:
    yield issue.title
    yield issue.body
    for comment in issue.comments:
        if not is_bot_login(comment.author):
            yield COMMAND.sub("", comment.body)
    yield words


def _list_known_names(retrieval: Retrieval) -> Iterator[str]:
    """List the names of the files and definitions that were found."""
    for hit in (*retrieval.files, *retrieval.symbols, *retrieval.tests):
        path = PurePosixPath(hit.path)
        yield path.stem.casefold()
        if hit.name:
            yield hit.name.rpartition(".")[2].casefold()
