"""What a request quotes: names, options, paths and messages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search import find_quoted_texts


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ("Call `resolve_redirects` first.", ["resolve_redirects"]),
        ("Call `close()` first.", ["close"]),
        ("It is ``Cart.total`` that fails.", ["Cart.total"]),
        ('Set "max_redirects" to 0.', ["max_redirects"]),
        ("Set 'max_redirects' to 0, it's fine, isn't it.", ["max_redirects"]),
        ("The option `--no-verify` and --dry-run.", ["--no-verify", "--dry-run"]),
        ("See `src/shop/cart.py`.", ["src/shop/cart.py"]),
        ('It says "Cannot read the given file".', ["Cannot read the given file"]),
        ("TypeError: unsupported operand for the sum", ["unsupported operand for the sum"]),
        ("Then HTTPAdapter and sendRequest, and max_retries.", ["HTTPAdapter", "sendRequest"]),
        ("```python\nsession = make_session()\n```", ["make_session"]),
        ("Plain words say nothing. On GitHub, JavaScript. <!-- `hidden_name` -->", []),
        ("See https://example.org/some_path/`x`", []),
    ],
)
def test_what_a_request_quotes_is_found(body, texts):
    """In marks, in quotes, and spelled as only code is; an apostrophe quotes nothing."""
    found = [text.text for text in find_quoted_texts("", body)]

    assert texts == found[: len(texts)]
    assert texts or not found


def test_the_title_comes_first_and_code_blocks_last():
    """Blocks are often the asker's own code."""
    body = "```\nmy_helper(1)\n```\n`cart_total` fails"

    assert ["empty_cart", "cart_total", "my_helper"] == [
        text.text for text in find_quoted_texts("empty_cart fails", body)
    ]


def test_a_message_with_values_in_it_has_parts():
    """The code has the words and not the values."""
    (message,) = find_quoted_texts("", "\"cannot convert the value 17.5 to whole numbers: 'x'\"")

    assert ("cannot convert the value", "to whole numbers") == message.parts


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_request_is_read(title, body):
    """Whatever people write."""
    assert all(text.text for text in find_quoted_texts(title, body))


@pytest.mark.parametrize(
    "piece",
    ["a", "a/", "`", "` `` ", "x.", "--a", "a::", "<!--", "a_", " 'a b", "aError", "“a", "```\n"],
)
def test_a_request_made_to_be_slow_is_not(piece):
    """Each pattern takes time by the length of the text."""
    began = time.process_time()
    find_quoted_texts("Title", piece * (30_000 // len(piece)))

    assert time.process_time() - began < 2
