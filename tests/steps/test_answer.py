"""Answers to commands: once for each request, and refusals that cannot be made a flood of."""

from dataclasses import replace

from bot.steps.answer import answer_status, refuse, reply
from bot.values import LastRun, RunKey


def test_an_answer_is_written_once_for_each_request(place):
    """Tried again it is the same comment; asked again it is another."""
    issue = place.issue()
    asking = place.asking(issue, by="tim")
    for one in (asking, asking, replace(asking, delivery="d-2")):
        reply(place.ports, one, "no.")

    assert 2 == len(place.said(issue))
    assert all("@tim no." in text for text in place.said(issue))


def test_a_status_is_told_as_of_now(place):
    """The clock is asked when the answer is written."""
    issue = place.issue()
    began = place.ports.clock.now().timestamp() - 300
    last = LastRun(RunKey(f"{place.repo.name}#{issue}/1"), is_live=True, began=began)
    answer_status(place.ports, place.asking(issue), last)

    assert "5 minutes ago" in place.said(issue)[0]


def thumbs(place, issue, comment=None):
    return [
        reaction.content for reaction in place.forge.list_reactions(place.repo.name, issue, comment)
    ]


def test_who_may_not_ask_is_told_once_and_then_by_a_thumb(place):
    """The second command of the same person gets no second comment."""
    issue = place.issue()
    comments = [place.comment(issue, "eve", "/generate") for _ in range(2)]
    told = [
        refuse(place.ports, place.asking(issue, by="eve", comment=comment)) for comment in comments
    ]

    assert [True, False] == told
    assert 1 == len(place.said(issue))
    assert "@eve Sorry: only people with write access" in place.said(issue)[0]
    assert [[], ["-1"]] == [thumbs(place, issue, comment) for comment in comments]


def test_the_fourth_person_in_an_issue_gets_a_thumb_alone(place):
    """Three refusals are enough for whoever reads the issue."""
    issue = place.issue()
    people = ["eve", "nan", "tim", "bob"]
    comments = {who: place.comment(issue, who, "/generate") for who in people}
    for who in people:
        refuse(place.ports, place.asking(issue, by=who, comment=comments[who]))

    assert 3 == len(place.said(issue))
    assert ["-1"] == thumbs(place, issue, comments["bob"])


def test_an_issue_gets_no_thumb_down(place):
    """Whoever may not ask added a label twice: the issue itself is not to blame."""
    issue = place.issue()
    for delivery in ("d-1", "d-2"):
        refuse(place.ports, place.asking(issue, by="tim", label="autogen", delivery=delivery))

    assert 1 == len(place.said(issue))
    assert [] == thumbs(place, issue)
