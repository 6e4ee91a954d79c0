"""Claude's client over real HTTP, against the double of the API."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, cast

import anthropic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.claude.claude_client import ClaudeClient, StreamPolicy
from bot.adapters.claude.pricing import TokenCounts, price_usage
from bot.adapters.claude.prompt_layout import build_request
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.forge.claude_stream import BrokenStream, ClaudeFault, EarlyStop, FailedRequest
from bot.ports import RateLimited, Refusal, Unreachable
from bot.values import (
    ModelConfig,
    Price,
    PromptPrefix,
    ToolCall,
    ToolResult,
    ToolResults,
    ToolSchema,
    Turn,
    Usage,
    UserText,
)
from tests.benchmarks.tokens import played

pytestmark = pytest.mark.long

KEY = "sk-ant-api03-" + "a1B2c3D4" * 5
CONFIG = ModelConfig("claude-opus-5-5", "medium", Price(4.0, 5.0, 0.20, 20.0))
GREP = ToolSchema(
    "grep", "Find lines.", {"type": "object", "properties": {"pattern": {"type": "string"}}}
)
READ = ToolSchema(
    "read_file",
    "Read a file.",
    {"required": ["path"], "type": "object", "properties": {"path": {"type": "string"}}},
)
PREFIX = PromptPrefix("You change code. " * 200, (READ, GREP))
BEGIN = (UserText("Work on owner/repo#7."),)
LOOK = {"content": [{"text": "I look."}, {"tool": "grep", "input": {"pattern": "naïve ☃"}}]}
DONE = {
    "expect": {"results": [{"tool": "grep", "contains": ["app.py:3"]}]},
    "content": [{"text": "Done."}],
}


@dataclass(frozen=True)
class Dialog:
    """The adapter, and the double that it talks to."""

    claude: ClaudeClient
    double: ClaudeDouble

    def turn(
        self, entries: Sequence[UserText | Turn | ToolResults] = BEGIN, budget_usd: float = 5.0
    ) -> Turn:
        return self.claude.turn(PREFIX, entries, budget_usd)


@contextmanager
def open_dialog(
    *turns: Mapping[str, object],
    faults: Mapping[int, ClaudeFault] | None = None,
    key: str = KEY,
    config: ModelConfig = CONFIG,
    bytes_per_token: float = 4.0,
) -> Iterator[Dialog]:
    """Serve a script to the adapter, which is not patient."""
    double = ClaudeDouble(
        Script.model_validate({"turns": turns or [LOOK]}),
        faults,
        key=KEY,
        bytes_per_token=bytes_per_token,
    )
    with serve_claude(double) as url:
        claude = ClaudeClient(key, config, url, StreamPolicy(read_timeout_s=0.5, pause_s=0))
        try:
            yield Dialog(claude, double)
        finally:
            claude.close()


def answered(turn: Turn, text: str = "app.py:3: naïve", *, failed: bool = False) -> ToolResults:
    """The same answer to every call of the turn."""
    return ToolResults(tuple(ToolResult(call.id, text, failed) for call in turn.calls))


# --- what a turn says
# -------------------------------------------------------------------------------------------


def test_calls_are_read_and_the_conversation_goes_on() -> None:
    """A turn holds the words and calls of the model; sent back with the answers, the API takes it
    as its own.
    """
    with open_dialog(LOOK, DONE) as dialog:
        first = dialog.turn()
        second = dialog.turn([*BEGIN, first, answered(first)])

    assert ("tools", "I look.", [("grep", {"pattern": "naïve ☃"})]) == (
        first.stop,
        first.text,
        [(call.name, call.input) for call in first.calls],
    )
    assert ("end", "Done.", ()) == (second.stop, second.text, second.calls)


def test_content_is_kept_as_received() -> None:
    """The blocks are kept whole, with the thinking and its signature."""
    with open_dialog() as dialog:
        turn = dialog.turn()
        sent = dialog.double.requests[0]

    kept = json.loads(turn.content)
    assert ["thinking", "text", "tool_use"] == [block["type"] for block in kept]
    assert {"type", "thinking", "signature"} == kept[0].keys()
    assert sent.is_complete


def test_failed_answer_is_told_as_an_error() -> None:
    """The model is told that a tool failed, and that a tool had nothing to say."""
    failed = {
        "expect": {"results": [{"tool": "grep", "failed": True, "contains": ["(nothing)"]}]},
        "content": [{"text": "Oh."}],
    }
    with open_dialog(LOOK, failed) as dialog:
        first = dialog.turn()

        assert "Oh." == dialog.turn([*BEGIN, first, answered(first, "", failed=True)]).text


def test_our_words_stand_behind_the_answers() -> None:
    """Words of ours after a tool's answers go into the same message, behind them."""
    more = {
        "expect": {"results": [{"tool": "grep"}], "texts": ["CI is red"]},
        "content": [{"text": "I see."}],
    }
    with open_dialog(LOOK, more) as dialog:
        first = dialog.turn()

        assert (
            "I see." == dialog.turn([*BEGIN, first, answered(first), UserText("CI is red.")]).text
        )


def test_half_a_surrogate_pair_is_sent() -> None:
    """Text that is no UTF-8 does not stop a run."""
    with open_dialog(LOOK, DONE) as dialog:
        first = dialog.turn()

        assert "Done." == dialog.turn([*BEGIN, first, answered(first, "app.py:3 \ud800")]).text


def test_half_a_surrogate_pair_that_is_heard_can_be_kept() -> None:
    """What no file, commit or record could hold is replaced; the rest of the turn stays."""
    with open_dialog({"content": [{"text": "See \ud83d ☃."}]}) as dialog:
        turn = dialog.turn()

    assert "See \ufffd ☃." == turn.text
    assert turn.content.encode()


def test_turn_without_content_is_left_out_of_the_prompt() -> None:
    """A refused turn is no message, and neither are its empty words."""
    entries: list[UserText | Turn | ToolResults] = [
        UserText("a"),
        Turn("refused"),
        UserText("b"),
        Turn("end", '[{"type": "text", "text": " "}]'),
        UserText("c"),
    ]
    request = build_request(CONFIG, PREFIX, entries)

    assert [["a", "b", "c"]] == [
        [block["text"] for block in message["content"]] for message in request["messages"]
    ]


def test_same_conversation_gives_the_same_bytes() -> None:
    """Tools keep their order and their schemas are sorted, so a schema built in another order
    breaks no cache.
    """
    turned = ToolSchema("read_file", "Read a file.", dict(reversed(READ.schema.items())))
    first, second = (
        json.dumps(build_request(CONFIG, PromptPrefix("s", (tool, GREP)), BEGIN))
        for tool in (READ, turned)
    )

    assert first == second


def test_request_asks_for_what_the_model_knows() -> None:
    """New models think by themselves at an effort; old ones know neither."""
    new, old = (
        build_request(ModelConfig(name, "low", CONFIG.price), PREFIX, BEGIN)
        for name in ("claude-sonnet-5-5", "claude-haiku-4-5")
    )

    assert {"type": "adaptive"} == new["thinking"]
    assert {"effort": "low"} == new["output_config"]
    assert not {"thinking", "output_config", "tool_choice"} & old.keys()


def test_old_model_takes_turns() -> None:
    """A model from before adaptive thinking works too."""
    with open_dialog(
        LOOK, DONE, config=ModelConfig("claude-haiku-4-5", "low", Price(1, 1.25, 0.1, 5))
    ) as dialog:
        first = dialog.turn()

        assert "Done." == dialog.turn([*BEGIN, first, answered(first)]).text


# --- how it stops
# -----------------------------------------------------------------------------------------------


def test_refusal_keeps_nothing_but_its_category() -> None:
    """A refusal drops what was said before it, and is paid."""
    with open_dialog(faults={0: EarlyStop("refusal", "cyber")}) as dialog:
        turn = dialog.turn()

    assert ("refused", "cyber", "[]", (), "") == (
        turn.stop,
        turn.why,
        turn.content,
        turn.calls,
        turn.text,
    )
    assert turn.usage.usd > 0


def test_refusal_without_category_says_so() -> None:
    """The API may refuse without a category."""
    with open_dialog(faults={0: EarlyStop("refusal", None)}) as dialog:
        assert "no category given" == dialog.turn().why


def test_cut_answer_is_asked_for_once_more() -> None:
    """An answer that was cut off is asked for again with the model's longest cap; both are paid."""
    with open_dialog(faults={0: EarlyStop("max_tokens")}) as dialog:
        turn = dialog.turn()
        caps = [seen.body["max_tokens"] for seen in dialog.double.requests]

    assert ("tools", [64_000, 128_000]) == (turn.stop, caps)
    assert turn.usage.output_tokens == sum(seen.output_tokens for seen in dialog.double.requests)


def test_answer_cut_twice_is_no_answer() -> None:
    """Cut off twice, no call of it runs and nothing of it is sent back."""
    with open_dialog(faults={0: EarlyStop("max_tokens"), 1: EarlyStop("max_tokens")}) as dialog:
        turn = dialog.turn()

    assert ("length", (), "[]") == (turn.stop, turn.calls, turn.content)


def test_answer_cut_by_the_purse_ends_in_budget() -> None:
    """Where no longer answer can be paid, a cut one is the budget's fault."""
    with open_dialog({"content": [{"text": "x"}], "output_tokens": 9_000}) as dialog:
        turn = dialog.turn(budget_usd=0.12)

    assert ("budget", 1) == (turn.stop, len(dialog.double.requests))
    assert "longer answer" in turn.why
    assert 0 < turn.usage.usd <= 0.12


def test_full_window_is_told() -> None:
    """A conversation that fills the window is told as such."""
    with open_dialog(faults={0: EarlyStop("model_context_window_exceeded")}) as dialog:
        assert "context" == dialog.turn().stop


def test_unknown_stop_is_a_bug() -> None:
    """A reason to stop that came after this program was written is not guessed at."""
    with (
        open_dialog(faults={0: EarlyStop(cast("Any", "compaction"))}) as dialog,
        pytest.raises(ValueError, match="compaction"),
    ):
        dialog.turn()


def test_paused_turn_goes_on() -> None:
    """A paused turn is sent back as it is, and what follows belongs to the same turn."""
    with open_dialog(LOOK, DONE, faults={0: EarlyStop("pause_turn")}) as dialog:
        first = dialog.turn()
        second = dialog.turn([*BEGIN, first, answered(first)])

    assert ("tools", "One moment.\nI look.", "end") == (first.stop, first.text, second.stop)


def test_endless_pauses_end() -> None:
    """A turn that only pauses is given up."""
    with open_dialog(faults={number: EarlyStop("pause_turn") for number in range(9)}) as dialog:
        turn = dialog.turn()

    assert "broken" == turn.stop
    assert turn.usage.usd > 0


# --- how it breaks
# ----------------------------------------------------------------------------------------------

BROKEN = [
    pytest.param(BrokenStream("drop", after), id=f"drop-{after}") for after in (0, 1, 6)
] + [
    pytest.param(BrokenStream("eof", 6), id="eof"),
    pytest.param(BrokenStream("error", 6), id="overloaded"),
    pytest.param(BrokenStream("error", 3, "api_error"), id="api-error"),
    pytest.param(BrokenStream("stall", 6), id="stall"),
    pytest.param(BrokenStream("garbage"), id="garbage"),
    pytest.param(BrokenStream("half"), id="half"),
]  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_stream_is_asked_for_again(fault: BrokenStream) -> None:
    """However a stream breaks, the turn is asked for again, none of its calls is run, and the lost
    try is paid.
    """
    with open_dialog() as whole:
        expected = whole.turn()
    with open_dialog(faults={0: fault}) as dialog:
        turn = dialog.turn()

    assert (expected.stop, expected.calls, expected.content) == (
        turn.stop,
        turn.calls,
        turn.content,
    )
    assert 2 == len(dialog.double.requests)
    if fault.after:
        assert turn.usage.cache_write_tokens > 0
        assert turn.usage.cache_read_tokens > 0
        assert turn.usage.output_tokens > expected.usage.output_tokens


@pytest.mark.parametrize("fault", BROKEN)
def test_stream_that_always_breaks_is_told_with_what_it_cost(fault: BrokenStream) -> None:
    """After three tries the story has to decide; what the tries cost is spent."""
    with open_dialog(faults=dict.fromkeys(range(9), fault)) as dialog:
        turn = dialog.turn()

    assert ("broken", "[]", ()) == (turn.stop, turn.content, turn.calls)
    assert (turn.usage.usd > 0) == (fault.after > 0)
    assert 3 == len(dialog.double.requests)


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (FailedRequest(529, "overloaded_error"), Unreachable, "529"),
        (FailedRequest(500), Unreachable, "500"),
        (FailedRequest(502, ""), Unreachable, "502"),
        (FailedRequest(504, "timeout_error"), Unreachable, "504"),
        (FailedRequest(408, ""), Unreachable, "408"),
        (FailedRequest(429, "rate_limit_error", retry_after="7"), RateLimited, "limits the rate"),
        (FailedRequest(429, "rate_limit_error"), Refusal, "spend limit"),
        (FailedRequest(429, "rate_limit_error", retry_after="1900000"), Refusal, "spend limit"),
        (
            FailedRequest(429, "rate_limit_error", "enforced_spend_limit_reached", "5"),
            Refusal,
            "console",
        ),
        (
            FailedRequest(400, "invalid_request_error", "workspace_spend_limit_reached"),
            Refusal,
            "console",
        ),
        (FailedRequest(402, "billing_error"), Refusal, "console"),
        (FailedRequest(400, "invalid_request_error", "organization_on_hold"), Refusal, "account"),
        (
            FailedRequest(
                400,
                "invalid_request_error",
                message="Your credit balance is too low to access the Anthropic API.",
            ),
            Refusal,
            "account",
        ),
        (FailedRequest(401, "authentication_error"), Refusal, "GREENLIT_ANTHROPIC_API_KEY"),
        (FailedRequest(403, "permission_error"), Refusal, "GREENLIT_ANTHROPIC_API_KEY"),
        (FailedRequest(404, "not_found_error"), Refusal, "GREENLIT_MODEL"),
        (FailedRequest(413, "request_too_large"), anthropic.APIStatusError, "413"),
        (FailedRequest(400, "invalid_request_error"), anthropic.BadRequestError, "400"),
    ],
)
def test_error_is_told_as_what_it_is(
    fault: FailedRequest, kind: type[Exception], says: str
) -> None:
    """What passes is Unreachable, what the operator must settle a Refusal, a bug itself; none is
    tried again here.
    """
    with open_dialog(faults={0: fault}) as dialog:
        with pytest.raises(kind, match=says) as told:
            dialog.turn()

        assert kind in (type(told.value), anthropic.APIStatusError)
        assert 1 == len(dialog.double.requests)


@pytest.mark.parametrize("dated", [False, True])
def test_rate_limit_says_when_it_ends(dated: bool) -> None:
    """The API's retry-after, a number or a date, becomes a time."""
    entries = formatdate(time.time() + 900, usegmt=True) if dated else "900"
    with (
        open_dialog(
            faults={0: FailedRequest(429, "rate_limit_error", retry_after=entries)}
        ) as dialog,
        pytest.raises(RateLimited) as told,
    ):
        dialog.turn()

    assert 600 <= told.value.until - time.time() <= 901


def test_errors_inside_of_a_stream_that_no_try_mends() -> None:
    """An error that comes after the stream began has the status 200; its type tells what it is."""
    with (
        open_dialog(faults={0: BrokenStream("error", 2, "billing_error")}) as dialog,
        pytest.raises(Refusal, match="console"),
    ):
        dialog.turn()


def test_wrong_key_names_the_setting() -> None:
    """A wrong key is refused by the API, and the operator is told which setting to change."""
    with (
        open_dialog(key="sk-ant-wrong") as dialog,
        pytest.raises(Refusal, match="GREENLIT_ANTHROPIC_API_KEY"),
    ):
        dialog.turn()


def test_key_is_never_told() -> None:
    """An error that holds the key is told without it."""
    with (
        open_dialog(
            faults={0: FailedRequest(529, "overloaded_error", message=f"bad {KEY}")}
        ) as dialog,
        pytest.raises(Unreachable) as told,
    ):
        dialog.turn()

    assert KEY not in str(told.value)


def test_closed_port_is_unreachable() -> None:
    """Nobody listening is a thing that may pass."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        claude = ClaudeClient(KEY, CONFIG, f"http://127.0.0.1:{free.getsockname()[1]}")

        with pytest.raises(Unreachable):
            claude.turn(PREFIX, BEGIN, 5.0)
        claude.close()


@pytest.mark.parametrize(
    ("name", "lifecycle"),
    [
        ("claude-opus-5-5", "active"),
        ("claude-sonnet-4-5", "deprecated"),
        ("claude-nonsense-9", "unknown"),
    ],
)
def test_model_is_looked_up(name: str, lifecycle: str) -> None:
    """The configured model is asked for; one that the API does not know is told."""
    with serve_claude(ClaudeDouble([])) as url:
        claude = ClaudeClient(KEY, ModelConfig(name, "low", CONFIG.price), url)

        assert (name, lifecycle) == claude.fetch_lifecycle()
        claude.close()


def test_model_with_a_wrong_key_names_the_setting() -> None:
    """A look-up that is refused says why."""
    with (
        open_dialog(key="sk-ant-wrong") as dialog,
        pytest.raises(Refusal, match="GREENLIT_ANTHROPIC_API_KEY"),
    ):
        dialog.claude.fetch_lifecycle()


# --- what it costs
# ----------------------------------------------------------------------------------------------


def test_bill_has_five_terms() -> None:
    """Each kind of token has its price; an hour in the cache costs twice the fresh one."""
    tokens = TokenCounts(100_000, 200_000, 300_000, 400_000, 500_000)

    assert Usage(13.88, 100_000, 500_000, 400_000, 500_000) == price_usage(CONFIG.price, tokens)


def test_turn_is_billed_as_the_api_says() -> None:
    """What a turn cost is what its usage says, at the model's prices."""
    with open_dialog(LOOK, DONE) as dialog:
        first = dialog.turn()
        second = dialog.turn([*BEGIN, first, answered(first)])
        seen = dialog.double.requests[1]

    usage = seen.usage
    expected = (
        usage.fresh * 4 + usage.written_5m * 5 + usage.read * 0.2 + seen.output_tokens * 20
    ) / 1_000_000
    assert (
        Usage(round(expected, 6), usage.fresh, usage.written_5m, usage.read, seen.output_tokens)
        == second.usage
    )


def test_empty_purse_is_not_opened() -> None:
    """What cannot pay the shortest useful answer asks for nothing, not even a count."""
    with open_dialog() as dialog:
        turn = dialog.turn(budget_usd=0.07)

    assert ("budget", Usage()) == (turn.stop, turn.usage)
    assert "$0.07 is left" in turn.why
    assert (0, 0) == (len(dialog.double.requests), dialog.double.token_counts)


def test_prompt_is_counted_only_near_the_cap() -> None:
    """With money enough for the worst case nobody counts; near the cap the count decides."""
    with open_dialog() as dialog:
        dialog.turn(budget_usd=5.0)
        far = dialog.double.token_counts
        dialog.turn(budget_usd=0.2)

    assert (0, 1) == (far, dialog.double.token_counts)
    assert 4_000 < int(str(dialog.double.requests[1].body["max_tokens"])) < 10_000


def test_proxy_that_does_not_count_is_held_to_the_worst_case() -> None:
    """Where nobody counts, the prompt is taken for as long as it can be."""
    with open_dialog(bytes_per_token=1) as dialog:
        dialog.double.app.routes.pop(1)
        turn = dialog.turn(budget_usd=0.3)

    assert "tools" == turn.stop
    assert int(str(dialog.double.requests[0].body["max_tokens"])) < 14_000


def test_new_text_counts_at_its_worst() -> None:
    """Text whose every byte is a token, such as a long answer of a tool, does not pass the budget
    either.
    """
    dense = {**LOOK, "expect": {"results": [{"tool": "grep"}]}, "output_tokens": 64_000}
    with open_dialog(LOOK, dense, bytes_per_token=1) as dialog:
        first = dialog.turn()
        second = dialog.turn([*BEGIN, first, answered(first, "x" * 200_000)], budget_usd=2.0)

    assert 1.0 < second.usage.usd <= 2.0


@settings(max_examples=25, deadline=None)
@given(
    budget=st.floats(0, 3),
    bytes_per_token=st.floats(1, 5),
    outs=st.lists(st.integers(1, 150_000), min_size=3, max_size=3),
    letters=st.integers(1, 60_000),
    reason=st.sampled_from([None, "refusal", "max_tokens", "pause_turn"]),
)
def test_purse_is_never_passed(
    budget: float, bytes_per_token: float, outs: list[int], letters: int, reason: str | None
) -> None:
    """Whatever a prompt and an answer turn out to be, the double's own bill for a turn is within
    the budget.
    """
    lines = [{**LOOK, "output_tokens": outs[0]}] + [
        {**LOOK, "expect": {"results": [{"tool": "grep"}]}, "output_tokens": out}
        for out in outs[1:]
    ]
    faults: dict[int, ClaudeFault] = {1: EarlyStop(reason)} if reason else {}  # type: ignore[arg-type] # drawn from its words
    entries: list[UserText | Turn | ToolResults] = [*BEGIN]
    left = budget
    with open_dialog(*lines, faults=faults, bytes_per_token=bytes_per_token) as dialog:
        for _ in lines:
            turn = dialog.turn(entries, left)
            left -= turn.usage.usd
            if turn.stop != "tools":
                break
            entries += [turn, answered(turn, "x" * letters)]
        billed = sum(
            price_usage(
                CONFIG.price,
                TokenCounts(
                    uncached_input=seen.usage.fresh,
                    cache_write_5m=seen.usage.written_5m,
                    cache_read=seen.usage.read,
                    output=seen.output_tokens,
                ),
            ).usd
            for seen in dialog.double.requests
        )

    assert billed <= budget
    assert left >= 0


# --- what the cache serves
# --------------------------------------------------------------------------------------


def test_most_of_the_prompts_come_from_the_cache() -> None:
    """Over a conversation of twelve turns with real sizes the layout serves at least 85 % of the
    prompts' tokens.
    """
    done = played()

    assert done.double.cache_share >= 0.85
    assert done.spent.input_tokens < 200


def test_turn_of_many_calls_keeps_the_cache() -> None:
    """A turn that adds more blocks than the cache looks back still finds what the one before it
    wrote.
    """
    many = {
        "content": [{"tool": "grep", "input": {"pattern": f"p{number}"}} for number in range(15)]
    }
    more = {"expect": {"results": [{"tool": "grep"}] * 15}, "content": [{"text": "So many."}]}
    with open_dialog(LOOK, {**many, "expect": {"results": [{"tool": "grep"}]}}, more) as dialog:
        first = dialog.turn()
        answers = answered(first, "long " * 2_000)
        entries: list[UserText | Turn | ToolResults] = [*BEGIN, first, answers]
        second = dialog.turn(entries)
        dialog.turn([*entries, second, answered(second)])
        before, after = dialog.double.requests[1:]

    assert after.usage.read == before.usage.prompt


def test_breakpoints_fit_into_the_four_slots() -> None:
    """Three marks and the automatic one, however long the conversation is."""
    calls = '[{"type": "tool_use", "id": "%s", "name": "grep", "input": {}}]'
    entries: list[UserText | Turn | ToolResults] = [*BEGIN]
    for number in range(9):
        turn = Turn("tools", calls % number, (ToolCall(str(number), "grep", {}),))
        entries += [turn, answered(turn)]

    assert 4 == json.dumps(build_request(CONFIG, PREFIX, entries)).count('"cache_control"')
