"""Split a text into lines as git counts them: only a line feed ends one."""

from __future__ import annotations

from io import StringIO


def split_lines(text: str | None) -> list[str]:
    """Split without line ends, so that a file whose line ends changed is not new as a whole."""
    if not text:
        return []
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def split_keeping_ends(text: str) -> list[str]:
    """Split into lines with their ends; the last one may have none."""
    return list(StringIO(text, newline="\n"))


def cut_at_line(text: str, limit_chars: int, ending: str = "") -> str:
    """Keep the whole lines that fit, and write `ending` behind them where something was cut.

    Of a text that is one endless line the beginning is kept.
    """
    if len(text) <= limit_chars:
        return text
    whole_lines = text[:limit_chars].rpartition("\n")[0] or text[:limit_chars]
    return f"{whole_lines}\n{ending}"
