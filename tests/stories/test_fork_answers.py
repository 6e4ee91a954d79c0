"""Pull requests from forks, where nothing can be pushed: the answer is one review."""

import re
import subprocess

from bot.views.thread_answer import SUGGESTED
from tests.git_served import git
from tests.pull_scenes import BOT, on_line, read_threads
from tests.stage import BEGIN, END, FILES, REPO, edit, script, staged

OPENING = "work on pull request"
FORK = "eve/greeter"
LOUD = 'def greet(name):\n    """Greet."""\n    return "HELLO " + name\n'
QUIETER = edit('"HELLO "', '"Hello, "')
ELSEWHERE = edit("# Greeter\n", "# Greeter\n\n```sh\ngreet Ada\n```\n", path="README.md")


def read_review(on, pull):
    """The review that the bot wrote, and what stands in its threads."""
    reviews = on.forge.list_reviews(REPO, pull)
    (review,) = [review for review in reviews if review.author == BOT and review.body]
    threads = read_threads(on.forge, pull)
    return review.body, [thread[0][1] for thread in threads if thread[0][0] == BOT]


def test_fork_is_answered_with_suggestions_and_a_patch(tmp_path, checked):
    """One review: what the pull request shows is suggested, the rest is a patch, whose command a
    person copies. Nothing is pushed, the fork's author is not heard, and whoever asked in a thread
    has the answer there. What is red there is read first.
    """
    answer = ("answer_thread", {"thread": 1, "text": "It is softer now.", "done": True})
    play = script(*BEGIN, [QUIETER, ELSEWHERE, answer], END, opening=OPENING)
    with staged(tmp_path, checked, play, FILES) as on:
        assert FORK == on.forge.fork_repository(REPO, "eve")
        head = on.forge.push(FORK, "eve", "main", {"greeting.py": LOUD}, "Greet loudly")
        pull = on.forge.open_pull(REPO, "eve", "eve:main", "Greet loudly")
        on.forge.set_status(REPO, head, "ci/jenkins", "failure")
        on.forge.add_comment(REPO, pull, "eve", "/generate greet everybody")
        assert "refused" == on.heard().outcome.state
        asks = on_line("greeting.py", 3, "/generate greet more softly")
        on.forge.submit_review(REPO, pull, "ada", threads=[asks])
        outcome = on.ended(pull).outcome
        body, threads = read_review(on, pull)
        shown = str(on.double.requests[1].body["messages"][-1])

        assert "suggested" == outcome.state
        assert "1 suggestion and a patch" in outcome.text
        assert ['```suggestion\n    return "Hello, " + name\n```'] == threads
        ((_, (author, reply)), _) = read_threads(on.forge, pull)
        answered = f"It is softer now.\n\n{SUGGESTED}"
        assert (BOT, answered) == (author, reply.partition("-->\n")[2])
        assert "I cannot push to a fork" in body
        assert "Nothing has run this change" in body
        assert "CI of the newest commit is red in ci/jenkins" in shown
        assert head == on.forge.list_branches(FORK)["main"]
        assert {"main"} == set(on.forge.list_branches(REPO))
        assert "✅ Greenlit suggested the change in a review" in on.own(pull)[1]
        (command,) = re.findall(r"^(`{3,})sh\n(.*?)^\1$", body, re.DOTALL | re.MULTILINE)
        git(tmp_path, "clone", "-q", str(on.forge.git_dir(FORK)), "checkout")
        run = {"cwd": tmp_path / "checkout", "input": command[1], "text": True}
        subprocess.run(["sh", "-e"], check=True, **run)
        assert ELSEWHERE[1]["new"] == (tmp_path / "checkout" / "README.md").read_text()
        assert LOUD == (tmp_path / "checkout" / "greeting.py").read_text()
