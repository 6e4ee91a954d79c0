"""Draw changes of small files with awkward lines, their diffs, and the faults that models put in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from random import Random

AWKWARD = (
    *(
        "",
        "",
        "a",
        "a",
        "b",
        "}",
        "    a",
        "    b",
        "\ta",
        "  ",
        "a ",
        "-",
        "+",
        "-- ",
        "--",
        "++ b",
        "-- a",
    ),
    *(
        "@@ -1 +1 @@",
        "--- a/f",
        "+++ b/f",
        "diff --git a/f b/f",
        "```",
        "a\x0cb",
        "a\u2028b",
        "a\rb",
    ),
    *("\\ No newline at end of file", "Index: f", "===", "\u00e9", "\ufeff"),
)
CALM = ("", "}", "return x", "    return x", "    if x:", "\tx = 1", "def f():")
NO_END = "\\ No newline at end of file\n"
HEAD = re.compile(r"^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after, each line with its end."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, str]:
        """The file before and after."""
        return "".join(self.before), "".join(self.after)


def draw_change(chance: Random, *, awkward: bool) -> Change:
    """Draw a file and a change of some lines of it, in one, two or three places."""
    end = chance.choice(["\n", "\n", "\n", "\r\n"])

    def draw_line() -> str:
        if awkward and chance.random() < 0.02:
            return chance.choice(AWKWARD) + chance.choice(["\n", "\r\n"])
        if chance.random() < 0.5:
            return f"{chance.choice(['', '    ', '  '])}word_{chance.randrange(40)}{end}"
        return chance.choice(AWKWARD if awkward else CALM) + end

    before = [draw_line() for _ in range(chance.randint(1, 30))]
    after = list(before)
    for _ in range(chance.randint(1, 3)):
        start = chance.randint(0, len(after))
        come = [draw_line() for _ in range(chance.randint(0, 3))]
        after[start : start + chance.randint(0 if come else 1, 3)] = come
    sides = [before, after]
    for lines in sides:
        if lines and awkward and chance.random() < 0.15 and lines[-1].strip("\r\n"):
            lines[-1] = lines[-1].rstrip("\r\n")
    return Change(tuple(before), tuple(after))


def render_hunks(change: Change, context: int) -> str:
    """Render the hunks as git does."""
    parts = []
    matcher = SequenceMatcher(None, change.before, change.after, autojunk=False)
    for group in matcher.get_grouped_opcodes(context):
        old_start, old_stop = group[0][1], group[-1][2]
        new_start, new_stop = group[0][3], group[-1][4]
        old, new = _span(old_start, old_stop), _span(new_start, new_stop)
        parts.append(f"@@ -{old} +{new} @@\n")
        for tag, a, b, c, d in group:
            if tag == "equal":
                parts += [_sign(" ", line) for line in change.before[a:b]]
            else:
                parts += [_sign("-", line) for line in change.before[a:b]]
                parts += [_sign("+", line) for line in change.after[c:d]]
    return "".join(parts)


def _span(start: int, stop: int) -> str:
    return f"{start + bool(stop - start)},{stop - start}"


def _sign(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n{NO_END}"


def render_diff(change: Change, context: int, path: str = "f") -> str:
    """Render the diff of one file with git's heads."""
    hashes = "..".join(map(_hash_blob, change.texts))
    names = f"--- a/{path}\n+++ b/{path}\n"
    head = f"diff --git a/{path} b/{path}\nindex {hashes} 100644\n{names}"
    return head + render_hunks(change, context)


def _hash_blob(text: str) -> str:
    raw = text.encode()
    blob = b"blob %d\0" % len(raw) + raw
    return hashlib.sha1(blob, usedforsecurity=False).hexdigest()[:8]


# --- faults: each takes the diff and gives it damaged, the meaning kept ----------------------------


def _map_heads(diff: str, chance: Random, most: Sequence[int]) -> str:
    def move(match: re.Match[str]) -> str:
        old, old_count, new, new_count = (
            max(0, int(number) + chance.randint(-limit, limit))
            for number, limit in zip(match.groups(), most, strict=True)
        )
        return f"@@ -{old},{old_count} +{new},{new_count} @@"

    return HEAD.sub(move, diff)


def miscount(diff: str, chance: Random) -> str:
    """Counts are off by up to two."""
    return _map_heads(diff, chance, (0, 2, 0, 2))


def misplace(diff: str, chance: Random) -> str:
    """Line numbers are off."""
    return _map_heads(diff, chance, (7, 0, 7, 0))


def misnumber(diff: str, chance: Random) -> str:
    """All numbers are off."""
    return _map_heads(diff, chance, (9, 4, 9, 4))


def unnumber(diff: str, _: Random) -> str:
    """There are no numbers."""
    return HEAD.sub("@@ @@", diff)


def _change_line(diff: str, chance: Random, signs: str, change: Callable[[str], str | None]) -> str:
    lines = diff.split("\n")
    first = next(index for index, line in enumerate(lines) if line.startswith("@@"))
    choices = [
        index for index in range(first, len(lines)) if lines[index] and lines[index][0] in signs
    ]
    if choices:
        index = chance.choice(choices)
        changed = change(lines[index])
        lines[index : index + 1] = [] if changed is None else [changed]
    return "\n".join(lines)


def drop_context(diff: str, chance: Random) -> str:
    """A line that stays was left out."""
    return _change_line(diff, chance, " ", lambda line: None)


def lose_sign(diff: str, chance: Random) -> str:
    """A line lost its sign."""
    return _change_line(
        diff, chance, " +-", lambda line: line if line[1:2] in "+-@Id\\\r" else line[1:]
    )


def strip_ends(diff: str, _: Random) -> str:
    """Blanks at the ends of lines are gone, and with them the signs of blank lines."""
    return "\n".join(line.rstrip(" \t") for line in diff.split("\n"))


def bare_blanks(diff: str, _: Random) -> str:
    """Blank lines that stay have no sign."""
    return re.sub(r"^ (\r?)$", r"\1", diff, flags=re.MULTILINE)


def fence(diff: str, _: Random) -> str:
    """The diff stands in a fence, between prose."""
    return f"This mends it:\n\n```diff\n{diff}```\n\n- The rest stays.\n"


def send_in_crlf(diff: str, _: Random) -> str:
    """Something on the way made all line ends CRLF."""
    return diff.replace("\r\n", "\n").replace("\n", "\r\n")


def say_more(diff: str, _: Random) -> str:
    """Prose follows a blank line."""
    return f"{diff}\nThat is all; it was tried.\n"


FAULTS = (
    miscount,
    misplace,
    misnumber,
    unnumber,
    drop_context,
    lose_sign,
    strip_ends,
    bare_blanks,
    fence,
    send_in_crlf,
    say_more,
)
