"""Tests of Claude's double: what it rejects, what its cache keeps, how it plays scripts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from pydantic import ValidationError

from bot.forge.claude_cache import CacheUsage, PromptCache
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.forge.claude_stream import BrokenStream

HEADERS = {"authorization": "Bearer sk-ant-x", "anthropic-version": "2026-10-21"}
GREP = {
    "name": "grep",
    "input_schema": {"type": "object", "properties": {"pattern": {"type": "string"}}},
}
MARK = {"type": "ephemeral"}
SCRIPT = """
about: owner/repo#7
tools: [grep]
turns:
- content:
  - {text: I look.}
  - {tool: grep, input: {pattern: def}}
- expect:
    results: [{tool: grep, contains: ["app.py:3"]}]
  content: [{text: Done.}]
"""

Body = dict[str, Any]


def script(text: str = SCRIPT) -> Script:
    """A script of two turns."""
    return Script.model_validate(yaml.safe_load(text))


def opening() -> Body:
    """A request for the first turn."""
    return {
        "model": "claude-opus-5-5",
        "max_tokens": 64_000,
        "system": [{"type": "text", "text": "You change code. " * 200, "cache_control": MARK}],
        "tools": [GREP],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Work on owner/repo#7.", "cache_control": MARK}
                ],
            }
        ],
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "medium"},
        "cache_control": MARK,
    }


@contextmanager
def serve_forge(double: ClaudeDouble) -> Iterator[httpx2.Client]:
    """A client of the double."""
    with serve_claude(double) as url, httpx2.Client(base_url=url, headers=HEADERS) as client:
        yield client


def following(client: httpx2.Client, text: str = "app.py:3: def", *, failed: bool = False) -> Body:
    """A request for the second turn, with the double's own first turn in it."""
    body = opening()
    content = client.post("/v1/messages", json=body).json()["content"]
    result = {
        "type": "tool_result",
        "tool_use_id": content[-1]["id"],
        "content": text,
        "is_error": failed,
    }
    body["messages"] += [
        {"role": "assistant", "content": content},
        {"role": "user", "content": [result]},
    ]
    return body


def told(response: httpx2.Response) -> str:
    """The message of an error, which has the API's shape."""
    body = response.json()
    assert body["type"] == "error"
    assert body["request_id"] == response.headers["request-id"]
    return f"{response.status_code} {body['error']['type']}: {body['error']['message']}"


# --- what it rejects
# --------------------------------------------------------------------------------------------


def change(**more: Any) -> Callable[[Body], None]:
    """Set top-level parameters."""
    return lambda body: body.update(more)


def first(**more: Any) -> Callable[[Body], None]:
    """Change the first message's block."""
    return lambda body: body["messages"][0]["content"][0].update(more)


def thought(**more: Any) -> Callable[[Body], None]:
    """Change the thinking block."""
    return lambda body: body["messages"][1]["content"][0].update(more)


def cut(message: int, *blocks: int) -> Callable[[Body], None]:
    """Keep only those blocks of a message."""

    def keep(body: Body) -> None:
        content = body["messages"][message]["content"]
        body["messages"][message]["content"] = [content[at] for at in blocks]

    return keep


def many_marks(body: Body) -> None:
    """Five breakpoints."""
    body["tools"][0] = {**GREP, "cache_control": MARK}
    body["messages"][2]["content"][0]["cache_control"] = MARK


def late_hour(body: Body) -> None:
    """A breakpoint for an hour behind one for five minutes."""
    body["cache_control"] = {"type": "ephemeral", "ttl": "1h"}


def words_first(body: Body) -> None:
    """Words before the answers."""
    body["messages"][2]["content"].insert(0, {"type": "text", "text": "Here:"})


def said_twice(body: Body) -> None:
    """The same call, made again."""
    body["messages"] += deepcopy(body["messages"][1:])


def call_of_the_user(body: Body) -> None:
    """A call that is not the model's."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "grep", "input": {}}
    body["messages"][0]["content"].append(call)


def prefill(body: Body) -> None:
    """Words put into the model's mouth."""
    body["messages"].append({"role": "assistant", "content": "Sure:"})


def schema(**more: Any) -> Callable[[Body], None]:
    """Another input schema."""
    return change(tools=[{"name": "grep", "input_schema": {"type": "object", **more}}])


def strict(*parts: Body) -> Callable[[Body], None]:
    """Strict tools."""
    tools = [
        {
            "name": f"t{at}",
            "strict": True,
            "input_schema": {"type": "object", "additionalProperties": False, **part},
        }
        for at, part in enumerate(parts)
    ]
    return change(tools=tools)


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(change(temperature=1.0), "temperature: Extra inputs", id="temperature"),
        pytest.param(change(top_k=5), "top_k: Extra inputs", id="top-k"),
        pytest.param(change(nonsense=1), "nonsense: Extra inputs", id="unknown"),
        pytest.param(change(tool_choice={"type": "any"}), "forced tool use", id="forced"),
        pytest.param(change(tool_choice={"type": "tool", "name": "grep"}), "forced tool use", id="forced-name"),
        pytest.param(change(thinking={"type": "enabled", "budget_tokens": 2000}), "'enabled'", id="enabled"),
        pytest.param(change(thinking={"type": "disabled"}), "'disabled'", id="disabled"),
        pytest.param(change(output_config={"effort": "heroic"}), "output_config.effort", id="effort"),
        pytest.param(change(max_tokens=128_001), "128001 > 128000", id="max-tokens"),
        pytest.param(change(max_tokens=0), "max_tokens", id="no-tokens"),
        pytest.param(change(model="claude-9"), "404 not_found_error: model: claude-9", id="model"),
        pytest.param(change(model="claude-haiku-4-5"), "'adaptive'", id="old-model"),
        pytest.param(change(model="claude-haiku-4-5", thinking=None), "effort", id="old-model-effort"),
        pytest.param(said_twice, "must be unique", id="same-call"),
        pytest.param(call_of_the_user, "only be in assistant", id="call-of-the-user"),
        pytest.param(change(messages=[]), "messages", id="no-messages"),
        pytest.param(change(messages="hi"), "messages", id="messages-text"),
        pytest.param(change(system=[{"type": "text", "text": " "}]), "system", id="empty-system"),
        pytest.param(first(text=""), "messages.0.content", id="empty-text"),
        pytest.param(first(role="user"), "Extra inputs", id="extra-key"),
        pytest.param(first(cache_control={"type": "ephemeral", "ttl": "2h"}), "cache_control.ttl", id="ttl"),
        pytest.param(prefill, "prefill", id="prefill"),
        pytest.param(lambda body: body["messages"].pop(0), "first message", id="model-first"),
        pytest.param(lambda body: body["messages"].pop(1), "unexpected `tool_use_id`", id="answer-to-nothing"),
        pytest.param(words_first, "immediately after", id="words-before-answers"),
        pytest.param(
            lambda body: body["messages"][2].update(content="No answer."), "immediately after", id="no-answer"
        ),
        pytest.param(thought(signature="s"), "signature mismatch", id="signature"),
        pytest.param(thought(thinking="I think."), "signature mismatch", id="thought"),
        pytest.param(thought(cache_control=MARK), "Extra inputs", id="marked-thought"),
        pytest.param(cut(1, 1, 2), "expected `thinking`", id="missing-thought"),
        pytest.param(cut(1, 1, 2, 0), "final block", id="thought-last"),
        pytest.param(first(text="Work on owner/repo#8."), "signature mismatch", id="prefix"),
        pytest.param(change(system="Other words."), "signature mismatch", id="other-system"),
        pytest.param(change(tools=[{**GREP, "description": "new"}]), "signature mismatch", id="other-tools"),
        pytest.param(many_marks, "maximum of 4", id="five-marks"),
        pytest.param(late_hour, "ttl='1h'", id="late-hour"),
        pytest.param(change(tools=[GREP, GREP]), "unique", id="same-names"),
        pytest.param(change(tools=[{**GREP, "name": "a b"}]), "tools.0.name", id="tool-name"),
        pytest.param(schema(type="string"), "must be 'object'", id="no-object"),
        pytest.param(schema(properties={"a": {"type": "text"}}), "no JSON type", id="no-type"),
        pytest.param(schema(properties={"a": {"type": "array", "items": 5}}), "JSON schema is invalid", id="no-schema"),
        pytest.param(schema(required="a"), "required a list", id="required"),
        pytest.param(strict(*[{}] * 21), "too many strict tools", id="strict-tools"),
        pytest.param(strict({"properties": {f"p{at}": TEXT for at in range(25)}}), "optional", id="strict-optional"),
        pytest.param(
            strict({"properties": {f"p{at}": {"type": ["string", "null"]} for at in range(17)}}),
            "unions",
            id="strict-unions",
        ),
        pytest.param(strict({"properties": {"a": {"minimum": 1}}}), "minimum", id="strict-minimum"),
        pytest.param(
            strict({"properties": {}, "additionalProperties": True}), "additionalProperties", id="strict-open"
        ),
    ],
)  # fmt: skip
def test_it_rejects_what_the_api_rejects(spoil: Callable[[Body], None], says: str) -> None:
    """A request that was good is answered with the API's error once it is spoiled, and plays no
    turn.
    """
    double = ClaudeDouble(script())
    with serve_forge(double) as client:
        body = following(client)
        spoil(body)
        response = client.post("/v1/messages", json=body)

    assert says in told(response)
    assert response.status_code in (400, 404)
    assert double.requests[-1].turn is None


def test_it_takes_what_the_api_takes() -> None:
    """Words after the answers, a note of the operator, an hour's breakpoint before the others: all
    are good.
    """
    double = ClaudeDouble(
        script(SCRIPT.replace('app.py:3"]}]', 'app.py:3"]}]\n    texts: [Hurry]'))
    )
    with serve_forge(double) as client:
        body = opening()
        body["system"][0]["cache_control"] = {"type": "ephemeral", "ttl": "1h"}
        content = client.post("/v1/messages", json=body).json()["content"]
        result = {
            "type": "tool_result",
            "tool_use_id": content[-1]["id"],
            "content": [{"type": "text", "text": "app.py:3"}],
        }
        body["messages"] += [
            {"role": "assistant", "content": content},
            {"role": "user", "content": [result]},
            {"role": "user", "content": "Hurry."},
        ]

        assert "Done." == client.post("/v1/messages", json=body).json()["content"][-1]["text"]


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"authorization": "Bearer other"}, "401 authentication_error"),
        ({"authorization": ""}, "401 authentication_error"),
        ({"anthropic-version": "2020-01-01"}, "anthropic-version"),
    ],
)
def test_it_asks_for_key_and_version(headers: dict[str, str], says: str) -> None:
    """Every address wants the key as a bearer token, and a version of the API that exists."""
    with serve_forge(ClaudeDouble(script(), key="sk-ant-x")) as client:
        answers = [
            client.post("/v1/messages", json=opening(), headers=headers),
            client.post("/v1/messages/count_tokens", json={}, headers=headers),
            client.get("/v1/models", headers=headers),
            client.get("/v1/models/claude-opus-5-5", headers=headers),
        ]

    assert all(says in told(answer) for answer in answers)


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"\xff"])
def test_it_rejects_what_is_no_json_object(raw: bytes) -> None:
    """Bytes that are no JSON object are a bad request."""
    with serve_forge(ClaudeDouble(script())) as client:
        assert "400 invalid_request_error" in told(client.post("/v1/messages", content=raw))


def test_it_rejects_more_than_it_can_carry() -> None:
    """A request of more than 32 MB is too large."""
    with serve_forge(ClaudeDouble(script())) as client:
        assert "413 request_too_large" in told(
            client.post("/v1/messages", content=b" " * (32 * 1024 * 1024 + 1))
        )


# --- how it plays
# -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer", "failed", "says"),
    [
        (SCRIPT, "lib.py:9", False, "turn 1: expected the answer of grep to hold 'app.py:3', came 'lib.py:9'"),
        (SCRIPT, "app.py:3", True, "turn 1: expected the answers ['grep ok'], came ['grep failed: app.py:3']"),
        (SCRIPT.replace("tool: grep, c", "tool: read, c"), "app.py:3", False, "expected the answers ['read ok']"),
        (SCRIPT.replace("results:", "texts: [Hurry]\n    results:"), "app.py:3", False, "words that hold 'Hurry'"),
        (SCRIPT.replace("results:", "tools: [sed]\n    results:"), "app.py:3", False, "expected the tools ('sed',)"),
        (SCRIPT[: SCRIPT.index("- expect")], "app.py:3", False, "turn 1: the script has ended, it has 1 turns"),
    ],
)  # fmt: skip
def test_difference_from_the_script_is_loud(
    text: str, answer: str, failed: bool, says: str
) -> None:
    """What the script does not expect is a bad request that says which turn, what was expected and
    what came.
    """
    double = ClaudeDouble(script(text))
    with serve_forge(double) as client:
        response = client.post("/v1/messages", json=following(client, answer, failed=failed))

    assert "400 invalid_request_error: script 'owner/repo#7'" in told(response)
    assert says in told(response)
    assert {0: 1} == double.paid_turns


def test_words_that_nobody_expects_are_loud() -> None:
    """A nudge that the script does not know stops it."""
    with serve_forge(ClaudeDouble(script())) as client:
        body = following(client)
        body["messages"][2]["content"].append({"type": "text", "text": "Go on."})

        assert "expected no words, came 'Go on.'" in told(client.post("/v1/messages", json=body))


def test_other_tools_are_loud() -> None:
    """The tools that are offered are part of the script."""
    with serve_forge(ClaudeDouble(script())) as client:
        body = opening() | {"tools": [GREP, {**GREP, "name": "sed"}]}

        assert "expected the tools ('grep',), came ('grep', 'sed')" in told(
            client.post("/v1/messages", json=body)
        )


def test_repeated_request_gets_the_same_answer() -> None:
    """Which turn comes is told by the request alone, so a repeated one gets the same; how often is
    counted.
    """
    double = ClaudeDouble(script())
    with serve_forge(double) as client:
        body = following(client)
        answers = [client.post("/v1/messages", json=body).json() for _ in range(3)]

    assert answers[0]["content"] == answers[1]["content"] == answers[2]["content"]
    assert {0: 1, 1: 3} == double.paid_turns


def test_script_is_chosen_by_the_first_message() -> None:
    """Each conversation plays the script that is about it; one that is about none is loud."""
    other = Script.model_validate(
        {"about": "owner/repo#8", "turns": [{"content": [{"text": "Eight."}]}]}
    )
    with serve_forge(ClaudeDouble([script(), other])) as client:
        said = []
        for number in (7, 8, 9):
            body = opening()
            body["messages"][0]["content"][0]["text"] = f"Work on owner/repo#{number}."
            said.append(client.post("/v1/messages", json=body))

    assert ["I look.", "Eight."] == [answer.json()["content"][1]["text"] for answer in said[:2]]
    assert "no script is about this conversation, which begins 'Work on owner/repo#9.'" in told(
        said[2]
    )


def test_stream_says_what_the_message_says() -> None:
    """The events of a stream, put together, are the message without a stream."""
    with serve_forge(ClaudeDouble(script())) as client:
        whole = client.post("/v1/messages", json=opening()).json()
        stream = client.post("/v1/messages", json=opening() | {"stream": True}).text
    events = [json.loads(part.partition("data: ")[2]) for part in stream.strip().split("\n\n")]
    pieces = [event["delta"] for event in events if event["type"] == "content_block_delta"]

    assert "I look." == "".join(delta.get("text", "") for delta in pieces)
    assert {"pattern": "def"} == json.loads(
        "".join(delta.get("partial_json", "") for delta in pieces)
    )
    assert whole["content"][0]["signature"] == "".join(
        delta.get("signature", "") for delta in pieces
    )
    assert ["message_start", "ping", "message_delta", "message_stop"] == [
        event["type"] for event in events if not event["type"].startswith("content_block")
    ]
    assert whole["usage"]["output_tokens"] == events[-2]["usage"]["output_tokens"]


def test_thinking_is_shown_when_asked_for() -> None:
    """Thinking is empty unless its display is asked for; then it is signed with its words."""
    with serve_forge(ClaudeDouble(script())) as client:
        body = opening() | {"thinking": {"type": "adaptive", "display": "summarized"}}

        assert (
            "Considering" in client.post("/v1/messages", json=body).json()["content"][0]["thinking"]
        )
        assert "Considering" in client.post("/v1/messages", json=body | {"stream": True}).text


def test_pace_makes_a_turn_last() -> None:
    """A turn may take its time, so that a demo looks natural."""
    slow = Script.model_validate({"turns": [{"content": [{"text": "Slow."}], "pace_s": 0.4}]})
    with serve_forge(ClaudeDouble(slow, pace=1.0)) as client:
        began = time.monotonic()
        client.post("/v1/messages", json=opening() | {"stream": True})

    assert time.monotonic() - began >= 0.4


def test_no_pace_is_instant() -> None:
    """A turn of an hour is there at once, or the client would give up."""
    slow = Script.model_validate({"turns": [{"content": [{"text": "Slow."}], "pace_s": 3600}]})
    with serve_forge(ClaudeDouble(slow, pace=0.0)) as client:
        assert "Slow." in client.post("/v1/messages", json=opening() | {"stream": True}).text


def test_broken_answer_is_counted_but_not_whole() -> None:
    """A turn whose answer broke off was paid, and its request says that it did not end."""
    double = ClaudeDouble(script(), {0: BrokenStream("eof", 4)})
    with serve_forge(double) as client:
        for _ in range(2):
            client.post("/v1/messages", json=opening() | {"stream": True})

    assert [False, True] == [seen.is_complete for seen in double.requests]
    assert {0: 2} == double.paid_turns


def test_script_is_read_from_a_file(tmp_path: Path) -> None:
    """Scripts are YAML, or JSON, which is YAML too."""
    (tmp_path / "a.yml").write_text(SCRIPT)
    (tmp_path / "a.json").write_text(script().model_dump_json())

    assert script() == Script.load(tmp_path / "a.yml") == Script.load(tmp_path / "a.json")


@pytest.mark.parametrize(
    "spoil",
    [
        "turn: []",
        "turns: [{content: []}]",
        "turns: [{content: [{word: x}]}]",
        "turns: [{expects: {}}]",
    ],
)
def test_mistake_in_a_script_is_told(spoil: str) -> None:
    """A script that says something unknown is not played."""
    with pytest.raises(ValidationError):
        script(spoil)


# --- what it counts
# ---------------------------------------------------------------------------------------------


def test_tokens_are_counted_as_they_are_billed() -> None:
    """The count for a prompt is what its message is billed for."""
    double = ClaudeDouble(script())
    with serve_forge(double) as client:
        body = {key: value for key, value in opening().items() if key != "max_tokens"}
        counted = client.post("/v1/messages/count_tokens", json=body).json()
        client.post("/v1/messages", json=opening())

    assert {"input_tokens": double.requests[0].usage.prompt} == counted


def test_models_are_listed_and_described() -> None:
    """Each listed model is described under its name, and no other is."""
    with serve_forge(ClaudeDouble(script())) as client:
        page = client.get("/v1/models").json()
        model = client.get(f"/v1/models/{page['first_id']}").json()
        none = client.get("/v1/models/gpt")

    assert page["data"][0] == model
    assert "404 not_found_error" in told(none)


def prompt(*texts: str, marked: tuple[int, ...] = (), ttl: str = "5m") -> Body:
    """A prompt of text blocks, some with a breakpoint."""
    blocks: list[Body] = [{"type": "text", "text": text} for text in texts]
    for at in marked:
        blocks[at]["cache_control"] = {"type": "ephemeral", "ttl": ttl}
    return {"model": "m", "messages": [{"role": "user", "content": blocks}]}


LONG = "x" * 4_000


def test_cache_reads_what_it_wrote() -> None:
    """A prefix is written at its breakpoint and read from there, by a longer prompt too."""
    cache = PromptCache()
    first_usage = cache.bill(prompt(LONG, "a", marked=(0,)))
    second_usage = cache.bill(prompt(LONG, "b", marked=(0,)))

    assert (first_usage.written_5m, 0) == (second_usage.read, first_usage.read)
    assert first_usage.fresh == second_usage.fresh > 0


def test_cache_forgets_after_its_time() -> None:
    """Five minutes after it was last used a prefix is gone; an hour after, if it was written for an
    hour.
    """
    for ttl, lives_s in (("5m", 300), ("1h", 3_600)):
        now = [0.0]
        cache = PromptCache(now=lambda now=now: now[0])  # type: ignore[misc] # bound at once
        body = prompt(LONG, marked=(0,), ttl=ttl)
        reads = []
        for step in (0, lives_s - 1, lives_s - 1, lives_s + 1):
            now[0] += step
            reads.append(cache.bill(body).read > 0)

        assert [False, True, True, False] == reads


def test_cache_bills_an_hour_apart() -> None:
    """What is written for an hour and for five minutes is told apart."""
    body = prompt(LONG, LONG, marked=(0, 1))
    body["messages"][0]["content"][0]["cache_control"]["ttl"] = "1h"
    usage = PromptCache().bill(body)

    assert usage.written_1h == usage.written_5m > 0
    assert usage.to_json(7)["cache_creation_input_tokens"] == usage.written_1h + usage.written_5m


def test_cache_looks_back_twenty_blocks() -> None:
    """Nineteen blocks behind what was written it is found; twenty behind, it is not."""
    for more, found in ((19, True), (20, False)):
        cache = PromptCache()
        cache.bill(prompt(LONG, marked=(0,)))
        usage = cache.bill(prompt(LONG, *"x" * more, marked=(more,)))

        assert found == (usage.read > 0)


def test_cache_keeps_no_short_prefix() -> None:
    """A prefix of less than 512 tokens is not kept."""
    cache = PromptCache()
    body = prompt("x" * 1_900, marked=(0,))
    cache.bill(body)

    assert CacheUsage(fresh=cache.count_prompt(body)) == cache.bill(body)


@pytest.mark.parametrize(
    "more", [{"model": "n"}, {"output_config": {"effort": "low"}}, {"tools": [GREP]}]
)
def test_cache_is_lost_with(more: Body) -> None:
    """Another model, effort or tools find nothing."""
    cache = PromptCache()
    cache.bill(prompt(LONG, marked=(0,)))

    assert 0 == cache.bill(deepcopy(prompt(LONG, marked=(0,))) | more).read


def test_automatic_breakpoint_stands_at_the_end() -> None:
    """Without a mark of its own the end of the prompt is kept when the request asks for it."""
    cache = PromptCache()
    cache.bill(prompt(LONG) | {"cache_control": MARK})

    assert cache.bill(prompt(LONG, LONG) | {"cache_control": MARK}).read > 1_000
