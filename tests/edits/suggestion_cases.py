"""Suggested changes as people write them, and the bytes that must come of them.

A case has a file, comments on its lines, and the file afterwards. Where something is refused, the
words that must stand in the refusals say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.edits import apply_suggestions, collect_suggestions
from bot.values import ReviewThread, ThreadComment

PATH = "app/cart.py"
ABC = b"a\nb\nc\n"


@dataclass(frozen=True)
class Case:
    """A file, what people suggest for it, and what must come of it."""

    name: str
    before: bytes
    threads: tuple[ReviewThread, ...]
    after: bytes
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What became of a case: whether the bytes are right, and what people are told."""

    is_right: bool
    texts: tuple[str, ...]


def block(text: str, fence: str = "```", before: str = "") -> str:
    """A comment with one suggestion."""
    return f"{before}{fence}suggestion\n{text}{fence}"


def on(
    lines: tuple[int, int] | int, *bodies: str, seen: str | None = None, **more: Any
) -> ReviewThread:
    """A thread on some lines, whose comments are by wes unless they begin with "name: "."""
    first, last = lines if isinstance(lines, tuple) else (lines, lines)
    comments = []
    for number, body in enumerate(bodies, 1):
        author, said = "wes", body
        if body.startswith(("ada: ", "mel: ")):
            author, said = body[:3], body[5:]
        comments.append(ThreadComment(number, author, said, "2026-01-01", "2026-01-01"))
    start = None if first == last else first
    made: dict[str, Any] = {
        "id": f"T{first}-{last}-{bodies}-{more.get('path', PATH)}",
        "path": PATH,
        "comments": tuple(comments),
        "line": last,
        "start_line": start,
        "original_line": last,
        "original_start_line": start,
        "diff_hunk": "" if seen is None else f"@@ -1,9 +1,9 @@\n{seen}",
    }
    return ReviewThread(**{**made, **more})


def judge(case: Case) -> Judgement:
    """Apply a case, and compare the bytes."""
    suggestions, refused = collect_suggestions(case.threads)
    made = apply_suggestions(case.before, suggestions)
    texts = tuple(refusal.text for refusal in (*refused, *made.refused))
    answered = {suggestion.thread for suggestion in made.applied}
    answered |= {refusal.thread for refusal in (*refused, *made.refused)}
    is_complete = {suggestion.thread for suggestion in suggestions} <= answered
    return Judgement(made.data == case.after and is_complete, texts)


def list_missing_words(case: Case, texts: tuple[str, ...]) -> list[str]:
    """List the words that must stand in the refusals and do not, or refusals that must not be."""
    missing = [words for words in case.refusals if not any(words in text for text in texts)]
    if not case.refusals:
        missing += [f"not wanted: {text}" for text in texts]
    missing += [f"no sentence: {text}" for text in texts if text[-1:] not in (".", "?")]
    return missing


CASES = (
    # What a suggestion is for.
    Case("one line", ABC, (on(2, block("B\n")),), b"a\nB\nc\n"),
    Case("the first line", ABC, (on(1, block("A\n")),), b"A\nb\nc\n"),
    Case("the last line", ABC, (on(3, block("C\n")),), b"a\nb\nC\n"),
    Case("several lines", ABC, (on((1, 2), block("A\nB\n")),), b"A\nB\nc\n"),
    Case("all lines", ABC, (on((1, 3), block("x\n")),), b"x\n"),
    Case("more lines than before", ABC, (on(2, block("b\nb2\nb3\n")),), b"a\nb\nb2\nb3\nc\n"),
    Case("fewer lines than before", ABC, (on((1, 3), block("a\nc\n")),), b"a\nc\n"),
    Case("a line before another", ABC, (on(1, block("0\na\n")),), b"0\na\nb\nc\n"),
    Case("a line behind the last", ABC, (on(3, block("c\nd\n")),), b"a\nb\nc\nd\n"),
    Case("words around the block", ABC, (on(2, block("B\n", before="Louder:\n\n")),), b"a\nB\nc\n"),
    Case("words right before the block", ABC, (on(2, "So:\n" + block("B\n")),), b"a\nB\nc\n"),
    Case("words behind the block", ABC, (on(2, block("B\n") + "\nAs above."),), b"a\nB\nc\n"),
    # Deletions.
    Case("an empty block deletes the line", ABC, (on(2, block("")),), b"a\nc\n"),
    Case("an empty block deletes lines", ABC, (on((2, 3), block("")),), b"a\n"),
    Case("an empty block deletes all", ABC, (on((1, 3), block("")),), b""),
    Case("one blank line stays one", ABC, (on(2, block("\n")),), b"a\n\nc\n"),
    Case("a blank line behind", ABC, (on(2, block("b\n\n")),), b"a\nb\n\nc\n"),
    Case("the last line without its end is deleted", b"a\nb", (on(2, block("")),), b"a\n"),
    # Fences.
    Case("four backticks", ABC, (on(2, block("B\n", "````")),), b"a\nB\nc\n"),
    Case("tildes", ABC, (on(2, block("B\n", "~~~")),), b"a\nB\nc\n"),
    Case(
        "fences inside a longer one",
        ABC,
        (on(2, block("```py\nB\n```\n", "````")),),
        b"a\n```py\nB\n```\nc\n",
    ),
    Case("backticks inside tildes", ABC, (on(2, block("```\n", "~~~")),), b"a\n```\nc\n"),
    Case("tildes inside backticks", ABC, (on(2, block("~~~\n")),), b"a\n~~~\nc\n"),
    Case("a longer fence closes", ABC, (on(2, "```suggestion\nB\n`````\nMore."),), b"a\nB\nc\n"),
    Case("a fence that nothing closes", ABC, (on(2, "```suggestion\nB"),), b"a\nB\nc\n"),
    Case("an indented fence", ABC, (on(2, "  ```suggestion\n  B\n  ```"),), b"a\nB\nc\n"),
    Case("in a list", ABC, (on(2, "- so\n  ```suggestion\n    B\n  ```"),), b"a\n  B\nc\n"),
    Case(
        "in a fold",
        ABC,
        (on(2, "<details>\n\n```suggestion\nB\n```\n\n</details>"),),
        b"a\nB\nc\n",
    ),
    Case("words behind the language", ABC, (on(2, "```suggestion now\nB\n```"),), b"a\nB\nc\n"),
    Case("blank before the language", ABC, (on(2, "``` suggestion\nB\n```"),), b"a\nB\nc\n"),
    Case("code of another language", ABC, (on(2, "```python\nB\n```"),), ABC),
    Case("another service's ranges", ABC, (on(2, "```suggestion:-0+1\nB\n```"),), ABC),
    Case("quoted from somebody else", ABC, (on(2, "> ```suggestion\n> B\n> ```\nNo."),), ABC),
    Case("in a comment of HTML", ABC, (on(2, "<!--\n```suggestion\nB\n```\n-->"),), ABC),
    Case("shown as code", ABC, (on(2, "    ```suggestion\n    B\n    ```"),), ABC),
    Case("shown in a longer fence", ABC, (on(2, "````md\n```suggestion\nB\n```\n````"),), ABC),
    Case("entities stay", ABC, (on(2, block("&amp; \\* <b>\n")),), b"a\n&amp; \\* <b>\nc\n"),
    # Line ends.
    Case(
        "a comment with CRLF", ABC, (on(2, "```suggestion\r\nB\r\nX\r\n```\r\n"),), b"a\nB\nX\nc\n"
    ),
    Case(
        "a file with CRLF", b"a\r\nb\r\nc\r\n", (on(2, block("B\nX\n")),), b"a\r\nB\r\nX\r\nc\r\n"
    ),
    Case("both with CRLF", b"a\r\nb\r\n", (on(1, "```suggestion\r\nA\r\n```"),), b"A\r\nb\r\n"),
    Case("mixed: at a CRLF", b"a\nb\r\nc\n", (on(2, block("B\nX\n")),), b"a\nB\r\nX\r\nc\n"),
    Case("mixed: at a line feed", b"a\r\nb\nc\r\n", (on(2, block("B\nX\n")),), b"a\r\nB\nX\nc\r\n"),
    Case("mixed: both in place", b"a\r\nb\n", (on((1, 2), block("A\nB\n")),), b"A\r\nB\n"),
    Case("no last line end", b"a\nb", (on(2, block("B\n")),), b"a\nB"),
    Case("no last line end, longer", b"a\r\nb", (on(2, block("b\nc\n")),), b"a\r\nb\r\nc"),
    Case("no last line end, shorter", b"a\nb\nc", (on((2, 3), block("x\n")),), b"a\nx"),
    Case("one line without end", b"a", (on(1, block("A\nB\n")),), b"A\nB"),
    Case("no last line end, above it", b"a\nb", (on(1, block("A\n")),), b"A\nb"),
    Case("a lone carriage return is text", b"a\rb\nc\n", (on(2, block("C\n")),), b"a\rb\nC\n"),
    Case("a form feed is text", b"a\x0cb\nc\n", (on(2, block("C\n")),), b"a\x0cb\nC\n"),
    Case(
        "a line separator is text",
        "a\u2028b\nc\n".encode(),
        (on(2, block("C\n")),),
        "a\u2028b\nC\n".encode(),
    ),
    # Blanks.
    Case("tabs", b"\tif x:\n\t\ty\n", (on(2, block("\t\tz\t\n")),), b"\tif x:\n\t\tz\t\n"),
    Case("blanks at the end", ABC, (on(2, block("  b  \n")),), b"a\n  b  \nc\n"),
    Case("blanks alone", ABC, (on(2, block("    \n")),), b"a\n    \nc\n"),
    # Encodings.
    Case("UTF-8", "ä\nö\n".encode(), (on(2, block("öß😀\n")),), "ä\nöß😀\n".encode()),
    Case("a mark stays", b"\xef\xbb\xbfa\nb\n", (on(1, block("A\n")),), b"\xef\xbb\xbfA\nb\n"),
    Case("a mark stays alone", b"\xef\xbb\xbfa\nb\n", (on(1, block("")),), b"\xef\xbb\xbfb\n"),
    Case(
        "a mark in the block is none more",
        b"\xef\xbb\xbfa\nb\n",
        (on(1, block("\ufeffA\n"), seen="+\ufeffa"),),
        b"\xef\xbb\xbfA\nb\n",
    ),
    Case("Latin-1 elsewhere", b"caf\xe9\nb\n", (on(2, block("B\n")),), b"caf\xe9\nB\n"),
    Case(
        "Latin-1, seen rightly", b"caf\xe9\n", (on(1, block("thé\n"), seen="+café"),), b"th\xe9\n"
    ),
    Case(
        "Windows-1252, seen rightly",
        b"5 \x80\n",
        (on(1, block("6 €\n"), seen="+5 €"),),
        b"6 \x80\n",
    ),
    Case(
        "Latin-1, seen as question marks",
        b"caf\xe9\n",
        (on(1, block("tea\n"), seen="+caf\ufffd"),),
        b"tea\n",
    ),
    Case(
        "Latin-1, characters unknown",
        b"caf\xe9\nb\n",
        (on(2, block("ö\n"), seen="+b"),),
        b"caf\xe9\nb\n",
        ("is not UTF-8",),
    ),
    Case(
        "Latin-1, a character that it lacks",
        b"caf\xe9\n",
        (on(1, block("café 😀\n"), seen="+café"),),
        b"caf\xe9\n",
        ("is not UTF-8",),
    ),
    Case(
        "UTF-16",
        "a\nb\n".encode("utf-16"),
        (on(2, block("B\n")),),
        "a\nb\n".encode("utf-16"),
        ("is no text whose lines can be replaced",),
    ),
    # Several at once.
    Case(
        "two threads, in the order of people",
        ABC,
        (on(1, block("A\nA2\n")), on(3, block("C\n"))),
        b"A\nA2\nb\nC\n",
    ),
    Case("from below", ABC, (on(3, block("")), on(1, block("A\nA\n"))), b"A\nA\nb\n"),
    Case("neighbours", ABC, (on((1, 2), block("x\n")), on(3, block("y\n"))), b"x\ny\n"),
    Case("twice the same", ABC, (on(2, block("B\n")), on(2, "ada: " + block("B\n"))), b"a\nB\nc\n"),
    Case(
        "twice the same in one comment",
        ABC,
        (on(2, block("B\n") + "\n\n" + block("B\n")),),
        b"a\nB\nc\n",
    ),
    Case(
        "two in one comment",
        ABC,
        (on(2, block("B\n") + "\nor\n" + block("X\n")),),
        ABC,
        ("There are 2 suggestions here for line 2 of `app/cart.py`, by wes",),
    ),
    Case(
        "three in one comment",
        ABC,
        (on(2, "\nor\n".join(map(block, ("B\n", "X\n", "Y\n")))),),
        ABC,
        ("There are 3 suggestions here",),
    ),
    Case(
        "another person's in one thread",
        ABC,
        (on(2, block("B\n"), "ada: " + block("X\n")),),
        ABC,
        ("by ada and wes",),
    ),
    Case(
        "overlapping",
        ABC,
        (on((1, 2), block("x\n")), on((2, 3), "ada: " + block("y\n"))),
        ABC,
        (
            "by wes for lines 1 to 2 of `app/cart.py` and the one by ada for lines 2 to 3",
            "by ada for lines 2 to 3 of `app/cart.py` and the one by wes for lines 1 to 2",
            "Which one shall it be?",
        ),
    ),
    Case(
        "overlapping beside a good one",
        ABC,
        (on(1, block("x\n")), on(1, block("y\n")), on(3, block("C\n"))),
        b"a\nb\nC\n",
        ("overlap",),
    ),
    Case(
        "one inside of another",
        ABC,
        (on((1, 3), block("x\n")), on(2, "ada: " + block("y\n"))),
        ABC,
        ("overlap",),
    ),
    Case(
        "a stale one keeps no fresh one back",
        ABC,
        (on(2, block("x\n"), seen="+old"), on(2, "ada: " + block("B\n"), seen="+b")),
        b"a\nB\nc\n",
        ("outdated",),
    ),
    # Stale.
    Case("seen as it is", ABC, (on(2, block("B\n"), seen=" a\n-0\n+b"),), b"a\nB\nc\n"),
    Case(
        "seen in a file with CRLF",
        b"a\r\nb\r\n",
        (on(2, block("B\n"), seen="+a\r\n+b\r"),),
        b"a\r\nB\r\n",
    ),
    Case("several seen", ABC, (on((1, 3), block("x\n"), seen="+a\n-q\n b\n+c"),), b"x\n"),
    Case("only the last ones are shown", ABC, (on((1, 3), block("x\n"), seen="+c"),), b"x\n"),
    Case("moved", b"0\n0\nb\n", (on(3, block("B\n"), seen="+b", original_line=1),), b"0\n0\nB\n"),
    Case("another line now", ABC, (on(2, block("B\n"), seen="+old"),), ABC, ("outdated", "line 2")),
    Case(
        "another line among several",
        ABC,
        (on((1, 2), block("B\n"), seen="+x\n+b"),),
        ABC,
        ("outdated",),
    ),
    Case(
        "fewer lines now",
        ABC,
        (on(2, block("B\n"), seen="+a\n+b", original_start_line=1),),
        ABC,
        ("outdated",),
    ),
    Case("blanks differ", ABC, (on(2, block("B\n"), seen="+b "),), ABC, ("outdated",)),
    Case("outdated", ABC, (on(2, block("B\n"), line=None, is_outdated=True),), ABC, ("outdated",)),
    Case("behind the end", ABC, (on(7, block("B\n")),), ABC, ("line 7", "has 3 lines now")),
    Case("done already", ABC, (on(2, block("b\n")),), ABC, ("read like this already",)),
    # Where no suggestion can be.
    Case(
        "from a deleted line on", ABC, (on(2, block("B\n"), begins_left=True),), ABC, ("deletes",)
    ),
    Case("on a deleted line", ABC, (on(2, block("B\n"), side="left"),), ABC, ("deletes",)),
    Case(
        "on a whole file",
        ABC,
        (on(1, block("B\n"), line=None, is_on_file=True),),
        ABC,
        ("as a whole",),
    ),
    # What was said afterwards counts.
    Case("an objection", ABC, (on(2, block("B\n"), "ada: Please not."),), ABC),
    Case(
        "a second try of another person after words",
        ABC,
        (on(2, block("B\n"), "Hm.", "ada: " + block("X\n")),),
        b"a\nX\nc\n",
    ),
)
