"""Lines that are little like the rest of the repository, named where the repository asks for it."""

from tests.gfm import GitHubPage
from tests.run_record import list_steps
from tests.stage import BEGIN, END, FILES, REPO, script, staged
from tests.steps.test_find_surprising_lines import NEW, OLD

CONFIG = ".github/greenlit.yml"
WRITE = ("create_file", {"path": "notes.py", "text": OLD + NEW})


def test_surprising_lines_are_among_what_to_look_at(tmp_path, checked):
    """Found once, when the pull request is opened."""
    tree = {**FILES, CONFIG: "surprising_lines: true\n"}
    with staged(tmp_path, checked, script(*BEGIN, [WRITE], END), tree) as on:
        issue = on.issue()
        on.label(issue)
        run = on.ended(issue)
        page = GitHubPage(on.forge.list_pulls(REPO)[0].body)

        assert "opened" == run.outcome.state
        assert 1 == list_steps(on.settings.home, run.key).count("find_surprising_lines")
        (named, *_) = (
            line for items in page.lists for line in items if "bits per character" in line
        )
        assert named.startswith("notes.py:")
        assert "if len(notes) ^ ~ limit:" in page.text
