"""The tests of what all checks of a commit say together."""

import pytest

from bot.values import Check, Checks, Sha

HEAD = Sha("a" * 40)


@pytest.mark.parametrize(
    ("conclusions", "green", "skipped", "neutral"),
    [
        (("success", "skipped", "neutral"), True, False, False),
        (("skipped", "skipped"), False, True, False),
        (("neutral",), False, False, True),
        (("neutral", "skipped"), False, False, True),
        ((), False, False, False),
    ],
)
def test_each_way_of_passing_has_its_own_word(conclusions, green, skipped, neutral):
    """Green is what did something; neutral is not skipped."""
    checks = Checks(HEAD, tuple(Check(f"c{word}", "passed", word) for word in conclusions))

    assert (green, skipped, neutral) == (checks.green, checks.is_all_skipped, checks.is_neutral)
