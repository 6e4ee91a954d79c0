"""Render our Markdown as GitHub does, and read the structure of the page that people get.

cmark-gfm is GitHub's own renderer. What the site adds to it (alerts, line breaks in comments) is
added here; comments and hidden markers are gone, as they are on the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import cmarkgfm
from cmarkgfm.cmark import Options
from selectolax.lexbor import LexborHTMLParser, LexborNode

LINES = "h1, h2, h3, h4, h5, h6, p, li, tr, pre, summary"  # elements that begin a line
ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*")


@dataclass(frozen=True, slots=True)
class Task:
    """A check-box, and the text behind it."""

    text: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Fold:
    """A `<details>` that is closed: the line that shows, and the text below it."""

    summary: str
    text: str


class GitHubPage:
    """A text as GitHub shows it. Every property is in the order of the page."""

    def __init__(self, markdown: str) -> None:
        options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS
        self.html: str = cmarkgfm.github_flavored_markdown_to_html(markdown, options=options)
        self._body = _require(LexborHTMLParser(re.sub(r"<!--.*?-->", "", self.html)).body)

    @property
    def text(self) -> str:
        """All words of the page, folded ones too, on one line."""
        return _read(self._body)

    @property
    def open_lines(self) -> list[str]:
        """The lines that show before anything is unfolded; a fold shows its summary."""
        return [
            line
            for node in self._body.css(LINES)
            if _shows(node)
            for line in _read_lines(node)
            if line
        ]

    @property
    def headings(self) -> list[str]:
        """The headings, without their level."""
        return self._read_all("h1, h2, h3, h4, h5, h6")

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs that are no part of a list or a table."""
        return [_read(node) for node in self._body.css("p") if not _find_parents(node, "li")]

    @property
    def links(self) -> list[tuple[str, str]]:
        """The links: the text and the address of each."""
        return [
            (_read(node), node.attributes.get("href") or "") for node in self._body.css("a[href]")
        ]

    @property
    def lists(self) -> list[list[str]]:
        """The lists that stand in no other, each with the texts of its items."""
        outermost = [node for node in self._body.css("ul, ol") if not _find_parents(node, "li")]
        return [[_read(item) for item in _find_children(node, "li")] for node in outermost]

    @property
    def tables(self) -> list[list[list[str]]]:
        """The tables: rows of cells, the heading's row first."""
        return [
            [[_read(cell) for cell in row.css("th, td")] for row in table.css("tr")]
            for table in self._body.css("table")
        ]

    @property
    def tasks(self) -> list[Task]:
        """The check-boxes, which GitHub counts as tasks."""
        boxes = self._body.css("li > input[type=checkbox], li > p > input[type=checkbox]")
        return [
            Task(_read(_find_parents(box, "li")[0]), "checked" in box.attributes) for box in boxes
        ]

    @property
    def folds(self) -> list[Fold]:
        """The folded parts."""
        return [_read_fold(node) for node in self._body.css("details")]

    @property
    def alerts(self) -> list[tuple[str, str]]:
        """The alerts: the kind of each, such as "warning", and its text."""
        texts = self._read_all("blockquote")
        marks = [(ALERT.match(text), text) for text in texts]
        return [(mark[1].lower(), text[mark.end() :]) for mark, text in marks if mark]

    @property
    def codes(self) -> list[str]:
        """The code spans and blocks."""
        return self._read_all("code")

    @property
    def mentions(self) -> list[str]:
        """The people who would be notified: names behind an @ outside of code and links."""
        copy = _require(LexborHTMLParser(self._body.html or "").body)
        for node in copy.css("code, pre, a"):
            node.decompose()
        return re.findall(r"(?<![\w`])@([A-Za-z0-9][\w-]*)", copy.text(separator=" "))

    def _read_all(self, selector: str) -> list[str]:
        return [_read(node) for node in self._body.css(selector)]


def _read(node: LexborNode) -> str:
    return " ".join(node.text(separator="").split())


def _read_lines(node: LexborNode) -> list[str]:
    """Read an element's own lines, without those of the elements in it that begin a line."""
    if node.tag == "tr":
        return [" | ".join(_read(cell) for cell in node.css("th, td"))]
    copy = _require(LexborHTMLParser(f"<div>{_inner_html(node)}</div>").css_first("div"))
    for inner in copy.css(LINES):
        inner.decompose()
    for line_break in copy.css("br"):
        line_break.replace_with("\n")
    text = copy.text(separator="")
    lines = text.split("\n") if node.tag in ("p", "pre") else [text]
    return [" ".join(line.split()) for line in lines]


def _inner_html(node: LexborNode) -> str:
    return "".join(child.html or "" for child in node.iter(include_text=True))


def _read_fold(node: LexborNode) -> Fold:
    summary = node.css_first("summary")
    title = _read(summary) if summary else ""
    return Fold(title, _read(node).removeprefix(title).strip())


def _shows(node: LexborNode) -> bool:
    """Tell whether an element shows while every fold is closed."""
    folds = len(_find_parents(node, "details"))
    return folds == (1 if node.tag == "summary" else 0)


def _find_parents(node: LexborNode, tag: str) -> list[LexborNode]:
    parents = []
    parent = node.parent
    while parent is not None:
        if parent.tag == tag:
            parents.append(parent)
        parent = parent.parent
    return parents


def _find_children(node: LexborNode, tag: str) -> list[LexborNode]:
    return [child for child in node.iter() if child.tag == tag]


def _require(node: LexborNode | None) -> LexborNode:
    if node is None:
        raise ValueError("there is nothing to read")
    return node
