"""Here lives Markdown as a person reads it on GitHub's page: what the page does not show is not
there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markdown_it import MarkdownIt

from bot.text.html_visibility import Tag, shown
from bot.text.invisible_chars import strip_invisible

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    }
)
_PHANTOM = re.compile(
    r"\\[hv]?phantom\s*\{[^{}]*\}"
)  # GitHub sets $math$, and a phantom is set as nothing
_LANGUAGE = re.compile(r"language-([\w+#.-]{1,20})$")


def extract_visible(markdown: str) -> str:
    """What a reader of the rendered page sees, as readable Markdown: text, lists, quotes, tables,
    code, links' texts.

    Gone: comments, hidden elements, attributes, link targets and titles, alternative texts,
    reference definitions,
    what follows a language on a fence, invisible characters. In doubt it is gone.
    """
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    page = _Page()
    for piece in shown(html):
        if isinstance(piece, Tag):
            page.tag(piece)
        else:
            page.text(strip_invisible(piece))
    return page.whole()


class _Page:
    """Collects lines. What stands around them (a quote's `>`, an item's `-`, its indent) is put
    before each.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.around: list[
            tuple[str, list[str]]
        ] = []  # element, and before its next line, before those after that
        self.numbers: list[int | None] = []  # of each open list; None for bullets
        self.code: list[str] | None = None  # the text of an open code span or block
        self.fenced = False
        self.language = ""
        self.row = False  # inside a table's row

    def whole(self) -> str:
        self.end_pre()
        self.end_code()
        self.flush()
        self.gap()
        return "\n".join(self.lines).strip("\n")

    def text(self, text: str) -> None:
        if self.code is not None:
            self.code.append(text)
            return
        if self.row and text.isspace():  # the newlines between the cells
            return
        first, *rest = _PHANTOM.sub("", text).split("\n")
        self.line.append(first)
        for line in rest:
            self.flush()
            self.line.append(line)

    def tag(self, tag: Tag) -> None:
        if tag.name in _BLOCKS and self.code is None:
            self.flush()
        if tag.closes:
            if tag.name in _ENDS:
                _ENDS[tag.name](self)
        elif tag.name in _BEGINS and (self.code is None or tag.name in {"br", "code", "pre"}):
            _BEGINS[tag.name](self, tag)

    def flush(self) -> None:
        text, self.line = " ".join("".join(self.line).split()), []
        if text:
            self.lines.append(self.before() + text)

    def before(self) -> str:
        before = "".join(marks[0] for _, marks in self.around)
        for _, marks in self.around:
            marks[0] = marks[1]
        return before

    def gap(self) -> None:
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        if self.lines:
            self.lines.append("".join(marks[1] for _, marks in self.around).rstrip())

    def begin_list(self, tag: Tag) -> None:
        start = tag.attributes.get("start", "1")
        number = int(start) if start.isdecimal() and len(start) < 10 else 1
        self.numbers.append(number if tag.name == "ol" else None)

    def end_list(self) -> None:
        if self.numbers:
            self.numbers.pop()
        if not self.numbers:
            self.gap()

    def begin_item(self, _tag: Tag) -> None:
        number = self.numbers[-1] if self.numbers else None
        mark = "- " if number is None else f"{number}. "
        if number is not None:
            self.numbers[-1] = number + 1
        self.around.append(("li", [mark, " " * len(mark)]))

    def begin_row(self, _tag: Tag) -> None:
        self.row = True

    def end_row(self) -> None:
        self.row = False

    def end_cell(self) -> None:
        self.line.append(" | ")

    def begin_quote(self, _tag: Tag) -> None:
        self.around.append(("blockquote", ["> ", "> "]))

    def leave(self, element: str) -> None:
        if any(element == name for name, _ in self.around):
            while self.around.pop()[0] != element:
                pass

    def end_quote(self) -> None:
        self.leave("blockquote")
        self.gap()

    def begin_code(self, tag: Tag) -> None:
        language = _LANGUAGE.search(tag.attributes.get("class", ""))
        if self.fenced and not self.language:
            self.language = language[1] if language else ""
        self.code = [] if self.code is None else self.code

    def end_code(self) -> None:
        if self.code is not None and not self.fenced:
            text, self.code = " ".join("".join(self.code).split()), None
            ticks = "`" * (_longest_run(text) + 1)
            self.line.append(
                f"{ticks} {text} {ticks}" if len(ticks) > 1 else f"`{text}`" if text else ""
            )

    def begin_pre(self, _tag: Tag) -> None:
        self.end_code()
        self.flush()
        self.fenced, self.code, self.language = True, [], ""

    def end_pre(self) -> None:
        if self.fenced and self.code is not None:
            text, self.code, self.fenced = "".join(self.code).strip("\n"), None, False
            fence = "`" * max(3, _longest_run(text) + 1)
            if self.language == "mermaid":  # a diagram is shown, its comments are not
                text = re.sub(r"(?m)^\s*%%.*\n?", "", text)
            for line in (fence + self.language, *_PHANTOM.sub("", text).split("\n"), fence):
                self.lines.append(self.before() + line)
            self.gap()


def _longest_run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)


_BEGINS: Mapping[str, Callable[[_Page, Tag], None]] = {
    **{
        f"h{level}": lambda page, tag: page.line.append("#" * int(tag.name[1]) + " ")
        for level in range(1, 7)
    },
    "ul": _Page.begin_list,
    "ol": _Page.begin_list,
    "li": _Page.begin_item,
    "blockquote": _Page.begin_quote,
    "tr": _Page.begin_row,
    "pre": _Page.begin_pre,
    "code": _Page.begin_code,
    "br": lambda page, _tag: page.text("\n"),
    "hr": lambda page, _tag: page.lines.append(page.before() + "---"),
    "img": lambda page, _tag: page.line.append("[image]"),
    "s": lambda page, _tag: page.line.append("~~"),
}
_ENDS: Mapping[str, Callable[[_Page], None]] = {
    **dict.fromkeys(("p", "table", "h1", "h2", "h3", "h4", "h5", "h6"), _Page.gap),
    "ul": _Page.end_list,
    "ol": _Page.end_list,
    "li": lambda page: page.leave("li"),
    "blockquote": _Page.end_quote,
    "pre": _Page.end_pre,
    "code": _Page.end_code,
    "tr": _Page.end_row,
    "td": _Page.end_cell,
    "th": _Page.end_cell,
    "s": lambda page: page.line.append("~~"),
}
