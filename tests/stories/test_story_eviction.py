"""What was evicted between two runs is fetched and made anew by the next one."""

from bot.assembly import build_github
from bot.cli.disk_chores import is_idle, start_disk_chores
from bot.cli.kept_stores import open_disk_keeper
from bot.ports import NoMetrics
from tests.stage import BEGIN, END, GOOD, REPO, edit, script, staged
from tests.stories.test_story_resume import NO_CI

MORE = edit('"Hello, "', '"Hallo, "')


def evict(on):
    """Evict all that no live run uses, whenever it was used; tell which bytes stay."""
    keeper = open_disk_keeper(on.settings, on.bot.list_live_runs)
    keeper.cap_bytes, keeper.grace_s = 1, -3600.0
    return keeper.keep().kinds


def test_a_run_goes_on_from_one_whose_mirror_is_gone(tmp_path, checked):
    """On the same branch, in the same conversation and pull request."""
    with staged(tmp_path, checked, script(*BEGIN, [GOOD], END, [MORE], END), NO_CI) as on:
        issue = on.issue()
        on.label(issue)
        first = on.ended(issue)
        # It looks after a minute; what is of the App's own installations stays.
        start_disk_chores(on.settings, build_github(on.settings), on.bot, NoMetrics())
        assert is_idle(on.bot)
        kinds = evict(on)
        assert not (on.settings.home / f"mirrors/{REPO}.git").exists()
        assert (0, 0) == (kinds["mirrors"], kinds["known"])

        on.forge.add_comment(REPO, issue, "ada", "/generate in German, please")
        second = on.ended(issue, run=2)
        files = on.forge.read_files(REPO, on.forge.list_pulls(REPO)[0].head)

    assert ("opened", first.outcome.pull) == (second.outcome.state, second.outcome.pull)
    assert '"Hallo, "' in files["greeting.py"]
