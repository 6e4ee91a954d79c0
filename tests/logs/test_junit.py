"""JUnit's XML is read as it is written by runners of several languages."""

from __future__ import annotations

import pytest

from bot.logs import read_log
from bot.logs.read_report import NO_LOG
from bot.values import Reading
from tests.logs.reading import summarize

PYTEST = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">
<testcase classname="tests.test_cart" name="test_fine" time="0.001" />
<testcase classname="tests.test_cart" name="test_adds[a]"><failure message="assert 2 == 3">def test_adds(a):
&gt;       assert total(a) == 3
E       assert 2 == 3

tests/test_cart.py:4: AssertionError</failure></testcase></testsuite></testsuites>
"""
SUREFIRE = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="com.shop.CartTest" tests="1">
  <testcase name="rejects" classname="com.shop.CartTest" time="0.01">
    <error type="java.lang.IllegalStateException"><![CDATA[java.lang.IllegalStateException: no such fruit
	at com.shop.Cart.price(Cart.java:9)
	at com.shop.CartTest.rejects(CartTest.java:22)
]]></error>
  </testcase>
</testsuite>
"""
JEST = """<testsuites><testsuite name="cart"><testcase classname="cart adds" name="cart adds" time="0.01">
<failure>Error: expect(received).toBe(expected)
    at Object.toBe (/home/runner/work/shop/shop/src/cart.test.ts:6:24)
    at run (/home/runner/work/shop/shop/node_modules/jest-circus/build/run.js:71:3)</failure></testcase>
<testcase classname="cart skips" name="cart skips"><skipped/></testcase></testsuite></testsuites>
"""
NODE = """<testsuites><testcase name="many" classname="test"><failure type="testCodeFailure" message="too many: 9">
Error [ERR_TEST_FAILURE]: too many: 9
  cause: TypeError [Error]: too many: 9
      at total (/home/runner/work/shop/shop/src/cart.test.ts:1:38)
      at node:internal/test_runner/test:1133:71</failure></testcase></testsuites>
"""
THROWN = JEST.replace("Error: expect", "TypeError: expect")
FILES = ["tests/test_cart.py", "src/main/java/com/shop/Cart.java", "src/cart.test.ts"]


def read_report(text: str) -> Reading:
    return read_log(text.encode().splitlines(keepends=True), FILES)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        (PYTEST, "tests.test_cart.test_adds[a] | AssertionError | tests/test_cart.py:4"),
        (
            SUREFIRE,
            "com.shop.CartTest.rejects | java.lang.IllegalStateException | src/main/java/com/shop/Cart.java:9",
        ),
        (JEST, "cart adds | - | src/cart.test.ts:6"),
        (THROWN, "cart adds | TypeError | src/cart.test.ts:6"),
        (NODE, "test.many | - | src/cart.test.ts:1"),
    ],
)
def test_a_report_names_test_error_and_place(text: str, failure: str):
    """The text of a failure is read in its own language's way."""
    assert ["test-failure, fix, junit", failure] == summarize(read_report(text))


@pytest.mark.parametrize(
    ("attribute", "message"),
    [("failed on setup with &quot;KeyError: 'x'&quot;", "'x'"), ("collection failure", "no name")],
)
def test_a_message_is_what_went_wrong(attribute: str, message: str):
    """Not where, and not that anything did."""
    error = f'<error message="{attribute}">E   KeyError: no name\n\na.py:3: KeyError</error>'
    text = f'<testsuite><testcase name="t">{error}</testcase></testsuite>'

    assert [message] == [failure.message for failure in read_report(text).failures]


def test_a_report_without_failures_is_passed():
    """Skipped tests are none."""
    assert Reading("passed", "none", "junit") == read_report("<testsuite/>\n")


@pytest.mark.parametrize("end", range(41, len(PYTEST), 41))
def test_a_report_that_stops_is_read_as_far_as_it_goes(end: int):
    """Half an element tells nothing, and nothing breaks."""
    reading = read_report(PYTEST[:end])

    assert reading.category == "test-failure" or reading == NO_LOG


def test_of_a_very_long_text_both_ends_are_read():
    """The place may stand last, behind a difference of any length."""
    report = PYTEST.replace("E       assert 2 == 3", "E       assert 2 == 3\n" + "E  x\n" * 9000)

    assert ["tests/test_cart.py:4"] == [each.place for each in read_report(report).failures]


def test_entities_that_unfold_are_not_read():
    """A doctype ends the reading: nothing harmless needs one."""
    bomb = (
        '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>\n'
        + PYTEST.partition("?>")[2]
    )

    assert NO_LOG == read_report(bomb)


@pytest.mark.parametrize(
    "text",
    [
        PYTEST.replace("?>", "?>\n<!DOCTYPE testsuites>", 1),
        "<testsuites><testsuite name='s'><testcase name='x'><failure mess",
        "<testsuite tests='1'><testcase name='fine'/></testsuite>" * 2,
        "<testsuite tests='1' failures='1'></testsuite>",
        "<testsuites errors='2'/>",
        "<?xml version='1.0'?><coverage><package/></coverage>",
        "<?xml version='1.0'?>\nno XML",
        "<?xml version='1.0'?>",
    ],
)
def test_what_is_not_read_to_its_end_is_not_said_to_have_passed(text: str):
    """A failure may stand in the rest."""
    assert NO_LOG == read_report(text)


def test_counts_of_nothing_are_no_failures():
    """Runners write them as they like."""
    text = "<testsuites failures='0' errors=''><testsuite errors='0.0' failures='00'/></testsuites>"

    assert Reading("passed", "none", "junit") == read_report(text)
