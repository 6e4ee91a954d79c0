"""The texts that are open in an editor, kept as it changes them (Language Server Protocol)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from urllib.parse import unquote, urlsplit

from lsprotocol.types import Position, PositionEncodingKind, TextDocumentContentChangeEvent

from bot.completion.scan_python import PYTHON
from bot.completion.suggestion import CursorPlace
from bot.search.grammars import language_of

# Only these end a line in the protocol; Python's own splitlines breaks at form feeds too, which
# old sources have between their parts.
_LINE_END = re.compile(r"\r\n|\n|\r")
_UNITS = {  # how a text is written in the units that columns are counted in, and bytes in each
    PositionEncodingKind.Utf8: ("utf-8", 1),
    PositionEncodingKind.Utf16: ("utf-16-le", 2),
    PositionEncodingKind.Utf32: ("utf-32-le", 4),
}


class OpenDocuments:
    """The texts that are open, by their addresses."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self.encoding: PositionEncodingKind | str = PositionEncodingKind.Utf16

    def open(self, uri: str, text: str, language: str) -> None:
        """Keep the text of a document that was opened, in the language that the editor names."""
        self._texts[uri] = text
        path = unquote(urlsplit(uri).path)
        # A text that has no file yet, and a cell of a notebook, have no name that tells it.
        is_named = language != PYTHON or language_of(path) == PYTHON
        self._paths[uri] = path if is_named else f"{path}.py"

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._texts.pop(uri, None)
        self._paths.pop(uri, None)

    def change(self, uri: str, changes: Sequence[TextDocumentContentChangeEvent]) -> None:
        """Change a text as its editor did; each change stands on the one before. A document that
        is not open stays so.
        """
        if uri not in self._texts:
            return
        for change in changes:
            text = self._texts[uri]
            area = getattr(change, "range", None)
            if area is None:
                self._texts[uri] = change.text
                continue
            start, end = self._find_offset(text, area.start), self._find_offset(text, area.end)
            self._texts[uri] = text[:start] + change.text + text[end:]

    def find_place(self, uri: str, position: Position) -> CursorPlace | None:
        """Find a place in a document; None where that is not open."""
        text = self._texts.get(uri)
        if text is None:
            return None
        offset = self._find_offset(text, position)
        return CursorPlace(self._paths[uri], text[:offset], text[offset:])

    def move_back(self, position: Position, text: str) -> Position:
        """Return the position before a text that ends at this one, in the same line."""
        return Position(position.line, position.character - self._count_units(text))

    def _find_offset(self, text: str, position: Position) -> int:
        """Find the character at a position; behind the end of its line is the line's end."""
        start = _find_line(text, position.line)
        line_end = _LINE_END.search(text, start)
        line = text[start : line_end.start() if line_end else len(text)]
        return start + self._count_characters(line, position.character)

    def _count_characters(self, line: str, units: int) -> int:
        """Count the characters in the first units of a line; half a character is none."""
        codec, width = self._choose_units()
        written = line.encode(codec, "surrogatepass")[: units * width]
        return len(written.decode(codec, "ignore"))

    def _count_units(self, text: str) -> int:
        codec, width = self._choose_units()
        return len(text.encode(codec, "surrogatepass")) // width

    def _choose_units(self) -> tuple[str, int]:
        return _UNITS[PositionEncodingKind(self.encoding)]


def _find_line(text: str, line: int) -> int:
    """Find where a line begins; one behind the last is the text's end."""
    if line == 0:
        return 0
    line_end = next(islice(_LINE_END.finditer(text), line - 1, None), None)
    return line_end.end() if line_end else len(text)
