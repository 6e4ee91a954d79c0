"""Chores beside the work: what fails today is tried again tomorrow."""

import threading

from bot.cli.chores import start_chore, start_daily_chore, start_repeated_chore


def test_a_daily_chore_outlives_its_failures(caplog):
    """The disk is full on the first day: the second day's chore is done all the same."""
    days, done, never = [], threading.Event(), threading.Event()

    def chore():
        days.append("day")
        if len(days) == 1:
            raise OSError("No space left on device")
        done.set()

    # The thread outlives the test: once the chore is done, it waits for a day that never comes.
    start_daily_chore(chore, pause=lambda _: never.wait() if done.is_set() else None)

    assert done.wait(60)
    assert ["day", "day"] == days
    assert "No space left on device" in caplog.text


def test_what_is_not_urgent_begins_with_a_pause():
    """Nothing of it is in the way of a start."""
    events, done, never = [], threading.Event(), threading.Event()

    def pause(seconds):
        events.append(seconds)
        if done.is_set():
            never.wait()

    def chore():
        events.append("chore")
        done.set()

    start_repeated_chore(chore, 60.0, pause, is_urgent=False)

    assert done.wait(60)
    assert [60.0, "chore"] == events[:2]


def test_a_chore_that_fails_is_logged_without_secrets(caplog):
    """A token in the words of an error is masked."""
    token = "ghp_" + "a1" * 18

    def chore():
        raise ValueError(f"no such token: {token}")

    start_chore(chore)

    for _ in range(600):
        if "a chore failed" in caplog.text:
            break
        threading.Event().wait(0.1)
    assert "a chore failed" in caplog.text
    assert token not in caplog.text
