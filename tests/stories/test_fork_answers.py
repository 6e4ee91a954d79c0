"""Pull requests from forks, where nothing can be pushed: the answer is one review."""

import re
import subprocess
from contextlib import contextmanager

import pytest

from tests.git_served import git
from tests.pull_scenes import BOT, on_line, read_threads
from tests.stage import BEGIN, END, FILES, REPO, edit, script, staged

OPENING = "work on pull request"
FORK = "eve/greeter"
LOUD = 'def greet(name):\n    """Greet."""\n    return "HELLO " + name\n'
QUIETER = edit('"HELLO "', '"Hello, "')
ELSEWHERE = edit("# Greeter\n", "# Greeter\n\n```sh\ngreet Ada\n```\n", path="README.md")


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage where eve, who may only read, has opened a pull request from a fork."""

    @contextmanager
    def make(*turns, **settings):
        with staged(tmp_path, checked, script(*turns, opening=OPENING), FILES, **settings) as on:
            assert FORK == on.forge.fork_repository(REPO, "eve")
            on.forge.push(FORK, "eve", "main", {"greeting.py": LOUD}, "Greet loudly")
            on.fork_pull = on.forge.open_pull(REPO, "eve", "eve:main", "Greet loudly")
            yield on

    return make


def read_review(on):
    """The review that the bot wrote, and what stands in its threads."""
    reviews = on.forge.list_reviews(REPO, on.fork_pull)
    (review,) = [review for review in reviews if review.author == BOT and review.body]
    threads = read_threads(on.forge, on.fork_pull)
    return review.body, [thread[0][1] for thread in threads if thread[0][0] == BOT]


def test_change_is_suggested_where_the_pull_request_shows_its_lines(stage):
    """One review, one suggestion; nothing is pushed, and the fork's author is not heard. Whoever
    asked in a thread has the answer there.
    """
    answer = ("answer_thread", {"thread": 1, "text": "It is softer now.", "done": True})
    with stage(*BEGIN, [QUIETER, answer], END) as on:
        before = on.forge.list_branches(FORK)
        on.forge.add_comment(REPO, on.fork_pull, "eve", "/generate greet everybody")
        assert "refused" == on.heard().outcome.state
        asks = on_line("greeting.py", 3, "/generate greet more softly")
        on.forge.submit_review(REPO, on.fork_pull, "ada", threads=[asks])
        outcome = on.ended(on.fork_pull).outcome
        body, threads = read_review(on)

        assert ['```suggestion\n    return "Hello, " + name\n```'] == threads
        ((_, (author, reply)), _) = read_threads(on.forge, on.fork_pull)
        assert (BOT, "It is softer now.") == (author, reply.partition("-->\n")[2])
        assert "I cannot push to a fork" in body
        assert "Nothing has run this change" in body
        assert "suggested" == outcome.state
        assert "My review has the change as 1 suggestion." in outcome.text
        assert before == on.forge.list_branches(FORK)
        assert {"main"} == set(on.forge.list_branches(REPO))
        assert "✅ Greenlit suggested the change in a review" in on.own(on.fork_pull)[1]


def test_red_fork_is_mended_by_suggestion_and_patch(stage, tmp_path):
    """`/fix` reads what is red there; what the pull request does not show comes as a patch, whose
    command makes the change, as a person finds who copies it.
    """
    with stage(*BEGIN, [QUIETER, ELSEWHERE], END) as on:
        head = on.forge.list_branches(FORK)["main"]
        on.forge.set_status(REPO, head, "ci/jenkins", "failure")
        on.say(on.fork_pull, "/fix")
        outcome = on.ended(on.fork_pull).outcome
        body, threads = read_review(on)
        (command,) = re.findall(r"^(`{3,})sh\n(.*?)^\1$", body, re.DOTALL | re.MULTILINE)
        git(tmp_path, "clone", "-q", str(on.forge.git_dir(FORK)), "checkout")
        run = {"cwd": tmp_path / "checkout", "input": command[1], "text": True}
        subprocess.run(["sh", "-e"], check=True, **run)

        assert 1 == len(threads)
        assert "suggested" == outcome.state
        assert "1 suggestion and a patch" in outcome.text
        assert ELSEWHERE[1]["new"] == (tmp_path / "checkout" / "README.md").read_text()
        assert LOUD == (tmp_path / "checkout" / "greeting.py").read_text()
