"""Ranking by embeddings: real models in folders and behind URLs, or the words alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from fastapi import FastAPI, Request, Response
from model2vec import StaticModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from bot.adapters.bounded_http import read_bounded
from bot.adapters.embeddings import HttpEmbedder, StaticEmbedder, open_embedder
from bot.cli.locate import FOUND, CommitSource, print_locations
from bot.ports import Unreachable
from bot.settings import SearchSettings, SettingsError, load_settings
from tests.deliveries import serving
from tests.git_served import git

# Words that mean the like point the same way: the first number is money, the second is drawing.
WORDS = {
    "[UNK]": (0.01, 0.01),
    "invoice": (1.0, 0.0),
    "bill": (0.9, 0.1),
    "pixel": (0.0, 1.0),
    "canvas": (0.1, 0.9),
}
CODE = {
    "a/one.py": "def handle():\n    invoice = 1\n",
    "a/two.py": "def handle():\n    canvas = 1\n",
    "a/three.py": "def handle():\n    pass\n",
}
ISSUE = "handle the bill\n"


@pytest.fixture(scope="session")
def model(tmp_path_factory) -> Path:
    """A small static model, as model2vec writes it."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = Tokenizer(
        WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = Whitespace()
    StaticModel(np.array(list(WORDS.values()), np.float32), tokenizer).save_pretrained(str(folder))
    return folder


@pytest.fixture
def repo(tmp_path) -> Path:
    """Three files that the words alone cannot tell apart."""
    folder = tmp_path / "repo"
    for path, text in CODE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=Begin")
    return folder


@contextmanager
def answering(model: Path, **instead: Any) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """An embeddings API over the model, and what it was asked; `instead` is answered as it is."""
    app, asked = FastAPI(), []

    @app.post("/v1/embeddings")
    async def embed(request: Request) -> Response:
        said = await request.json()
        asked.append(said | {"key": request.headers.get("authorization", "")})
        found = (
            StaticModel.from_pretrained(model, force_download=False).encode(said["input"]).tolist()
        )
        rows = [{"index": place, "embedding": row} for place, row in enumerate(found)][::-1]
        body = instead.get("body", json.dumps({"data": rows}))
        return Response(
            body, instead.get("status", 200), instead.get("headers"), "application/json"
        )

    with serving(app) as port:
        yield f"http://127.0.0.1:{port}/v1", asked


@pytest.fixture
def ask(repo, tmp_path, capsys):
    """The files found with an embedder, and their reasons."""

    def act(embedder) -> dict[str, str]:
        request = tmp_path / "issue"
        request.write_text(ISSUE)
        source = CommitSource(repo, "HEAD", tmp_path / "cache")
        status = print_locations(source, str(request), 20, as_json=True, embedder=embedder)
        assert status == FOUND
        files = json.loads(capsys.readouterr().out)["files"]
        return {file["path"]: "; ".join(file["why"]) for file in files}

    return act


def test_a_model_in_a_folder_ranks_what_words_cannot(ask, model):
    """Without it the three are alike; with it the one about money comes first, and says why."""
    assert list(ask(None)) == [*sorted(CODE)[:1], "a/three.py", "a/two.py"]
    found = ask(open_embedder(str(model)))

    assert next(iter(found)) == "a/one.py"
    assert "by meaning: number 1" in found["a/one.py"]


def test_an_address_is_asked_for_what_is_not_known_yet(ask, model):
    """With the name of the model and the key; the second time for the request alone."""
    with answering(model) as (address, asked):
        found = [ask(open_embedder(address, "small", "secret")) for _ in range(2)]

    assert [next(iter(it)) for it in found] == ["a/one.py", "a/one.py"]
    assert [(it["model"], it["key"], len(it["input"])) for it in asked] == [
        ("small", "Bearer secret", 3),
        ("small", "Bearer secret", 1),
        ("small", "Bearer secret", 1),
    ]
    assert "a/one.py handle" in asked[0]["input"][0]


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (
            {"status": 401, "body": '{"error": "no such key"}'},
            'answers 401: {"error": "no such key"}',
        ),
        ({"status": 307, "headers": {"location": "http://127.0.0.1:9/"}}, "answers 307"),
        ({"body": "<html>"}, "does not answer as an embeddings API does"),
        ({"body": '{"data": []}'}, "3 vectors were expected"),
        ({"body": '{"data": [{"index": 0, "embedding": ["x"]}]}'}, "does not answer as"),
        ({"body": '{"data": 1}'}, "does not answer as"),
    ],
)
def test_without_an_answer_words_decide(ask, model, caplog, instead, told):
    """The search goes on, and why the meaning is missing is said."""
    with answering(model, **instead) as (address, _), caplog.at_level(logging.WARNING):
        found = ask(open_embedder(address, "small"))

    assert found == ask(None)
    assert "ranking by words alone" in caplog.text
    assert told in caplog.text


def test_nobody_there_is_said():
    """A closed port is no crash."""
    with pytest.raises(Unreachable, match="cannot be asked"):
        HttpEmbedder("http://127.0.0.1:9", "small").embed(["x"])


def test_a_folder_without_a_model_is_said(tmp_path):
    """Whether it is empty or holds something else."""
    with pytest.raises(Unreachable, match=r"holds no model: model\.safetensors cannot be read"):
        _ = StaticEmbedder(tmp_path).name
    (tmp_path / "model.safetensors").write_bytes(b"no")
    with pytest.raises(Unreachable, match="cannot be read as a static model"):
        StaticEmbedder(tmp_path).embed(["x"])


def test_settings_say_what_is_missing(tmp_path, model):
    """Before anything is asked."""
    with pytest.raises(SettingsError, match="an address needs GREENLIT_EMBEDDINGS_MODEL"):
        load_settings(SearchSettings, embeddings="https://models.example/v1")
    with pytest.raises(
        SettingsError, match=r"neither an address nor a folder with a model\.safetensors"
    ):
        load_settings(SearchSettings, embeddings=str(tmp_path))

    assert load_settings(SearchSettings).embeddings_source == (None, "", "")
    assert load_settings(SearchSettings, embeddings=str(model)).embeddings_source == (
        str(model),
        "",
        "",
    )


def test_a_model_without_sense_is_said(tmp_path, model):
    """What is no number ranks nothing."""
    tokenizer = StaticModel.from_pretrained(model, force_download=False).tokenizer
    StaticModel(np.full((len(WORDS), 2), np.nan, np.float32), tokenizer).save_pretrained(
        str(tmp_path / "odd")
    )

    with pytest.raises(Unreachable, match="is of no use"):
        StaticEmbedder(tmp_path / "odd").embed(["invoice"])


def test_an_answer_without_end_is_cut_off(model):
    """Whoever says more than was agreed is heard no further."""
    with (
        answering(model, body="x" * 100_000) as (address, _),
        httpx2.stream("POST", f"{address}/embeddings", json={"input": ["x"]}) as reply,
        pytest.raises(ValueError, match="longer than 0 MB"),
    ):
        read_bounded(reply, 1_000)
