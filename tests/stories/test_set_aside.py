"""People are told of a run that was set aside."""

from bot.stories.tell_set_aside import begin_to_tell, explain_set_aside, tell_set_aside
from bot.values import Repo, Request, RunKey
from bot.values.set_aside_run import SetAsideRun

KEY = RunKey("o/r#7/1")
REQUEST = Request(Repo("o/r"), 7, "ada", "2026-11-30T10:00:00Z", "d-1")


def test_who_asked_is_told_what_happened_and_what_to_do():
    """It was no fault of theirs; the operator can bring it back."""
    outcome = explain_set_aside(KEY)

    assert "three times in a row the process that worked on it died" in outcome.text
    assert "`greenlit runs retry o/r#7/1`" in outcome.next_step


def test_only_what_a_person_asked_for_is_told():
    """Once for each run, however many processes find it."""
    start = begin_to_tell(KEY, REQUEST)

    assert (tell_set_aside, SetAsideRun(KEY, REQUEST), "set-aside/o/r#7/1") == (
        start.story,
        start.value,
        start.key,
    )
    assert begin_to_tell(KEY, object()) is None
