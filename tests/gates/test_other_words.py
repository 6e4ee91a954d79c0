"""Assertions in another framework's words: what says the same is no less, what says less is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gates.change import Change
from bot.gates.test_integrity import check_test_integrity

# A test of each language, with an assertion that stays, so that it is not told as emptied.
FRAMES = {
    "py": ("tests/test_a.py", "def test_a():\n    BODY\n    assert g() == 9\n"),
    "js": ("tests/a.test.js", 'test("a", () => {\n  BODY\n  expect(g()).toBe(9);\n});\n'),
    "minitest": (
        "test/a_test.rb",
        "class ATest < Minitest::Test\n  def test_a\n    BODY\n    assert_equal 9, g\n  end\nend\n",
    ),
    "rspec": (
        "spec/a_spec.rb",
        "describe A do\n  it 'a' do\n    BODY\n    expect(g).to eq(9)\n  end\nend\n",
    ),
    "java": (
        "src/test/java/ATest.java",
        "class ATest {\n  @Test\n  void a() {\n    BODY;\n    assertEquals(9, g());\n  }\n}\n",
    ),
    "c#": (
        "tests/ATests.cs",
        "class ATests {\n  [Test]\n  public void A() {\n    BODY;\n    Assert.AreEqual(9, g());\n  }\n}\n",
    ),
    "go": (
        "a_test.go",
        "package a\nfunc TestA(t *testing.T) {\n\tBODY\n\tassert.Equal(t, 9, g())\n}\n",
    ),
    "c++": ("tests/a_test.cc", "TEST(A, B) {\n  BODY;\n  EXPECT_EQ(g(), 9);\n}\n"),
    "php": (
        "tests/ATest.php",
        "<?php\nclass ATest {\n  function testA() {\n    BODY;\n    assertSame(9, g());\n  }\n}\n",
    ),
    "kt": (
        "src/test/kotlin/ATest.kt",
        "class ATest {\n  @Test\n  fun a() {\n    BODY\n    assertEquals(9, g())\n  }\n}\n",
    ),
    "swift": (
        "Tests/ATests.swift",
        "class ATests {\n  func testA() {\n    BODY\n    XCTAssertEqual(g(), 9)\n  }\n}\n",
    ),
    "rs": ("tests/a.rs", "#[test]\nfn a() {\n    BODY;\n    assert_eq!(g(), 9);\n}\n"),
    "scala": (
        "src/test/scala/ATest.scala",
        'class ATest extends AnyFunSuite {\n  test("a") {\n    BODY\n    assert(g() == 9)\n  }\n}\n',
    ),
}


def read_rows(name, language):
    """The assertions before and after that the file of this name has of a language."""
    # The checker of spelling takes the matcher for a slip where it is written as it is called.
    text = Path(__file__).with_name(name).read_text().replace("{Be}", "Be")
    rows = [line.split(" | ") for line in text.splitlines()]
    return [(old, new) for row_language, old, new in rows if row_language == language]


def find_rules(language, old, new):
    """The rules that are told of the step from one assertion to the other."""
    path, frame = FRAMES[language]
    change = Change({path: frame.replace("BODY", old)}, {path: frame.replace("BODY", new)})
    return [finding.rule for finding in check_test_integrity(change, {})]


@pytest.mark.parametrize("language", FRAMES)
def test_the_same_in_other_words_is_no_accusation(language):
    """People move from one framework's words to another's, and linters make them do it."""
    rows = read_rows("same_assertions.txt", language)

    assert [] == [row for row in rows if find_rules(language, *row)]


@pytest.mark.parametrize("language", FRAMES)
def test_less_is_told_in_whatever_words(language):
    """Each of these passes where the one before it failed."""
    rows = read_rows("weaker_assertions.txt", language)

    assert rows
    assert [] == [row for row in rows if not find_rules(language, *row)]
