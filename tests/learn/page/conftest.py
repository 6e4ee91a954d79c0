"""A browser that visits the page which completes code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.learn.page.editor_view import empty
from tests.learn.page.scripted_completion import ScriptedCompletion, open_browser, serve_script

ANSWERS = {
    "im": ("port os", "port sys", "possible = 1"),
    "import os": (".path",),
    "def ": ("main() -> None:\n    pass",),
}


# Not one for the session: while it is open, nothing else in the process may run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give one browser to the tests of a file."""
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def served() -> Iterator[ScriptedCompletion]:
    """Serve the page to the tests of a file."""
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
