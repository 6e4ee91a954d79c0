"""An accusation is true or is not made: what looks like less and is none."""

from __future__ import annotations

import pytest

from bot.gates.change import Change
from bot.gates.test_integrity import check_test_integrity

STAYS = "def test_b():\n    assert g() == 9\n\n\n"


def find_rules(before, after):
    """The rules that are told of a change of some files."""
    changed = {path: before.get(path) for path in after}
    return [finding.rule for finding in check_test_integrity(Change(changed, after), {})]


def find_rules_in(path, before, after):
    """The rules that are told of a change of one file."""
    return find_rules({path: before}, {path: after})


def test_a_test_that_returned_at_once_is_no_loss():
    """It asserted nothing where it stood."""
    dead = "def test_a():\n    # FIXME\n    return\n    assert f() == 1\n\n\n"
    live = "def test_a():\n    assert f() == 1\n\n\n"

    assert [] == find_rules_in("test_a.py", dead + STAYS, STAYS)
    assert ["test-removed"] == find_rules_in("test_a.py", live + STAYS, STAYS)
    inner = live.replace("    assert", "    if not found:\n        return\n    assert")
    assert ["test-removed"] == find_rules_in("test_a.py", inner + STAYS, STAYS)


def test_what_nothing_calls_asserts_nothing():
    """A helper that no test uses may go; one that they use, and what runs by itself, may not."""
    helper = "@contextmanager\ndef warned():\n    with pytest.warns(Warning):\n        yield\n\n\n"
    used = STAYS.replace("test_b():\n", "test_b():\n    with warned():\n        f()\n")
    setup = "def setup_module():\n    assert ready() == 1\n\n\n"

    assert [] == find_rules_in("test_a.py", helper + STAYS, STAYS)
    assert ["assertion-removed"] == find_rules_in("test_a.py", helper + used, used)
    assert ["assertion-removed"] == find_rules_in("test_a.py", setup + STAYS, STAYS)


def test_the_likest_test_is_the_one_that_got_another_name():
    """And not the first one that is like it."""
    body = "    app = make()\n    app.set('{0}')\n    assert app.get('/') == '{0}'\n\n\n"
    old = f"def test_plain():\n{body.format('a')}", f"def test_uri2():\n{body.format('b')}"
    new = f"def test_uri():\n{body.format('b')}"
    findings = check_test_integrity(
        Change({"test_a.py": "".join(old) + STAYS}, {"test_a.py": new + STAYS}), {}
    )

    assert ["The test `test_plain` was removed."] == [finding.text for finding in findings]


def test_a_longer_name_for_more_is_no_loss():
    """What was written anew under the name and some words is the same test."""
    before = (
        "def test_session(app, client):\n    @app.post('/set')\n    def set():\n"
        "        flask.session['value'] = 1\n        return 'set'\n\n"
        "    assert client.post('/set', data=1).data == b'set'\n"
        "    assert client.get('/get').data == b'1'\n\n\n"
    )
    after = (
        "def test_session_accessed(app, client):\n    @app.post('/')\n    def do_set():\n"
        "        flask.session['value'] = 1\n        return 'set'\n\n    with client:\n"
        "        rv = client.post(data=1)\n        assert rv.text == 'set'\n"
        "        assert 'cookie' in rv.vary\n        assert rv.text == '1'\n\n\n"
    )

    assert [] == find_rules_in("test_a.py", before + STAYS, after + STAYS)


@pytest.mark.parametrize(
    ("values", "rules"),
    [('("junk", 42, None)', []), ("(7, 8)", ["test-removed"])],
)
def test_an_assertion_may_be_made_about_many_values(values, rules):
    """Its own is among them; a check that it fails may ask for the message, too."""
    before = (
        "def test_a():\n    with pytest.raises(TypeError):\n        convert(None)\n"
        "    assert is_true(None, strict=False) is False\n"
        "    assert is_true('junk', strict=False) is False\n\n\n"
    )
    after = (
        f"JUNK = {values}\n\n\n@pytest.mark.parametrize('value', JUNK)\n"
        "def test_junk(tmp_path, monkeypatch, value):\n"
        "    folder = make_folder(tmp_path, [name for name in NAMES if name])\n"
        "    monkeypatch.chdir(folder)\n    settings = read_settings(folder / 'a.toml')\n"
        "    settings.update(home=folder, names=NAMES)\n    start(settings)\n"
        "    with pytest.raises(TypeError, match='no value'):\n        convert(value)\n"
        "    assert is_true(value, strict=False) is False\n\n\n"
    )

    assert rules == find_rules_in("test_a.py", before + STAYS, after + STAYS)


@pytest.mark.parametrize(
    ("raised", "rules"),
    [("TooDeep", []), ("Other", ["assertion-removed", "assertion-removed"])],
)
def test_what_fails_on_purpose_now_gives_nothing_to_assert(raised, rules):
    """Where the code raises what the test expects, its result is no more."""
    before = "def test_a():\n    out = parse(deep)\n    assert 'a' in out\n    assert 'b' in out\n"
    after = "def test_a():\n    with pytest.raises(TooDeep, match='depth'):\n        parse(deep)\n"
    code = "def parse(text):\n    {}\n"
    files = {"a.py": code.format("return None"), "test_a.py": before + STAYS}
    now = {"a.py": code.format(f"raise {raised}('too much')"), "test_a.py": after + STAYS}

    assert rules == find_rules(files, now)


def test_what_cleans_up_is_no_assertion_of_the_code():
    """A folder of the test's own is removed by whoever made it."""
    test = "package a\n\nfunc TestA(t *testing.T) {{\n\tassert.Equal(t, 1, f())\n{}}}\n"
    cleanup = '\tassert.NoError(t, os.Remove("x"))\n'

    assert [] == find_rules_in("a_test.go", test.format(cleanup), test.format(""))


def test_a_field_called_skip_skips_no_test():
    """The word alone is a skip in Ruby, and a name elsewhere."""
    test = "\n#[test]\nfn a() {{\n    let x = Walk {{\n{}    }};\n    assert!(x.run());\n}}\n"

    assert [] == find_rules_in("tests/a.rs", test.format(""), test.format("        skip: None,\n"))


@pytest.mark.parametrize(
    ("path", "before", "after", "rules"),
    [
        (
            "ruff.toml",
            'lint.select = ["B", "E"]\nlint.ignore = ["E501"]\n',
            'lint.extend-select = ["B", "E"]\nlint.ignore = ["E501", "BLE001"]\n',
            [],
        ),
        (
            "ruff.toml",
            'lint.select = ["B", "E"]\nlint.ignore = ["E501"]\n',
            'lint.select = ["B", "E"]\nlint.ignore = ["E501", "B006"]\n',
            ["setting-relaxed"],
        ),
        (
            ".golangci.yml",
            "linters:\n  enable:\n    - gosimple\n    - staticcheck\n",
            "linters:\n  enable:\n    - staticcheck\n",
            [],
        ),
        (
            ".golangci.yml",
            "linters:\n  enable:\n    - gosimple\n    - staticcheck\n",
            "linters:\n  enable:\n    - gosimple\n",
            ["setting-relaxed"],
        ),
    ],
)
def test_what_no_checker_asked_is_not_asked_less(path, before, after, rules):
    """A rule that was not selected may be ignored, and a linter become part of another."""
    assert rules == find_rules_in(path, before, after)


@pytest.mark.parametrize(
    ("whole", "rules"),
    [
        ("{'name': 'a', 'bio': 'hello\\n'}", []),
        ("{'name': 'a', 'bio': 'bye'}", ["assertion-removed"]),
    ],
)
def test_all_of_something_may_be_compared_at_once(whole, rules):
    """Then what was asserted of its parts, or that a part is not there, is in it."""
    before = (
        "def test_a():\n    params = parse(form)\n    assert 'hello' in params['bio']\n"
        "    assert params['file'] is None\n    assert params['name'] == 'a'\n"
    )
    after = f"def test_a():\n    assert dict(parse(form)) == {whole}\n"

    assert rules == find_rules_in("test_a.py", before + STAYS, after + STAYS)


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ("got ${n}: ${names}.", []),
        ("got ${n} of ${most}.", ["expectation-changed"]),
    ],
)
def test_a_text_with_blanks_explains_what_it_says_now(said, rules):
    """What is put into it stands in the test alone."""
    code = "export const explain = () => `error: too many arguments, {}`;\n"
    test = 'test("a", () => {{\n  expect(explain()).toBe("error: too many arguments, got {}.");\n}});\n'
    before = {"a.js": code.format("got ${n}."), "a.test.js": test.format("1")}
    after = {"a.js": code.format(said), "a.test.js": test.format("1: excess")}

    assert rules == find_rules(before, after)


def test_a_test_is_called_by_its_whole_name():
    """Another kind of quote in it does not end it."""
    test = "test('adds \"{}\" to it', () => {{\n  expect(f({})).toBe({});\n}});\n"
    both = test.format("a", 1, 2) + test.format("b", 5, 6)
    change = Change({"a.test.js": both}, {"a.test.js": test.format("b", 5, 6)})
    texts = [finding.text for finding in check_test_integrity(change, {})]

    assert ['The test `adds "a" to it` was removed.'] == texts
