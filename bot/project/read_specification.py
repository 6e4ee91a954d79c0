"""Read a specification back from its Markdown, where a person may have edited it."""

from __future__ import annotations

from bot.values import Specification


class UnreadableSpecification(ValueError):
    """The text lacks something without which nothing can be built; its words say what."""


def read_specification(text: str) -> Specification:
    """Read the Markdown of `render_specification` as a person may have left it.

    Raises UnreadableSpecification with a sentence that says which line or section to mend.
    """
    raise UnreadableSpecification(text)
