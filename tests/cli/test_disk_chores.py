"""What is kept of owners who uninstalled the App goes."""

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.cli.disk_chores import forget_uninstalled
from bot.cli.kept_stores import open_disk_keeper, open_kept_mirrors
from bot.forge import Forge, serve_forge
from bot.settings import ServerSettings

NOWHERE = "http://127.0.0.1:9"  # the port of "discard": nobody listens
FILES = {"README.md": "# A\n"}


@pytest.fixture
def forge(tmp_path, checked):
    """A GitHub with the App on a repository of Ada's; with where it is and the App's keys."""
    forge = Forge(tmp_path / "forge")
    forge.create_repository("ada/engine", FILES, people={"ada": "admin"})
    keys = forge.create_app("greenlit", {"contents": "write"}, [])
    installation = forge.install(keys, "ada/engine")
    with serve_forge(forge, checked) as url:
        yield f"{url}/api/v3", keys, installation


def make_mirror(settings, name, installation):
    mirror = open_kept_mirrors(settings).open(name)
    mirror.make()
    mirror.note_installation(installation)


def test_what_is_kept_of_an_uninstalled_owner_goes(tmp_path, forge, caplog):
    """GitHub is asked where the App is; while it does not say, all stays."""
    url, keys, installation = forge
    settings = ServerSettings(home=tmp_path / "home")
    (tmp_path / "home/mirrors/.empty").mkdir(parents=True)
    for name, number in (("ada/engine", installation), ("bob/tool", installation + 1)):
        make_mirror(settings, name, number)
    keeper = open_disk_keeper(settings)
    caplog.set_level("INFO")

    silent = GitHubApp(keys.id, keys.private_key, api_url=NOWHERE)
    forget_uninstalled(settings, silent, keeper)
    assert 2 == len(keeper.stores["mirrors"].list_parts(()))
    assert "stays for another day" in caplog.text

    hub = GitHubApp(keys.id, keys.private_key, api_url=url)
    forget_uninstalled(settings, hub, keeper)
    forget_uninstalled(settings, hub, keeper)
    assert ["ada/engine"] == [part.name for part in keeper.stores["mirrors"].list_parts(())]
    assert 1 == caplog.text.count("installed no more for 1 repository")
