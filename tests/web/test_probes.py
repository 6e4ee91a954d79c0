"""Probes: a part is asked seldom, by one at a time, and what it says is told in a word."""

import asyncio
import logging
import threading

import pytest

from bot.web.probes import Probe, ProbeAnswer, fetch_answers

AWAY = ProbeAnswer("cannot be reached", "GitHub answered 502")


class Part:
    """A part that gives its answers one after the other, the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.times = 0

    def ask(self):
        self.times += 1
        return self.answers.pop(0) if self.answers[1:] else self.answers[0]


def test_many_probes_ask_once():
    """However many want to know at once, and for as long as the answer is good."""
    part = Part(ProbeAnswer())
    probe = Probe("github", part.ask, keep_s=60)

    async def ask_often():
        return [*await asyncio.gather(*(probe.fetch_answer() for _ in range(20)))]

    assert [ProbeAnswer("ok")] * 20 == asyncio.run(ask_often())
    assert 1 == part.times


def test_an_answer_that_is_too_old_is_asked_for_again(caplog):
    """A change is logged once, with the reason, which is not told to anybody else."""
    caplog.set_level(logging.INFO, "bot")
    part = Part(AWAY, AWAY, ProbeAnswer())
    probe = Probe("github", part.ask, keep_s=-1)

    async def ask_thrice():
        return [await probe.fetch_answer() for _ in range(3)]

    assert [AWAY, AWAY, ProbeAnswer("ok")] == asyncio.run(ask_thrice())
    assert ["github cannot be reached: GitHub answered 502", "github works again"] == [
        record.getMessage() for record in caplog.records
    ]


def test_a_part_that_does_not_answer_keeps_nobody_waiting():
    """It is told so, and asked no second time meanwhile."""
    go_on = threading.Event()
    part = Part(ProbeAnswer())

    def ask():
        go_on.wait(30)
        return part.ask()

    probe = Probe("github", ask, keep_s=60)

    async def ask_twice():
        late = [await probe.fetch_answer(patience_s=0.05) for _ in range(2)]
        go_on.set()
        return [answer.word for answer in (*late, await probe.fetch_answer())]

    assert ["does not answer", "does not answer", "ok"] == asyncio.run(ask_twice())
    assert 1 == part.times


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_part_whose_question_breaks_is_broken():
    """A bug there is no good health."""

    def ask():
        raise KeyError("a bug")

    answers = asyncio.run(fetch_answers([Probe("disk", ask, keep_s=60)]))
    for thread in threading.enumerate():
        if "_refresh" in thread.name:
            thread.join()

    assert {"disk": ProbeAnswer("is broken")} == answers
