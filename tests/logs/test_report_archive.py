"""Zip files that jobs uploaded are read as far as they hold reports, whatever else they hold."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from bot.logs.read_report import read_report_archive
from bot.values import Reading

FILES = ["tests/test_cart.py", "src/com/shop/Cart.java", "app/tests/test_cart.py", "lib/cart.go"]
CASE = '<testcase classname="{}" name="{}"><failure message="{}">{}</failure></testcase>'


def make_report(*cases: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f"{head}<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


def pack(*contents: bytes, names: str = "{}.xml", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as opened:
        for number, content in enumerate(contents):
            opened.writestr(names.format(number), content)
    return archive.getvalue()


def read(*contents: bytes, files: list[str] | None = None) -> Reading:
    return read_report_archive(pack(*contents), FILES if files is None else files)


FAILED = make_report(CASE.format("tests.test_cart", "test_adds", "assert 2 == 3", "")).encode()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "/home/runner/work/shop/shop/tests/test_cart.py:4: AssertionError",
            "tests/test_cart.py:4",
        ),
        ("D:\\a\\shop\\shop\\tests\\test_cart.py:4: AssertionError", "tests/test_cart.py:4"),
        ("/opt/agent/_work/shop/shop/app/tests/test_cart.py:9: E", "app/tests/test_cart.py:9"),
        ("cart.go:12: want 3, got 2", "lib/cart.go:12"),
        ("at Shop.Cart.Add() in /_/lib/cart.go:line 7", "lib/cart.go:7"),
        ("nothing", "tests/test_cart.py"),
    ],
)
def test_places_are_those_of_the_repository(text: str, place: str):
    """Absolute on the runner, of Windows, or only a file's name; else the file of the class."""
    files = [name for name in FILES if name != "app/tests/test_cart.py" or "app" in text]
    report = make_report(CASE.format("tests.test_cart", "test_adds", "assert 2 == 3", text))

    assert [place] == [failure.place for failure in read(report.encode(), files=files).failures]


@pytest.mark.parametrize(
    "raw",
    [
        FAILED.decode().replace("utf-8", "iso-8859-1").replace("assert", "prüfe").encode("latin-1"),
        FAILED.decode().replace("utf-8", "windows-1252").replace("assert", "€").encode("cp1252"),
        FAILED.decode().replace("utf-8", "utf-16").encode("utf-16"),
        FAILED.replace(b"assert", b"\xff\xfe"),  # not the UTF-8 that it says
        FAILED.replace(b"utf-8", b"no-such"),
        FAILED.replace(b"assert", b"\x1b[31massert&#x1b;[0m\x00&#0;&#xFFFFFFF;"),
        b"\xef\xbb\xbf" + FAILED,
        FAILED.replace(
            b"<testsuite>", b"<testsuite><system-out>" + b"x" * 90_000 + b"</system-out>"
        ),
    ],
    ids=["latin-1", "cp1252", "utf-16", "damaged", "unknown", "colours", "bom", "one long line"],
)
def test_a_report_is_read_in_any_encoding(raw: bytes):
    """What XML does not allow, and what is no text, is left out or replaced."""
    (failure,) = read(raw).failures

    assert "tests.test_cart.test_adds" == failure.test
    assert failure.message.endswith("2 == 3")
    assert "[31m" not in failure.message


def test_a_test_that_only_outages_stopped_is_no_faulty_code():
    """As in a log: when all that failed says so."""
    words = "gaierror: [Errno -3] Temporary failure in name resolution"
    down = CASE.format("tests.test_cart", "test_adds", words, words)
    red = CASE.format("tests.test_cart", "test_takes", "assert 1 == 2", "")

    assert "infra" == read(make_report(down).encode()).category
    assert ["tests.test_cart.test_takes"] == [
        failure.test for failure in read(make_report(down, red).encode()).failures
    ]


NOT_READ = {
    "no zip file": b"PK\x03\x04 and so on",
    "empty": b"",
    "cut": pack(FAILED)[:-60],
    "other files": pack(FAILED, names="{}.txt"),
    "another kind of XML": pack(b'<?xml version="1.0"?><coverage><testcase/></coverage>'),
    "slow to unpack": pack(FAILED, method=zipfile.ZIP_LZMA),
    "too many entries": pack(FAILED) + b"PK\x01\x02" * 20_001,
    "entities": pack(
        b'<?xml version="1.0"?><!DOCTYPE testsuites [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        + FAILED.partition(b"?>")[2]
    ),
    "entities in UTF-16": pack(
        ("<!DOCTYPE testsuites [<!ENTITY a 'ha'>]>" + FAILED.decode().partition("?>")[2]).encode(
            "utf-16"
        )
    ),
}


@pytest.mark.parametrize("archive", NOT_READ.values(), ids=NOT_READ)
def test_what_holds_no_report_is_done_without(archive: bytes):
    """Nothing is raised, and nothing told."""
    assert () == read_report_archive(archive, FILES).failures


def test_one_damaged_file_leaves_the_others():
    """A checksum that is wrong, or half a report, ends that file alone."""
    half = FAILED.replace(b"adds", b"half")[:-30]
    archive = bytearray(pack(b"0" * 40 + FAILED, half, FAILED, method=zipfile.ZIP_STORED))
    archive[60] ^= 1
    tests = [failure.test for failure in read_report_archive(bytes(archive), FILES).failures]

    assert ["tests.test_cart.test_half", "tests.test_cart.test_adds"] == tests


LAST = CASE.format("tests.test_cart", "test_last", "assert 2 == 3", "").encode()
BOTH = ["tests.test_cart.test_adds", "tests.test_cart.test_last"]
HOSTILE = {
    "a bomb": (b" " * 1_000_000, 52, BOTH[:1]),
    "a long report": (
        b"<testcase name='a'><system-out>x</system-out></testcase>\n" * 18_000,
        3,
        BOTH,
    ),
    "a deep tree": (b"<a>" * 300_000, 1, BOTH[:1]),
    "an endless tag": (b"<testcase name='" + b"\n" * 1_000_000, 20, BOTH[:1]),
    "an endless comment": (b"<!-- " + b"\n" * 1_000_000, 20, BOTH[:1]),
}


@pytest.mark.parametrize(("begin", "times", "tests"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_reports_take_little_time(begin: bytes, times: int, tests: list[str]):
    """However far they would unfold, and however long one tag of them is: they are read so far."""
    archive = io.BytesIO()
    with (
        zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened,
        opened.open("a.xml", "w") as file,
    ):
        file.write(FAILED.partition(b"</testsuite>")[0])
        for _ in range(times):
            file.write(begin)
        file.write(LAST)
    began = time.process_time()
    reading = read_report_archive(archive.getvalue(), FILES)

    assert tests == [failure.test for failure in reading.failures]
    assert time.process_time() - began < 5
