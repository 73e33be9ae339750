"""Which values may stand in a bronze line as they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.lake.clean_json import is_clean_object

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text()
TREES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    "value",
    [
        b"{}",
        b'  {"a" : 1 }\t',
        b'{"a":1,"b":{"a":2}}',
        b'{"a":"\\u0000 \\ud83d\\ude00 \\n"}',
        '{"a":"\u2028\u2029\u0085\U0001f600"}'.encode(),
        b'{"a":1e308,"b":-1.5E-300,"c":1e-999,"d":-0}',
        b'{"a":' + b"9" * 308 + b"}",
        b'{"a":0.' + b"1" * 5000 + b"}",
        nested(200),
    ],
)
def test_an_object_on_one_line_is_clean(value: bytes) -> None:
    assert is_clean_object(value)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"null",
        b"[{}]",
        b'"text"',
        b"{",
        b"{} {}",
        b"{}\x00",
        b'{"a":1}\n',
        b'{"a":\r1}',
        b'{\n"a":1}',
        b'{"a":"\n"}',
        b'{"a":"\x01"}',
        b'{"a":1,"a":1}',
        b'{"a":1,"b":[{"c":1,"\\u0063":2}]}',
        b'{"a":"\\ud800"}',
        b'{"\\udc00":1}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":' + b"9" * 400 + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":01}',
        b'{"a":.5}',
        b"{'a':1}",
        b'{"a":1,}',
        '{"a":1}'.encode("utf-16"),
        nested(1000),
        nested(100_000),
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_what_parsers_could_read_differently_is_not_clean(value: bytes) -> None:
    assert not is_clean_object(value)


@given(
    tree=st.dictionaries(st.text(), TREES),
    separators=st.sampled_from([(",", ":"), (", ", ": ")]),
    is_ascii=st.booleans(),
)
def test_any_object_written_by_a_json_library_is_clean(
    tree: dict[str, object], separators: tuple[str, str], *, is_ascii: bool
) -> None:
    text = json.dumps(tree, separators=separators, ensure_ascii=is_ascii)

    assert is_clean_object(text.encode())


@given(st.binary() | st.binary().map(lambda inside: b'{"a":' + inside + b"}"))
def test_any_clean_value_is_one_line_that_reads_the_same_everywhere(value: bytes) -> None:
    if is_clean_object(value):
        assert not {b"\n"[0], b"\r"[0]} & set(value)
        assert isinstance(json.loads(value), dict)
