"""Read Markdown as a person reads it on GitHub's page: what the page does not show is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

from bot.text.code_fences import choose_fence, count_backticks
from bot.text.html_visibility import Tag, extract_visible_html
from bot.text.invisible_chars import strip_invisible

# fmt: off
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr",
    "ul",
])
# fmt: on
# GitHub typesets $math$, and a phantom is typeset as nothing.
_PHANTOM = re.compile(r"\\[hv]?phantom\s*\{[^{}]*\}")
_LANGUAGE = re.compile(r"language-([\w+#.-]{1,20})$")
_DIAGRAM_COMMENT = re.compile(r"(?m)^\s*%%.*\n?")
_MAX_NUMBER_DIGITS = 9


def extract_visible(markdown: str) -> str:
    """Return what a reader of the rendered page sees, as readable Markdown.

    Kept are text, lists, quotes, tables, code and the texts of links. Gone are comments, hidden
    elements, attributes, targets and titles of links, alternative texts, reference definitions,
    what follows the language of a fence, and invisible characters. In doubt it is gone.
    """
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    writer = _Writer()
    for piece in extract_visible_html(html):
        if isinstance(piece, Tag):
            writer.add_tag(piece)
        else:
            writer.add_text(strip_invisible(piece))
    return writer.finish()


@dataclass(slots=True)
class _Container:
    """An open quote or list item, and what it puts before its first line and its later ones."""

    element: str
    next_prefix: str
    later_prefix: str


@dataclass(slots=True)
class _Writer:
    """Writes Markdown line by line from the visible tags and texts of a page."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    containers: list[_Container] = field(default_factory=list)
    numbers: list[int | None] = field(default_factory=list)  # of open lists; None for bullets
    code: list[str] | None = None  # the text of an open code span or block
    is_fenced: bool = False
    language: str = ""
    in_row: bool = False

    def finish(self) -> str:
        """Close what is open, and return the text."""
        self.end_fence()
        self.end_code()
        self.end_line()
        self.add_gap()
        return "\n".join(self.lines).strip("\n")

    def add_text(self, text: str) -> None:
        """Add text; its newlines end lines, except in code."""
        if self.code is not None:
            self.code.append(text)
            return
        if self.in_row and text.isspace():  # the newlines between the cells
            return
        first, *rest = _PHANTOM.sub("", text).split("\n")
        self.line.append(first)
        for line in rest:
            self.end_line()
            self.line.append(line)

    def add_tag(self, tag: Tag) -> None:
        """Begin or end an element."""
        if tag.name in _BLOCKS and self.code is None:
            self.end_line()
        if tag.closes:
            if tag.name in _ENDS:
                _ENDS[tag.name](self)
        elif tag.name in _BEGINS and (self.code is None or tag.name in {"br", "code", "pre"}):
            _BEGINS[tag.name](self, tag)

    def add_mark(self, mark: str) -> None:
        """Add a mark of Markdown to the line."""
        self.line.append(mark)

    def end_line(self) -> None:
        """End the line; one without text is not written."""
        text = " ".join("".join(self.line).split())
        self.line = []
        if text:
            self.write_line(text)

    def write_line(self, text: str) -> None:
        """Write a line with the marks of the containers that it is in."""
        prefix = "".join(container.next_prefix for container in self.containers)
        for container in self.containers:
            container.next_prefix = container.later_prefix
        self.lines.append(prefix + text)

    def add_gap(self) -> None:
        """Leave one empty line."""
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        if self.lines:
            prefix = "".join(container.later_prefix for container in self.containers)
            self.lines.append(prefix.rstrip())

    def begin_heading(self, tag: Tag) -> None:
        """Add the heading's number signs."""
        self.line.append("#" * int(tag.name[1]) + " ")

    def begin_list(self, tag: Tag) -> None:
        """Begin a list with its first number, or with bullets."""
        start = tag.attributes.get("start", "1")
        is_number = start.isdecimal() and len(start) <= _MAX_NUMBER_DIGITS
        number = int(start) if is_number else 1
        self.numbers.append(number if tag.name == "ol" else None)

    def end_list(self) -> None:
        """End a list; the outermost leaves a gap."""
        if self.numbers:
            self.numbers.pop()
        if not self.numbers:
            self.add_gap()

    def begin_item(self, _tag: Tag) -> None:
        """Begin a list item with the next number, or with a bullet."""
        number = self.numbers[-1] if self.numbers else None
        mark = "- "
        if number is not None:
            mark = f"{number}. "
            self.numbers[-1] = number + 1
        self.containers.append(_Container("li", mark, " " * len(mark)))

    def end_item(self) -> None:
        """End a list item."""
        self.end_container("li")

    def begin_row(self, _tag: Tag) -> None:
        """Begin a table's row."""
        self.in_row = True

    def end_row(self) -> None:
        """End a table's row."""
        self.in_row = False

    def end_cell(self) -> None:
        """End a table's cell."""
        self.line.append(" | ")

    def begin_quote(self, _tag: Tag) -> None:
        """Begin a quote."""
        self.containers.append(_Container("blockquote", "> ", "> "))

    def end_quote(self) -> None:
        """End a quote."""
        self.end_container("blockquote")
        self.add_gap()

    def end_container(self, element: str) -> None:
        """End the innermost container of this element, and all inside it."""
        if any(container.element == element for container in self.containers):
            while self.containers.pop().element != element:
                pass

    def begin_code(self, tag: Tag) -> None:
        """Begin a code span, or learn the language of the open fence."""
        language = _LANGUAGE.search(tag.attributes.get("class", ""))
        if self.is_fenced and not self.language and language:
            self.language = language[1]
        if self.code is None:
            self.code = []

    def end_code(self) -> None:
        """Write a code span."""
        if self.code is None or self.is_fenced:
            return
        text, self.code = " ".join("".join(self.code).split()), None
        ticks = "`" * (count_backticks(text) + 1)
        if len(ticks) > 1:
            self.line.append(f"{ticks} {text} {ticks}")
        elif text:
            self.line.append(f"`{text}`")

    def begin_fence(self, _tag: Tag) -> None:
        """Begin a block of code."""
        self.end_code()
        self.end_line()
        self.is_fenced, self.code, self.language = True, [], ""

    def end_fence(self) -> None:
        """Write a block of code."""
        if self.code is None or not self.is_fenced:
            return
        text = "".join(self.code).strip("\n")
        self.code, self.is_fenced = None, False
        fence = choose_fence(text)
        if self.language == "mermaid":  # a diagram is shown, its comments are not
            text = _DIAGRAM_COMMENT.sub("", text)
        for line in (fence + self.language, *_PHANTOM.sub("", text).split("\n"), fence):
            self.write_line(line)
        self.add_gap()


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BEGINS: Mapping[str, Callable[[_Writer, Tag], None]] = {
    **dict.fromkeys(_HEADINGS, _Writer.begin_heading),
    "ul": _Writer.begin_list,
    "ol": _Writer.begin_list,
    "li": _Writer.begin_item,
    "blockquote": _Writer.begin_quote,
    "tr": _Writer.begin_row,
    "pre": _Writer.begin_fence,
    "code": _Writer.begin_code,
    "br": lambda writer, _tag: writer.add_text("\n"),
    "hr": lambda writer, _tag: writer.write_line("---"),
    "img": lambda writer, _tag: writer.add_mark("[image]"),
    "s": lambda writer, _tag: writer.add_mark("~~"),
}
_ENDS: Mapping[str, Callable[[_Writer], None]] = {
    **dict.fromkeys(("p", "table", *_HEADINGS), _Writer.add_gap),
    "ul": _Writer.end_list,
    "ol": _Writer.end_list,
    "li": _Writer.end_item,
    "blockquote": _Writer.end_quote,
    "pre": _Writer.end_fence,
    "code": _Writer.end_code,
    "tr": _Writer.end_row,
    "td": _Writer.end_cell,
    "th": _Writer.end_cell,
    "s": lambda writer: writer.add_mark("~~"),
}
