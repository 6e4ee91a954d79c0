"""How far a secret is masked that a text has in part, or writes in a form of its own."""

from __future__ import annotations

import hashlib
import json

import pytest

from bot.text.secret_values import SecretValues

LONG = hashlib.sha384(b"a").hexdigest()


@pytest.mark.parametrize("length", [31, 41, 64, 95])
def test_a_part_of_a_long_secret_is_masked_to_its_last_letter(length):
    """From its beginning and to its end; what stands beside it stays."""
    values = SecretValues([LONG])

    assert "go ***!" == values.mask(f"go {LONG[:length]}!")
    assert "go ***!" == values.mask(f"go {LONG[-length:]}!")


def test_a_short_secret_is_masked_as_json_and_html_write_it():
    """Where its letters alone would not tell it."""
    secret = 'p"<a\\b>-1'
    values = SecretValues([secret])

    assert '"***"' == values.mask(json.dumps(secret))
    assert "***" == values.mask("p&quot;&lt;a\\b&gt;-1")
    assert "p-a-b-1" == values.mask("p-a-b-1")


def test_a_secret_that_comes_while_a_text_is_searched_is_found_next_time():
    """The text is clean of what was known then, and of nothing else."""
    values = SecretValues(["p-a-b-1-"])
    token = "a-token-of-an-hour"

    class SearchedText(str):
        """A text in whose search a secret comes to be."""

        __slots__ = ()

        def find(self, *parts: str | int) -> int:  # type: ignore[override]
            """Let the process get a token, and find as any text does."""
            values.add(token)
            return super().find(*parts)  # type: ignore[arg-type]

    text = SearchedText(token.ljust(3_000))

    assert () == values.find(text)
    assert (token,) == values.find(text)
