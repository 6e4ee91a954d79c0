"""What people do with the editor of the page, and what they see in it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

_TEXT = "[...document.querySelectorAll('.cm-line')].map(line => { const copy = line.cloneNode(true); copy.querySelectorAll('.suggestion').forEach(part => part.remove()); return copy.textContent; }).join('\\n')"


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


def read_text(page: Page) -> str:
    """Read what stands in the editor, without what is grey."""
    return page.evaluate(_TEXT)
