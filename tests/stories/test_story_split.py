"""A request that is too big: its parts are shown, and what people say of them is done."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.assembly import build_engine, build_github
from bot.forge.claude_double import ClaudeDouble
from tests.stage import BEGIN, FILES, PLAN, REPO, listening, script, staged
from tests.stories.test_story_approvals import HASH, answer, shown
from tests.stories.test_story_ci import until
from tests.stories.test_story_parts import unchecked

pytestmark = [pytest.mark.served, pytest.mark.long]

NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
COUNT = 13
BRIEF = {
    "kind": "feature",
    "entities": [{"kind": "symbol", "name": "greet"}],
    "criteria": [{"text": f"greet says hello in language {number}"} for number in range(COUNT)],
}
TABLE = {
    "title": "Take the greeting from a table",
    "text": "`greet` takes its word from a table, and says what it said before.",
    "files": ["greeting.py"],
    "criteria": [1, 2],
}
WORDS = {
    "title": "Add the words of the other languages",
    "text": "The table of `greet` has a word for each of the other languages.",
    "files": ["words.py"],
    "criteria": [*range(3, COUNT + 1)],
    "needs": [1],
}
LAST = {
    "title": "Add the words of the last languages",
    "text": "What is left of the languages has its words in a file of its own.",
    "files": ["last.py"],
    "criteria": [*range(9, COUNT + 1)],
    "needs": [1],
}
TITLE = "Greet in many languages, and make it better"


def divide(*parts):
    """The call that divides the request into these parts."""
    return ("submit_split", {"parts": list(parts)})


BIG = (BEGIN[0], [("submit_brief", BRIEF)], [divide(TABLE, WORDS)])
THREE = divide(TABLE, {**WORDS, "criteria": [*range(3, 9)]}, LAST)
WHOLE = [("submit_plan", {**PLAN, "questions": ["Which languages?"]})]


def play(number, *turns, refused=()):
    """A conversation about one issue."""
    return script(*BIG, *turns, refused=refused).model_copy(update={"about": f"#{number} of"})


@contextmanager
def restarted(on):
    """The same bot in another engine, as after a restart."""
    on.bot.close()
    durable = build_engine(on.settings, build_github(on.settings), None)
    durable.launch()
    with listening(durable, on.keys.webhook_secret) as webhooks:
        on.forge.set_webhook_url(on.keys, webhooks)
        yield replace(on, bot=durable)
        durable.close()


def ask(on, title=TITLE):
    """An issue that is too big, and the comment that shows its parts."""
    issue = on.issue(title, "")
    on.label(issue)
    return issue, shown(on, issue)


def test_parts_are_shown_and_what_people_say_of_them_is_done(tmp_path):
    """Nothing is made before. Words have it divided otherwise, `whole` has it in one change, an
    edit of the issue ends it; an approval after a restart opens the issues of the parts.
    """
    plays = (play(1, WHOLE), play(2, [THREE], refused=("submit_split",)), play(3, [THREE]))
    with staged(tmp_path, unchecked, ClaudeDouble(plays, pace=0), NO_CI) as on:
        whole, _ = ask(on)
        assert "" == answer(on, whole, "/generate whole")
        assert ("Which languages?",) == on.ended(whole).outcome.questions
        edited, _ = ask(on)
        on.forge.edit_issue(REPO, edited, "ada", body="In two.")
        outcome = on.ended(edited).outcome
        assert ("stopped", "edited") == (outcome.state, outcome.kind)
        assert "and my split into parts is for what it said before" in outcome.text
        on.say(edited, "/retry")
        assert "3. **Add the words of the last languages**" in shown(on, edited, 2)
        on.say(edited, "/stop")

        issue, first = ask(on)
        until(lambda: "waiting for your word" in on.own(issue)[0])
        before = on.branches()
        on.say(issue, "/generate")
        until(lambda: "whole" in "".join(on.answers(issue)))
        assert "shown here" in answer(on, issue, "/approve 0123abc")
        steps = on.bot.steps(f"{REPO}#{issue}/1")
        assert 1 == sum(step.name == "ask_approval" for step in steps), "it waited all the time"
        on.forge.add_comment(REPO, issue, "ada", "The last five are worth a part.")
        assert "" == answer(on, issue, "/generate Three parts, please")
        second = shown(on, issue, 2)
        (old,) = [body for body in on.own(issue) if "waits for no approval any more" in body]
        assert "because ada wants it otherwise." in old
        assert "`/approve`" not in old
        told = str(on.double.requests[-1].body)
        assert "| Three parts, please" in told
        assert "| The last five are worth a part." in told
        assert "3. **Add the words of the last languages**: waits for part 1" in second
        assert before == on.branches()
        with restarted(on) as again:
            assert "shown here" in answer(again, issue, f"/approve {HASH.findall(first)[0]}")
            again.say(issue, "/approve")
            outcome = again.ended(issue).outcome
            assert ("done", "split") == (outcome.state, outcome.kind)
            numbers = range(issue + 1, issue + 4)
            titles = [on.forge.find_issue(REPO, number).title for number in numbers]
            assert [TABLE["title"], WORDS["title"], LAST["title"]] == titles
