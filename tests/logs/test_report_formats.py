"""Reports of tests that are not JUnit's are read as well, and told as JUnit's are."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.logs import read_log
from bot.logs.printed_report import split_lines
from bot.logs.read_report import NO_LOG, read_report_archive
from bot.values import Reading
from tests.logs.reading import summarize

STACK = (
    "   at Shop.Tests.CartTests.Adds() in /home/runner/work/shop/shop/tests/CartTests.cs:line 12"
)
TRX = f"""<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Results>
    <UnitTestResult testId="a" testName="Adds" outcome="Failed"><Output><StdOut>adding</StdOut>
      <ErrorInfo><Message>Test method Shop.Tests.CartTests.Adds threw exception:
System.InvalidOperationException: no such fruit</Message><StackTrace>{STACK}</StackTrace></ErrorInfo></Output></UnitTestResult>
    <UnitTestResult testId="b" testName="Later" outcome="NotExecuted"><Output>
      <ErrorInfo><Message>Assert.Inconclusive failed.</Message></ErrorInfo></Output></UnitTestResult>
    <UnitTestResult testId="c" testName="Fine" outcome="Passed" />
  </Results>
  <TestDefinitions><UnitTest name="Adds" id="a">
    <TestMethod className="Shop.Tests.CartTests, Shop.Tests" name="Adds" /></UnitTest></TestDefinitions>
  <ResultSummary outcome="Failed"><Counters total="3" failed="1" /></ResultSummary>
</TestRun>
"""
NUNIT_3 = f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<test-run id="2" result="Failed" total="2" failed="1"><test-suite type="Assembly" result="Failed">
  <failure><message>One or more child tests had errors</message></failure>
  <test-case name="Adds" fullname="Shop.Tests.CartTests.Adds" classname="Shop.Tests.CartTests"
      result="Failed" label="Error">
    <failure><message><![CDATA[System.InvalidOperationException : no such fruit]]></message>
      <stack-trace><![CDATA[{STACK}
]]></stack-trace></failure></test-case>
  <test-case fullname="Shop.Tests.CartTests.Fine" result="Passed" />
</test-suite></test-run>
"""
NUNIT_2 = f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!--This file represents the results of running a test suite-->
<test-results total="2" errors="1" failures="0"><test-suite type="Test Project" result="Failure"><results>
  <test-case name="Shop.Tests.CartTests.Adds" executed="True" result="Error" success="False">
    <failure><message><![CDATA[System.InvalidOperationException : no such fruit]]></message>
    <stack-trace><![CDATA[{STACK}]]></stack-trace></failure></test-case>
</results></test-suite></test-results>
"""
XUNIT = f"""<assemblies timestamp="05/11/2026"><assembly name="Shop.Tests.dll" total="2" failed="1">
  <errors /><collection total="2" failed="1" name="CartTests">
    <test name="Shop.Tests.CartTests.Adds" type="Shop.Tests.CartTests" method="Adds" result="Fail">
      <failure exception-type="System.InvalidOperationException">
        <message><![CDATA[System.InvalidOperationException : no such fruit]]></message>
        <stack-trace><![CDATA[{STACK}]]></stack-trace></failure></test>
    <test name="Shop.Tests.CartTests.Fine" result="Pass" />
  </collection></assembly></assemblies>
"""
CTEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-c++" tests="2" failures="1">
  <testcase name="cart" classname="cart" time="0.01" status="fail"><failure message="Failed"/>
    <properties/><system-out>[ RUN      ] Cart.Adds
tests/cart_test.cc:12: Failure
Expected equality of these values: 2 and 3
[  FAILED  ] Cart.Adds (0 ms)
</system-out></testcase>
  <testcase name="fine" classname="fine" status="run"><system-out>ok</system-out></testcase>
</testsuite>
"""
GOTESTSUM = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="1"><testsuite name="example.com/shop/cart">
  <testcase classname="example.com/shop/cart" name="TestAdds" time="0.0"><failure message="Failed" type="">=== RUN   TestAdds
    cart_test.go:8: got 2, want 3
--- FAIL: TestAdds (0.00s)
</failure></testcase></testsuite></testsuites>
"""
NEXTEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="1" failures="1"><testsuite name="shop">
  <testcase name="tests::adds" classname="shop"><failure message="thread 'tests::adds' panicked at src/cart.rs:9:9" type="test failure with exit code 101">thread 'tests::adds' panicked at src/cart.rs:9:9:
assertion `left == right` failed
  left: 2
 right: 3</failure><system-out>running 1 test</system-out></testcase></testsuite></testsuites>
"""
GO_JSON = r"""{"Time":"2026-03-15T15:27:20Z","Action":"run","Package":"example.com/shop/cart","Test":"TestAdds"}
{"Time":"2026-03-15T15:27:20Z","Action":"output","Package":"example.com/shop/cart","Test":"TestAdds","Output":"    cart_test.go:8: got 2, want 3\n"}
{"Time":"2026-03-15T15:27:20Z","Action":"output","Package":"example.com/shop/cart","Test":"TestAdds","Output":"--- FAIL: TestAdds (0.00s)\n"}
{"Time":"2026-03-15T15:27:20Z","Action":"output","Package":"example.com/shop/cart","Output":"FAIL\texample.com/shop/cart\t0.002s\n"}
"""
TAP = """TAP version 13
1..2
ok 1 - fine
not ok 2 - adds
  ---
  message: "expected 3, got 2"
  at: src/cart.test.js:4:3
  ...
"""
FILES = [
    "tests/CartTests.cs",
    "tests/cart_test.cc",
    "cart/cart_test.go",
    "src/cart.rs",
    "src/cart.test.js",
]
DOTNET = (
    "Shop.Tests.CartTests.Adds | System.InvalidOperationException | tests/CartTests.cs:12",
    "no such fruit",
)


def read_report(text: str) -> Reading:
    return read_log(text.encode().splitlines(keepends=True), FILES)


@pytest.mark.parametrize(
    ("text", "tool", "failure", "message"),
    [
        (TRX, "trx", *DOTNET),
        (NUNIT_3, "nunit", *DOTNET),
        (NUNIT_2, "nunit", *DOTNET),
        (XUNIT, "xunit", *DOTNET),
        (CTEST, "junit", "cart | - | tests/cart_test.cc:12", "Expected equality"),
        (
            GOTESTSUM,
            "junit",
            "example.com/shop/cart.TestAdds | - | cart/cart_test.go:8",
            "got 2, want 3",
        ),
        (NEXTEST, "junit", "shop.tests::adds | panic | src/cart.rs:9", "left: 2"),
        (GO_JSON, "go test", "TestAdds | - | cart/cart_test.go:8", "got 2, want 3"),
        (TAP, "TAP", "adds | - | src/cart.test.js:4", "expected 3, got 2"),
    ],
    ids=["trx", "nunit3", "nunit2", "xunit", "ctest", "gotestsum", "nextest", "go", "tap"],
)
def test_a_report_tells_the_test_the_error_and_the_place(
    text: str, tool: str, failure: str, message: str
):
    """Of tests that were skipped, and of suites that only count their tests, nothing is told."""
    reading = read_report(text)

    assert [f"test-failure, fix, {tool}", failure] == summarize(reading)
    assert message in reading.failures[0].message


@pytest.mark.parametrize(
    ("text", "test"),
    [
        (
            TRX.replace('testName="Adds"', 'testName="Shop.Tests.CartTests.Adds(x: 1)"'),
            "Shop.Tests.CartTests.Adds(x: 1)",
        ),
        (TRX.partition("<TestDefinitions>")[0], "Adds"),  # cut before the classes are told
        (
            XUNIT.replace('name="Shop.Tests.CartTests.Adds"', 'name="it adds"'),
            "Shop.Tests.CartTests.it adds",
        ),
    ],
)
def test_a_test_is_called_by_its_whole_name(text: str, test: str):
    """As far as the report has it, and with its arguments."""
    (failure,) = read_report(text).failures

    assert test == failure.test


def test_a_suite_that_cannot_run_and_a_runner_that_broke_are_told():
    """They have no test that failed, but a reason."""
    invalid = NUNIT_3.replace('type="Assembly"', 'type="Assembly" label="Invalid"', 1)
    invalid = invalid.replace("One or more child tests had errors", "Could not load Shop.dll")
    crashed = (
        '<TestRun><Results/><ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Error">'
        "<Text>The active test run was aborted. Reason: Test host process crashed</Text>"
        "</RunInfo></RunInfos></ResultSummary></TestRun>"
    )

    assert "Could not load Shop.dll" in read_report(invalid).failures[0].message
    assert "Test host process crashed" in read_report(crashed).failures[0].message
    assert "crash" == read_report(crashed).category


@pytest.mark.parametrize(
    "text",
    [
        TRX.replace("<TestRun", '<!DOCTYPE x [<!ENTITY a "ha">]><TestRun'),
        NUNIT_3.replace("<test-run", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><test-run'),
        f"<test-run>{'<test-suite>' * 60}",
        '<TestRun><ResultSummary><Counters failed="2"/></ResultSummary></TestRun>',
        '<assemblies><assembly failed="1"/></assemblies>',
        f"<test-run {'a' * 2_000_000}",
    ],
    ids=["entities", "external", "deep", "counted", "counted by xUnit", "long tag"],
)
def test_what_is_hostile_or_names_no_failure_is_not_said_to_have_passed(text: str):
    """The other kinds of XML are refused what JUnit's is refused."""
    assert NO_LOG == read_report(text)


def test_lines_of_any_length_are_cut_from_pieces():
    """Of a very long one the beginning is kept, or each piece would be read again with the next."""
    pieces = [b"TAP version 13\n1..", b"1\nok 1\n", *[b"a" * 50_000] * 9, b"\nok", b" 2"]
    *lines, long, last = split_lines(pieces)

    assert [b"TAP version 13", b"1..1", b"ok 1"] == lines
    assert set(long) == set(b"a")
    assert 50_000 <= len(long) <= 150_000
    assert b"ok 2" == last


def test_an_artifact_may_hold_reports_of_any_kind():
    """Each by what it says, and other files of JSON are passed over."""
    archive = io.BytesIO()
    reports = {"a.trx": TRX, "b.xml": XUNIT, "c/go.json": GO_JSON, "d.tap": TAP, "e.json": "{}"}
    with zipfile.ZipFile(archive, "w") as opened:
        for name, text in reports.items():
            opened.writestr(name, text)
    reading = read_report_archive(archive.getvalue(), FILES)

    assert {"Shop.Tests.CartTests.Adds", "TestAdds", "adds"} == {
        failure.test for failure in reading.failures
    }
