"""The checks of a tree, from its files and the repository's configuration."""

from dataclasses import replace

from bot.run import to_json
from bot.steps.admit import compute_caps
from bot.steps.find_repo_checks import find_checks
from bot.values import ConfiguredCheck, RepoConfig
from tests.folder_sandbox import FolderSandbox


def test_what_the_configuration_names_is_found(place):
    """With a kind that its command tells."""
    ports = replace(place.ports, sandbox=FolderSandbox(place.ports.mirrors))
    config = RepoConfig(checks=(ConfiguredCheck("test", "python3 -m pytest"),), setup=())
    project = find_checks(ports, place.tree(), config)

    assert [("test", "test", "")] == [
        (check.name, check.kind, check.obstacle) for check in project.checks
    ]
    assert "test" == find_checks.summarize(to_json(project))[1].plain


def test_a_repository_may_forbid_to_run_its_code(place):
    """It cannot force it: where there is no sandbox there is none."""
    ports = replace(place.ports, sandbox=FolderSandbox(place.ports.mirrors))

    assert ("bubblewrap", "none", "none") == (
        compute_caps(ports, RepoConfig()).sandbox,
        compute_caps(ports, RepoConfig(sandbox=False)).sandbox,
        compute_caps(place.ports, RepoConfig()).sandbox,
    )
