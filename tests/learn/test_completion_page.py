"""The page that completes code, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.learn.scripted_completion import ScriptedCompletion, open_browser, serve_script

ANSWERS = {
    "im": ("port os", "port sys", "possible = 1"),
    "import os": (".path",),
    "def ": ("main() -> None:\n    pass",),
}
TEXT = "[...document.querySelectorAll('.cm-line')].map(line => { const copy = line.cloneNode(true); copy.querySelectorAll('.suggestion').forEach(part => part.remove()); return copy.textContent; }).join('\\n')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give one browser to all tests of the page."""
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def served() -> Iterator[ScriptedCompletion]:
    """Serve the page to all tests of it."""
    with serve_script() as script:
        yield script


@pytest.fixture
def script(served: ScriptedCompletion) -> ScriptedCompletion:
    """Answer with a few suggestions, at once."""
    served.answers = ANSWERS
    served.delays_s = {}
    served.refusal = ""
    served.questions.clear()
    served.answered.clear()
    return served


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of, and what it asked of others; a test may take some away."""
    return []


@pytest.fixture
def page(browser: Browser, script: ScriptedCompletion, complaints: list[str]) -> Iterator[Page]:
    """Open the page with an empty editor that has the focus; at the end nothing was wrong."""
    context = browser.new_context(color_scheme="light")
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: note_stranger(request.url, script, complaints))
    opened.goto(script.url)
    empty(opened)
    yield opened
    context.close()
    assert [] == complaints


def note_stranger(url: str, script: ScriptedCompletion, complaints: list[str]) -> None:
    """Note a request to anybody but the server of the page."""
    if not url.startswith((script.url, "data:")):
        complaints.append(url)


def empty(page: Page) -> None:
    """Empty the editor, by the keys that people use."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")


def expect_grey(page: Page, text: str) -> None:
    """Wait until this text is shown in grey, or none where it is empty."""
    if text:
        expect(page.locator(".suggestion")).to_have_text(text)
    else:
        expect(page.locator(".suggestion")).to_have_count(0)


def test_tab_takes_grey_text(page):
    """What may follow appears in grey as one types; Tab takes it, and what may follow that comes."""
    page.keyboard.type("im")
    expect_grey(page, "port os")
    assert page.evaluate(TEXT) == "im"

    page.keyboard.press("Tab")
    expect_grey(page, ".path")

    assert page.evaluate(TEXT) == "import os"


def test_tab_indents_where_nothing_is_suggested(page):
    """Without a suggestion Tab indents the line, as in other editors."""
    page.keyboard.type("x")
    page.keyboard.press("Tab")

    assert page.evaluate(TEXT) == "    x"


def test_control_right_takes_a_word(page):
    """Ctrl-Right takes one word of the grey text; the rest stays. Without any, it moves."""
    page.keyboard.type("def ")
    expect_grey(page, "main() -> None:\n    pass")

    page.keyboard.press("Control+ArrowRight")
    expect_grey(page, "() -> None:\n    pass")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+ArrowRight")

    expect_grey(page, " None:\n    pass")
    assert page.evaluate(TEXT) == "def main() ->"


def test_grey_text_stays_where_it_is_typed(page, script):
    """Who types what is suggested sees the rest of it at once, without another answer."""
    page.keyboard.type("im")
    expect_grey(page, "port os")
    script.delays_s = {"impo": 2}

    page.keyboard.type("po")

    expect_grey(page, "rt os")


def test_escape_drops_grey_text(page):
    """Escape drops the grey text and leaves what was typed."""
    page.keyboard.type("im")
    expect_grey(page, "port os")

    page.keyboard.press("Escape")

    expect_grey(page, "")
    assert page.evaluate(TEXT) == "im"


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

    assert page.evaluate(TEXT) == "import sys"
    expect(options).to_have_count(0)


def test_control_space_asks_where_nothing_is_suggested(page):
    """After Escape, Ctrl-Space asks again and lists what comes; the mouse takes from the list too."""
    page.keyboard.type("im")
    expect_grey(page, "port os")
    page.keyboard.press("Escape")

    page.keyboard.press("Control+Space")
    page.locator(".alternatives").get_by_role("option").nth(1).click()

    assert page.evaluate(TEXT) == "import sys"


def test_late_answer_is_dropped(page, script):
    """An answer to an older text is never shown, and its question is called back."""
    script.answers = {"i": ("LATE",), "im": ("port os",), "x": ("LATE",)}
    script.delays_s = {"i": 0.3, "x": 0.3}
    aborted = []
    page.on("requestfailed", lambda request: aborted.append(request.post_data_json["before"]))
    with page.expect_request(asks("i")):
        page.keyboard.type("i")
    page.keyboard.type("m")
    expect_grey(page, "port os")
    wait_for_answer(page, script, "i")
    expect_grey(page, "port os")

    empty(page)
    with page.expect_request(asks("x")):
        page.keyboard.type("x")
    page.keyboard.press("Home")
    wait_for_answer(page, script, "x")

    expect_grey(page, "")
    assert {"i", "x"} <= set(aborted)


def asks(line: str) -> Callable[[Request], bool]:
    """Make what knows the question that is asked behind this line."""
    return lambda request: request.method == "POST" and request.post_data_json["before"] == line


def wait_for_answer(page: Page, script: ScriptedCompletion, line: str) -> None:
    """Wait until the server has answered behind this line, and the page could have shown it."""
    while line not in script.answered:
        page.wait_for_timeout(20)
    page.wait_for_timeout(100)


def test_question_names_file_and_place(page, script):
    """A question has what stands before and behind the cursor, and a number that only rises."""
    page.keyboard.type("im")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    with page.expect_response("**/complete"):
        page.keyboard.type("x")

    question = script.questions[-1]
    assert ("sample.py", "x", "im\n") == (question["path"], question["before"], question["after"])
    versions = [asked["version"] for asked in script.questions]
    assert versions == sorted(set(versions))
    assert len({asked["client"] for asked in script.questions}) == 1


def test_typing_goes_on_without_the_server(page, script, complaints):
    """Where the server is gone the page says so in one sentence, and says nothing once it is back."""
    page.route("**/complete", lambda route: route.abort())
    page.keyboard.type("im")
    expect(page.locator("#trouble")).to_contain_text("The server does not answer.")
    assert page.evaluate(TEXT) == "im"

    page.unroute("**/complete")
    page.keyboard.type("p")
    expect(page.locator("#trouble")).to_have_text("")

    assert all("ERR_FAILED" in complaint for complaint in complaints)
    complaints.clear()


def test_refusal_is_shown(page, script, complaints):
    """What the server refuses is shown in its own words."""
    script.refusal = "The text is too large."
    page.keyboard.type("i")

    expect(page.locator("#trouble")).to_have_text("The text is too large. Typing goes on.")
    assert all("413" in complaint for complaint in complaints)
    complaints.clear()


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


def test_file_of_the_disk_is_opened(page, script, tmp_path):
    """A file is opened in the editor; what is no text, or is too large, is refused in a sentence."""
    code = tmp_path / "code.py"
    code.write_text("ü = 1\nim", encoding="utf-8")
    page.set_input_files("#file", code)
    expect(page.locator("#path")).to_have_text("code.py")
    assert page.evaluate(TEXT) == "ü = 1\nim"

    (tmp_path / "latin.py").write_bytes(b"\xfc = 1")
    page.set_input_files("#file", tmp_path / "latin.py")
    expect(page.locator("#trouble")).to_have_text(
        "latin.py is not text in UTF-8; it was not opened."
    )
    (tmp_path / "large.py").write_bytes(b"#" * 1_000_001)
    page.set_input_files("#file", tmp_path / "large.py")
    expect(page.locator("#trouble")).to_have_text(
        "large.py is larger than 1 MB; it was not opened."
    )

    assert page.evaluate(TEXT) == "ü = 1\nim"


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
