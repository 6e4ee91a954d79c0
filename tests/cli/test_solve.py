"""`greenlit solve`: a change on a folder, without GitHub, and what it says of folders and requests
that are none.
"""

import subprocess
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli.solve import LocalTask, solve_task
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_stream import EarlyStop, FailedRequest
from bot.settings import SolveSettings
from tests.stage import BEGIN, END, FILES, GOOD, PLAN, edit, script

PLAY = (*BEGIN, [GOOD], END)
QUIET = 'def greet(name):\n    return "Hello, " + name\n'


def shallow(root):
    git(root, "commit", "--quiet", "--allow-empty", "-m", "More")
    git(root, "clone", "--quiet", "--depth", "1", root.as_uri(), "shallow")
    return root / "shallow"


def empty(root):
    git(root, "init", "--quiet", "new")
    return root / "new"


QUESTION = ("submit_brief", {"kind": "question"})
BIG = {
    "kind": "feature",
    "criteria": [{"text": f"greet says hello in language {number}"} for number in range(13)],
}
PARTS = [
    {
        "title": "Take the greeting from a table",
        "text": "`greet` takes its word from a table, and says what it said before.",
        "files": ["greeting.py"],
        "criteria": [1, 2],
    },
    {
        "title": "Add the words of the other languages",
        "text": "The table of `greet` has a word for each of the other languages.",
        "files": ["words.py"],
        "criteria": [*range(3, 14)],
        "needs": [1],
    },
]
PROOFS = {
    "proofs": [{"criterion": number, "reading": "`greet` says it."} for number in range(1, 14)]
}


def detached(root):
    git(root, "checkout", "--quiet", "--detach")
    return root


def git(folder, *asked):
    """Run git there, as somebody."""
    who = [
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "init.defaultBranch=main",
    ]
    return subprocess.run(
        ["git", "-C", folder, *who, *asked], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def folder(tmp_path):
    """A repository with the greeter, committed on main."""
    root = tmp_path / "greeter"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Greet")
    return root


@pytest.fixture
def request_file(tmp_path):
    """A request, as people write it."""
    file = tmp_path / "request.md"
    file.write_text("# Greet more quietly\n\nIt shouts.\n")
    return file


@pytest.fixture
def solve(folder, request_file, capsys):
    """Solve with this conversation; gives the exit code, what people are told, and the diff."""

    def act(
        *turns,
        repo=folder,
        issue=request_file,
        apply=False,
        whole=False,
        faults=None,
        **settings,
    ):
        play = script(*turns).model_copy(update={"about": ""})
        double = ClaudeDouble(play, faults, pace=0)
        told = StringIO()
        with serve_claude(double) as url:
            given = {"anthropic_api_key": "k", "anthropic_url": url, "sandbox": "none", **settings}
            task = LocalTask(repo, str(issue), apply, whole)
            code = solve_task(Console(file=told, width=200), lambda: SolveSettings(**given), task)
        return code, told.getvalue(), capsys.readouterr().out

    return act


def greeting(folder):
    return (folder / "greeting.py").read_text()


def test_it_shows_each_turn_the_plan_the_cost_and_the_diff(solve, folder):
    """One line a turn, what it means to do, what it cost; the diff alone is on standard output, and
    git takes it.
    """
    code, told, diff = solve(*PLAY)

    assert 0 == code
    for said in (
        "reads the request",
        "plans",
        "Greet in lower case.",
        "edits greeting.py",
        "4 turns of",
        "$0.",
    ):
        assert said in told
    assert diff.startswith("diff --git a/greeting.py b/greeting.py\n")
    assert FILES["greeting.py"] == greeting(folder)
    subprocess.run(["git", "-C", folder, "apply", "--check"], input=diff, text=True, check=True)


def test_told_to_apply_it_writes_into_the_folder_and_commits_nothing(solve, folder):
    """The files are changed; the history is not."""
    code, told, _ = solve(*PLAY, apply=True)

    assert (0, QUIET) == (code, greeting(folder))
    assert "Nothing is committed" in told
    assert "Greet" == git(folder, "log", "--format=%s").strip()


def test_a_folder_inside_of_the_repository_stands_for_all_of_it(solve, folder):
    """git apply would leave out, without a word, what lies outside of the folder that it is called
    in.
    """
    assert 0 == solve(*PLAY, repo=folder / ".github", apply=True)[0]
    assert QUIET == greeting(folder)


def test_what_is_not_committed_is_said_not_to_be_seen(solve, folder):
    """The base is the newest commit, so people must know that their edits are not in it."""
    (folder / "README.md").write_text("# Changed\n")

    assert "not committed are not seen" in solve(*PLAY)[1]


def test_a_change_that_does_not_fit_is_kept_and_nothing_is_written(solve, folder):
    """Uncommitted edits in one of two files: neither is written, and the change that was paid for
    is not lost.
    """
    (folder / "greeting.py").write_text("def greet(name):\n    return name\n")

    more = edit("# Greeter", "# Quiet greeter", path="README.md")
    code, told, diff = solve(*BEGIN, [GOOD, more], END, apply=True)

    assert 1 == code
    assert FILES["README.md"] == (folder / "README.md").read_text()
    assert "def greet(name):\n    return name\n" == greeting(folder)
    assert diff == Path(told.rpartition("git apply ")[2].strip()).read_text()


def test_a_bare_repository_is_shown_a_diff_and_has_nothing_to_write_into(solve, folder, tmp_path):
    """Its newest commit is a base like any other."""
    bare = tmp_path / "bare.git"
    git(folder, "clone", "--quiet", "--bare", ".", str(bare))

    assert 0 == solve(*PLAY, repo=bare)[0]
    code, told, _ = solve(*PLAY, repo=bare, apply=True)
    assert 2 == code
    assert "bare" in told


def test_a_clone_without_old_contents_is_solved_too(solve, folder, tmp_path):
    """A clone made with --filter brings what it lacks by itself."""
    git(folder, "config", "uploadpack.allowFilter", "true")
    (folder / "README.md").write_text("# Greeter, again\n")
    git(folder, "commit", "--quiet", "-a", "-m", "More")
    partial = tmp_path / "partial"
    git(folder, "clone", "--quiet", "--filter=blob:none", folder.as_uri(), str(partial))

    assert 0 == solve(*PLAY, repo=partial, apply=True)[0]
    assert QUIET == greeting(partial)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        pytest.param(lambda root: root / "nowhere", "no folder", id="no folder"),
        pytest.param(lambda root: root.parent, "no git repository", id="no repository"),
        pytest.param(empty, "no commit", id="empty"),
        pytest.param(detached, "detached", id="detached"),
        pytest.param(shallow, "--unshallow", id="shallow"),
    ],
)
def test_a_folder_that_cannot_be_a_base_is_told_why(solve, folder, prepare, said):
    """Wrong use, in words, before anything is paid for."""
    code, told, _ = solve(repo=prepare(folder))

    assert 2 == code
    assert said in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "cannot be read: No such file", id="missing"),
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n<!-- nothing that is seen -->\n", "is empty", id="nothing to see"),
        pytest.param(b"Gr\xfc\xdfe", "not UTF-8", id="another encoding"),
        pytest.param(b"Greet\n" + b"x" * 1_000_000, "at most 65,536", id="a megabyte"),
    ],
)
def test_a_request_that_is_none_is_told_why(solve, tmp_path, content, said):
    """Wrong use, in words, before anything is paid for."""
    file = tmp_path / "it.md"
    if content is not None:
        file.write_bytes(content)

    code, told, _ = solve(issue=file)

    assert 2 == code
    assert said in told


def test_a_plan_with_questions_asks_and_writes_nothing(solve, folder):
    """The questions are shown, and how to answer them."""
    asking = ("submit_plan", {**PLAN, "questions": ["How quietly?"]})

    code, told, diff = solve([("read_request", {})], [asking], apply=True)

    assert (1, "", FILES["greeting.py"]) == (code, diff, greeting(folder))
    assert "- How quietly?" in told
    assert "Answer in the request" in told


def test_a_question_is_answered_and_a_word_is_asked_about(solve, tmp_path):
    """In words, without a diff; a word does not come to the model."""
    request = tmp_path / "question.md"
    request.write_text("# Does greet shout?\n")
    finish = ("finish", {"title": "Answer", "summary": "It does, in `greet`."})
    asked, told, diff = solve([("read_request", {})], [QUESTION], [finish], issue=request)
    request.write_text("# Fix\n")
    short, said, _ = solve([("read_request", {})], issue=request)

    assert (1, "", 1) == (asked, diff, short)
    assert "It does, in `greet`.\nNothing was changed." in told
    assert "- What should be different:" in said
    assert "0 turns" in said


def test_a_model_that_declines_is_told_with_what_it_cost(solve):
    """Not done, in the API's words, and the turns so far are not hidden."""
    code, told, _ = solve(*PLAY, faults={1: EarlyStop("refusal", category="cyber")})

    assert 1 == code
    assert "Not solved. Claude declined the request." in told
    assert "2 turns of" in told


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(
            FailedRequest(401, "authentication_error", "invalid x-api-key"),
            "GREENLIT_ANTHROPIC_API_KEY",
            id="key",
        ),
        pytest.param(FailedRequest(529, "overloaded_error", "Overloaded"), "529", id="overloaded"),
    ],
)
def test_an_api_that_does_not_answer_is_told(solve, fault, said):
    """Not done, and what to look at."""
    code, told, _ = solve(*PLAY, faults={0: fault})

    assert 1 == code
    assert said in told


def test_a_wrong_configuration_is_told_with_its_line(solve, folder):
    """The repository's own file holds here as it does on GitHub."""
    (folder / ".github/greenlit.yml").write_text("attempts: many\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Configure")

    code, told, _ = solve(*PLAY)

    assert 1 == code
    assert "line 1" in told


def test_a_model_cannot_command_the_terminal(solve):
    """Escape sequences in its words are shown as what they are not."""
    loud = (
        "finish",
        {"title": "Quiet\x1b[2J", "message": "m", "summary": "\x1b]0;owned\x07 [/bold] [red]"},
    )

    _, told, _ = solve(*BEGIN, [GOOD], [loud])

    assert "\x1b" not in told
    assert "[/bold] [red]" in told


def test_a_request_that_is_too_big_is_shown_in_its_parts(solve, tmp_path):
    """The parts, their order, and what can be done; with --whole all of it is one change."""
    request = tmp_path / "big.md"
    request.write_text("# Make it better\n")
    brief = ("submit_brief", BIG)
    turns = ([("read_request", {})], [brief], [("submit_split", {"parts": PARTS})])
    code, told, diff = solve(*turns, issue=request)
    whole = ([brief, *BEGIN[1], GOOD, ("prove_criteria", PROOFS), *END],)
    done, _, _ = solve(turns[0], *whole, issue=request, whole=True)

    assert (1, "") == (code, diff)
    assert "Too big for one change. It has 13 criteria, and one change meets 12 at most." in told
    assert "2. Add the words of the other languages (after 1)\n" in told
    assert "   Done when:\n   - greet says hello in language 2\n" in told
    assert 0 == done
