"""The message of a commit that applies suggestions."""

from bot.edits import Suggestion
from bot.views.suggestion_message import render_suggestion_message, render_suggestion_title


def suggest(author, path="a.py", first=1, last=1):
    return Suggestion("T", author, path, first, last, "x\n")


def test_every_suggester_is_named_once():
    """People are co-authors once, however much they suggested, and nobody is called."""
    made = [suggest("wes"), suggest("ada", "@ada/b.py", 2, 4), suggest("wes", first=7, last=7)]

    assert (
        "Apply 3 suggestions by wes and ada\n\n"
        "- a.py, line 1, by wes\n"
        "- ada/b.py, lines 2 to 4, by ada\n"
        "- a.py, line 7, by wes\n\n"
        "Co-authored-by: wes <wes@users.noreply.github.com>\n"
        "Co-authored-by: ada <ada@users.noreply.github.com>\n"
    ) == render_suggestion_message(made)


def test_many_names_are_counted_in_the_subject():
    """A subject that GitHub would cut says how many people it were."""
    people = [suggest(f"somebody-with-a-long-name-{number}") for number in range(4)]

    assert "Apply 4 suggestions by 4 people" == render_suggestion_title(people)
