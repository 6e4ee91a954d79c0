"""Tell by its words whether a call asserts: only what a test framework names so can fail a test."""

from __future__ import annotations

import re
from types import MappingProxyType

OWNERS = (
    r"(?:await\s+)?(?:(?:self|this|cls|np|numpy|torch|pd|unittest|chai|sinon|tf|jest|vi|test|t"
    r"|Test|testing|nose\.tools|\w+\.testing)(?:\.|->)|\$this->|self::|static::)*"
)
# Words of many frameworks, of JUnit and unittest as of Jest, and of C's macros.
COMMON = r"assert\w*!?|Assert\w*|fail|refute\w*|verify|(?:DOCTEST_)?(?:CHECK|REQUIRE)(?:_[A-Z_]+)?"
BY_LANGUAGE = MappingProxyType(
    {
        "python": r"fail\w*|eq_|ok_|expect|(?:pytest\.)?(?:raises|warns|fail|deprecated_call)",
        "javascript": r"expect\w*|should|t\.(?:is|deepEqual|equal|not|same|throws\w*|ok|true"
        r"|false|truthy|falsy|regex|snapshot|match|like)",
        "go": r"(?:assert|require|is|qt|must)\.[A-Z]\w*|[a-z]\w?\.(?:Error|Errorf|Fatal|Fatalf"
        r"|Fail|FailNow)|\w{1,3}\.(?:Assert\w*|Check|Expect\w*)|Expect|Eventually|Consistently"
        r"|Ω",
        "ruby": r"expect|is_expected|flunk|must_\w+|wont_\w+|should|skip_unless",
        "java": r"expectThat|expectThrows|expectException|thrown\.expect\w*|that",
        "swift": r"XCT\w+|#expect|#require|expect",
        "rust": r"debug_assert\w*!|prop_assert\w*!|\w+::assert\w*!",
        "c": r"EXPECT_\w+|ASSERT_\w+|TEST_ASSERT\w*|TEST_CHECK\w*|c[kr]_assert\w*|g_assert\w*"
        r"|CU_ASSERT\w*|BOOST_(?:CHECK|REQUIRE|TEST)\w*|XCT\w+",
        "csharp": r"Expect|Should\w*|(?:String|Collection)Assert\.\w+",
        "php": r"expect\w*",
        "scala": r"intercept|must\w*|should\w*",
    }
)
RELATIVES = MappingProxyType(
    {
        "typescript": "javascript",
        "tsx": "javascript",
        "cpp": "c",
        "kotlin": "java",
        "groovy": "java",
    }
)
# At the end of a chain: mock.assert_called_once(), x.should.equal(1), request.get("/").expect(200).
AT_END = MappingProxyType(
    {
        "javascript": r"(?:\.|->)(?:assert\w*|expect|should)\b",
        "csharp": r"\.(?:Should\w*|Verify|Received\w*|DidNotReceive\w*)\b",
        "go": r"\.Assert(?:Called|NotCalled|NumberOfCalls)\b",
        "ruby": r"\.(?:should\w*|must_\w+|wont_\w+)\b|\s+should\w*\s",
        "rust": r"\.assert\(",
    }
)
COMMON_AT_END = r"(?:\.|->)(?:assert_\w+|should\w*|must_\w+)\b|\s+should\w*\s"
# These hold assertions that are found one by one, or say how many there are.
GROUPS = re.compile(r"(?:\w+\.)?(?:assertAll|subTest|assertSoftly|expect\.(?:assertions|extend))\b")
# Jest's and chai's own values are no assertions, nor are they where a module is loaded.
NO_ASSERTION = re.compile(
    r"expect\.\w+\(|expect(?:ed|ation)\w*\b(?!\s*\()|assert(?:ion)?s?\.\w+\s*="
)


def is_assertion_call(head: str, language: str) -> bool:
    """Tell whether a call that begins so asserts."""
    if GROUPS.match(head) or NO_ASSERTION.match(head):
        return False
    family = RELATIVES.get(language, language)
    words = "|".join(filter(None, (COMMON, BY_LANGUAGE.get(family))))
    ends = "|".join(filter(None, (COMMON_AT_END, AT_END.get(family))))
    begins = re.match(rf"{OWNERS}(?:{words})(?![\w$])", head)
    return bool(begins or re.match(rf"[\w.$>()\[\]'\"/:,\s-]{{1,200}}?(?:{ends})", head))
