"""Settings are read once, listed all at once when wrong, and never shown when secret."""

import os
import subprocess
import sys

import pytest

from bot.settings import (
    ModelSettings,
    ServerSettings,
    Settings,
    SettingsError,
    describe_settings,
    examine_settings,
    list_secret_values,
    load_settings,
)
from bot.settings.setting_values import parse_allow, parse_indexes

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


WRONG = {
    ("port", "http"): 'is set to "http", but that is not a whole number',
    ("port", "70000"): 'is set to "70000", but it must be between 0 and 65535',
    ("page_port", "8484"): 'is set to "8484", but GREENLIT_PORT is the same',
    ("slots", ""): "is set, but it is empty",
    ("slots", "0"): 'is set to "0", but it must be at least 1',
    ("usd_per_run", "-1"): 'is set to "-1", but it must be more than 0',
    ("usd_per_run", "inf"): 'is set to "inf", but that is not a number',
    ("ci_poll_s", "soon"): 'is set to "soon", but that is not a number',
    ("effort", "hi"): 'is set to "hi", but it must be low, medium, high, xhigh or max',
    ("log_format", "xml"): 'is set to "xml", but it must be text or json',
    ("github_url", "github.com"): 'is set to "github.com", but that is no address',
    ("github_url", "https://[::1"): "but that is no address",
    ("model", "gpt-7"): 'is set to "gpt-7", but its price is not known',
    ("prices", "{"): 'is set to "{", but that is not JSON',
    ("prices", "[]"): "but it must map a model's name to its four prices",
    ("prices", '{"new": [1, 2]}'): "but the price of new must be four numbers",
    ("prices", '{"new": [1, 2, 3, -4]}'): "but the price of new must be four numbers, none below 0",
    ("embeddings", "/nowhere"): "but that is neither an address nor a folder with a model",
    (
        "sandbox_indexes",
        "ruby=https://x.example",
    ): "but ruby is no kind of index: python, node, crates, go are",
    ("sandbox_indexes", "node=x"): "but the address of node must begin with https:// or http://",
    ("private_key", "/nowhere/key.pem"): "is set, but the file /nowhere/key.pem is not there",
    ("private_key", "/"): "is set, but the file / is a folder",
    ("private_key", "no key"): "is set, but the file that it names is not there",
    ("webhook_secret", "short7!"): "is set, but it must have at least 8 characters",
    (
        "database_url",
        "postgresql://ada:p@ss@db/runs",
    ): "is set, but that is no address of a Postgre",
    ("database_url", "postgresql://ada:p#ss@db/runs"): "with %40 for an @ in the password",
    ("app_id", "ghp_0123456789abcdefghij"): 'is set to "***", but that is not a whole number',
}


@pytest.mark.parametrize(("setting", "reason"), WRONG.items(), ids=map(str, WRONG))
def test_what_is_set_but_wrong_is_told_in_plain_words_with_an_example(setting, reason):
    """By its name, with what is wrong, and a value that would be right."""
    name, value = setting
    with pytest.raises(SettingsError) as told:
        load_settings(Settings, **RIGHT | {name: value})

    [line] = str(told.value).splitlines()
    assert line.startswith(f"GREENLIT_{name.upper()} is set")
    assert reason in line
    assert f". For example: GREENLIT_{name.upper()}=" in line


def test_every_setting_has_an_example_unless_any_value_is_right():
    """What is wrong can be told with what is right."""
    without = {name for name, field in Settings.model_fields.items() if not field.examples}

    assert {"embeddings_model", "embeddings_key"} == without


def test_every_example_of_an_optional_setting_is_right():
    """Whoever copies one has a bot that starts."""
    examples = {
        name: field.examples[0]
        for name, field in Settings.model_fields.items()
        if field.examples and not field.is_required()
    }
    given = RIGHT | examples | {"embeddings_model": "small"}

    assert "json" == load_settings(Settings, **given).log_format


def test_parts_that_are_right_can_be_used_when_others_are_wrong(tmp_path):
    """What is wrong stands at its default in a part; a part without one is not there."""
    report = examine_settings(**RIGHT | {"port": "http", "model": "gpt-7", "home": tmp_path})

    assert report.github is not None
    assert report.model is not None
    assert (8484, tmp_path, "claude-opus-5-5") == (
        report.server.port,
        report.server.home,
        report.model.model,
    )
    assert report.has_wrong("port")
    assert not report.has_wrong("home", "app_id")
    assert examine_settings(**RIGHT | {"app_id": "x"}).github is None


def test_it_is_told_where_a_wrong_value_stands(tmp_path):
    """In the file, unless it was given otherwise."""
    file = tmp_path / "bot.env"
    file.write_text("GREENLIT_PORT=http\ngreenlit_slot=3\n")
    texts = [problem.text for problem in examine_settings(**RIGHT, _env_file=file).problems]

    assert [
        f'GREENLIT_PORT is set to "http" in {file}, but that is not a whole number. For example: GREENLIT_PORT=8484',
        "GREENLIT_SLOT is set, but there is no such setting. Did you mean GREENLIT_SLOTS?",
    ] == texts


def test_a_file_that_is_no_text_is_told(tmp_path):
    """By its name; what else is set is looked at all the same."""
    file = tmp_path / "bot.env"
    file.write_bytes(b"\xff\xfe\x00")
    report = examine_settings(**RIGHT, _env_file=file)

    assert [f"{file} cannot be read: it is no text."] == [
        problem.text for problem in report.problems
    ]
    assert report.github is not None
    with pytest.raises(SettingsError, match="it is no text"):
        load_settings(Settings, _env_file=file)


def test_small_letters_will_do_for_the_level_of_the_log():
    """Nobody means anything else by them."""
    assert "DEBUG" == load_settings(Settings, **RIGHT, log_level="debug").log_level


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


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("ModelSettings", ["GREENLIT_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY"]),
        ("ReadTokenSettings", ["GREENLIT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"]),
    ],
)
def test_secrets_leave_the_environment_when_they_are_read(kind: str, names: list[str]):
    """No child of the process inherits one, by any of its names; what is no secret stays."""
    program = (
        "import os\n"
        "from bot import settings\n"
        f"print(settings.list_secret_values(settings.load_settings(settings.{kind}))[0])\n"
        f"print([name for name in {names} if name in os.environ], os.environ['GREENLIT_MODEL'])\n"
    )
    secrets = {name: f"secret-of-{number}" for number, name in enumerate(names)}
    model = {"GREENLIT_MODEL": "claude-opus-5-5"}
    environment = os.environ | model | secrets  # noqa: TID251 - a child of this process
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert ["secret-of-0", "[] claude-opus-5-5"] == ended.stdout.splitlines()


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ("acme", ("acme",)),
        (" acme , ada/greeter,globex/web-* ,", ("acme", "ada/greeter", "globex/web-*")),
        ('["acme", "ada/greeter"]', ("acme", "ada/greeter")),
        ("", ()),
    ],
)
def test_the_allow_list_has_commas_or_is_json(given, allowed):
    """As an operator would write it."""
    assert allowed == parse_allow(given)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("https://github.com/acme", "is neither an owner, such as acme, nor a repository"),
        ("acme greeter", "is neither an owner"),
        ('["acme"', "it begins like JSON, and is none"),
        ("[1]", "it must list owners and repositories"),
    ],
)
def test_what_is_no_allow_list_is_told(given, reason):
    """A pattern that allows nobody would be a riddle."""
    with pytest.raises(ValueError, match=reason):
        parse_allow(given)


@pytest.mark.parametrize("given", ["x-api-key", "=secret-value", "a b=secret-value", "x-api-key= "])
def test_what_are_no_headers_is_told_without_them(given):
    """They may hold a secret all the same."""
    with pytest.raises(SettingsError) as wrong:
        load_settings(ServerSettings, otlp_headers=given)

    assert "GREENLIT_OTLP_HEADERS is set, but it must be pairs of name=value" in str(wrong.value)
    assert "secret-value" not in str(wrong.value)


def test_the_value_of_a_header_is_a_secret_by_itself():
    """A collector may tell it back, and without its name."""
    told = load_settings(ServerSettings, otlp_headers="x-key=the%20api-key, b=short")

    assert {"x-key": "the api-key", "b": "short"} == told.collector[1]
    assert {"the%20api-key", "the api-key"} <= set(list_secret_values(told))


def test_indexes_of_one_kind_are_listed_in_their_order():
    """A kind may be named twice; what is read already is left as it is."""
    told = "python=https://a.example/simple node=https://b.example python=https://c.example"

    assert {
        "python": "https://a.example/simple https://c.example",
        "node": "https://b.example",
    } == (parse_indexes(told))
    assert {} == parse_indexes({})
