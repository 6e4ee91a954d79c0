"""Suggestions in threads become one commit: what is in it, and what each thread is told."""

from dataclasses import replace

from bot.forge.review_records import NewThread, ThreadPlace
from bot.steps.apply_suggestions import commit_suggestions
from bot.values import Finish, Patch, PullRequest, PushedChange, RepoConfig, Sha
from tests.edits.suggestion_cases import block, on
from tests.git_served import commit, git
from tests.views.run_states import make_state
from tests.views.test_fork_review import TARGET

NUMBER = 9


def apply(place, tree, *threads, protected=(), **changed):
    state = make_state(
        tree=tree,
        config=RepoConfig(protected=protected),
        pull=PullRequest(NUMBER, "https://x.example/pull/9", draft=False),
        pushed=PushedChange(tree.sha, Finish("", "", ""), ()),
        target=TARGET,
    )
    return commit_suggestions(place.ports, replace(state, **changed), threads)


def tree_at(tree, sha):
    return replace(tree, sha=sha)


def test_all_suggestions_are_one_commit_with_their_authors(place):
    """Files keep their bytes and modes; whoever suggested is a co-author, linked by the account."""
    before = {"100755:run.sh": b"a\r\nb\r\n", "notes.txt": b"caf\xe9\nold\n", "x.py": b"1\n2\n3"}
    tree = place.lay(before)
    threads = (
        on(2, block("B\n"), path="run.sh"),
        on(2, "ada: " + block("new\n"), path="notes.txt"),
        on(3, block("4\n5\n"), path="x.py"),
        on(1, block(""), path="x.py"),
        on(2, "Why is this here?", path="x.py"),
    )
    made = apply(place, tree, *threads)
    commit = tree_at(tree, made.sha)
    contents = place.ports.mirrors.read(commit, ["run.sh", "notes.txt", "x.py"])

    assert {"run.sh": b"a\r\nB\r\n", "notes.txt": b"caf\xe9\nnew\n", "x.py": b"2\n4\n5"} == contents
    modes = {entry.path: entry.mode for entry in place.ports.mirrors.entries(commit)}
    assert "100755" == modes["run.sh"]
    assert ("run.sh", "notes.txt", "x.py") == made.paths
    assert [("applied", made.sha)] * 4 == [(told.kind, told.sha) for told in made.answers]
    assert [thread.id for thread in threads[:4]] == [told.thread for told in made.answers]


def test_the_commit_names_what_it_applies(place):
    """The message says whose suggestion is where, and acts on nobody."""
    tree = place.lay({"[skip ci] x.py": b"1\n2\n"})
    thread = on(2, block("3\n"), path="[skip ci] x.py")
    comment = thread.comments[0]
    made = apply(place, tree, replace(thread, comments=(replace(comment, author_id=42),)))
    commit = tree_at(tree, made.sha)

    assert "Apply a suggestion by wes" == made.title
    assert ("Apply a suggestion by wes",) == place.ports.mirrors.subjects(commit, 1)
    (info,) = place.ports.mirrors.past(commit, [made.sha])
    assert (
        "Apply a suggestion by wes\n\n- x.py, line 2, by wes\n\n"
        "Co-authored-by: wes <42+wes@users.noreply.github.com>"
    ) == info.message.strip()


def test_what_may_not_be_changed_is_told_in_its_thread(place):
    """Protected paths and secrets stay out, whoever suggests them; the rest is applied."""
    tree = place.lay({".github/workflows/ci.yml": b"on: push\n", "x.py": b"1\n2\n", "y.py": b"1\n"})
    token = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"
    made = apply(
        place,
        tree,
        on(1, block("on: [push]\n"), path=".github/workflows/ci.yml"),
        on(1, block(f'TOKEN = "{token}"\n'), path="x.py"),
        on(2, block("3\n"), path="x.py"),
        on(1, block("2\n"), path="y.py"),
        protected=("y.py",),
    )
    kinds = [told.kind for told in made.answers]
    texts = [told.text for told in made.answers]

    assert ["declined", "declined", "applied", "declined"] == kinds
    assert texts[0].startswith("`.github/workflows/ci.yml` was not changed: GitHub's own")
    assert "looks like a" in texts[1]
    assert token not in "".join(texts)
    assert "the repository protects `y.py`" in texts[3]
    commit = tree_at(tree, made.sha)
    assert {"x.py": b"1\n3\n"} == place.ports.mirrors.read(commit, ["x.py"])


def test_nothing_to_apply_makes_no_commit(place):
    """What is outdated, gone or a link is refused in words; where nothing is left, nothing is made."""
    tree = place.lay({"x.py": b"1\n2\n", "120000:link.py": b"x.py"})
    made = apply(
        place,
        tree,
        on(2, block("3\n"), path="x.py", seen="+two"),
        on(2, block("3\n"), path="renamed.py"),
        on(1, block("y.py\n"), path="link.py"),
        on(1, "Why?", path="x.py"),
    )

    assert (None, ()) == (made.sha, made.paths)
    assert ["declined"] * 3 == [told.kind for told in made.answers]
    assert "outdated" in made.answers[0].text
    assert "`renamed.py` is no file of the branch now." == made.answers[1].text


def test_a_repeated_step_commits_the_same_files(place):
    """Killed and done again, the step gives the same answers and files for the same tree."""
    tree = place.lay({"x.py": b"1\n2\n"})
    thread = on(2, block("3\n"), path="x.py")
    first, second = apply(place, tree, thread), apply(place, tree, thread)

    assert first.answers[0].kind == second.answers[0].kind == "applied"
    assert tree_at(tree, first.sha).sha != tree.sha
    assert place.ports.mirrors.overlay(tree_at(tree, first.sha), Patch()).sha == (
        place.ports.mirrors.overlay(tree_at(tree, second.sha), Patch()).sha
    )


def test_a_renamed_file_is_followed(place):
    """A suggestion goes where the file is now; not where it was changed as well, or copied."""
    old = {"a.py": b"1\n2\n", "b.py": b"3\n4\n", "c.py": b"5\n6\n"}
    before = place.lay(old)
    moved = {"new/a.py": b"1\n2\n", "b2.py": b"3\n5\n", "c2.py": b"5\n6\n", "c3.py": b"5\n6\n"}
    tree = place.lay({**dict.fromkeys(old), **moved})
    lost = {"line": None, "is_outdated": True, "original_sha": before.sha}
    known = [on(2, block("x\n"), path=path, **lost) for path in old]
    gone = on(2, block("x\n"), path="a.py", **{**lost, "original_sha": Sha("1" * 40)})
    made = apply(place, tree, *known, replace(gone, id="gone"))
    contents = place.ports.mirrors.read(tree_at(tree, made.sha), list(moved))

    assert ["applied", "declined", "declined", "declined"] == [told.kind for told in made.answers]
    assert {**moved, "new/a.py": b"1\nx\n"} == contents


def test_threads_as_github_has_them_are_applied(place):
    """From the review on the page to the commit: hunks, several lines, CRLF, other encodings, and
    a push between the review and the commit.
    """
    folder, name = place.forge.git_dir(place.repo.name), place.repo.name
    lines = [b"line %d\r\n" % number for number in range(1, 41)]
    place.lay({"long.txt": b"".join(lines), "latin.txt": b"caf\xe9\nth\xe9\n"})
    git(folder, "branch", "feature", "main")
    changed = [*lines[:9], b"new 10\r\n", b"new 11\r\n", *lines[11:30], b"new 31\r\n", *lines[31:]]
    work = {"long.txt": b"".join(changed), "latin.txt": b"caf\xe9\nth\xe9\ntea\n"}
    commit(folder, work, branch="feature")
    number = place.forge.open_pull(name, "ada", "feature", "Change lines")
    place.forge.submit_review(
        name,
        number,
        "wes",
        threads=[
            NewThread(ThreadPlace("long.txt", 11, start_line=10), block("ten\n")),
            NewThread(ThreadPlace("long.txt", 31), block("31\n")),
            NewThread(ThreadPlace("latin.txt", 2), block("th\u00e9!\n")),
            NewThread(ThreadPlace("latin.txt", 3), block("Tea\n")),
        ],
    )
    changed[30] = b"pushed 31\r\n"
    pushed = {"long.txt": "first\r\n" + b"".join(changed).decode()}
    place.forge.push(name, "wes", "feature", pushed, "Push meanwhile")
    assert place.forge.wait_until_idle(30)  # the threads follow their lines
    tree = place.tree("feature")
    made = apply(place, tree, *place.ports.reviews.list_threads(place.repo, number))
    contents = place.ports.mirrors.read(tree_at(tree, made.sha), ["long.txt", "latin.txt"])

    assert ["applied", "declined", "declined", "applied"] == [told.kind for told in made.answers]
    assert "outdated" in made.answers[1].text
    assert "is not UTF-8" in made.answers[2].text
    expected = [*lines[:9], b"ten\r\n", *lines[11:30], b"pushed 31\r\n", *lines[31:]]
    assert b"first\r\n" + b"".join(expected) == contents["long.txt"]
    assert b"caf\xe9\nth\xe9\nTea\n" == contents["latin.txt"]


def test_threads_without_a_suggestion_move_with_their_lines(place):
    """What the model is shown afterwards stands on the lines of the new commit."""
    tree = place.lay({"x.py": b"1\n2\n3\n4\n5\n6\n", "y.py": b"1\n2\n"})
    made = apply(
        place,
        tree,
        on(1, block("1\n1\n1\n"), path="x.py"),
        on(3, block(""), path="x.py"),
        on(2, "Why?", path="x.py"),
        on((4, 5), "Why?", path="x.py"),
        on(2, "Why?", path="y.py"),
        on(4, "Why?", path="x.py", side="left"),
    )

    assert [(None, 4), (5, 6), (None, 2), (None, 4)] == [
        (thread.start_line, thread.line) for thread in made.moved
    ]
    assert {"x.py": "1\n1\n1\n2\n4\n5\n6\n"} == made.texts


def test_a_run_for_an_issue_holds_texts_alone(place):
    """Its work is a patch of texts, so what is no UTF-8 is left to people there."""
    tree = place.lay({"x.py": b"1\n", "latin.txt": b"caf\xe9\n"})
    threads = on(1, block("2\n"), path="x.py"), on(1, block("tea\n"), path="latin.txt")
    made = apply(place, tree, *threads, target=None)

    assert ["applied", "declined"] == [told.kind for told in made.answers]
    assert {"x.py": "2\n"} == made.texts
    assert "is not UTF-8" in made.answers[1].text
