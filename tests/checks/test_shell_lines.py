"""Shell scripts, split into commands without running them."""

from __future__ import annotations

import pytest

from bot.checks.shell_lines import join_folder, split_commands, split_words, wrap_script


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("cd web && npm ci && npm test", ["cd web", "npm ci", "npm test"]),
        ("a; b # c\n\n# d\ne", ["a", "b", "e"]),
        ("pytest \\\n  -k 'a && b'", ["pytest -k 'a && b'"]),
        ("pytest 2>&1 | tee log", ["pytest 2>&1 | tee log"]),
        ("pytest || exit 1", ["pytest || exit 1"]),
        ("a &> log && b", ["a &> log", "b"]),
        ('a "b \\" && c" && d\r\n', ['a "b \\" && c"', "d"]),
        ("make -j$(nproc; true) && x", ["make -j$(nproc; true)", "x"]),
        ("if [ a ]; then\n  b\nfi", None),
        ("for a in b; do c; done", None),
        ("python - <<EOF\na\nEOF", None),
        ("tox || {\n  a\n}", None),
        ("VERSION=$(cat v)\npip install a==$VERSION", None),
        ("echo 'a", None),
        ("(a", None),
        ("a\n" * 70, None),
        ("a" * 30_000, None),
    ],
)
def test_plain_commands_are_told_from_scripts(script, commands):
    """What runs one after the other is split; what the shell's grammar holds together is not."""
    assert commands == split_commands(script)


def test_a_script_is_wrapped_into_one_command():
    """For a shell that knows its words, and ends at the first failure."""
    assert "sh -e -c 'a && b'" == wrap_script(" a && b\n")
    assert "bash -eo pipefail -c '[[ a ]]'" == wrap_script("[[ a ]]")


def test_odd_quotes_are_split_at_blanks():
    """They are the shell's to refuse."""
    assert ("a", "b c") == split_words("a 'b c' # d")
    assert ("a", "'b") == split_words("a 'b")


@pytest.mark.parametrize(
    ("folder", "further", "joined"),
    [
        ("", "./a/", "a"),
        ("a", "../b", "b"),
        ("a/b", ".", "a/b"),
        ("a", "../../b", None),
        ("", "/tmp", None),
        ("a", "$HOME", None),
    ],
)
def test_folders_stay_in_the_repository(folder, further, joined):
    """What leads out of it, or is no plain path, is no folder."""
    assert joined == join_folder(folder, further)
