"""What we take for visible in HTML is visible in the tree that a browser builds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.text.html_visibility import RAW_TEXT, Tag, extract_visible_html

TAGS = [
    f"<{name}{attribute}>"
    for name in [
        "a",
        "applet",
        "b",
        "button",
        "dd",
        "desc",
        "details",
        "dialog",
        "div",
        "form",
        "frameset",
        "h1",
        "i",
        "iframe",
        "img",
        "li",
        "map",
        "marquee",
        "math",
        "mi",
        "noembed",
        "noscript",
        "nobr",
        "object",
        "ol",
        "option",
        "p",
        "plaintext",
        "rp",
        "ruby",
        "script",
        "select",
        "span",
        "style",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "template",
        "textarea",
        "title",
        "tr",
        "ul",
        "video",
        "xmp",
    ]
    for attribute in ("", "", " hidden", "/hidden", "\xa0hidden", " style='display:none'")
]
ENDS = [tag.replace("<", "</").partition(" ")[0].rstrip(">/") + ">" for tag in TAGS]
ODD = [
    "<!--",
    "-->",
    "--!>",
    "<!-->",
    "<!--->",
    "<?",
    "?>",
    ">",
    "<![CDATA[",
    "]]>",
    "</",
    "</1",
    "<1",
    "<!",
    "<!x",
    "</>",
    '<p/title="',
    '"',
    "'",
    "<style",
    "</style/",
    '</script/x=">',
    "<script><!--<script>",
    "<svg><style>",
    "<svg><![CDATA[",
    "<svg><title>",
    "&lt;",
]


@pytest.mark.long
@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from([*TAGS, *ENDS, *ODD]), min_size=1, max_size=9))
@example(["<plaintext>", "</plaintext>"])
def test_a_browser_shows_what_we_take_for_visible(pieces: list[str]):
    """However the pieces fall: where a browser may hide a word, it is gone."""
    html = "".join(f"{piece}w{number}x" for number, piece in enumerate(pieces))
    ours = "".join(piece for piece in extract_visible_html(html) if isinstance(piece, str))
    theirs = "".join(_visible_texts(html))

    assert not [word for word in re.findall(r"w\dx", ours) if word not in theirs]


def _visible_texts(html: str) -> Iterator[str]:
    body = LexborHTMLParser(f"<body>{html}").body
    assert body is not None
    pending = [body]
    while pending:
        node = pending.pop()
        if node.tag == "-text":
            yield node.text_content or ""
        elif not _hides(node):
            pending += list(node.iter(include_text=True))[::-1]


def _hides(node: LexborNode) -> bool:
    attributes = {name: value or "" for name, value in node.attributes.items()}
    tag = node.tag or ""
    return tag in RAW_TEXT or Tag(tag, attributes).hides
