"""The base is merged into a pull request's branch: clean, certain, by the model, or not at all."""

from contextlib import contextmanager
from functools import partial
from threading import Lock

import pytest

from bot.forge.claude_double import ClaudeDouble
from bot.forge.claude_script import Script
from tests.git_served import git
from tests.pull_scenes import BRANCH, open_own_pull, settle, wait_for_run
from tests.stage import BEGIN, END, FILES, GOOD, REPO, edit, script, staged

ABOUT = ("solve issue #1", "bring the branch")
OPENING = "Solve each so that both sides keep what they meant"
CODE = 'def greet(name):\n    return "Hello " + name\n'
MINE = {"greeting.py": 'def greet(name):\n    return "Hello, " + name\n'}
YOURS = {"greeting.py": 'def greet(name):\n    return "Hello there " + name\n'}
NOTES = {"README.md": "# Greeter\n\nIt greets.\n"}
BASE, OURS, THEIRS = (
    f'    return "{word}" + name\n' for word in ("Hello ", "Hello, ", "Hello there ")
)
REST = f"{OURS}||||||| base\n{BASE}=======\n{THEIRS}>>>>>>> theirs\n"
SOLVED = '    return "Hello there, " + name\n'
SOLVE = edit(f"<<<<<<< ours\n{REST}", SOLVED)


class Latecomer:
    """Lets somebody act just before the bot's push, or its fetch, reaches the forge, once."""

    def __init__(self, wrap):
        self.wrap, self.act, self.lock = wrap, None, Lock()
        self.before = b"git-receive-pack"

    def __call__(self, app):
        wrapped = self.wrap(app)

        async def serve(scope, receive, send):
            is_time = self.before in scope.get("query_string", b"")
            with self.lock:
                act, self.act = (self.act, None) if is_time else (None, self.act)
            if act is not None:
                act()
            await wrapped(scope, receive, send)

        return serve


@pytest.fixture
def late(checked):
    """What a person does at the worst moment: nothing, until a test says so."""
    return Latecomer(checked)


@pytest.fixture
def stage(tmp_path, late):
    """Makes a stage: stage(turns..., tree, opening, settings...)."""

    @contextmanager
    def make(*turns, tree=FILES, opening=OPENING, **settings):
        play = script(*turns, opening=opening) if turns else Script(about=REPO, turns=())
        with staged(tmp_path, late, play, tree, **settings) as on:
            yield on

    return make


def show(on, branch, form):
    """Tell of the branch's newest commit."""
    return git(on.forge.git_dir(REPO), "log", "-1", f"--format={form}", branch)


def test_a_clean_merge_is_pushed_and_ci_watched(stage):
    """One commit on both tips, no model, nothing forced; a second `/update` finds nothing to do."""
    with stage() as on:
        pull = on.pull("topic", NOTES)
        on.forge.push(REPO, "ada", "main", {"NEWS.md": "x\n"}, "News")
        heads = on.forge.list_branches(REPO)
        on.say(pull, "/update")
        outcome = on.ended(pull).outcome
        on.say(pull, "/update")
        again = on.ended(pull, 2).outcome

        assert ("changed", "CI is green.") == (outcome.state, outcome.text)
        assert f"{heads['topic']} {heads['main']}|Merge branch 'main' into topic" == show(
            on, "topic", "%P|%s"
        )
        assert "@ada I merged `main` (1 commit), and pushed [`" in on.ends(pull)[0]
        assert ("unchanged", True) == (again.state, "nothing to merge" in again.text)
        assert not on.double.paid_turns


def test_conflicts_are_solved_by_rules_and_by_the_model(stage):
    """What is certain is solved first; the model solves the rest with both sides before it, half a
    solution is refused, and one commit holds all.
    """
    tree = {**FILES, "NEWS.md": "# News\n\n"}
    half = edit("<<<<<<< ours\n", "")
    with stage(*BEGIN, [half], END, [edit(REST, SOLVED)], END, tree=tree) as on:
        pull = on.pull("topic", {**MINE, "NEWS.md": "# News\n\n- A comma.\n"})
        news = {"NEWS.md": "# News\n\n- A title.\n"}
        on.forge.push(REPO, "ada", "main", {**YOURS, **news}, "Greet there")
        heads = on.forge.list_branches(REPO)
        on.say(pull, "/update")
        outcome = on.ended(pull).outcome
        files = on.forge.read_files(REPO, "topic")
        (end,) = on.ends(pull)
        request = str(on.double.requests[1].body)

        assert "changed" == outcome.state
        assert f"{heads['topic']} {heads['main']}" == show(on, "topic", "%P")
        assert f"def greet(name):\n{SOLVED}" == files["greeting.py"]
        assert "# News\n\n- A comma.\n- A title.\n" == files["NEWS.md"]
        assert "- NEWS.md: both additions" in show(on, "topic", "%B")
        assert "I solved conflicts that left no doubt in `NEWS.md`." in end
        assert "I solved others in `greeting.py`: please look there closely." in end
        assert "Commits of theirs that touched greeting.py, newest first:" in request
        assert "| Greet there" in request


def test_what_nobody_can_solve_here_is_told_and_not_pushed(stage):
    """A lockfile and a binary: no turn of the model, nothing pushed, each file with its reason, and
    how a person merges it.
    """
    tree = {**FILES, "uv.lock": "a = 1\n", "logo.txt": "x\0"}
    with stage(tree=tree) as on:
        pull = on.pull("topic", {**MINE, "uv.lock": "a = 2\n", "logo.txt": "y\0"})
        theirs = {**YOURS, "uv.lock": "a = 3\n", "logo.txt": "z\0"}
        on.forge.push(REPO, "ada", "main", theirs, "Change")
        before = on.forge.list_branches(REPO)
        on.say(pull, "/update")
        outcome = on.ended(pull).outcome
        (end,) = on.ends(pull)

        assert ("gave up", "conflicts", before) == (
            outcome.state,
            outcome.kind,
            on.forge.list_branches(REPO),
        )
        assert "I cannot merge `main` into this branch, so I pushed nothing." in end
        assert "- `uv.lock`: a tool makes it anew: `uv lock`." in end
        assert "- `logo.txt`: it is binary, so one side's must be chosen." in end
        assert "git switch topic\ngit merge origin/main\n" in end
        assert not on.double.paid_turns


def test_conflicts_that_the_model_leaves_are_told(stage):
    """The model hands in nothing: nothing is pushed, and its reason is told with the files."""
    with stage(*BEGIN, END) as on:
        pull = on.pull("topic", MINE)
        on.forge.push(REPO, "ada", "main", YOURS, "Change")
        before = on.forge.list_branches(REPO)
        on.say(pull, "/update")
        on.ended(pull)
        (end,) = on.ends(pull)

        assert before == on.forge.list_branches(REPO)
        assert "I could not solve the conflicts with `main`, so I pushed nothing." in end
        assert "- `greeting.py`: both sides changed the same lines." in end
        assert "git merge origin/main" in end


def test_a_merge_that_turns_ci_red_is_repaired(stage):
    """Both sides are green and do not conflict, and together they fail: the model mends it on top of
    the merge.
    """
    test = 'from greeting import greet\n\nassert greet("Ada") == "Hello Ada", greet("Ada")\n'
    mended = edit('"Hello, "', '"Hello "')
    with stage(*BEGIN, [mended], END, opening="work on pull request") as on:
        pull = on.pull("topic", {"test_greeting.py": test})
        on.forge.push(REPO, "ada", "main", MINE, "Add a comma")
        assert on.forge.wait_until_idle(30)
        on.say(pull, "/update")
        outcome = on.ended(pull).outcome

        assert "changed" == outcome.state
        assert CODE == on.forge.read_files(REPO, "topic")["greeting.py"]
        assert "Merge branch 'main' into topic" == show(on, "topic^", "%s")


def test_whoever_pushes_meanwhile_comes_first(stage, late):
    """A clean merge is made anew on top of what came in between; nothing of it is lost."""
    with stage() as on:
        pull = on.pull("topic", NOTES)
        on.forge.push(REPO, "ada", "main", {"NEWS.md": "x\n"}, "News")
        late.act = lambda: on.forge.push(REPO, "ada", "topic", {"late.txt": "x\n"}, "Late")
        on.say(pull, "/update")
        outcome = on.ended(pull).outcome

        assert "changed" == outcome.state
        assert "Late" == show(on, "topic^1", "%s")
        assert {"late.txt", "NEWS.md"} <= {*on.forge.read_files(REPO, "topic")}


@pytest.mark.parametrize(
    ("pushed", "state"), [({"late.txt": "x\n"}, "changed"), ({"greeting.py": "x = 1\n"}, "stopped")]
)
def test_what_the_model_solved_is_kept_while_it_fits(stage, late, pushed, state):
    """Somebody pushes while the model writes: where the conflicts are the same its solution is laid
    over the new merge, else the run stops and says so.
    """
    with stage(*BEGIN, [SOLVE], END) as on:
        pull = on.pull("topic", MINE)
        on.forge.push(REPO, "ada", "main", YOURS, "Change")
        late.act = lambda: on.forge.push(REPO, "ada", "topic", pushed, "Late")
        on.say(pull, "/update")
        outcome = on.ended(pull).outcome
        files = on.forge.read_files(REPO, "topic")

        assert state == outcome.state
        assert pushed.items() <= files.items()
        assert (state == "changed") == (SOLVED in files["greeting.py"])


def test_what_becomes_of_the_pull_request_meanwhile_is_told(stage, late):
    """Closed, retargeted, or its branch deleted while the bot merges: a sentence, and no push."""
    acts = (
        (lambda forge: forge.close_pull(REPO, 1, "ada"), "the pull request was closed"),
        (lambda forge: forge.retarget_pull(REPO, 2, "ada", "next"), "from `main` to `next`"),
        (lambda forge: forge.delete_branch(REPO, "topic3", "ada"), "topic3"),
    )
    with stage() as on:
        on.forge.push(REPO, "ada", "next", {"next.txt": "x\n"}, "Next")
        pulls = [on.pull(f"topic{number}", NOTES) for number in (1, 2, 3)]
        on.forge.push(REPO, "ada", "main", {"NEWS.md": "x\n"}, "News")
        before = on.forge.list_branches(REPO)
        for pull, (act, words) in zip(pulls, acts, strict=True):
            late.before, late.act = b"git-upload-pack", partial(act, on.forge)
            on.say(pull, "/update")
            outcome = on.ended(pull).outcome

            assert (None, True) == (late.act, words in outcome.text), outcome
            assert outcome.state in ("stopped", "refused")
        assert on.forge.list_branches(REPO).items() <= before.items()


def test_the_bots_own_pull_request_is_updated_by_itself(stage):
    """The base moves so that it conflicts: one run, told to whoever pushed; the next event about the
    same base starts none, and one that is mergeable is left alone.
    """
    with stage(*BEGIN, [SOLVE], END) as on:
        pull = open_own_pull(on.forge, MINE)
        other = open_own_pull(on.forge, NOTES, "greenlit/8-notes")
        on.forge.push(REPO, "ada", "main", YOURS, "Greet there")
        settle(on)
        asked, *_ = on.bot.runs(9, story="follow_base")
        on.forge.edit_pull(REPO, pull, "ada", title="Greet")
        settle(on)
        again, *_ = on.bot.runs(9, story="follow_base")
        (run,) = on.bot.runs(9, story="update_branch")
        (end,) = on.ends(pull)

        assert ("changed", f"started {run.key}") == (run.outcome.state, asked.outcome.text)
        assert SOLVED in on.forge.read_files(REPO, BRANCH)["greeting.py"]
        assert "@ada I began unasked, because `main` moved and conflicts with this" in end
        assert (False, "ignored") == (again.key == asked.key, again.outcome.state)
        assert [] == on.own(other)


def test_an_issues_pull_request_is_updated_in_its_name(tmp_path, checked):
    """The run of the issue and the update are numbered together; who asked for the one is told of
    the other, on the pull request.
    """
    first = script(*BEGIN, [GOOD], END)
    second = script(*BEGIN, [SOLVE], END, opening=OPENING)
    play = [
        each.model_copy(update={"about": about})
        for each, about in zip((first, second), ABOUT, strict=True)
    ]
    with staged(tmp_path, checked, ClaudeDouble(play, pace=0)) as on:
        issue = on.issue()
        on.label(issue)
        pull = on.ended(issue).outcome.pull
        on.forge.push(REPO, "wes", "main", YOURS, "Greet there")
        run = wait_for_run(on, "update_branch")
        (end,) = on.ends(pull)

        assert (f"{REPO}#{issue}/2", "changed") == (run.key, run.outcome.state)
        assert end.partition("-->\n")[2].startswith("@ada I began unasked, because `main` moved")
        assert 1 == len(on.ends(issue))


def test_what_cannot_be_updated_by_itself_is_told_once(stage):
    """A lockfile: the reason stands on the pull request once, however often its base is looked at;
    the next commit of the base is tried again.
    """
    tree = {**FILES, "uv.lock": "a = 1\n"}
    with stage(tree=tree) as on:
        pull = open_own_pull(on.forge, {"uv.lock": "a = 2\n"})
        on.forge.push(REPO, "ada", "main", {"uv.lock": "a = 3\n"}, "Lock")
        settle(on)
        asked = len(on.bot.runs(9, story="follow_base"))
        on.forge.edit_pull(REPO, pull, "ada", title="Greet")
        settle(on)
        again = len(on.bot.runs(9, story="follow_base"))
        (end,) = on.ends(pull)
        on.forge.push(REPO, "ada", "main", {"uv.lock": "a = 4\n"}, "Lock")
        wait_for_run(on, "update_branch", 2)

        assert "- `uv.lock`: a tool makes it anew: `uv lock`." in end
        assert (asked + 1, 2) == (again, len(on.ends(pull)))


def test_a_repository_may_want_no_updates_by_itself(stage):
    """`update: off` leaves the bot's pull requests as they are; `/update` still works."""
    tree = {**FILES, ".github/greenlit.yml": "update: off\n"}
    with stage(*BEGIN, [SOLVE], END, tree=tree) as on:
        pull = open_own_pull(on.forge, MINE)
        on.forge.push(REPO, "ada", "main", YOURS, "Greet there")
        settle(on)
        asked, *_ = on.bot.runs(9, story="follow_base")
        before = on.bot.runs(9, story="update_branch")
        on.say(pull, "/update")
        run = wait_for_run(on, "update_branch")

        assert ("ignored", ()) == (asked.outcome.state, before)
        assert "changed" == run.outcome.state


def test_a_fork_is_told_who_can_update_it(stage):
    """Nothing can be pushed there, so nothing is begun; on an issue the command does not work."""
    with stage() as on:
        fork = on.forge.fork_repository(REPO, "eve")
        on.forge.push(fork, "eve", "topic", NOTES, "Change")
        pull = on.forge.open_pull(REPO, "eve", "eve:topic", "Change")
        on.say(pull, "/update")
        issue = on.issue()
        on.say(issue, "/update")

        assert "where I cannot push" in on.own(pull)[0]
        assert "`/update` works on pull requests." in on.own(issue)[0]
        assert () == on.bot.runs(9, story="update_branch")
