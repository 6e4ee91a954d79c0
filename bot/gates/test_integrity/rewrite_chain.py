"""Write the assertions of many frameworks as one chain, `expect(x).not.is(1)`."""

from __future__ import annotations

import re

from bot.gates.test_integrity.assertion_names import find_strictness, find_value
from bot.gates.test_integrity.expression_scan import split_arguments, split_call, split_chain

SHOULD = re.compile(r"(.+?)[.\s]+(?:should|Should)(_not|Not)?(?:\(\))?([A-Z.\s].*)$")
EXPECT_BLOCK = re.compile(r"expect\s*(?:do|\{)\s*(.*?)\s*(?:\}|\bend)\s*\.(.*)$")
RSPEC_WITHIN = re.compile(r"\bbe_within\(([^()]*)\)\.of(?:\((.*)\)|\s+(.*))$")
TAKES_MATCHER = re.compile(r"(?:^|[.:])(?:assertThat|assert_that|That|(?:EXPECT|ASSERT)_THAT)$")
GOMEGA = re.compile(r"(?:\w+\.)?(?:Expect|Eventually|Consistently|Ω)$")
GOMEGA_LINK = re.compile(r"\.(?:To|Should|(NotTo|ToNot|ShouldNot))$")
NUNIT_LINK = re.compile(r"\b(Is|Not|Has|Does)\.")
NUNIT_WITHIN = re.compile(r"EqualTo\((.*)\)\.Within\(([^()]*)\)$")
NUNIT_LENGTHS = ("is.Count.", "is.Length.")
NUMERICALLY = re.compile(r"BeNumerically\(\"([=<>]+)\", (.*)\)$")
OWNER = re.compile(r"^(?:\w*Matchers\.|(?:::)?testing::)")
NULL_VALUE = re.compile(r"^(?:n|(notN))ullValue\(.*\)$")
NEGATIONS = ("not", "not_", "Not", "is_not")
JOINS = ("is", "is_")  # before another matcher; before a value they compare
TEXT_STARTS = "\"'`$@"


def rewrite_as_chain(flat: str) -> str:
    """Write it as a chain where its matcher stands elsewhere; else leave it as it is."""
    call = split_call(flat)
    if call and TAKES_MATCHER.search(call.callee) and not call.rest:
        return _rewrite_handed(split_arguments(call.inside))
    link = split_call(call.rest) if call and GOMEGA.match(call.callee) else None
    negated = GOMEGA_LINK.match(link.callee) if link else None
    if call and link and negated:  # Expect(x).NotTo(Equal(1))
        return _attach(call.inside, link.inside, ".not" if negated[1] else "")
    should = SHOULD.match(flat)
    if should:  # x.should eq 1, x.Should().Be(1)
        negation = ".not" if should[2] else ""
        flat = f"expect({should[1]}){negation}.{should[3].lstrip('. ')}"
    block = EXPECT_BLOCK.match(flat)
    if block:  # expect { boom }.to raise_error
        flat = f"expect({block[1]}).{block[2]}"
    return RSPEC_WITHIN.sub(lambda within: f"closeTo({within[2] or within[3]}, {within[1]})", flat)


def _rewrite_handed(arguments: list[str]) -> str:
    """Rewrite assertThat("why", x, is(1)), Assert.That(x, Is.EqualTo(1), "why"), Assert.That(x)."""
    if len(arguments) == 3 and arguments[0][:1] in TEXT_STARTS:
        arguments = arguments[1:]
    if len(arguments) < 2 or arguments[1][:1] in TEXT_STARTS:
        return f"assertTrue({', '.join(arguments[:1])})"
    return _attach(arguments[0], arguments[1])


def _attach(actual: str, matcher: str, negation: str = "") -> str:
    """Append a matcher, such as is(not(1)) or Is.Not.EqualTo(1), to what it looks at."""
    plain = _drop_owner(matcher)
    while (call := split_call(plain)) and not call.rest:
        if call.callee in NEGATIONS:
            negation = "" if negation else ".not"
        elif call.callee not in JOINS or not _is_matcher(call.inside):
            break
        plain = _drop_owner(call.inside)
    numeric = NUMERICALLY.match(plain)
    if numeric and not negation:  # BeNumerically(">", 1)
        return f"assertTrue({actual} {numeric[1]} {numeric[2]})"
    if call is None and plain != matcher and not NUNIT_LINK.match(plain):
        plain = f"is({plain})"  # not(1)
    chain = NUNIT_LINK.sub(lambda link: "not." if link[1] == "Not" else "is.", plain)
    if chain.startswith(NUNIT_LENGTHS):
        actual, chain = f"len({actual})", chain.split(".", 2)[2]
    chain = NUNIT_WITHIN.sub(r"closeTo(\1, \2)", chain)
    if not _is_chain_of_matchers(chain):
        return f"satisfies({actual}, {matcher})"  # nobody can tell what it asks
    return f"expect({actual}){negation}.{chain}"


def _drop_owner(matcher: str) -> str:
    """Take off where a matcher comes from, and write null as every framework does."""
    plain = OWNER.sub("", matcher)
    return NULL_VALUE.sub(lambda value: "not(null())" if value[1] else "null()", plain)


def _is_matcher(text: str) -> bool:
    call = split_call(_drop_owner(text))
    if call is None or call.rest:
        return False
    return call.callee in NEGATIONS or _is_known(call.callee)


def _is_chain_of_matchers(chain: str) -> bool:
    names = [name for name, _ in split_chain(f".{chain}")]
    return ("(" in chain or chain.startswith("is.")) and bool(names) and all(map(_is_known, names))


def _is_known(name: str) -> bool:
    return find_strictness(name) is not None or bool(find_value(name))
