"""Write the assertions of many frameworks as one chain, `expect(x).not.is(1)`."""

from __future__ import annotations

import re

from bot.gates.test_integrity.assertion_names import find_strictness, find_value
from bot.gates.test_integrity.expression_scan import Call, split_arguments, split_call, split_chain
from bot.gates.test_integrity.rewrite_mock import rewrite_mock

SHOULD = re.compile(r"(.+?)[.\s]+(?:should|Should)(_not|Not)?(?:\(\))?([A-Z.\s].*)$")
EXPECT_BLOCK = re.compile(r"expect\s*(?:do|\{)\s*(.*?)\s*(?:\}|\bend)\s*\.(.*)$")
RSPEC_WITHIN = re.compile(r"\bbe_within\(([^()]*)\)\.of(?:\((.*)\)|\s+(.*))$")
MINITEST_SPEC = re.compile(
    r"([^()].*?|(?:_|value|expect)\((.+?)\))\.(must_|wont_)(\w+)(?:\s+|\b)(.*)$"
)
MINITEST_OPERATOR = re.compile(r"assert_operator[\s(]\s*(.+?), :([<=>!]+), (.+?)\)?$")
TAKES_MATCHER = re.compile(
    r"(?:^|[.:])(?:assertThat|assert_that|That|(?:EXPECT|ASSERT|REQUIRE|CHECK)_THAT)$"
)
LINKED = re.compile(r"(?:\w+\.)?(?:[eE]xpect|Eventually|Consistently|Ω)$")  # Gomega, Nimble, RSpec
LINK = re.compile(
    r"\.(?:[tT]o|toEventually|Should|(NotTo|ToNot|ShouldNot|notTo|toNot|not_to|to_not))$"
)
TAKES_CHECKER = re.compile(r"\w+\.(?:Assert|Check)$")  # gocheck, quicktest
CHECKER = re.compile(r"(?:\w+\.)?(?:(Not)\((?:\w+\.)?([A-Z]\w+)\)|([A-Z]\w+))$")
HANDLES = ("t", "b", "c")
TYPE_ARGUMENT = re.compile(r"^([\w.]+)<([\w.]+)>\s*[({](.*)$")  # Assert.Throws<E>(f)
THROWN_BY = re.compile(r"assertThat(?:ThrownBy|ExceptionOfType|Code)$")
THROWN = re.compile(r"[iI]nstanceOf|[mM]essage")
RESULT = re.compile(r"assertResult\((.+?)\)\s*[({]\s*(.+?)\s*[)}]$")  # ScalaTest
NUNIT_LINK = re.compile(r"\b(Is|Not|Has|Does)\.")
NUNIT_WITHIN = re.compile(r"EqualTo\((.*)\)\.Within\(([^()]*)\)$")
LENGTHS = re.compile(r"(?:is\.(?:Count|Length)\.(\w+)|SizeIs|HaveLen)(\(.*)$")
NUMERICALLY = re.compile(r"BeNumerically\(\"([=<>~]+)\", (.*)\)$")
OWNER = re.compile(r"^(?:\w*Matchers\.|(?:::)?testing::)")
NULL_VALUE = re.compile(r"^(?:n|(notN))ullValue\(.*\)$")
NEGATIONS = ("not", "not_", "Not", "is_not")
JOINS = ("is", "is_")  # before another matcher; before a value they compare
MAX_NESTED = 10
TEXT_STARTS = "\"'`$@"


def rewrite_as_chain(flat: str) -> str:
    """Write it as a chain where its matcher stands elsewhere; else leave it as it is."""
    text = TYPE_ARGUMENT.sub(r"\1(\2, \3", flat)
    call = split_call(text)
    chain = rewrite_mock(text) or (_rewrite_call(call) if call else "")
    if chain:
        return chain
    operator = MINITEST_OPERATOR.match(text)
    if operator:  # assert_operator x, :>, 1
        return f"assertTrue({operator[1]} {operator[2]} {operator[3]})"
    result = RESULT.match(text)
    if result:  # assertResult(1)(x)
        return f"assertEquals({result[1]}, {result[2]})"
    return _rewrite_words(text)


def _rewrite_call(call: Call) -> str:
    """Rewrite what is handed a matcher; empty for any other call."""
    arguments = split_arguments(call.inside)
    if TAKES_MATCHER.search(call.callee) and not call.rest:
        return _rewrite_handed(arguments)
    if TAKES_CHECKER.match(call.callee) and not call.rest:
        return _rewrite_checker(arguments)
    if THROWN_BY.match(call.callee):
        return _rewrite_thrown(call)
    if ".expect(" in call.rest:
        return _rewrite_request(call)
    link = split_call(call.rest) if LINKED.match(call.callee) else None
    negated = LINK.match(link.callee) if link else None
    if link and negated:  # Expect(x).NotTo(Equal(1))
        return _attach(call.inside, link.inside, ".not" if negated[1] else "")
    return ""


def _rewrite_request(call: Call) -> str:
    """Rewrite supertest's request(app).get("/").expect(200), which asks what came of a request."""
    request, dot, rest = f"{call.callee}({call.inside}){call.rest}".partition(".expect(")
    asked = [inside for _, inside in split_chain(f"{dot}{rest}")] if dot else []
    return f"expect({request}).responds({', '.join(asked)})" if any(asked) else ""


def _rewrite_words(flat: str) -> str:
    """Rewrite x.should eq 1, x.Should().Be(1), x.must_equal 1, expect { boom }.to raise_error."""
    should = SHOULD.match(flat)
    if should:
        negation = ".not" if should[2] else ""
        flat = f"expect({should[1]}){negation}.{should[3].lstrip('. ')}"
    spec = MINITEST_SPEC.match(flat)
    if spec:
        negation = ".not" if spec[3] == "wont_" else ""
        flat = f"expect({spec[2] or spec[1]}){negation}.{spec[4]} {spec[5]}".rstrip()
    block = EXPECT_BLOCK.match(flat)
    if block:
        flat = f"expect({block[1]}).{block[2]}"
    return RSPEC_WITHIN.sub(lambda within: f"closeTo({within[2] or within[3]}, {within[1]})", flat)


def _rewrite_handed(arguments: list[str]) -> str:
    """Rewrite assertThat("why", x, is(1)), Assert.That(x, Is.EqualTo(1), "why"), Assert.That(x)."""
    if len(arguments) == 3 and arguments[0][:1] in TEXT_STARTS:
        arguments = arguments[1:]
    if len(arguments) < 2 or arguments[1][:1] in TEXT_STARTS:
        return f"assertTrue({', '.join(arguments[:1])})"
    return _attach(arguments[0], arguments[1])


def _rewrite_checker(arguments: list[str]) -> str:
    """Rewrite c.Assert(x, Equals, 1), qt.Assert(t, x, qt.Not(qt.IsNil))."""
    if arguments[:1] and arguments[0] in HANDLES:
        arguments = arguments[1:]
    checker = CHECKER.match(arguments[1]) if len(arguments) > 1 else None
    if checker is None:
        return ""
    negation = ".not" if checker[1] else ""
    return (
        f"expect({arguments[0]}){negation}.{checker[2] or checker[3]}({', '.join(arguments[2:])})"
    )


def _rewrite_thrown(call: Call) -> str:
    """Rewrite assertThatThrownBy(f).isInstanceOf(E.class).hasMessage("why")."""
    asked = [inside for name, inside in split_chain(call.rest) if THROWN.search(name)]
    if call.callee.endswith("Type"):
        asked.insert(0, call.inside)
    return f"assertThrows({', '.join(asked) or 'Throwable'})"


def _attach(actual: str, matcher: str, negation: str = "") -> str:
    """Append a matcher, such as is(not(1)) or Is.Not.EqualTo(1), to what it looks at."""
    plain, is_negated = _unwrap(matcher, is_negated=bool(negation))
    negation = ".not" if is_negated else ""
    numeric = NUMERICALLY.match(plain)
    if numeric and numeric[1] == "~":  # BeNumerically("~", 1, 0.1)
        plain = f"closeTo({numeric[2]})"
    elif numeric and not negation:  # BeNumerically(">", 1)
        return f"assertTrue({actual} {numeric[1]} {numeric[2]})"
    if "(" not in plain and plain != matcher and not NUNIT_LINK.match(plain):
        plain = f"is({plain})"  # not(1)
    chain = NUNIT_LINK.sub(lambda link: "not." if link[1] == "Not" else "is.", plain)
    chain = NUNIT_WITHIN.sub(r"closeTo(\1, \2)", chain)
    lengths = LENGTHS.match(chain)
    if lengths:  # Has.Count.EqualTo(1), SizeIs(1)
        actual, chain = f"len({actual})", f"{lengths[1] or 'is'}{lengths[2]}"
    if "(" not in chain and not chain.startswith("is."):  # a matcher of a name
        return f"satisfies({actual}, {matcher})"
    return f"expect({actual}){negation}.{chain}"


def _unwrap(matcher: str, *, is_negated: bool) -> tuple[str, bool]:
    """Take off what only joins or turns a matcher: is(not(1)) is 1, turned."""
    plain = _drop_owner(matcher)
    for _ in range(MAX_NESTED):
        call = split_call(plain)
        if call is None or call.rest:
            break
        if call.callee in NEGATIONS:
            is_negated = not is_negated
        elif call.callee not in JOINS or not _is_matcher(call.inside):
            break
        plain = _drop_owner(call.inside)
    return plain, is_negated


def _drop_owner(matcher: str) -> str:
    """Take off where a matcher comes from, and write null as every framework does."""
    plain = OWNER.sub("", matcher)
    return NULL_VALUE.sub(lambda value: "not(null())" if value[1] else "null()", plain)


def _is_matcher(text: str) -> bool:
    call = split_call(_drop_owner(text))
    if call is None or call.rest:
        return False
    name = call.callee
    return name in NEGATIONS or find_strictness(name) is not None or bool(find_value(name))
