"""Links of a page are rewritten as it streams past, however it is cut into parts."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bot.adapters.sandbox.package_links import HELD_BYTES, rewrite_html, rewrite_json

PAGE = b"""<a href="../a-1.whl#sha256=0" data-x="&gt;">a</a>
<A HREF = 'b-1.whl?x=1&amp;y=2'>b</A> <p>href="no tag's"</p><a>none</a>"""
EXPECTED = b"""<a href="[../a-1.whl#sha256=0]" data-x="&gt;">a</a>
<A HREF = "[b-1.whl?x=1&amp;y=2]">b</A> <p>href="[no tag&#x27;s]"</p><a>none</a>"""
DOCUMENT = rb'{"readme": "\"url\": \"x\"", "files": [{"url": "a\/b\u0026", "n": 1}, {"url" : "c"}], "url": 5}'
REWRITTEN = rb'{"readme": "\"url\": \"x\"", "files": [{"url": "[a/b&]", "n": 1}, {"url" : "[c]"}], "url": 5}'


def cut(page: bytes, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    while page:
        size = chance.randint(1, 20)
        yield page[:size]
        page = page[size:]


def test_pages_are_the_same_however_they_are_cut() -> None:
    """HTML and JSON, with escapes and quotations, in 200 ways of cutting."""
    for seed in range(100):
        html = rewrite_html(cut(PAGE, seed), lambda link: f"[{link}]")
        document = rewrite_json(cut(DOCUMENT, seed), "url", lambda link: f"[{link}]")

        assert EXPECTED == b"".join(html)
        assert REWRITTEN == b"".join(document)


def test_what_has_no_end_is_passed_on() -> None:
    """A page without the end of a link is not held in memory, and a broken text stays as it is."""
    parts = rewrite_html(iter([b"x" * HELD_BYTES, b"y", b"z"]), str)

    assert HELD_BYTES + 1 == len(next(parts))
    assert b"z" == next(parts)
    assert rb'{"url": "\x"}' == b"".join(rewrite_json(iter([rb'{"url": "\x"}']), "url", str))
