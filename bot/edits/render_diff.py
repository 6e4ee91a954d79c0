"""Render a change as a diff that git applies."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from bot.edits.diff_counts import count_diff
from bot.edits.parsed_edit import NOWHERE

BARE = "\n\\ No newline at end of file\n"


def render_diff(
    before: Mapping[str, str], after: Mapping[str, str | None], moves: Mapping[str, str]
) -> str:
    """Render a unified diff with git's headers. `moves` has the old path by the new one."""
    left = set(moves.values())
    text = "".join(
        part
        for path, new in sorted(after.items())
        if not (new is None and path in left)
        for part in _render_file(
            path, moves.get(path, path), before.get(moves.get(path, path)), new
        )
    )
    count_diff(text)  # raises for what is no diff
    return text


def _render_file(path: str, was: str, old: str | None, new: str | None) -> Iterator[str]:
    yield f"diff --git {_quote('a/' + was)} {_quote('b/' + path)}\n"
    if old is None:
        yield "new file mode 100644\n"
    elif new is None:
        yield "deleted file mode 100644\n"
    elif was != path:
        yield f"similarity index {100 if old == new else 90}%\n"
        yield f"rename from {_quote(was)}\nrename to {_quote(path)}\n"
    names = (
        _quote(f"a/{was}") if old is not None else NOWHERE,
        _quote(f"b/{path}") if new is not None else NOWHERE,
    )
    for line in difflib.unified_diff(_split_lines(old), _split_lines(new), *names):
        yield line if line.endswith("\n") else line + BARE


def _split_lines(text: str | None) -> list[str]:
    """Split lines as git counts them: only a line feed ends one."""
    return [line for line in (text or "").replace("\n", "\n\0").split("\0") if line]


def _quote(path: str) -> str:
    """Write a path as git does: in C's manner when it holds odd characters."""
    raw = path.encode(errors="surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in raw):
        return path
    return (
        '"'
        + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in raw)
        + '"'
    )
