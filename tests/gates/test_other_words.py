"""An assertion in the words of another framework: what says the same is no less, what says less is."""

from __future__ import annotations

import pytest

from bot.gates.change import Change
from bot.gates.test_integrity import check_test_integrity

# A test of each language, with an assertion that stays, so that it is not told as emptied.
FRAMES = {
    "py": ("tests/test_a.py", "def test_a():\n    {}\n    assert g() == 9\n"),
    "js": ("tests/a.test.js", 'test("a", () => {{\n  {}\n  expect(g()).toBe(9);\n}});\n'),
    "minitest": (
        "test/a_test.rb",
        "class ATest < Minitest::Test\n  def test_a\n    {}\n    assert_equal 9, g\n  end\nend\n",
    ),
    "rspec": (
        "spec/a_spec.rb",
        "describe A do\n  it 'a' do\n    {}\n    expect(g).to eq(9)\n  end\nend\n",
    ),
    "java": (
        "src/test/java/ATest.java",
        "class ATest {{\n  @Test\n  void a() {{\n    {};\n    assertEquals(9, g());\n  }}\n}}\n",
    ),
    "c#": (
        "tests/ATests.cs",
        "class ATests {{\n  [Test]\n  public void A() {{\n    {};\n    Assert.AreEqual(9, g());\n  }}\n}}\n",
    ),
    "go": (
        "a_test.go",
        "package a\nfunc TestA(t *testing.T) {{\n\t{}\n\tassert.Equal(t, 9, g())\n}}\n",
    ),
    "c++": ("tests/a_test.cc", "TEST(A, B) {{\n  {};\n  EXPECT_EQ(g(), 9);\n}}\n"),
}
SAME = """
minitest | assert_equal 0.3, x            | assert_in_delta 0.3, x, 0.0001
minitest | assert_in_delta 0.3, x         | assert_in_delta 0.3, x, 0.001
minitest | assert_in_delta 0.3, x, 0.1    | assert_in_delta 0.3, x, 0.01
minitest | refute_in_delta 0.3, x, 0.1    | refute_in_delta 0.3, x, 0.2
minitest | assert_equal 3, x.length       | assert_equal 3, x.size
c#   | Assert.AreEqual(3, x)              | Assert.That(x, Is.EqualTo(3))
c#   | Assert.That(x, Is.EqualTo(3))      | Assert.AreEqual(3, x)
c#   | Assert.AreEqual(y, x)              | Assert.That(x, Is.EqualTo(y))
c#   | Assert.AreEqual(3, x)              | Assert.That(x, Is.EqualTo(3), "why")
c#   | Assert.IsNull(x)                   | Assert.That(x, Is.Null)
c#   | Assert.IsNotNull(x)                | Assert.That(x, Is.Not.Null)
c#   | Assert.That(x, Is.Not.Null)        | Assert.IsNotNull(x)
c#   | Assert.IsTrue(x)                   | Assert.That(x, Is.True)
c#   | Assert.IsTrue(x > 3)               | Assert.That(x > 3)
c#   | Assert.That(x, Is.True)            | Assert.IsTrue(x)
c#   | Assert.AreNotEqual(3, x)           | Assert.That(x, Is.Not.EqualTo(3))
c#   | Assert.AreEqual(3.0, x, 0.1)       | Assert.That(x, Is.EqualTo(3.0).Within(0.1))
c#   | Assert.AreEqual(3, x.Count)        | Assert.That(x, Has.Count.EqualTo(3))
c#   | Assert.AreEqual(3, x.Length)       | Assert.That(x, Has.Length.EqualTo(3))
c#   | Assert.AreEqual(0, x)              | Assert.That(x, Is.Zero)
c#   | Assert.Throws<E>(() => f())        | Assert.That(() => f(), Throws.TypeOf<E>())
java | assertEquals(3, x)                 | assertThat(x, is(3))
java | assertThat(x, is(3))               | assertEquals(3, x)
java | assertThat(x, is(3))               | assertThat(x).isEqualTo(3)
java | assertEquals(3, x)                 | assertThat(x, is(equalTo(3)))
java | assertEquals(3, x)                 | assertThat("why", x, is(3))
java | assertEquals(3, x)                 | Assert.assertThat(x, CoreMatchers.is(3))
java | assertEquals(3, x)                 | assertThat(x, isThree())
java | assertEquals(3, x)                 | assertThat(x, matcher)
java | assertEquals(f(x), x)              | assertThat(x, is(f(x)))
java | assertNull(x)                      | assertThat(x, is(nullValue()))
java | assertNull(x)                      | assertThat(x, nullValue())
java | assertNotNull(x)                   | assertThat(x, is(notNullValue()))
java | assertThat(x, notNullValue())      | assertNotNull(x)
java | assertNotEquals(3, x)              | assertThat(x, is(not(3)))
java | assertEquals(3, x)                 | assertThat(x, not(not(3)))
java | assertEquals(3.0, x, 0.1)          | assertThat(x, closeTo(3.0, 0.1))
java | assertEquals(3, x.size())          | assertThat(x, hasSize(3))
java | assertEquals(3, x.size())          | assertThat(x).hasSize(3)
java | assertThat(x, is(true))            | assertTrue(x)
java | assertThat(x).isCloseTo(3, within(2)) | assertThat(x).isCloseTo(3, within(1))
js   | expect(x).to.be.true               | expect(x).to.equal(true)
js   | expect(x).to.equal(true)           | expect(x).to.be.true
js   | expect(x).to.be.true               | assert.isTrue(x)
js   | x.should.be.false                  | expect(x).toBe(false)
js   | expect(x).to.equal(undefined)      | expect(x).to.be.undefined
js   | expect(x).to.be.above(3)           | expect(x).toBeGreaterThan(3)
js   | expect(x).to.be.at.least(3)        | expect(x).toBeGreaterThanOrEqual(3)
js   | expect(x).to.be.closeTo(3, 2)      | expect(x).to.be.closeTo(3, 1)
js   | expect(typeof x).to.equal("string") | expect(x).to.be.a("string")
js   | expect(x.length).toBe(3)           | expect(x).toHaveLength(3)
js   | expect(f.mock.calls.length).toBe(3) | expect(f).toHaveBeenCalledTimes(3)
js   | expect(f).toHaveBeenCalledTimes(1) | expect(f).toHaveBeenCalledOnce()
py   | assert len(x) == 3                 | self.assertLen(x, 3)
py   | assert x == 3                      | assert_that(x, is_(3))
py   | assert x is None                   | assert_that(x, is_(none()))
rspec | expect(x).to be_within(0.1).of(3) | expect(x).to be_within(0.01).of(3)
rspec | expect(x).to be_within(0.1).of(3) | expect(x).to be_within(0.1).of 3
rspec | expect(x).to eq(true)             | expect(x).to be true
go   | assert.Equal(t, 3, len(x))         | assert.Len(t, x, 3)
go   | assert.Equal(t, 3, x)              | Expect(x).To(Equal(3))
go   | assert.Nil(t, x)                   | Expect(x).To(BeNil())
go   | assert.Greater(t, x, 2)            | Expect(x).To(BeNumerically(">", 2))
go   | require.NoError(t, err)            | Expect(err).NotTo(HaveOccurred())
c++  | EXPECT_EQ(x, 3)                    | EXPECT_THAT(x, testing::Eq(3))
c++  | EXPECT_GT(x, 3)                    | EXPECT_THAT(x, Gt(3))
"""
LESS = """
minitest | assert_equal 0.3, x            | assert_in_delta 0.3, x, 0.5
minitest | assert_in_delta 0.3, x, 0.01   | assert_in_delta 0.3, x, 0.5
minitest | assert_in_delta 0.3, x, 0.01   | assert_in_delta 0.4, x, 0.01
c#   | Assert.AreEqual(3, x)              | Assert.AreEqual(4, x)
c#   | Assert.AreEqual(3, x)              | Assert.That(x, Is.EqualTo(4))
c#   | Assert.That(x, Is.EqualTo(3))      | Assert.That(x, Is.EqualTo(4))
c#   | Assert.That(x, Is.EqualTo(3))      | Assert.That(x, Is.Not.Null)
c#   | Assert.That(x, Is.EqualTo(3))      | Assert.That(x, Is.GreaterThan(0))
c#   | Assert.That(x, Is.EqualTo(3))      | Assert.That(x, Is.Not.EqualTo(4))
c#   | Assert.That(x, Is.EqualTo(y))      | Assert.That(x, Has.Count.EqualTo(3))
c#   | Assert.That(x, Is.EqualTo(3.0).Within(0.1)) | Assert.That(x, Is.EqualTo(3.0).Within(0.9))
java | assertEquals(3, x)                 | assertThat(x, is(4))
java | assertThat(x, is(3))               | assertThat(x, is(4))
java | assertThat(x, is(3))               | assertThat(x, is(notNullValue()))
java | assertThat(x, is(3))               | assertThat(x, is(not(4)))
java | assertThat(x, is(3))               | assertThat(x, greaterThan(1))
java | assertThat(x, is(y))               | assertThat(x, hasSize(3))
java | assertEquals(3, x.size())          | assertThat(x).hasSize(4)
js   | expect(x).to.be.true               | expect(x).to.be.ok
js   | expect(x).to.equal(4)              | expect(x).to.be.above(3)
js   | expect(x).to.be.above(3)           | expect(x).to.be.above(1)
js   | expect(x).to.be.closeTo(3, 1)      | expect(x).to.be.closeTo(3, 2)
js   | expect(x).to.equal("a")            | expect(x).to.be.a("string")
js   | expect(f).toHaveBeenCalledWith(1, 2) | expect(f).toHaveBeenCalledWith(1, 3)
js   | expect(f).toHaveBeenCalledWith(1, 2) | expect(f).toHaveBeenCalledTimes(1)
js   | expect(f).toHaveBeenCalledWith(1, 2) | expect(f).toHaveBeenCalledWith(1, expect.anything())
js   | expect(x).toEqual([1, 2])          | expect(x).toHaveLength(2)
js   | expect(x).toHaveLength(2)          | expect(x).toHaveLength(3)
py   | mock.assert_called_once_with(1, b=2) | mock.assert_called_once_with(1, b=3)
py   | mock.assert_called_with(1, 2)      | mock.assert_any_call(1, 2)
py   | mock.assert_called_once()          | mock.assert_called()
py   | assert x is True                   | assert x
rspec | expect(x).to be_within(0.1).of(3) | expect(x).to be_within(0.9).of(3)
rspec | expect(x).to be_within(0.1).of(3) | expect(x).to be_within(0.1).of(4)
go   | Expect(x).To(Equal(3))             | Expect(x).To(Equal(4))
go   | Expect(x).To(Equal(3))             | Expect(x).NotTo(BeNil())
c++  | EXPECT_EQ(x, 3)                    | EXPECT_EQ(x, 4)
c++  | EXPECT_THAT(x, Eq(3))              | EXPECT_THAT(x, Ne(4))
"""


def find_rules(row):
    """The rules that are told of the step from one assertion to the other."""
    language, old, new = (part.strip() for part in row.split(" | "))
    path, frame = FRAMES[language]
    change = Change({path: frame.format(old)}, {path: frame.format(new)})
    return [finding.rule for finding in check_test_integrity(change, {})]


@pytest.mark.parametrize("row", SAME.strip().splitlines())
def test_the_same_in_other_words_is_no_accusation(row):
    """People move from one framework's words to another's, and linters make them do it."""
    assert [] == find_rules(row)


@pytest.mark.parametrize("row", LESS.strip().splitlines())
def test_less_is_told_in_whatever_words(row):
    """Each of these passes where the one before it failed."""
    assert [] != find_rules(row)
