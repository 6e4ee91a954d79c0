"""Which comments only thank."""

import pytest

from bot.text.thanks import says_only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "thank you so much 🎉",
        "LGTM",
        "LGTM, thanks @greenlit[bot]!",
        "Looks good to me.",
        "Great, that works. Thanks for the quick fix!",
        "Nice catch",
        "Good work, thanks all",
        "👍",
        ":+1: :tada:",
        "Danke!",
        "thx",
        "Perfect, it's done. Thank you for your explanation",
        "That’s great",
    ],
)
def test_thanks_and_praise_ask_for_nothing(text):
    """Every word of them is known to demand nothing."""
    assert says_only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "ok",
        "Done.",
        "Thanks, but rename it.",
        "Great, now fix the tests",
        "Great job, now the tests",
        "no thanks",
        "Not good",
        "Looks good?",
        "Nice. Is it fast?",
        "Thanks!\n```suggestion\nx = 1\n```",
        "Good point, `x` is better",
        "thanks for all the work, see #12",
        "I would love this to be a set",
        "thanks " * 20,
        "Please thank you",
        "...",
        "Nice tests, add one",
        "It works, great. Merge it",
    ],
)
def test_what_may_ask_for_something_is_heard(text):
    """One word that is not known is enough; so are a question, code or a link."""
    assert not says_only_thanks(text)
