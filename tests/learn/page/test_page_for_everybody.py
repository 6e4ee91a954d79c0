"""The page is for everybody: by keyboard alone, read aloud, dark, light, and narrow."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.learn.page.editor_view import expect_grey

# The contrast of each element that has text of its own, where it is less than 4.5.
FAINT_WORDS = """() => {
  const measure = (color) => {
    const parts = color.match(/[\\d.]+/g).map(Number);
    const [red, green, blue] = parts.map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const findGround = (element) => {
    const ground = getComputedStyle(element).backgroundColor;
    return ground === 'rgba(0, 0, 0, 0)' ? findGround(element.parentElement) : ground;
  };
  const faint = {};
  for (const element of document.body.querySelectorAll('*')) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const bounds = [measure(getComputedStyle(element).color), measure(findGround(element))].sort((a, b) => a - b);
    const contrast = (bounds[1] + 0.05) / (bounds[0] + 0.05);
    if (contrast < 4.5) faint[`${element.tagName}.${element.className}`] = contrast;
  }
  return faint;
}"""


def test_screen_readers_hear_the_suggestion(page):
    """The grey text is hidden from screen readers; a polite region says it once typing rests."""
    page.keyboard.type("im")

    expect(page.locator("#said")).to_have_text("Suggestion 1 of 3: port os")
    assert page.locator("#said").get_attribute("aria-live") == "polite"
    assert page.locator(".suggestion").get_attribute("aria-hidden") == "true"
    assert page.get_by_role("textbox", name="Code").count() == 1


def test_page_tells_who_answers(page):
    """The page shows the model, its bits per character, and how long the last answer took."""
    page.keyboard.type("im")
    expect_grey(page, "port os")

    facts = page.locator(".facts").inner_text()

    assert "scripted" in facts
    assert "1.88 bits per character" in facts
    expect(page.locator("#latency")).to_contain_text(" ms, 3 of them the model")


def test_colours_follow_system_and_choice(page, script):
    """The page is light or dark as the system is, until somebody chooses; the choice is kept."""
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(paper)
    assert light != dark

    page.get_by_label("Colours").select_option("light")
    assert page.evaluate(paper) == light
    page.reload()

    assert page.evaluate(paper) == light


def test_words_stand_out_from_their_ground(page):
    """All words have the contrast that WCAG asks for, 4.5 to 1, dark and light; grey ones too."""
    page.keyboard.type("# note\nclass A: b = '1' + 1\nim")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Space")
    expect(page.locator(".alternatives li")).to_have_count(3)

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert {} == page.evaluate(FAINT_WORDS)


def test_narrow_page_does_not_scroll_sideways(page):
    """At 320 pixels, or a wide page at 400 %, all of it is there without scrolling sideways."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.keyboard.type("word = " * 30)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate("document.querySelector('.cm-scroller').scrollWidth") <= 320


def test_nothing_moves(page):
    """No part of the page is animated, so nobody need ask for less motion."""
    page.keyboard.type("im")
    expect_grey(page, "port os")

    moving = "document.getAnimations().length"

    assert page.evaluate(moving) == 0


def test_nobody_is_caught_in_the_editor(page):
    """After Escape, Tab and Shift-Tab leave the editor; after a key that types, Tab indents again."""
    focus = "document.activeElement.className || document.activeElement.id || document.activeElement.tagName"
    page.keyboard.type("im")
    expect_grey(page, "port os")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(focus) == "file"

    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert "cm-content" not in page.evaluate(focus)

    page.locator(".cm-content").focus()
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    assert "cm-content" in page.evaluate(focus)


def test_nothing_is_grey_where_nobody_types(page):
    """Who leaves the editor leaves no list and no grey text behind."""
    page.keyboard.type("im")
    expect_grey(page, "port os")
    page.keyboard.press("Control+Space")
    page.locator("h1").click()

    expect_grey(page, "")
    expect(page.locator(".alternatives")).to_have_count(0)
