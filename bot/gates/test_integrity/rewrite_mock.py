"""Write what many frameworks ask of a mock's calls as `expect(f.g).toHaveBeenCalledWith(1)`."""

from __future__ import annotations

import re

from bot.gates.test_integrity.expression_scan import split_arguments, split_call

VERIFY = re.compile(r"(?:\w+\.)?verify$")  # Mockito
RECEIVED = re.compile(r"(.+?)\.(Received|DidNotReceive)\((\d*)\)(\..+)$")  # NSubstitute
RECEIVE = re.compile(  # RSpec
    r"expect\((.+?)\)\.(to|not_to|to_not)[ (](?:have_received|receive)\(:(\w+)\)"
    r"(?:\.with(\(.+)|.*)$"
)
EXPECT_CALL = re.compile(r"EXPECT_CALL$")  # GoogleMock
ONCE = "times(1)"
TIMES = re.compile(r"\.Times\(([^()]*(?:\([^()]*\))?)\)")
ASSERT_CALLED = re.compile(  # testify
    r"(\w[\w.]*)\.Assert(Called|NumberOfCalls)\(\w+, \"(\w+)\"(?:, )?(.*)\)$"
)


def rewrite_mock(flat: str) -> str:
    """Write it so where it asks that a mock was called; empty where it does not."""
    received = RECEIVED.match(flat)
    if received:
        mock, name, count, rest = received.groups()
        return _write(mock, rest, count, is_negated=name == "DidNotReceive")
    receive = RECEIVE.match(flat)
    if receive:
        mock, link, name, rest = receive.groups()
        if not rest:
            return f"expect({mock}.{name}){'' if link == 'to' else '.not'}.toHaveBeenCalled()"
        return _write(mock, f".{name}{rest}", is_negated=link != "to")
    called = ASSERT_CALLED.match(flat)
    if called:
        word = "toHaveBeenCalledWith" if called[2] == "Called" else "toHaveBeenCalledTimes"
        return f"expect({called[1]}.{called[3]}).{word}({called[4]})"
    return _rewrite_outer_call(flat)


def _rewrite_outer_call(flat: str) -> str:
    """Rewrite verify(f, times(2)).g(1), EXPECT_CALL(f, g(1)).Times(2)."""
    call = split_call(flat)
    arguments = split_arguments(call.inside) if call else []
    if call is None or not arguments:
        return ""
    if VERIFY.match(call.callee) and call.rest.startswith("."):
        count = ", ".join(arguments[1:2])
        return _write(arguments[0], call.rest, "" if count == ONCE else count)
    if EXPECT_CALL.match(call.callee) and len(arguments) == 2:
        times = TIMES.search(call.rest)
        return _write(arguments[0], f".{arguments[1]}", times[1] if times else "")
    return ""


def _write(mock: str, rest: str, count: str = "", *, is_negated: bool = False) -> str:
    """Write that a method of the mock was called so; how often is one more argument."""
    call = split_call(rest)
    if call is None:
        return ""
    arguments = ", ".join(filter(None, (call.inside, count)))
    negation = ".not" if is_negated else ""
    return f"expect({mock}{call.callee}){negation}.toHaveBeenCalledWith({arguments})"
