"""What is told of another repository's code in a pull request, and to whom it is not told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.fingerprint_database import FingerprintDatabase
from bot.gates import Change
from bot.steps.copied_code import KnownCode
from bot.steps.find_copies import find_copied_lines
from bot.steps.inspect_change import JudgementRules, inspect_change
from bot.steps.render_findings import render_copied_lines
from bot.values import InstallationId, Patch, Repo, RepoConfig
from tests.gates.test_copied import SOURCE
from tests.place import PEOPLE, Place

pytestmark = pytest.mark.served
GPL = "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"


@pytest.fixture
def make_place(town, tmp_path):
    """Make repositories on one forge, whose bot keeps fingerprints."""
    ports = replace(town.ports, fingerprints=FingerprintDatabase(tmp_path / "f.sqlite"))

    def make(name, files, *, private=False):
        owner, _, rest = name.partition("/")
        name = f"{owner}{len(town.forge.state.repositories)}/{rest}" if owner == "new" else name
        town.forge.create_repository(name, files, private=private, people=PEOPLE)
        installation = InstallationId(town.forge.install(town.keys, name))
        return Place(town.forge, ports, Repo(name, installation))

    return make


def find(place, files):
    """Find what a change of the repository has from others."""
    change = Change(dict.fromkeys(files), files)
    return find_copied_lines(place.ports, place.tree(), change)


def test_a_public_repository_is_named_with_place_and_licence(make_place):
    """The own files are known from then on; each change is compared with all repositories that had
    one before. The model reads no word of the other's, for a path may be an order.
    """
    source = make_place("new/source", {"src/ledger.py": SOURCE, "COPYING": GPL})
    own = make_place("new/own", {"a.py": "x = 1\n"})
    nothing = find(own, {"b.py": SOURCE})
    find(source, {})
    (finding,) = find(own, {"b.py": SOURCE, "c.py": "y = 2\n"})
    sha = source.tree().sha[:9]

    assert () == nothing
    assert "b.py:5-30" == finding.place
    assert finding.text == (
        f"21 lines are word for word those of {source.repo.name}: src/ledger.py, lines 5 to 30, "
        f"at {sha}. Its licence: GPL-3.0."
    )
    assert not finding.blocks
    assert "ledger" not in render_copied_lines((finding,))
    assert "b.py:5-30 [copied] These lines" in render_copied_lines((finding,))

    # Of several passages of one file the longest has the place, and the others are counted.
    top, bottom = SOURCE.split("    def load")[0], "    def load" + SOURCE.split("    def load")[1]
    between = "".join(f"name{number} = other{number} + {number}\n" for number in range(9))
    (joined,) = find(own, {"b.py": f"{bottom}{between}{bottom}{top}"})
    assert 1 == joined.line
    assert joined.text.endswith("15 lines more of this file stand there, too.")

    # A repository can have it block, and what it has itself already is nobody's else.
    rules = JudgementRules(RepoConfig(block=("copied",)))
    judged = inspect_change(own.ports, own.tree(), Patch({"b.py": SOURCE}), rules)
    assert [("copied", True)] == [
        (each.gate, each.blocks) for each in judged if each.gate == "copied"
    ]
    own.lay({"100644 d.py": SOURCE.encode()})
    assert () == find(own, {"b.py": SOURCE})


def test_a_private_repository_is_told_of_to_its_owner_alone(make_place):
    """Without its name, and in private repositories alone: a pull request has more readers than the
    code that it speaks of. To those of other owners nothing is told.
    """
    find(make_place("corp/secret", {"src/ledger.py": SOURCE}, private=True), {})
    inside = make_place("corp/inside", {"a.py": "x = 1\n"}, private=True)
    public = make_place("corp/public", {"a.py": "x = 1\n"})
    stranger = make_place("eve/inside", {"a.py": "x = 1\n"}, private=True)
    findings = [find(place, {"b.py": SOURCE}) for place in (inside, public, stranger)]
    source = make_place("new/source", {"other.py": f"{SOURCE}x = 1\n"})
    find(source, {})
    named = [find(place, {"b.py": SOURCE})[0].text for place in (public, stranger)]

    assert findings[1:] == [(), ()]
    assert ["21 lines are word for word those of a private repository of the same owner."] == [
        finding.text for finding in findings[0]
    ]
    # One that nobody may be told of hides none that has the same.
    assert all(source.repo.name in text and "secret" not in text for text in named)


def test_what_the_bot_may_read_no_more_counts_no_more(make_place, town):
    """Its owner suspended the App, or made private what was public: GitHub is asked each time."""
    gone = make_place("gone/source", {"src/ledger.py": SOURCE})
    own = make_place("new/own", {"a.py": "x = 1\n"})
    find(gone, {})
    change, tree = Change({"b.py": None}, {"b.py": SOURCE}), own.tree()
    before = find_copied_lines(own.ports, tree, change)
    town.forge.suspend_installation(gone.repo.installation)
    town.forge.expire_tokens()
    after = [find_copied_lines(own.ports, tree, change) for _ in range(2)]  # with a new token, too

    assert 1 == len(before)
    assert [(), ()] == after


def test_nothing_is_said_before_all_own_files_are_known(make_place):
    """Else the repository's own code could accuse it. They are taken up for a bounded time, and the
    rest with the next change.
    """
    place = make_place("new/own", {"a.py": "x = 1\n"})
    tree = place.lay({f"100644 {name}.py": name.encode() * 900_000 for name in "abcdef"})
    code = KnownCode(place.ports.fingerprints, place.ports.mirrors)

    assert [False, True] == [code.take_up(tree, seconds) for seconds in (0, 60)]


def test_a_fork_and_what_many_have_accuse_nobody(make_place):
    """What shares most files with the own repository is the same project, and what three others have
    is nobody's.
    """
    files = {f"{name}.py": f"{name} = 1\n" for name in "abcd"}
    own = make_place("new/own", files)
    find(make_place("new/fork", {**files, "ledger.py": SOURCE.upper()}), {})
    counts = [len(find(own, {"b.py": SOURCE.upper()}))]
    for number in range(3):
        find(make_place(f"new/one{number}", {f"ledger{number}.py": SOURCE + f"n = {number}\n"}), {})
        counts.append(len(find(own, {"b.py": SOURCE})))

    assert [0, 1, 1, 0] == counts
