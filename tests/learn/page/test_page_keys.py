"""What the keys do on the page that completes code."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.learn.page.editor_view import expect_grey, read_text


def test_tab_takes_grey_text(page):
    """What may follow appears in grey as one types; Tab takes it, and what may follow that comes."""
    page.keyboard.type("im")
    expect_grey(page, "port os")
    assert read_text(page) == "im"

    page.keyboard.press("Tab")
    expect_grey(page, ".path")

    assert read_text(page) == "import os"


def test_tab_indents_where_nothing_is_suggested(page):
    """Without a suggestion Tab indents the line, as in other editors."""
    page.keyboard.type("x")
    page.keyboard.press("Tab")

    assert read_text(page) == "    x"


def test_control_right_takes_a_word(page):
    """Ctrl-Right takes one word of the grey text; the rest stays. Without any, it moves."""
    page.keyboard.type("def ")
    expect_grey(page, "main() -> None:\n    pass")

    page.keyboard.press("Control+ArrowRight")
    expect_grey(page, "() -> None:\n    pass")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+ArrowRight")

    expect_grey(page, " None:\n    pass")
    assert read_text(page) == "def main() ->"


def test_grey_text_stays_where_it_is_typed(page, script):
    """Who types what is suggested sees the rest of it at once, without another answer."""
    page.keyboard.type("im")
    expect_grey(page, "port os")
    script.delays_s = {"impo": 2}

    page.keyboard.type("po")

    expect_grey(page, "rt os")


def test_grey_text_of_several_lines_is_seen(page):
    """At the end of a long text there is room for all lines of the grey text."""
    page.keyboard.insert_text("x = 1\n" * 60)
    page.keyboard.type("def ")
    expect_grey(page, "main() -> None:\n    pass")

    grey = page.locator(".suggestion").bounding_box()
    editor = page.locator(".cm-editor").bounding_box()

    assert grey["y"] + grey["height"] < editor["y"] + editor["height"]


def test_escape_drops_grey_text(page):
    """Escape drops the grey text and leaves what was typed."""
    page.keyboard.type("im")
    expect_grey(page, "port os")

    page.keyboard.press("Escape")

    expect_grey(page, "")
    assert read_text(page) == "im"


def test_alternatives_follow_each_other(page):
    """Alt-] shows the next alternative, after the last the first; Alt-[ the one before."""
    page.keyboard.type("im")
    expect_grey(page, "port os")

    page.keyboard.press("Alt+]")
    expect_grey(page, "port sys")
    page.keyboard.press("Alt+[")
    page.keyboard.press("Alt+[")
    expect_grey(page, "possible = 1")
    page.keyboard.press("Alt+]")

    expect_grey(page, "port os")


def test_list_shows_all_alternatives(page):
    """Ctrl-Space lists the alternatives; Down chooses, Enter takes; the editor keeps the focus."""
    page.keyboard.type("im")
    expect_grey(page, "port os")

    page.keyboard.press("Control+Space")
    options = page.locator(".alternatives").get_by_role("option")
    expect(options).to_have_text(["port os80 %", "port sys40 %", "possible = 120 %"])
    page.keyboard.press("ArrowDown")
    expect(page.locator(".alternatives [aria-selected=true]")).to_have_text("port sys40 %")
    chosen = page.locator(".cm-content").get_attribute("aria-activedescendant")
    assert chosen == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")

    assert read_text(page) == "import sys"
    expect(options).to_have_count(0)


def test_control_space_asks_where_nothing_is_suggested(page):
    """After Escape, Ctrl-Space asks again and lists what comes; the mouse takes from the list too."""
    page.keyboard.type("im")
    expect_grey(page, "port os")
    page.keyboard.press("Escape")

    page.keyboard.press("Control+Space")
    page.locator(".alternatives").get_by_role("option").nth(1).click()

    assert read_text(page) == "import sys"
