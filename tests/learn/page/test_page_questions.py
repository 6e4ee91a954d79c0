"""What the page asks the server, and what it makes of the answers."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Request, expect

from bot.completion.completion_request import MOST_BYTES
from bot.completion.completion_server import create_completion
from bot.completion.page_files import ShownModel, add_page
from bot.completion.suggest import Suggester, SuggestLimits
from tests.learn.letter_counts import LetterCounts
from tests.learn.page.editor_view import empty, expect_grey, read_text
from tests.learn.page.scripted_completion import ScriptedCompletion, serve_script
from tests.learn.serve_app import serve_app


def test_model_answers_the_page(browser):
    """The page and the server agree: what a real model suggests is taken, key by key."""
    suggester = Suggester(LetterCounts("import json\nimport sys\n" * 3), SuggestLimits(budget_s=5))
    app = create_completion(suggester)
    add_page(app, ShownModel("letters", LetterCounts.reach))
    with serve_app(app) as url, browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        empty(page)
        page.keyboard.type("import j")
        expect(page.locator(".suggestion")).to_contain_text("son")
        page.keyboard.press("Control+ArrowRight")

        assert read_text(page) == "import json"
        assert page.locator("#trouble").inner_text() == ""


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
    is_asked = asks("x")
    with page.expect_response(lambda response: is_asked(response.request)):
        page.keyboard.type("x")

    question = script.questions[-1]
    assert ("sample.py", "x", "im\n") == (question["path"], question["before"], question["after"])
    versions = [asked["version"] for asked in script.questions]
    assert versions == sorted(set(versions))
    assert len({asked["client"] for asked in script.questions}) == 1


def test_long_file_is_cut_on_both_sides(page, script, tmp_path):
    """Of a long file so much is sent that the server takes it, though it were all Chinese; the cut
    stays where it is while somebody types and moves, so that what was read still counts.
    """
    (tmp_path / "long.py").write_text(("# " + "測" * 77 + "\n") * 2_490, encoding="utf-8")
    page.set_input_files("#file", tmp_path / "long.py")
    expect(page.locator("#path")).to_have_text("long.py")
    type_after(page, "Home", "a")
    type_after(page, "ArrowRight", "b")
    type_after(page, "Control+End", "c")
    type_after(page, "End", "d")

    first, moved, end, more = (script.questions[place] for place in (-4, -3, -2, -1))
    assert len((end["before"] + first["after"]).encode()) < MOST_BYTES - 2_000
    assert 10_000 < len(first["after"]) < 48_000 < len(end["before"])
    assert first["after"].endswith(moved["after"])
    assert more["before"] == f"{end['before']}d"


def test_no_more_is_sent_than_the_model_reads(browser, tmp_path):
    """A model that reads the last 1,000 characters is sent those, and what the cut needs."""
    (tmp_path / "long.py").write_text("x = 1\n" * 20_000)
    with serve_script(reach=1_000) as script, browser.new_context() as context:
        page = context.new_page()
        page.goto(script.url)
        page.set_input_files("#file", tmp_path / "long.py")
        expect(page.locator("#path")).to_have_text("long.py")
        type_after(page, "Home", "a")
        type_after(page, "Control+End", "b")

    first, last = script.questions[-2:]
    assert 3_000 <= len(first["after"]) <= len(last["before"]) < 6_010


def type_after(page: Page, move: str, letter: str) -> None:
    """Move the cursor, type a letter, and wait for the answer."""
    page.keyboard.press(move)
    with page.expect_response("**/complete"):
        page.keyboard.type(letter)


def test_asking_for_nothing_is_answered(page, script):
    """Who asks where nothing fits is told so, until the next key."""
    page.keyboard.type("x")
    page.keyboard.press("Control+Space")
    expect(page.locator("#trouble")).to_have_text("Nothing is suggested here.")
    assert script.questions[-1]["explicit"]

    page.keyboard.type("y")
    expect(page.locator("#trouble")).to_have_text("")
    assert not script.questions[-1]["explicit"]


def test_typing_goes_on_without_the_server(page, script, complaints):
    """Where the server is gone the page says so in one sentence, and says nothing once it is back."""
    page.route("**/complete", lambda route: route.abort())
    page.keyboard.type("im")
    expect(page.locator("#trouble")).to_contain_text("The server does not answer.")
    assert read_text(page) == "im"

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


def test_written_text_is_not_lost(page, tmp_path):
    """The browser asks before a written text is lost; a file that is opened can be undone."""
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.keyboard.type("mine")
    (tmp_path / "code.py").write_text("x = 1\n")
    page.set_input_files("#file", tmp_path / "code.py")
    expect(page.locator("#path")).to_have_text("code.py")
    page.keyboard.press("Control+z")
    expect(page.locator(".cm-content")).to_have_text("mine")

    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.reload())")

    assert asked.value.type == "beforeunload"
    assert read_text(page) == "mine"


def test_file_of_the_disk_is_opened(page, script, tmp_path):
    """A file is opened in the editor; what is no text, or is too large, is refused in a sentence."""
    code = tmp_path / "code.py"
    code.write_text("ü = 1\nim", encoding="utf-8")
    page.set_input_files("#file", code)
    expect(page.locator("#path")).to_have_text("code.py")
    assert read_text(page) == "ü = 1\nim"

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

    assert read_text(page) == "ü = 1\nim"
