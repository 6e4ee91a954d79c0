"""The texts that are open in an editor: changes, and places in the units of its columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import (
    Position,
    PositionEncodingKind,
    Range,
    TextDocumentContentChangePartial,
    TextDocumentContentChangeWholeDocument,
)

from bot.completion.open_documents import OpenDocuments

URI = "file:///work/caf%C3%A9.py"


def open_text(text: str, encoding: PositionEncodingKind = PositionEncodingKind.Utf16):
    """Open a text in an editor that counts columns so."""
    documents = OpenDocuments()
    documents.encoding = encoding
    documents.open(URI, text, "python")
    return documents


def read_text(documents: OpenDocuments) -> str:
    """Read the whole text."""
    place = documents.find_place(URI, Position(0, 0))
    return "" if place is None else place.before + place.after


@pytest.mark.parametrize(
    ("encoding", "column"),
    [
        (PositionEncodingKind.Utf16, 5),
        (PositionEncodingKind.Utf8, 8),
        (PositionEncodingKind.Utf32, 4),
    ],
)
def test_columns_are_counted_as_agreed(encoding, column):
    """Behind é and an emoji the place is right in each unit; a word is measured in the same."""
    documents = open_text("'é😀'x", encoding)
    place = documents.find_place(URI, Position(0, column))

    assert ("'é😀'", "x") == (place.before, place.after)
    assert Position(0, 1) == documents.move_back(Position(0, column), "é😀'")


def test_path_is_read_from_the_address():
    """The path of an address is given with its letters, for its ending tells the language."""
    assert open_text("").find_place(URI, Position(0, 0)).path == "/work/café.py"


@pytest.mark.parametrize(
    ("uri", "language", "path"),
    [
        ("untitled:Untitled-1", "python", "Untitled-1.py"),
        ("vscode-notebook-cell:/work/a.ipynb#W0", "python", "/work/a.ipynb.py"),
        ("untitled:Untitled-2", "plaintext", "Untitled-2"),
        ("file:///work/a.pyi", "python", "/work/a.pyi"),
    ],
)
def test_editor_names_the_language(uri, language, path):
    """What is Python by the editor's word is named so, though it has no file of Python's."""
    documents = OpenDocuments()
    documents.open(uri, "", language)

    assert path == documents.find_place(uri, Position(0, 0)).path


def test_text_that_is_not_open_stays_so():
    """A change of a document that was closed, or never opened, opens none."""
    documents = OpenDocuments()
    documents.change(URI, [TextDocumentContentChangeWholeDocument("whole")])

    assert documents.find_place(URI, Position(0, 0)) is None


def test_position_outside_is_the_nearest_inside():
    """Behind a line's end is its end, behind the last line the text's, within an emoji before it."""
    documents = open_text("a😀\r\nb\n")
    texts_before = [
        documents.find_place(URI, Position(line, column)).before
        for line, column in ((0, 99), (0, 2), (2, 0), (9, 9))
    ]

    assert ["a😀", "a", "a😀\r\nb\n", "a😀\r\nb\n"] == texts_before


def test_form_feed_ends_no_line():
    """Lines end as the protocol has it: a form feed and U+2028 stand within one."""
    documents = open_text("\fa\u2028b\x85\rc\nd")

    assert documents.find_place(URI, Position(2, 1)).before == "\fa\u2028b\x85\rc\nd"


def test_changes_stand_on_each_other():
    """The changes of one message are made in their order, parts and whole texts alike."""
    documents = open_text("one\ntwo\n")
    insert = TextDocumentContentChangePartial(Range(Position(1, 0), Position(1, 0)), "x\n")
    delete = TextDocumentContentChangePartial(Range(Position(0, 1), Position(2, 1)), "")
    documents.change(URI, [insert, delete])
    assert read_text(documents) == "owo\n"

    documents.change(URI, [TextDocumentContentChangeWholeDocument("whole")])
    assert read_text(documents) == "whole"

    documents.close(URI)
    assert documents.find_place(URI, Position(0, 0)) is None


@given(
    text=st.text(st.sampled_from("a😀é\n"), max_size=12),
    cuts=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    inserted=st.text(st.sampled_from("b😀\n"), max_size=4),
    encoding=st.sampled_from(PositionEncodingKind),
)
def test_each_change_is_made_where_it_is_meant(text, cuts, inserted, encoding):
    """Whatever is replaced by whatever, in any unit: the text is as in the editor."""
    start, end = sorted(min(cut, len(text)) for cut in cuts)
    area = Range(make_position(text[:start], encoding), make_position(text[:end], encoding))
    documents = open_text(text, encoding)
    documents.change(URI, [TextDocumentContentChangePartial(area, inserted)])

    assert text[:start] + inserted + text[end:] == read_text(documents)


def make_position(before: str, encoding: PositionEncodingKind) -> Position:
    """Make the position behind a text, as an editor counts it."""
    line = before.rpartition("\n")[2]
    widths = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
    codec = encoding.value if encoding.value == "utf-8" else f"{encoding.value}-le"
    return Position(before.count("\n"), len(line.encode(codec)) // widths[encoding.value])
