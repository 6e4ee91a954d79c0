"""What opens the conversations of many runs is held once."""

from dataclasses import replace

from bot.adapters.dbos.shared_prefixes import MOST_KEPT, SharedPrefixes
from bot.run import from_json, to_json
from bot.values import (
    ConversationStart,
    InstallationId,
    PromptPrefix,
    Repo,
    Request,
    RunKey,
    RunState,
    ToolSchema,
)


def make_state(number, system="Help.", schema=None):
    """The state of a run as it comes out of the record, with nothing that is another one's."""
    tool = ToolSchema("look", "Look.", schema or {"type": "object", "required": []})
    start = ConversationStart(PromptPrefix(system, (tool,)), f"Solve #{number}.", "Go on.")
    request = Request(Repo("o/r", InstallationId(1)), number, "ada", "", "d")
    state = RunState(RunKey(f"o/r#{number}/1"), request, start=start)
    return from_json(to_json(state), RunState)


def test_runs_have_one_prefix_where_it_is_the_same():
    """Each keeps its own first message."""
    prefixes, states = SharedPrefixes(), [make_state(number) for number in (1, 2)]
    first, second = (prefixes.share(None, state) for state in states)

    assert first.start.prefix is second.start.prefix
    assert states == [first, second]
    later = replace(second, turns=1)
    assert later is prefixes.share(second, later)


def test_another_order_is_another_prefix():
    """What is sent stays the same byte for byte: else nobody's cache would serve it."""
    prefixes, orders = SharedPrefixes(), ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    first, second = (prefixes.share(None, make_state(1, schema=schema)) for schema in orders)

    assert ["a", "b"] == list(first.start.prefix.tools[0].schema)
    assert ["b", "a"] == list(second.start.prefix.tools[0].schema)


def test_no_more_are_kept_than_there_may_be():
    """The oldest goes; a run that has it loses nothing."""
    prefixes = SharedPrefixes()
    for number in range(MOST_KEPT + 1):
        prefixes.share(None, make_state(number, system=f"Help {number}."))

    assert MOST_KEPT == len(prefixes._by_text)
    state = make_state(0, system="Help 0.")
    assert state == prefixes.share(None, state)


def test_a_state_before_the_conversation_stays_as_it_is():
    """There is nothing to share yet."""
    state = replace(make_state(1), start=None)

    assert state is SharedPrefixes().share(None, state)
