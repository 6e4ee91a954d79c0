"""Commits that a run made or fetched on another machine are brought when they are read."""

from dataclasses import dataclass, field

from bot.adapters.git.elsewhere import Elsewhere
from bot.adapters.git.mirrors import GitMirrors
from bot.values import Author, CommitDetails, Patch, Tree

DETAILS = CommitDetails("Quieter", Author("bot", "bot@x.example"), "2026-11-30T10:00:00+00:00")


@dataclass
class Shelf:
    """Made commits, in memory."""

    packs: dict = field(default_factory=dict)

    def keep_pack(self, repo, sha, pack):
        self.packs[repo.name, sha] = pack

    def read_pack(self, repo, sha):
        return self.packs.get((repo.name, sha))


def test_a_commit_that_was_made_elsewhere_can_be_pushed(place, tmp_path):
    """Its parent is fetched from the remote; what is new in it comes from the other machine."""
    shelf, repo = Shelf(), place.repo
    find_remote = place.ports.credentials.fetch_remote
    maker, pusher = (
        GitMirrors(tmp_path / name, ("http",), elsewhere=Elsewhere(shelf, find_remote))
        for name in ("maker", "pusher")
    )
    tree = maker.fetch(repo, find_remote(repo), place.tree().branch)
    sha = maker.commit(tree, {"greeting.py": "quiet\n"}, (tree.sha,), DETAILS)
    pushed = pusher.push(repo, find_remote(repo), sha, "greenlit/1-quiet", None)

    assert pushed.is_ours
    assert b"quiet\n" == pusher.read(Tree(repo, sha, tree.branch), ["greeting.py"])["greeting.py"]
    assert "+quiet" in pusher.diff(tree, Patch({"greeting.py": "quiet\n"}))
