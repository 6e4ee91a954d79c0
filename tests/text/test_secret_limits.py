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
