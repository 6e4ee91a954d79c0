"""`greenlit corpus clone`: what comes into the corpus, from folders, mirrors and over the network."""

from __future__ import annotations

import fcntl
import os
import re
import shutil

import pytest

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.adapters.git.mirrors import GitMirrors
from bot.cli.commands import app
from bot.values import Branch, InstallationId, Remote, Repo
from bot.values.found_repository import FoundRepository
from tests.git_served import SECRET, commit, git, serving
from tests.learn.corpus_scene import CorpusScene, make_code, make_repository, name_all


@pytest.fixture
def scene(tmp_path):
    """A home without a corpus."""
    return CorpusScene(tmp_path / "home")


@pytest.fixture
def served(tmp_path):
    """A server of repositories on this machine."""
    with serving(tmp_path / "served") as served:
        served.root.mkdir(exist_ok=True)
        yield served


@pytest.fixture
def online(tmp_path, served):
    """A home whose GitHub is the server."""
    return CorpusScene(tmp_path / "home", f"{served.url}/api/v3")


FILES = {  # with why each is dropped; "" where it is kept
    "README.md": (b"# Engine\n", None),
    "engine.py": (make_code("engine"), "duplicate"),
    "copy.py": (make_code("engine"), ""),
    "spaced.py": (make_code("engine").replace(b"    ", b"\t"), "duplicate"),
    "tests/test_engine.py": (make_code("trial"), ""),
    "__init__.py": (b"", "empty"),
    "_vendor/six.py": (make_code("six"), "vendored"),
    "engine_pb2.py": (make_code("buffer"), "generated"),
    "old.py": (b"name = '\xe9t\xe9'\n", "not UTF-8"),
    "keys.py": (b"TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'\n", "secret"),
    "paid.py": (b"KEY = 'sk_live_" + b"pLIix6MEOLeMa61EqJomTEI1'\n", "secret"),
    "big.py": (b"x = 1\n" * 200_000, "too large"),
    "120000:link.py": (b"engine.py", "link"),
}


def test_source_is_kept_and_the_rest_has_its_reason(scene, tmp_path):
    """A folder's source at its newest commit is kept; each other file of the language is told of."""
    contents = {path: content for path, (content, _) in FILES.items()}
    code, printed = scene.clone(make_repository(tmp_path / "engine.git", contents))
    reasons = {path: why for path, (_, why) in FILES.items() if why is not None}
    reasons["link.py"] = reasons.pop("120000:link.py")

    assert 0 == code
    assert {"engine", "trial"} == name_all(scene.read_texts()["engine"])
    assert reasons == scene.read_reasons("engine")
    assert re.match(r"engine at [0-9a-f]{8}: 2 files, [\d,]+ characters\. Dropped: ", printed)
    assert "Dropped: 1 vendored, 1 generated, 1 link" in printed


def test_copies_among_repositories_are_dropped(scene, tmp_path):
    """What another repository has is kept once, and what is nearly the same too."""
    whole = make_code("engine", lines=60)
    changed = whole.replace(b"+ 7\n", b"+ 8\n")
    one = make_repository(tmp_path / "one.git", {"a.py": whole, "b.py": make_code("other")})
    two = make_repository(
        tmp_path / "two.git",
        {"c.py": changed, "d.py": make_code("other"), "e.py": make_code("own")},
    )
    scene.clone(one, two)

    assert {"engine", "other"} == name_all(scene.read_texts()["one"])
    assert {"c.py": "near-duplicate", "d.py": "duplicate", "e.py": ""} == scene.read_reasons("two")


def test_a_newer_commit_takes_the_place_of_the_old_one(scene, tmp_path):
    """What was deleted leaves the corpus, with its text; a commit that is there is not read again."""
    repository = make_repository(
        tmp_path / "engine.git", {"a.py": make_code("old"), "b.py": make_code("stays")}
    )
    scene.clone(repository)
    assert "it is in the corpus as it is" in scene.clone(repository)[1]
    commit(repository, {"a.py": None, "c.py": make_code("new")})
    scene.clone(repository)

    assert {"stays", "new"} == name_all(scene.read_texts()["engine"])
    assert 2 == len(scene.list_files())


def test_a_repository_is_cloned_by_its_name(online, served):
    """Over the network only the source is fetched, and the token is written nowhere."""
    make_repository(
        served.root / "ada/engine.git",
        {"a.py": make_code("engine"), "photo.bin": bytes(range(256)) * 900},
    )
    code, printed = online.clone("ada/engine")

    assert (0, {"engine"}) == (code, name_all(online.read_texts()["ada/engine"]))
    assert "ada/engine at " in printed
    files = [path for path in (online.home / "corpus").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files if "repositories" in path.parts) < 100_000
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    assert {SECRET} == {password for _, _, password, _ in served.asked if password}


def test_a_clone_goes_on_at_a_newer_commit(online, served):
    """Cloned again, a repository has its newest commit, fetched on top of what is here."""
    remote = make_repository(served.root / "ada/engine.git", {"a.py": make_code("old")})
    online.clone("ada/engine")
    commit(remote, {"a.py": None, "b.py": make_code("new")})
    online.clone(f"{served.url}/ada/engine.git")

    assert {"ada/engine": {"new"}} == {
        name: name_all(texts) for name, texts in online.read_texts().items()
    }


def test_the_mirrors_are_the_corpus(online, served):
    """Without any name the installation's own mirrors are read, where they are. It is a use of
    theirs, so that a bot at work there does not evict them meanwhile.
    """
    make_repository(served.root / "ada/engine.git", {"a.py": make_code("engine")})
    mirrors = GitMirrors(online.home / "mirrors", ("http",))
    repo = Repo("ada/engine", InstallationId(1))
    mirrors.fetch(repo, Remote(f"{served.url}/ada/engine.git", SECRET), Branch("main"))
    served.asked.clear()
    head = online.home / "mirrors/ada/engine.git/HEAD"
    os.utime(head, (1, 1))
    code, _ = online.clone()

    assert (0, {"engine"}) == (code, name_all(online.read_texts()["ada/engine"]))
    assert head.stat().st_mtime > 1
    assert [] == served.asked
    assert not list((online.home / "corpus/repositories").glob("*.git"))


def test_only_allowed_licences_come_in(scene, tmp_path, capsys):
    """One with another licence, or none, is refused in a sentence, and leaves the corpus."""
    free = make_repository(tmp_path / "free.git", {"a.py": make_code("free")})
    none = make_repository(tmp_path / "none.git", {"b.py": make_code("none")}, licence=b"")
    assert 0 == scene.clone(free, none)[0]
    code, _ = scene.clone(free, none, licences="MIT, Apache-2.0")

    assert (1, {"free"}) == (code, {*scene.read_texts()})
    expected = "none has no licence that is known, and --licences allows MIT, Apache-2.0.\n"
    assert expected == capsys.readouterr().err
    assert 0 == scene.clone(none)[0]
    assert {"free", "none"} == {*scene.read_texts()}


def test_a_file_under_another_licence_is_dropped(scene, tmp_path):
    """What a file says in its head counts, where licences were asked for."""
    head = b"# SPDX-License-" + b"Identifier: GPL-3.0-only\n"
    files = {"a.py": make_code("own"), "b.py": head + make_code("other")}
    scene.clone(make_repository(tmp_path / "mixed.git", files), licences="MIT")

    assert {"a.py": "", "b.py": "licence"} == scene.read_reasons("mixed")


def test_licences_are_judged_anew_when_others_are_asked_for(scene, tmp_path):
    """A commit that is here already is read again, and what it no longer says does not count."""
    head = b"# SPDX-License-" + b"Identifier: GPL-3.0-only\n"
    files = {"a.py": make_code("own"), "b.py": head + make_code("other")}
    repository = make_repository(tmp_path / "mixed.git", files)
    scene.clone(repository)
    kept = {"a.py": "", "b.py": ""}

    assert kept == scene.read_reasons("mixed")
    scene.clone(repository, licences="MIT")
    assert kept | {"b.py": "licence"} == scene.read_reasons("mixed")
    commit(repository, {"LICENSE": b"All rights reserved."})
    assert 1 == scene.clone(repository, licences="MIT")[0]
    assert {} == scene.read_texts()


def test_what_a_partial_clone_lacks_is_not_sent_for(scene, tmp_path):
    """A folder is read as it is: files that its clone left out are dropped, and the rest is kept."""
    whole = make_repository(tmp_path / "whole.git", {"a.py": make_code("own")})
    git(whole, "config", "uploadpack.allowFilter", "true")
    partial = ("clone", "-q", "--bare", "--filter=blob:none", f"file://{whole}", "part.git")
    git(tmp_path, *partial)

    assert 0 == scene.clone(tmp_path / "part.git")[0]
    assert {"a.py": "missing"} == scene.read_reasons("part")


def test_all_is_there_already(online, served):
    """Without a name nothing is done where everything that is known is in the corpus."""
    make_repository(served.root / "ada/engine.git", {"a.py": make_code("engine")})
    online.clone("ada/engine")

    sentence = "All that is known is in the corpus already: 1 repository.\n"
    assert (0, sentence) == online.clone()


@pytest.mark.parametrize("name", ["engine", "motor"])
def test_what_github_tells_later_loses_no_text(online, served, name):
    """Found by a search, under its number or a new name, a repository keeps clone and text."""
    make_repository(served.root / "ada/engine.git", {"a.py": make_code("engine")})
    online.clone("ada/engine")
    url = f"{served.url}/ada/engine"
    with open_corpus_database(online.settings.corpus_url) as database:
        database.save_repositories([FoundRepository("github:7", "github", "ada", "engine", url)])
        database.save_repositories([FoundRepository("github:7", "github", "ada", name, url)])
    served.asked.clear()
    _, printed = online.clone(f"ada/{name}")

    assert {f"ada/{name}": {"engine"}} == {
        name: name_all(texts) for name, texts in online.read_texts().items()
    }
    assert "it is in the corpus as it is" in printed
    assert 1 == len(list((online.home / "corpus/repositories").glob("*.git")))


def test_text_that_is_gone_comes_again(online, served):
    """Where somebody has deleted the text, what was found is not there, and is read again."""
    make_repository(served.root / "ada/engine.git", {"a.py": make_code("engine")})
    online.clone("ada/engine")
    stray = online.home / "corpus/repositories/stray.git"
    stray.mkdir()
    shutil.rmtree(online.home / "corpus/text")

    assert 0 == online.clone()[0]
    assert {"engine"} == name_all(online.read_texts()["ada/engine"])
    assert not stray.exists()


def test_one_that_is_broken_does_not_end_the_others(online, served, capsys):
    """An empty repository, and a name that is nobody's, are told at the end; the rest is there."""
    served.create("ada/empty")
    make_repository(served.root / "ada/engine.git", {"a.py": make_code("engine")})
    code, _ = online.clone("ada/empty", "ada/nobody", "ada/engine")

    assert (1, {"ada/engine"}) == (code, {*online.read_texts()})
    assert (
        "ada/empty is empty: it has no commit yet.\n"
        "There is no ada/nobody that can be read with this token. Check its name.\n"
    ) == capsys.readouterr().err


def test_no_network_is_a_sentence(tmp_path, capsys):
    """Where nobody answers it says so, and keeps nothing of the attempt."""
    scene = CorpusScene(tmp_path / "home", "http://127.0.0.1:9/api/v3")
    code, _ = scene.clone("ada/engine")

    error = capsys.readouterr().err
    assert (1, {}) == (code, scene.read_texts())
    assert error.startswith("ada/engine could not be fetched: ")
    assert error.endswith("Is the network there? Then try again.\n")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("./nowhere", "nowhere is no folder."),
        ("engine", "engine is no folder, and no repository's owner/name."),
        ("a/b/c", "a/b/c is no folder, and no repository's owner/name."),
        ("a b/c", "a b/c is no folder, and no repository's owner/name."),
    ],
)
def test_what_is_no_repository_is_wrong_use(scene, capsys, wanted, sentence):
    """Nothing is cloned when one of the words is a mistake."""
    assert 2 == scene.clone(wanted)[0]
    assert sentence in capsys.readouterr().err


def test_a_folder_without_git_is_wrong_use(scene, tmp_path, capsys):
    """A folder must be a repository, or lie in one."""
    (tmp_path / "plain").mkdir()

    assert 2 == scene.clone(tmp_path / "plain")[0]
    assert "is no git repository" in capsys.readouterr().err


def test_nothing_to_clone_is_told(scene, capsys):
    """Without names, mirrors and findings there is nothing, and it says what to do."""
    assert 1 == scene.clone()[0]
    assert "greenlit corpus find" in capsys.readouterr().err


def test_the_room_is_kept_to(online, served, capsys):
    """What does not fit ends the run in a sentence, and leaves nothing half-written."""
    make_repository(served.root / "ada/small.git", {"a.py": make_code("small")})
    noise = b"".join(make_code(f"big{number}", lines=400) for number in range(20))
    make_repository(served.root / "ada/big.git", {"b.py": noise[:900_000]})
    code, _ = online.clone("ada/small", "ada/big", most_gb=0.000_4)

    assert (1, {"ada/small"}) == (code, {*online.read_texts()})
    assert (
        "The corpus has no more room: --most-gb allows 0.0004 GB. 1 of 2 repositories are left "
        "out. With more room the same command goes on.\n"
    ) == capsys.readouterr().err
    assert 2 == len(online.list_files())
    assert 1 == len(list((online.home / "corpus/repositories").glob("*.git")))
    assert 0 == online.clone("ada/small", "ada/big", most_gb=1)[0]
    assert {"ada/small", "ada/big"} == {*online.read_texts()}


def test_a_repository_without_end_is_left(scene, tmp_path, capsys):
    """Folders that hold each other many times over name more files than any machine could list."""
    bomb = make_repository(tmp_path / "bomb.git", {"a.py": make_code("bomb")})
    tree = git(bomb, "rev-parse", "main^{tree}")
    for _ in range(10):
        entries = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
        tree = git(bomb, "mktree", given=entries.encode())
    head = git(bomb, "commit-tree", "-m", "Grow.", tree)
    git(bomb, "update-ref", "refs/heads/main", head)

    assert 1 == scene.clone(bomb)[0]
    assert "bomb: It names more files than can be listed.\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--most-gb", "inf"], "Give --most-gb a number, such as 20 or 0.5."),
        (["--most-gb", "nan"], "greater than or equal to 0"),
        (["--licences", ","], "Name licences as SPDX does: --licences MIT,Apache-2.0"),
    ],
)
def test_options_without_sense_are_wrong_use(options, sentence, capsys):
    """Nothing is opened or cloned for them."""
    with pytest.raises(SystemExit) as ended:
        app(["corpus", "clone", "ada/engine", *options])

    assert 2 == ended.value.code
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_two_do_not_write_at_once(scene, tmp_path, capsys):
    """While another process builds the corpus, it says so and touches nothing."""
    repository = make_repository(tmp_path / "engine.git", {"a.py": make_code("engine")})
    scene.clone(repository)
    capsys.readouterr()
    with (scene.home / "corpus/clone.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _ = scene.clone(repository)

    assert 1 == code
    assert "Another `greenlit corpus clone`" in capsys.readouterr().err


def test_folders_of_one_name_are_kept_apart(scene, tmp_path):
    """Where two folders are called the same, the second one's name has its folder's before it."""
    one = make_repository(tmp_path / "one/engine.git", {"a.py": make_code("first")})
    two = make_repository(tmp_path / "two/engine.git", {"a.py": make_code("second")})
    scene.clone(one, two)

    assert {"engine", "two-engine"} == {*scene.read_texts()}


def test_a_corpus_of_one_file(scene, tmp_path):
    """One file is a corpus; that it is too small to learn from is told by who learns."""
    scene.clone(make_repository(tmp_path / "tiny.git", {"a.py": b"x = 1\n"}))

    assert {"tiny": ["x = 1\n"]} == scene.read_texts()


def test_a_repository_without_source_is_told(scene, tmp_path):
    """One in another language is in the corpus, with nothing."""
    code, printed = scene.clone(make_repository(tmp_path / "prose.git", {"a.md": b"# Words\n"}))

    assert 0 == code
    assert "it has no source of the language" in printed
