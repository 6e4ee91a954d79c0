"""`greenlit doctor`: each thing that is wrong is told in one line, with how to mend it."""

import os
import re
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.resources import files
from io import StringIO

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.console import Console

from bot.adapters.dbos.sqlite import lock_home
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.probes.__main__ import ATTACKS
from bot.cli.doctor import run_doctor
from bot.cli.doctor.diagnosis import Diagnosis
from bot.cli.doctor.kept_disk import judge_disk
from bot.cli.doctor.sandbox_tier import check_sandbox
from bot.cli.doctor.services import check_collector
from bot.forge import Forge, serve_forge
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import examine_settings
from bot.values import DiskUse
from tests.otlp_receiver import collecting
from tests.tier_required import require_tier

REPO = "acme/greeter"
WANTED = yaml.safe_load(files("deploy").joinpath("app.yml").read_text())
PERMISSIONS, EVENTS = WANTED["default_permissions"], WANTED["default_events"]
LACKING = {name: level for name, level in PERMISSIONS.items() if name != "checks"} | {
    "actions": "read"
}
NOWHERE = "http://127.0.0.1:9"  # the port of "discard": nobody listens


class Ward:
    """What the doctor looks at, all of it well until a test makes it sick."""

    def __init__(self, home, checked, stack, permissions=PERMISSIONS, events=EVENTS):
        self.forge = Forge(home / "forge")
        self.forge.create_repository(REPO, {"README.md": "# Greeter\n"}, people={"ada": "admin"})
        self.keys = self.forge.create_app("greenlit", permissions, events)
        self.installation = self.forge.install(self.keys, REPO)
        self.forge.set_webhook_url(self.keys, f"{NOWHERE}/github")
        self.url = stack.enter_context(serve_forge(self.forge, checked))
        self.home = home / "bot"
        self.claude = stack.enter_context(serve_claude(ClaudeDouble(Script(turns=()), key="right")))

    def examine(self, **changed):
        """The exit code, and the lines of what is not well."""
        code, lines = self.read(**changed)
        return code, [line for line in lines if line.startswith(("✗", "!"))]

    def read(self, width=400, **changed):
        """The exit code, and all lines."""
        given = {
            "app_id": self.keys.id,
            "private_key": self.keys.private_key,
            "webhook_secret": self.keys.webhook_secret,
            "github_url": self.url,
            "github_api_url": f"{self.url}/api/v3",
            "anthropic_api_key": "right",
            "anthropic_url": self.claude,
            "home": self.home,
            "port": 0,
            "page_port": 0,
            "sandbox": "none",  # trying one takes a second
            **changed,
        }
        told = StringIO()
        code = run_doctor(Console(file=told, width=width), given)
        # What to do stands below what is wrong, indented.
        text = re.sub(r"\n {15}", " ", told.getvalue()) if width == 400 else told.getvalue()
        return code, text.splitlines()


@pytest.fixture
def ward(tmp_path, checked):
    """A forge, an App, Claude's API and a home, as `greenlit serve` needs them."""

    @contextmanager
    def make(**told):
        with ExitStack() as stack:
            made = Ward(tmp_path, checked, stack, **told)
            made.forge.wait_until_idle(30)
            made.forge.webhooks.deliveries.clear()  # the ping to nobody
            yield made

    return make


def test_all_is_well(ward):
    """Nothing is marked, the exit code is 0, and no home was made only because it was looked for."""
    with ward() as well:
        assert (0, []) == well.examine()
        assert not well.home.exists()


def test_the_sandbox_is_tried(tmp_path):
    """The best tier, with the attacks that it kept out; one that is asked for and does not work
    must be mended, and one that is forbidden is not tried.
    """
    require_tier(Bubblewrap())

    def check(choice):
        return check_sandbox(examine_settings(home=tmp_path, sandbox=choice))

    well = f"bubblewrap: {len(ATTACKS)} attacks were tried in it, and all were kept out."
    assert Diagnosis("Sandbox", well, state="well") == check("auto")
    assert Diagnosis(
        "Sandbox",
        "none. No code of a repository is run.",
        "Why not container: no image is set: `GREENLIT_SANDBOX_IMAGE=python:3.13-slim` names one.",
        "sick",
    ) == check("container")
    forbidden = "none, as GREENLIT_SANDBOX says: no code of a repository is run."
    assert Diagnosis("Sandbox", forbidden, state="note") == check("none")
    wrong = "not tried, for want of the settings marked above."
    assert Diagnosis("Sandbox", wrong, state="note") == check("docker")


def other_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()


PEM = "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----"
SICK = {
    "another App's key": ({"private_key": other_key()}, ("GitHub App", "GREENLIT_PRIVATE_KEY")),
    "no key at all": ({"private_key": PEM}, ("GitHub App", "GREENLIT_PRIVATE_KEY")),
    "another App's id": ({"app_id": 4711}, ("GitHub App", "GREENLIT_APP_ID")),
    "API not reached": ({"github_api_url": NOWHERE}, ("GitHub App", "GREENLIT_GITHUB_API_URL")),
    "wrong key for Claude": (
        {"anthropic_api_key": "wrong"},
        ("Claude", "GREENLIT_ANTHROPIC_API_KEY"),
    ),
    "Claude not reached": ({"anthropic_url": NOWHERE}, ("Claude", "GREENLIT_ANTHROPIC_URL")),
    "unknown model": (
        {"model": "claude-new-9", "prices": '{"claude-new-9": [1, 1, 1, 1]}'},
        ("claude-new-9 is unknown", "GREENLIT_MODEL"),
    ),
}


@pytest.mark.parametrize(("wrong", "said"), SICK.values(), ids=SICK)
def test_a_wrong_setting_is_one_line_that_names_it(ward, wrong, said):
    """One mark, with the setting to look at; the exit code is 1."""
    with ward() as sick:
        code, marked = sick.examine(**wrong)

    assert (1, 1) == (code, len(marked))
    assert [] == [word for word in said if word not in marked[0]]


def test_no_settings_are_all_told_at_once(ward):
    """Each that is missing has its line; what can be looked at without them is."""
    with ward() as sick:
        code, marked = sick.examine(
            app_id="", private_key="", webhook_secret="", anthropic_api_key=""
        )

    names = ("APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "ANTHROPIC_API_KEY")
    assert (1, 4) == (code, len(marked))
    assert [] == [name for name in names if not any(f"GREENLIT_{name}" in line for line in marked)]


def test_github_and_claude_are_asked_whatever_else_is_wrong(ward):
    """A wrong setting hides nothing but what needs it."""
    with ward() as sick:
        code, lines = sick.read(
            webhook_secret="short", port="http", effort="hi", model="gpt-7", usd_per_run="much"
        )

    marked = [line for line in lines if line.startswith("✗")]
    assert (1, 5) == (code, len(marked))
    assert "✓ GitHub App   greenlit, id" in "\n".join(lines)
    assert "✓ Claude       takes the key; no model was looked up" in lines
    assert "The 5 things marked ✗ must be mended. Then ask again: greenlit doctor" == lines[-1]


def test_what_cannot_be_asked_is_said_and_not_marked(ward):
    """The settings that are missing are marked already."""
    with ward() as sick:
        _, lines = sick.read(app_id="", anthropic_api_key="")

    not_asked = "not asked, for want of the settings marked above."
    assert f"· GitHub App   {not_asked}" in lines
    assert f"· Claude       {not_asked}" in lines


def test_what_is_set_but_wrong_is_never_told_to_be_set(ward):
    """It is said what is wrong with it, with an example of what is right."""
    with ward() as sick:
        _, marked = sick.examine(port="http")

    assert [
        '✗ Setting      GREENLIT_PORT is set to "http", but that is not a whole number. For example: GREENLIT_PORT=8484'
    ] == marked


def test_the_file_that_was_read_is_told_and_a_misspelt_name_in_it(ward, tmp_path):
    """With the name that may be meant; it forbids nothing, for it may be another program's."""
    file = tmp_path / "bot.env"
    file.write_text("GREENLIT_PAGE_PROT=1234\n")
    with ward() as odd:
        code, lines = odd.read(_env_file=file)

    assert 0 == code
    assert f"✓ Settings     read from the environment and {file}" in lines
    assert (
        "! Setting      GREENLIT_PAGE_PROT is set, but there is no such setting. "
        "Did you mean GREENLIT_PAGE_PORT?"
    ) in lines


def test_a_file_that_is_not_there_is_told(ward, tmp_path):
    """And what is missing may be put there."""
    file = tmp_path / ".env"
    with ward() as sick:
        _, lines = sick.read(_env_file=file, app_id="")

    assert f"✓ Settings     read from the environment; there is no {file} to read" in lines


def test_a_file_that_is_no_text_is_wrong_and_not_read(ward, tmp_path):
    """It is told once, and not as if it had been read."""
    file = tmp_path / "bot.env"
    file.write_bytes(b"\xff\xfe\x00")
    with ward() as sick:
        code, lines = sick.read(_env_file=file)

    assert 1 == code
    assert "✓ Settings     read from the environment" in lines
    assert f"✗ Setting      {file} cannot be read: it is no text." in lines


def test_a_webhook_that_sends_forms_is_well(ward):
    """GitHub's default for an App that is made by hand; both are read."""
    with ward() as well:
        well.forge.set_webhook_url(well.keys, f"{NOWHERE}/github", content_type="form")
        well.forge.wait_until_idle(30)
        well.forge.webhooks.deliveries.clear()
        code, lines = well.read()

    assert 0 == code
    assert (
        f"✓ Webhook      {NOWHERE}/github, with a secret, sent as a form, which is fine too"
        in lines
    )


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ({"webhook_secret": ""}, 1, "without a secret: all it brings is refused."),
        ({"webhook_insecure_ssl": "1"}, 0, "GitHub does not check who answers there."),
    ],
)
def test_a_webhook_that_is_not_safe_is_marked(ward, how, code, words):
    """Unsigned deliveries never pass; a certificate that nobody asks for lets others listen."""
    with ward() as sick:
        app = sick.forge.state.apps[sick.keys.id]
        url = "https://bot.example/github"
        sick.forge.state.apps[sick.keys.id] = replace(app, webhook_url=url, **how)
        found, marked = sick.examine()

    assert (code, 1) == (found, len(marked))
    assert f"Webhook      {url}" in marked[0]
    assert words in marked[0]


def test_what_other_users_could_read_is_told_with_the_command_that_closes_it(ward):
    """Private code, logs and secrets are in the bot's folder."""
    with ward() as odd:
        odd.home.mkdir(mode=0o755)
        (odd.home / ".env").touch(mode=0o644)
        code, marked = odd.examine()

    assert (0, 2) == (code, len(marked))
    assert f"chmod 700 {odd.home}" in marked[0]
    assert f"chmod 600 {odd.home / '.env'}" in marked[1]


def test_a_record_that_is_damaged_is_told(ward):
    """With what can be done."""
    with ward() as sick:
        sick.home.mkdir(mode=0o700)
        (sick.home / "engine.sqlite").write_text("no database")
        (sick.home / "engine.sqlite").chmod(0o600)
        code, marked = sick.examine()

    assert (1, 1) == (code, len(marked))
    assert "engine.sqlite cannot be used: file is not a database." in marked[0]


def test_it_fits_eighty_columns(ward):
    """Whatever is said, at whatever length."""
    with ward() as sick:
        _, lines = sick.read(80, port="http", private_key="/nowhere/" * 30, app_id="")

    assert [] == [line for line in lines if len(line) > 80]


def test_a_lacking_permission_is_named_for_the_app_and_where_it_is_installed(ward):
    """Also one that is there, but only to read."""
    with ward(permissions=LACKING) as sick:
        code, marked = sick.examine()

    assert 1 == code
    assert ["✗ Permissions", "✗ Installed  "] == [line[:13] for line in marked]
    assert all("checks: read" in line and "actions: write" in line for line in marked)


def test_a_lacking_event_is_named(ward):
    """With where to subscribe."""
    with ward(events=[event for event in EVENTS if event != "status"]) as sick:
        code, marked = sick.examine()

    assert (1, 1) == (code, len(marked))
    assert "lacks status" in marked[0]


@pytest.mark.parametrize("url", ["", "https://bot.example", "https://bot.example/github/"])
def test_a_webhook_that_does_not_lead_to_the_door_is_marked(ward, url):
    """No address, or one without the path."""
    with ward() as sick:
        sick.forge.set_webhook_url(sick.keys, url)
        code, marked = sick.examine()

    assert 1 == code
    assert f"Webhook      {url or 'has no URL'}." in marked[0]
    assert "with the path /github." in marked[0]


def test_an_app_that_is_installed_nowhere_is_told_where_to_install_it(ward):
    """With the address of the page."""
    with ward() as sick:
        del sick.forge.state.installations[sick.installation]
        code, marked = sick.examine()

    assert (1, 1) == (code, len(marked))
    assert f"{sick.url}/apps/greenlit" in marked[0]


def test_a_suspended_installation_is_told_with_its_owner(ward):
    """Only the owner can undo it."""
    with ward() as sick:
        sick.forge.suspend_installation(sick.installation)
        code, marked = sick.examine()

    assert (1, 1) == (code, len(marked))
    assert "at acme, but suspended" in marked[0]


def test_an_installation_outside_of_the_allow_list_is_told(ward):
    """What happens there is ignored, which an operator may well want."""
    with ward() as odd:
        code, marked = odd.examine(allow=("globex",))
        allowed = odd.examine(allow=("ACME/*",))

    assert (0, 1) == (code, len(marked))
    assert "at acme, which is not in GREENLIT_ALLOW: what happens there is ignored." in marked[0]
    assert (0, []) == allowed


def test_what_today_has_cost_is_told_beside_its_cap(ward):
    """Only where there is a cap."""
    with ward() as well:
        code, lines = well.read(usd_per_day=20.0)

    assert 0 == code
    assert [line for line in lines if "Today $0.00 of $20.00 (GREENLIT_USD_PER_DAY)" in line]


def test_what_is_kept_is_told_beside_its_cap(ward):
    """In the home of a bot that has run, and nothing is made there."""
    with ward() as patient:
        patient.home.mkdir(mode=0o700)
        [line] = [line for line in patient.read(disk_gb=200)[1] if " Disk " in line]

    assert re.fullmatch(
        r"✓ Disk +0\.0 GB of 200 GB are kept of repositories; \d+\.\d GB are free", line
    )
    assert not (patient.home / "mirrors").exists()


def test_a_disk_that_is_nearly_full_is_marked():
    """What could go is in use then."""
    full = judge_disk(DiskUse({"mirrors": 3 * 10**9}, 10**8, reserve_bytes=10**9))

    assert "odd" == full.state
    assert (
        "3.0 GB, without a cap, are kept of repositories; 0.1 GB are free, which is nearly none."
        == full.text
    )


def test_deliveries_that_did_not_arrive_are_told_but_forbid_nothing(ward):
    """They are of the past, and are asked for again when the bot starts."""
    with ward() as odd:
        odd.forge.add_label(REPO, odd.forge.open_issue(REPO, "ada", "Greet", ""), "autogen", "ada")
        odd.forge.wait_until_idle(30)
        code, marked = odd.examine()

    assert (0, 1) == (code, len(marked))
    assert "2 of the newest hundred did not arrive; last issues.labeled" in marked[0]


def test_a_home_that_cannot_be_written_to_is_marked(ward, tmp_path):
    """A file stands where the folder would be."""
    (tmp_path / "file").touch()
    with ward() as sick:
        code, marked = sick.examine(home=tmp_path / "file" / "home")

    assert (1, 1) == (code, len(marked))
    assert "GREENLIT_HOME" in marked[0]


def test_a_home_that_another_process_uses_is_marked(ward):
    """It is locked, and nobody answers at the door."""
    with ward() as sick, lock_home(sick.home):
        code, marked = sick.examine()

    assert (1, 1) == (code, len(marked))
    assert "in use by another process" in marked[0]


def test_a_port_that_is_taken_is_marked(ward):
    """With the setting that chooses another one."""
    with ward() as sick, socket.create_server(("127.0.0.1", 0)) as taken:
        code, marked = sick.examine(page_port=taken.getsockname()[1])

    assert (1, 1) == (code, len(marked))
    assert f"is taken by process {os.getpid()} (" in marked[0]
    assert "set GREENLIT_PAGE_PORT to another port." in marked[0]


def test_a_deprecated_model_is_told_but_forbids_nothing(ward):
    """It still works, for now."""
    old = "claude-sonnet-4-5"
    with ward() as odd:
        code, marked = odd.examine(model=old, prices=f'{{"{old}": [1, 1, 1, 1]}}')

    assert (0, 1) == (code, len(marked))
    assert "deprecated" in marked[0]


def test_a_model_of_meaning_that_does_not_answer_is_told_but_forbids_nothing(ward):
    """Code is found by words all the same."""
    with ward() as made:
        code, told = made.examine(embeddings=NOWHERE, embeddings_model="small")

    assert code == 0
    assert ["! Embeddings"] == [line[:12] for line in told]
    assert "by words alone" in told[0]


def test_a_collector_of_traces_that_is_away_forbids_nothing(ward):
    """Runs go on without it."""
    with ward() as odd:
        code, marked = odd.examine(otlp_url=NOWHERE)

    assert (0, ["! Traces"]) == (code, [line[:8] for line in marked])


def test_a_collector_of_traces_is_asked():
    """With its headers, and for nothing."""

    def check(**told):
        return list(check_collector(examine_settings(**told)))

    with collecting() as collector:
        [well] = check(otlp_url=collector.url, otlp_headers="x-api-key=a%2Ckey")
        collector.status = 401
        [refused] = check(otlp_url=collector.url)

    assert [] == check()
    assert ("well", "odd") == (well.state, refused.state)
    assert "GREENLIT_OTLP_URL answers 401." == refused.text
    assert "a,key" == collector.headers[0]["x-api-key"]


def test_a_git_that_cannot_merge_is_told_and_does_not_hold_up(tmp_path):
    """All but updates works with an older one, so it is a remark with the version that is needed."""
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.34.1\n")
    old.chmod(0o755)
    code = "from bot.cli.doctor.machine import check_git as check; print(check().render())"
    path = os.pathsep.join([str(tmp_path), *os.get_exec_path()])
    asked = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": path}, capture_output=True, text=True, check=True
    )

    assert "git 2.34.1 cannot merge branches in a bare mirror" in asked.stdout
    assert "takes git 2.38 or newer" in " ".join(asked.stdout.split())
    assert "✗" not in asked.stdout
