"""A lock file follows its manifest: its own tool writes it in a real sandbox, and nothing else moves."""

import json
from dataclasses import replace

import pytest

from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.toolchains import Supplies
from bot.assembly import SystemClock
from bot.ports import Ports
from bot.steps.update_locks import LockWork, identify_manifests, is_written_here, update_locks
from bot.values import Branch, Patch, Remote, RepoConfig, SandboxState
from tests.adapters.sandbox.local_index import serve_index
from tests.adapters.sandbox.sandboxed import REPO, OpenTier
from tests.git_served import commit, git
from tests.tier_required import require_tier

PUBLIC = "https://registry.example.org"
APP = {"name": "app", "version": "1.0.0", "dependencies": {"pad": "^1.0.0"}}


class Locked:
    """A repository with lock files, and the step on a change of it."""

    def __init__(self, home, files, tier, **indexes):
        origin = home / "origin.git"
        origin.mkdir()
        git(origin, "init", "-q", "--bare", "-b", "main")
        commit(origin, {path: text.encode() for path, text in files.items()})
        mirrors = GitMirrors(home / "mirrors", ("file",))
        self.tree = mirrors.fetch(REPO, Remote(origin.as_uri()), Branch("main"))
        state = SandboxState(tier.name)
        sandbox = LocalSandbox(
            home / "s", mirrors, lambda: (tier, state), supplies=Supplies(indexes)
        )
        self.ports = Ports(mirrors, None, SystemClock(), sandbox=sandbox)

    def update(self, files, config=None, written=()):
        work = LockWork(self.tree, Patch(files), config or RepoConfig(), "w", written)
        return update_locks(self.ports, work)


def lock_npm(pad, integrity):
    entry = {"version": pad, "resolved": f"{PUBLIC}/pad/-/pad-{pad}.tgz", "integrity": integrity}
    packages = {"": APP, "node_modules/pad": entry}
    lock = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "requires": True}
    return json.dumps({**lock, "packages": packages}, indent=2) + "\n"


@pytest.mark.served
@pytest.mark.long
def test_a_new_dependency_comes_into_the_lock(tmp_path):
    """The tool asks the mirror for what is new; the rest stays as locked, and so do addresses.

    A version that is not there is told in the tool's words; so is what no tool here can write.
    """
    require_tier(Bubblewrap())
    with serve_index() as index:
        integrity = index.put_tarball("pad", "", "1.2.0")
        index.put_tarball("left", "")
        files = {
            "package.json": json.dumps(APP),
            "package-lock.json": lock_npm("1.2.0", integrity),
            "Gemfile": "gem 'rack'\n",
            "Gemfile.lock": "GEM\n",
        }
        locked = Locked(tmp_path, files, Bubblewrap(), node=index.url)
        wanted = {**APP, "dependencies": {"pad": "^1.0.0", "left": "^1.0.0"}}
        change = {"package.json": json.dumps(wanted), "Gemfile": "gem 'rack'\ngem 'rake'\n"}
        update = locked.update(change)
        missing = {**APP, "dependencies": {"pad": "^1.0.0", "left": "^9.0.0"}}
        failed = locked.update({"package.json": json.dumps(missing)})
        protected = locked.update(change, RepoConfig(protected=("package-lock.json",)))

    lock = json.loads(update.texts["package-lock.json"])["packages"]
    addresses = [package.get("resolved") for package in lock.values()]
    assert ("package-lock.json",) == tuple(update.texts) == update.fresh
    assert [None, f"{PUBLIC}/left/-/left-1.0.0.tgz", f"{PUBLIC}/pad/-/pad-1.2.0.tgz"] == addresses
    assert 0.0 < update.took_s
    assert [
        (
            "Run `bundle lock` and commit what it writes: the dependencies changed, and this lock "
            "file could not be brought up to date here. The sandbox serves no packages of its kind."
        )
    ] == [finding.text for finding in update.findings]
    ((rule, text),) = [(finding.rule, finding.text) for finding in failed.findings]
    assert "unsolved-lock" == rule
    assert (
        "`npm install --package-lock-only` says: npm error notarget No matching version found for "
        "left@^9.0.0" in text
    )
    assert "127.0.0.1" not in text
    assert {"stale-lock"} == {finding.rule for finding in protected.findings}
    assert not protected.texts


def test_what_no_manifest_asks_for_is_told(tmp_path):
    """A lock that a command rewrote without its manifest goes back to what it was."""
    files = {"package.json": json.dumps(APP), "package-lock.json": lock_npm("1.2.0", "sha512-x")}
    locked = Locked(tmp_path, files, OpenTier())
    update = locked.update({"README.md": "# App\n"}, written=("package-lock.json",))

    assert {} == update.texts
    assert ["No manifest of it changed, so it is as it was: only its own tool may write it."] == [
        finding.text for finding in update.findings
    ]
    assert is_written_here("web/package-lock.json")
    assert not is_written_here("Gemfile.lock")
    named = identify_manifests(locked.tree, Patch({"package.json": "{}"}))
    assert named == identify_manifests(
        locked.tree, Patch({"package.json": "{}", "package-lock.json": "{}", "a.py": ""})
    )
    assert named != identify_manifests(locked.tree, Patch({"package.json": "{ }"}))
    assert named != identify_manifests(replace(locked.tree, sha="1"), Patch({"package.json": "{}"}))
