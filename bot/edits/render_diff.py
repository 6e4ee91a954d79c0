"""Render a change as a diff that git applies."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from bot.edits.change_diff import count_diff
from bot.edits.parsed_edit import NOWHERE
from bot.text.git_lines import split_keeping_ends

BARE = "\n\\ No newline at end of file\n"


def render_diff(
    before: Mapping[str, str], after: Mapping[str, str | None], moves: Mapping[str, str]
) -> str:
    """Render a unified diff with git's headers. `moves` has the old path by the new one."""
    parts: list[str] = []
    moved_from = set(moves.values())
    for path, new in sorted(after.items()):
        if new is None and path in moved_from:
            continue
        old_path = moves.get(path, path)
        parts += _render_file(path, old_path, before.get(old_path), new)
    text = "".join(parts)
    count_diff(text)  # raises for what is no diff
    return text


def _render_file(path: str, old_path: str, old: str | None, new: str | None) -> Iterator[str]:
    yield f"diff --git {_quote('a/' + old_path)} {_quote('b/' + path)}\n"
    if old is None:
        yield "new file mode 100644\n"
    elif new is None:
        yield "deleted file mode 100644\n"
    elif old_path != path:
        yield f"similarity index {100 if old == new else 90}%\n"
        yield f"rename from {_quote(old_path)}\nrename to {_quote(path)}\n"
    old_name = NOWHERE if old is None else _quote(f"a/{old_path}")
    new_name = NOWHERE if new is None else _quote(f"b/{path}")
    old_lines, new_lines = split_keeping_ends(old or ""), split_keeping_ends(new or "")
    for line in difflib.unified_diff(old_lines, new_lines, old_name, new_name):
        yield line if line.endswith("\n") else line + BARE


def _quote(path: str) -> str:
    """Write a path as git does: in C's manner when it holds odd characters."""
    raw = path.encode(errors="surrogateescape")
    if all(map(_is_plain, raw)):
        return path
    return '"' + "".join(map(_escape_byte, raw)) + '"'


def _escape_byte(byte: int) -> str:
    if _is_plain(byte):
        return chr(byte)
    return f"\\{byte:03o}"


def _is_plain(byte: int) -> bool:
    return 32 <= byte < 127 and byte not in b'"\\'
