"""Text of strangers: what a reader sees of it, its secrets, its quotation, its commands."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.text import (
    as_link,
    count_noun,
    defuse_markdown,
    extract_visible,
    mask_secrets,
    parse_commands,
    render_usd,
)
from bot.text.invisible_chars import is_invisible
from tests.gfm import GitHubPage

TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "HIDDEN")
HIDDEN = {
    "comment": "seen <!-- HIDDEN --> too",
    "comment over lines": "seen\n\n<!--\nHIDDEN\n\nHIDDEN\n-->\n",
    "comment that never ends": "seen\n\n<!-- HIDDEN\n\nHIDDEN",
    "comment inside a block that is cut by a blank line": "seen\n\n<hr><!--\n\nHIDDEN",
    "processing instruction": "seen <?php HIDDEN ?>",
    "processing instruction that never ends": "seen\n\n<?HIDDEN\n\nHIDDEN",
    "CDATA": "seen <![CDATA[ HIDDEN ]]>",
    "declaration": "seen <!X HIDDEN >",
    "comment that ends at once": "seen\n\n<hr><!---><div hidden>--> HIDDEN",
    "comment that ends oddly": "seen\n\n<hr><!-- --!><div hidden> HIDDEN -->",
    "instruction that ends at once": "seen\n\n<hr><? ><div hidden>?> HIDDEN",
    "CDATA that is a comment": "seen\n\n<hr><![CDATA[ ><div hidden>]]> HIDDEN",
    "CDATA in a drawing": "seen\n\n<hr><svg><![CDATA[ > </svg> HIDDEN ]]>",
    "comment in a drawing's style": "seen\n\n<hr><svg><style><!--</style></svg> HIDDEN -->",
    "end tag without a name": "seen\n\n<hr></ HIDDEN>",
    "end tag with another space": "seen\n\n<div hidden></div\xa0x>HIDDEN",
    "script that is escaped twice": "seen\n\n<script><!--<script></script>HIDDEN-->",
    "text without scripts": "seen\n\n<noscript><p title='</noscript>HIDDEN'></noscript>",
    "link reference definition": "seen\n\n[//]: # (HIDDEN)",
    "link reference with a title": 'seen\n\n[a]: http://x.org "HIDDEN"',
    "link target": "seen [docs](http://x.org/HIDDEN)",
    "link title": '[seen](http://x.org "HIDDEN")',
    "link without text": "seen [](http://x.org/HIDDEN)",
    "image text": "seen ![HIDDEN](http://x.org/a.png)",
    "image title": 'seen ![](http://x.org/a.png "HIDDEN")',
    "image in HTML": 'seen <img src="a.png" alt="HIDDEN">',
    "attributes": 'seen <span title="HIDDEN" aria-label="HIDDEN" data-x=HIDDEN>x</span>',
    "attribute with a bracket": """seen\n\n<div x"y title=" > HIDDEN " >x</div>""",
    "hidden element": "seen <span hidden>HIDDEN</span>",
    "hidden element around paragraphs": "seen\n\n<div hidden>\n\nHIDDEN\n\n</div>",
    "hidden element, badly nested": "seen\n\n<span hidden><div></span>HIDDEN</div>",
    "display none": 'seen <span style="display : NONE">HIDDEN</span>',
    "display none behind a comment": 'seen <span style="display:/**/none">HIDDEN</span>',
    "size zero": "seen <span style='font-size:0px'>HIDDEN</span>",
    "invisible": 'seen <span style="visibility:hidden">HIDDEN</span>',
    "transparent": 'seen <span style="opacity:0">HIDDEN</span>',
    "template": "seen\n\n<template>HIDDEN</template>",
    "script": "seen\n\n<script>\nHIDDEN\n\nHIDDEN\n</script>",
    "style": "seen\n\n<style>\nHIDDEN\n</style>",
    "frame": "seen\n\n<iframe>\n\nHIDDEN\n\n</iframe>",
    "drawing": "seen <svg><text>HIDDEN</text></svg>",
    "option": "seen <select><option>HIDDEN</option></select>",
    "input": 'seen <input value="HIDDEN">',
    "fence's second word": "seen\n\n```python HIDDEN\nx\n```",
    "fence's endless language": f"seen\n\n```{'x' * 21}HIDDEN\nx\n```",
    "phantom in mathematics": r"seen $a\phantom{HIDDEN}b$",
    "comment in a diagram": "seen\n\n```mermaid\ngraph LR\n%% HIDDEN\n```",
    "tag characters": f"seen{TAGS}",
    "tag characters as entities": "seen" + "".join(f"&#x{ord(tag):x};" for tag in TAGS),
}
UNSEEN = {
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "word joiner": "\u2060",
    "invisible operators": "\u2062\u2064",
    "byte order mark": "\ufeff",
    "soft hyphen": "\xad",
    "direction marks": "\u200e\u200f\u061c",
    "direction overrides": "\u202e\u202c",
    "direction isolates": "\u2067\u2069",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "Braille blank": "\u2800",
    "variation selectors": "\ufe0f\U000e0101",
    "Mongolian separator": "\u180e",
    "annotation anchors": "\ufff9\ufffb",
    "control characters": "\x00\x08\x1b\x7f\x9b".replace("\x00", ""),
    "private use": "\ue123",
    "tag characters": "\U000e0041",
    "lone surrogate": "\ud800",
    "musical control": "\U0001d173",
}
HOSTILE = [
    "<",
    "<a ",
    "<!--",
    "<?",
    "<![CDATA[",
    '<a b="',
    "[",
    "![",
    "[a](",
    "[][",
    "*a ",
    "***a**",
    "_a*",
    "~~a",
    "`",
]
HOSTILE += [
    ">",
    "- ",
    "1.",
    "|a\n|-\n",
    "[a]: b\n",
    "&#1",
    "\\",
    "<div hidden>",
    "<b>",
    "</b>",
    "<script>",
    "a@b",
    "@a",
]
HOSTILE += [
    "#1",
    "-----BEGIN PRIVATE KEY-----",
    "eyJ",
    "://a:",
    "gh",
    "Authorization: ",
    "a/b",
    "\n/a ",
    "x" * 50 + "#",
]


# Default_Ignorable_Code_Point, all 4,174 of DerivedCoreProperties.txt in Unicode 16.
IGNORABLE = (
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
    *(*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9)),
    *(*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)),
)


def test_all_that_unicode_lets_programs_ignore_is_gone():
    """From what is read; and gates and diffs see each, but for the selectors of emoji."""
    kept = [char for char in map(chr, IGNORABLE) if extract_visible(f"a{char}b") != "ab"]
    unseen = [code for code in IGNORABLE if not is_invisible(chr(code))]

    assert 4_174 == len(IGNORABLE)
    assert [] == kept
    assert [*range(0xFE00, 0xFE10)] == unseen


@pytest.mark.parametrize("markdown", HIDDEN.values(), ids=HIDDEN)
def test_what_the_page_does_not_show_is_gone(markdown: str):
    """Every way to hide words from a reader hides them from us too, and what is seen stays."""
    text = extract_visible(markdown)

    assert "HIDDEN" not in text
    assert "seen" in text
    assert text.isascii()


@pytest.mark.parametrize("characters", UNSEEN.values(), ids=UNSEEN)
def test_characters_that_nobody_sees_are_gone(characters: str):
    """In text, in code and in a fence, only what is seen is left."""
    assert (
        extract_visible(f"a{characters}b `c{characters}d`\n\n```\ne{characters}f\n```")
        == "ab `cd`\n\n```\nef\n```"
    )


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# A *b* `c`\n\ntext", "# A b `c`\n\ntext"),
        ("one\ntwo  \nthree", "one\ntwo\nthree"),
        ("- a\n  - b\n- c", "- a\n  - b\n- c"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("- [x] done", "- [x] done"),
        ("> a\n> b\n\nc", "> a\n> b\n\nc"),
        ("```py\n<!-- x -->\n  y\n```", "```py\n<!-- x -->\n  y\n```"),
        ("    a\n      b", "```\na\n  b\n```"),
        (
            "``a`b`` and <https://x.org> and https://y.org",
            "`` a`b `` and https://x.org and https://y.org",
        ),
        ("| a | b |\n|--|--|\n| 1 | 2 |", "a | b |\n1 | 2 |"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<details><summary>S</summary>\n\ninner\n\n</details>", "S\ninner"),
        ("a<br>b\n\n---\n\n~~c~~", "a\nb\n\n---\n~~c~~"),
        ("![a](b)", "[image]"),
        ("````\n```\n````", "````\n```\n````"),
        ("a < b and 2 > 1", "a < b and 2 > 1"),
        ("", ""),
    ],
)
def test_what_the_page_shows_is_kept(markdown: str, expected: str):
    """Text, lists, quotes, tables and code stay readable as Markdown."""
    assert extract_visible(markdown) == expected


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HIDDEN.values(), *HOSTILE, "word", "\n\n", " ", "</div>", "-->", '"']),
        max_size=12,
    )
)
def test_nothing_breaks_the_reading(parts: list[str]):
    """Whatever pieces of Markdown and HTML come together, the answer is text without invisible
    characters.
    """
    text = extract_visible("".join(parts))

    assert not re.search("[\u200b-\u200f\U000e0000-\U000e0fff]", text)
    assert parse_commands("".join(parts)) is not None


@pytest.mark.long
@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", HOSTILE)
def test_hostile_text_is_read(pattern: str):
    """16 KB of anything are read, masked, quoted and searched before anybody gives up on it."""
    text = ("x " + pattern * 16384)[:16384]
    for read in (
        extract_visible,
        mask_secrets,
        parse_commands,
        lambda whole: defuse_markdown(whole, 60_000),
    ):
        assert read(text) is not None


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
PEM = """-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED

MIIEpAIBAAKCAQEA7
abc+/=
-----END RSA PRIVATE KEY-----"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a ghs_123456_{JWT} b", "a *** b"),
        (f"a ghs_{'x' * 36}, b", "a ***, b"),
        *[(f"'{prefix}_{'A1' * 18}'", "'***'") for prefix in ("ghp", "gho", "ghu", "ghr")],
        (f"github_pat_{'a' * 22}_{'b' * 59}", "***"),
        ("key=sk-ant-api03-abcDEF_123-xyz", "key=***"),
        ("AKIAIOSFODNN7EXAMPLE", "***"),
        (f"t {JWT} t", "t *** t"),
        (f"x\n{PEM}\ny", "x\n***\ny"),
        (PEM[:70], "***"),
        ("Authorization: Basic eC1hY2Nlc3M6YQ==\nnext", "Authorization: Basic ***\nnext"),
        ('{"authorization": "Bearer abc.def"}', '{"authorization": "Bearer ***"}'),
        ("x-api-key: abc", "x-api-key: ***"),
        ("https://user:pa55@example.org/x", "https://***@example.org/x"),
        ("https://x-access-token:ghs_abc@github.com/o/r", "https://***@github.com/o/r"),
        (
            "ssh://git@github.com/o/r and http://h:80/a@b",
            "ssh://git@github.com/o/r and http://h:80/a@b",
        ),
        ("ghs_short eyJust AKIA nothing", "ghs_short eyJust AKIA nothing"),
    ],
)
def test_secrets_are_masked(text: str, expected: str):
    """Each shape of a secret becomes three asterisks; what only looks a little like one stays."""
    assert mask_secrets(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thanks @bob, closes #12", "Thanks `@bob`, closes `#12`"),
        ("@org/team and o/r#3 and GH-4", "`@org/team` and `o/r#3` and `GH-4`"),
        ("_@bob_ (@al) **@c**", "_`@bob_` (`@al`) **`@c`**"),
        (r"\@bob \\@bob", r"`@bob` \\`@bob`"),
        ("@a@b #1@c", "`@a@b` `#1@c`"),
        ("`a`@b", "`a` `@b`"),
        ("`@bob", "&#96;`@bob`"),
        ("mail a@b.org", "mail a@b.org"),
        ("`@bob` ``#1 ` x``", "`@bob` ``#1 ` x``"),
        ("```\n@bob #1 <b>\n```", "```\n@bob #1 <b>\n```"),
        ("    @bob\n", "    @bob"),
        ("<b>x</b>", "&lt;b>x&lt;/b>"),
        ("![a](http://x.org/b)", "&#33;[a](http://x.org/b)"),
        ("<!-- m -->", "&lt;!-- m -->"),
        ("`<!-- m -->`", "`<! -- m -->`"),
        ("&#64;bob", "&amp;`#64`;bob"),
        ("| `a | @bob` |\n|--|--|", "| &#96;a | `@bob`&#96; |\n|--|--|"),
        ("```\nopen", "```\nopen\n```"),
        ("a\u200b\u202eb", "ab"),
        ("# 1 title\n\n- item", "# 1 title\n\n- item"),
    ],
)
def test_quoted_text_has_no_effect(text: str, expected: str):
    """Names and numbers become code, HTML becomes text, code stays."""
    assert defuse_markdown(text, 1000) == expected


def test_quoted_text_is_cut_at_a_line():
    """What is too long ends with the last whole line and three dots; an open fence is closed first."""
    assert defuse_markdown("one\ntwo\nthree", 12) == "one\ntwo\n..."
    assert defuse_markdown("```\n" + "x\n" * 50, 20) == "```\nx\nx\nx\nx\n```\n..."
    assert defuse_markdown("word" * 10, 10) == "wordwo\n..."
    assert defuse_markdown("<" * 1000, 900).endswith("\n...")


ALIVE = re.compile(r"(?:^|[^A-Za-z0-9_`])@[A-Za-z0-9]|#\d|\bGH-\d", re.IGNORECASE)
PIECES = [
    "@bob",
    "#12",
    "o/r#3",
    "GH-4",
    "`",
    "``",
    "```\n",
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "|",
    "\n|-|-|\n",
    "<b>",
    "<!--",
]
PIECES += [
    "![a](b)",
    "[a](b)",
    "[a]: <b>\n",
    "\\",
    "*",
    "_",
    "~~",
    "&#64;",
    "&commat;",
    "a",
    " ",
    "# ",
    "~~~\n",
    "<",
    "!",
    "[",
]


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.integers(20, 80))
def test_nothing_comes_alive_in_quoted_text(text: str, limit: int):
    """However the pieces fall: rendered, nothing outside code calls, refers, embeds or hides."""
    safe = defuse_markdown(text, limit)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(safe)
    inline = [child for token in tokens for child in token.children or []]

    assert len(safe) <= limit
    assert "<!--" not in safe
    assert not {"html_block", "html_inline", "image"} & {token.type for token in [*tokens, *inline]}
    assert not [
        child.content for child in inline if child.type == "text" and ALIVE.search(child.content)
    ]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("/generate", [("generate", "")]),
        ("/Generate with `x` and *y*  ", [("generate", "with `x` and *y*")]),
        ("hello\n/stop.\nbye", [("stop", "")]),
        ("/a\r\n/b one\n\n/c", [("a", ""), ("b", "one"), ("c", "")]),
        ("  /generate", [("generate", "")]),
        ("/gen\u200berate", [("generate", "")]),
        ("please /generate", []),
        ("/usr/bin/python", []),
        ("`/generate`", []),
        ("`a\n/generate b`", []),
        ("```\n/generate\n```", []),
        ("```\n/generate", []),
        ("    /generate", []),
        ("> /generate", []),
        ("> a\n/generate", []),
        ("- /generate", []),
        ("| /generate | b |\n|--|--|", []),
        ("<!-- /generate -->", []),
        ("<!--\n\n/generate\n\n-->", []),
        ("<hr><!--\n\n/generate\n\n-->", []),
        ("<div>\n/generate\n</div>", []),
        ("<div hidden>\n\n/generate\n\n</div>", []),
        ("</div><div hidden>\n\n/generate\n\n</div>", []),
        ("<iframe>\n\n/generate\n\n</iframe>", []),
        ("<span hidden>\n/generate\n</span>", []),
        ("<b>/generate</b>", []),
        ("/generate <span hidden>everything</span>", [("generate", "")]),
        ("[/generate]: http://x.org", []),
        ("$$\n/generate\n$$", []),
        ("$$\nx = 1\n/generate\n$$\n/stop", [("stop", "")]),
        ("$$\n\n/generate\n\n$$\n\n/stop", [("stop", "")]),
        ("$$\n\n/generate", [("generate", "")]),
        ("```\n$$\n```\n\n/generate\n\n```\n$$\n```", [("generate", "")]),
        ("$$\n/generate\n\n$$", []),
        ("/stop\n$$\n/generate\n$$", [("stop", "")]),
        ("so $a\n/generate b$ holds", []),
        ("```math\n/generate\n```", []),
        ("$`a\n/generate`$", []),
        ("It costs $5\n/generate it for $4", [("generate", "it for $4")]),
        ("echo $$\n/generate", [("generate", "")]),
        ("`$$`\n/generate\n`$$`", [("generate", "")]),
        ("@Greenlit please, do", [("@greenlit", "please, do")]),
        ("@greenlit[bot]: help", [("@greenlit", "help")]),
        ("@greenlit", [("@greenlit", "")]),
        ("thanks @greenlit", []),
        ("> @greenlit do", []),
        ("@acme/team look", []),
        ("/", []),
        ("", []),
    ],
)
def test_commands(markdown: str, expected: list[tuple[str, str]]):
    """A line of plain text that begins with a slash and a word, or with a name, is for a bot."""
    assert list(parse_commands(markdown)) == expected


@pytest.mark.parametrize(
    "text", ["a ] b", "[b](https://evil.example)", "![i](x)", "\\", "`a]b` [", "a\\]", "<b>", "**x"]
)
def test_a_link_has_one_address_whatever_its_text_says(text):
    """Brackets of a stranger are words; the text does not end the link or begin another."""
    page = GitHubPage(f"See {as_link(text, 'https://x.example/a(b)|c')} there.")

    assert ["https://x.example/a%28b%29%7Cc"] == [address for _, address in page.links]
    assert page.open_lines[0].endswith(" there.")


@pytest.mark.parametrize(
    ("usd", "words"),
    [(0.0, "$0.00"), (0.001, "less than $0.01"), (0.005, "$0.01"), (12.3, "$12.30")],
)
def test_money_is_told_to_the_cent(usd, words):
    """What is less than half a cent is not nothing."""
    assert words == render_usd(usd)


def test_things_are_counted():
    """One is no plural."""
    assert ["0 turns", "1 turn", "1,200 turns"] == [count_noun(n, "turn") for n in (0, 1, 1200)]


@pytest.mark.parametrize("sign", ["", "<", "**"])
def test_a_word_before_an_address_closes_no_issue(sign):
    """GitHub closes the issue of an address too, in any repository that the reader may write to."""
    url = "https://github.com/acme/other/issues/2"

    assert f"It fixes {sign}{url}".replace("fixes", "see").replace("<", "&lt;") == defuse_markdown(
        f"It fixes {sign}{url}", 1_000
    )
    assert f"It `fixes {url}`" == defuse_markdown(f"It `fixes {url}`", 1_000)
