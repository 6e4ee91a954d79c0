"""What the model is first told of a pull request: whole where it fits, and never cut in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.steps.checkout_pull import checkout_pull
from bot.steps.snapshot_pull import fetch_pull
from bot.tools import AgentContext
from bot.values import (
    Comment,
    Failure,
    Issue,
    Reading,
    Retrieval,
    ReviewThread,
    ThreadComment,
    Verdict,
)
from tests.tool_caller import ToolCaller

TOPIC = "topic"
ISSUE = Issue(
    1, "Describe it", "It is loud.", "wes", comments=(Comment(1, "mel", "Softly.", "2026", "2026"),)
)
RED = Verdict(
    "ours",
    Reading("test-failure", "fix", "pytest", (Failure("AssertionError", "hello", "test_greet"),)),
    {"test": 5},
)


def make_thread(number, path="README.md", **parts):
    comment = ThreadComment(number, "mel", f"Remark {number}.", "2026", "2026")
    return replace(ReviewThread(f"T{number}", path, (comment,), line=number), **parts)


@pytest.fixture
def read(build):
    """Read the request where a person's pull request holds these files."""

    def read(files, **parts):
        place = build({"README.md": "# Greeter\n", "old.txt": "old\n"})
        place.forge.push(place.repo.name, "wes", TOPIC, files, "Change")
        number = place.forge.open_pull(place.repo.name, "wes", TOPIC, "Describe it")
        target = fetch_pull(place.ports, place.repo, number)
        checkout = checkout_pull(place.ports, place.repo, target)
        caller = ToolCaller(place.ports, checkout.tree)
        values = {"issue": ISSUE, "target": target, "merge_base": checkout.merge_base, **parts}
        caller.context = AgentContext(checkout.tree, retrieval=Retrieval(), **values)
        return caller.answer("read_request")

    return read


def test_what_is_asked_comes_before_what_it_is_asked_of(read):
    """The words, why CI is red, title and text, comments, threads, and the diff."""
    answer = read(
        {"README.md": "# Greeter\n\nIt greets.\n", "old.txt": None},
        command_words="greet softly",
        earlier_verdict=RED,
        threads=(make_thread(3), make_thread(1, is_resolved=True)),
    )
    parts = (
        "The request is about pull request #1.",
        "| opened by @wes\n| from topic\n| into main",
        "| greet softly",
        "CI of the newest commit is red in test (job 5):",
        "| Describe it",
        "| It is loud.",
        "Comment by @mel",
        "Thread on `README.md`:3",
        "| Remark 3.",
        "(not shown: 1 thread that people resolved)",
        "The pull request changes 2 files:",
        "Its change of file 1 of 2:",
        "| +It greets.",
        "Its change of file 2 of 2:",
    )
    places = [answer.find(part) for part in parts]

    assert -1 not in places, parts[places.index(-1)]
    assert sorted(places) == places


def test_red_ci_alone_is_the_request(read):
    """Without words it is said that to repair it is what is asked for."""
    answer = read({"a.txt": "a\n"}, earlier_verdict=RED)

    assert "is red in test (job 5), and to repair that is the request:" in answer


def test_text_that_is_not_shown_is_told(read):
    """Of an author without access."""
    answer = read({"a.txt": "a\n"}, issue=replace(ISSUE, title="", body="", comments=()))

    assert "(Its title and text are not shown" in answer


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"is_on_file": True}, "the file `README.md`"),
        ({"start_line": 1}, "`README.md`:1-2"),
        ({"side": "left"}, "`README.md`:2, lines that the pull request takes away"),
        (
            {"line": None, "original_line": 9, "is_outdated": True},
            "`README.md`:9, outdated: the lines changed since",
        ),
    ],
)
def test_threads_say_where_they_stand(read, parts, place):
    """On a file, several lines, the old side, and on lines that changed since."""
    answer = read({"a.txt": "a\n"}, threads=(make_thread(2, **parts),))

    assert f"Thread on {place}:" in answer


def test_binary_files_are_named_without_their_bytes(read):
    """They say nothing to a reader."""
    answer = read({"picture.bin": "\0\1\2" * 400})

    assert "(a binary file)" in answer
    assert "GIT binary patch" not in answer


@pytest.mark.long
def test_three_hundred_files_and_two_hundred_threads_are_cut_with_words(read):
    """What is left out is counted, and how it can be had is said; nothing ends in its middle."""
    files = {
        f"src/module_{number:03}.txt": "".join(f"{line}\n" for line in range(60))
        for number in range(300)
    }
    threads = tuple(
        make_thread(number, f"src/module_{number:03}.txt", diff_hunk="@@\n" + "+x\n" * 40)
        for number in range(1, 201)
    )
    answer = read(files, threads=threads, command_words="tidy up")

    assert "The pull request changes 300 files:" in answer
    names, threads_shown = answer.count("\n| src/module_"), answer.count("Thread on ")
    assert f"(cut: {300 - names} more lines; list_dir shows what there is)" in answer
    assert f"(cut: {200 - threads_shown} more open threads)" in answer
    shown = answer.count("Its change of file ")
    assert f"(cut: the changes of {300 - shown} more files are not shown" in answer
    assert min(names, threads_shown, shown) > 10
    assert "characters left out" not in answer
