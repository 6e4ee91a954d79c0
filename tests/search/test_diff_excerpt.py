"""The diff of a past change, shortened."""

from bot.search import shorten_diff


def make_file(path, *hunks):
    """Write the diff of a file, as git does."""
    head = f"diff --git a/{path} b/{path}\nindex 1..2 100644\n--- a/{path}\n+++ b/{path}\n"
    return head + "".join(f"@@ -{number} +{number} @@\n{hunk}" for number, hunk in enumerate(hunks))


def test_code_comes_before_tests_and_release_notes():
    """In the order of what they tell."""
    diff = (
        make_file("CHANGES.md", "+Whisper.\n")
        + make_file("app/main.py", "-shout()\n+whisper()\n")
        + make_file("tests/test_main.py", "+assert 1\n")
    )

    assert (
        "--- app/main.py\n@@ -0 +0 @@\n-shout()\n+whisper()\n"
        "--- tests/test_main.py\n@@ -0 +0 @@\n+assert 1\n"
        "--- CHANGES.md\n@@ -0 +0 @@\n+Whisper."
    ) == shorten_diff(diff, 1_000)


def test_what_is_left_out_is_counted():
    """Lines of a hunk, hunks of a file, and files."""
    long = "".join(f"+line {number}\n" for number in range(40))
    diff = make_file("a.py", long, "+x\n", "+x\n", "+x\n", "+x\n") + make_file("b.py", long)
    text = shorten_diff(diff, 500)

    assert "(cut: 11 more lines of this hunk)" in text
    assert "(cut: 2 more hunks of this file)" in text
    assert text.endswith("\n(cut: the diffs of 1 more files)")


def test_a_file_without_text_is_named():
    """A picture, a mode."""
    diff = "diff --git a/x.png b/x.png\nindex 1..2\nBinary files a/x.png and b/x.png differ\n"

    assert "--- x.png (no text)" == shorten_diff(diff, 100)


def test_what_is_no_diff_is_nothing():
    """The clone may lack it."""
    assert "" == shorten_diff("", 100)
