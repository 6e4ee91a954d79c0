"""Code of another repository in a change: the model is told once, and what stays is told people."""

from bot.adapters.fingerprint_database import FingerprintDatabase
from bot.assembly import build_github, build_mirrors
from bot.steps.copied_code import KnownCode
from bot.values import Branch, InstallationId, Repo
from tests.gates.test_copied import SOURCE
from tests.gfm import GitHubPage
from tests.stage import BEGIN, END, GOOD, REPO, script, staged

OTHER = "eve/ledgers"
COPY = ("create_file", {"path": "ledger.py", "text": SOURCE})


def know(on):
    """Have the bot know another repository, as after a run there."""
    on.forge.create_repository(OTHER, {"src/ledger.py": SOURCE}, people={"eve": "admin"})
    repo = Repo(OTHER, InstallationId(on.forge.install(on.keys, OTHER)))
    mirrors = build_mirrors(on.settings)
    remote = build_github(on.settings).fetch_remote(repo)
    index = FingerprintDatabase(on.settings.home / "fingerprints.sqlite")
    KnownCode(index, mirrors).take_up(mirrors.fetch(repo, remote, Branch("main")), 60)


def test_copied_code_is_told_the_model_once_and_then_people(tmp_path, checked):
    """Its first `finish` is answered with the place alone; it leaves the code, and the pull request
    names the source among what to look at.
    """
    with staged(tmp_path, checked, script(*BEGIN, [GOOD, COPY], END, END)) as on:
        know(on)
        issue = on.issue()
        on.label(issue)
        run = on.ended(issue)
        page = GitHubPage(on.forge.list_pulls(REPO)[0].body)
        asked = str(on.double.requests[-1].body)

        assert "opened" == run.outcome.state
        looked = next(line for items in page.lists for line in items if "word for word" in line)
        assert looked.startswith("ledger.py:5-30 21 lines are word for word those of eve/ledgers: ")
        assert "What the checks found" not in page.text
        assert 1 == asked.count("word for word those of another project")
        assert "src/ledger.py" not in asked
        assert "eve/ledgers" not in asked
