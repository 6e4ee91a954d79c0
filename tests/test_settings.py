"""Settings are read once, listed all at once when wrong, and never shown when secret."""

import os
import subprocess
import sys

import pytest

from bot.settings import ModelSettings, Settings, SettingsError, describe_settings, load_settings

PEM = "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----"
SECRETS = {"private_key": PEM, "webhook_secret": "x" * 20, "anthropic_api_key": "sk-ant-x"}
RIGHT = {"app_id": 1, **SECRETS}


def test_all_that_is_missing_or_wrong_is_told_at_once():
    """Four settings must be set, and each wrong one is named with what is wrong."""
    with pytest.raises(SettingsError) as told:
        load_settings(Settings, private_key="/nowhere/key.pem", port=70000, model="gpt-7")

    lines = str(told.value).splitlines()
    names = {line.split()[0].rstrip(":") for line in lines}
    assert {
        "GREENLIT_APP_ID",
        "GREENLIT_WEBHOOK_SECRET",
        "GREENLIT_PRIVATE_KEY",
        "GREENLIT_PORT",
        "GREENLIT_MODEL",
    } <= names


def test_a_secret_is_not_shown():
    """Neither repr nor str of the settings holds a secret."""
    settings = load_settings(Settings, **RIGHT)

    assert "sk-ant-x" not in repr(settings) + str(settings)
    assert "BEGIN" not in repr(settings)


def test_a_wrong_secret_is_not_told():
    """The list of what is wrong names the setting and never its value."""
    with pytest.raises(SettingsError) as told:
        load_settings(Settings, **RIGHT | {"webhook_secret": "short7!"})

    assert "GREENLIT_WEBHOOK_SECRET" in str(told.value)
    assert "short7!" not in str(told.value)


def test_a_key_may_be_a_file(tmp_path):
    """The private key is the PEM text, or the path of its file."""
    key = tmp_path / "key.pem"
    key.write_text(PEM)

    assert (
        PEM
        == load_settings(
            Settings, **RIGHT | {"private_key": str(key)}
        ).private_key.get_secret_value()
    )


def test_a_key_may_be_one_line():
    """Environment files hold line ends as backslash n."""
    one_line = PEM.replace("\n", "\\n")

    assert (
        PEM
        == load_settings(
            Settings, **RIGHT | {"private_key": one_line}
        ).private_key.get_secret_value()
    )


def test_a_model_needs_a_price():
    """A budget cannot be kept for a model whose price nobody knows; GREENLIT_PRICES tells it."""
    with pytest.raises(SettingsError, match="GREENLIT_PRICES"):
        load_settings(ModelSettings, anthropic_api_key="k", model="claude-new-9")

    prices = '{"claude-new-9": [1, 2, 3, 4]}'
    told = load_settings(ModelSettings, anthropic_api_key="k", model="claude-new-9", prices=prices)
    assert 4 == told.chosen_model.price.output


def test_every_setting_is_described():
    """Doctor and README tell what each one means."""
    assert all(meaning for meaning, _ in describe_settings(Settings).values())


def test_secrets_leave_the_environment_when_they_are_read():
    """No child of the process inherits a key; what is no secret stays."""
    program = (
        "import os\n"
        "from bot.settings import ModelSettings, load_settings\n"
        "print(load_settings(ModelSettings).anthropic_api_key.get_secret_value())\n"
        "print(sorted(name for name in os.environ if 'ANTHROPIC' in name or 'MODEL' in name))\n"
    )
    names = {
        "GREENLIT_ANTHROPIC_API_KEY": "one",
        "ANTHROPIC_API_KEY": "two",
        "GREENLIT_MODEL": "claude-opus-5-5",
    }
    environment = os.environ | names  # noqa: TID251 - a child of this process
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert ["one", "['GREENLIT_MODEL']"] == ended.stdout.splitlines()
