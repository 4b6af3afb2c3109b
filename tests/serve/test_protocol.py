"""Claims about decoding and encoding, without sockets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.request import Answer, Kind, Request, Silence, Suggestion
from foretype.serve.messages import ClientMessage, FeedbackBody, LearnBody, PhraseQuery, SuggestBody
from foretype.serve.problem import Problem, RefusedError
from foretype.serve.protocol import Limits, encode, parse, parse_query, parse_segment, request_of

LIMITS = Limits(max_text_chars=1_000)


def problem_with(body: bytes, kind: Any = SuggestBody, limits: Limits = LIMITS) -> Problem:
    with pytest.raises(RefusedError) as caught:
        parse(kind, body, limits)
    return caught.value.problem


def test_only_the_text_is_required() -> None:
    assert request_of(parse(SuggestBody, b'{"text": "Hi"}', LIMITS)) == Request("Hi")


def test_every_member_reaches_the_composer() -> None:
    body = {
        "text": "Hi",
        "suffix": " there",
        "user": "u/1",
        "session": "m-1",
        "context": {
            "kind": "chat",
            "subject": "S",
            "previous": "P",
            "to": ["a@b"],
            "sent_at": "2001-11-07T15:03:09-08:00",
            "locale": "de",
            "sensitive": True,
        },
        "n": 3,
        "max_words": 5,
        "deadline_ms": 40,
    }
    request = request_of(parse(SuggestBody, json.dumps(body).encode(), LIMITS))
    assert (request.text, request.suffix, request.user, request.session) == ("Hi", " there", "u/1", "m-1")
    assert (request.n, request.max_words, request.deadline_ms) == (3, 5, 40.0)
    context = request.context
    assert (context.kind, context.subject, context.previous, context.to) == (Kind.CHAT, "S", "P", ("a@b",))
    assert context.sent_at is not None
    assert context.sent_at.isoformat() == "2001-11-07T15:03:09-08:00"
    assert (context.locale, context.sensitive) == ("de", True)


@pytest.mark.parametrize(
    ("body", "status", "where", "found"),
    [
        (b"", 400, "the body", "Input data was truncated"),
        (b'{"text": "a"', 400, "the body", "Input data was truncated"),
        (b'{"text": "\xff"}', 400, "the body", "byte 0xff at 10"),
        (b'{"text": "\xed\xa0\x80"}', 400, "the body", "byte 0xed at 10"),
        (b"{}", 422, "$.text", "nothing"),
        (b"[]", 422, "$", "array"),
        (b'{"text": 7}', 422, "$.text", "int"),
        (b'{"text": null}', 422, "$.text", "null"),
        (b'{"text": "a", "txet": 1}', 422, "$.txet", "an unknown member"),
        (b'{"text": "a", "context": {"form": 1}}', 422, "$.context.form", "an unknown member"),
        (b'{"text": "a", "n": 0}', 422, "$.n", "a value outside that"),
        (b'{"text": "a", "n": true}', 422, "$.n", "bool"),
        (b'{"text": "a", "user": ""}', 422, "$.user", "a value outside that"),
        (b'{"text": "a", "context": {"kind": "fax"}}', 422, "$.context.kind", "Invalid enum value 'fax'"),
        (b'{"text": "a", "context": {"to": ["b", 1]}}', 422, "$.context.to[1]", "int"),
        (b'{"text": "a", "context": {"sent_at": "noon"}}', 422, "$.context.sent_at", "no time"),
        (b'{"text": "a\\u0000"}', 422, "$.text", "NUL (U+0000)"),
        (b'{"text": "a", "context": {"to": ["\\u0000"]}}', 422, "$.context.to[0]", "NUL (U+0000)"),
        (b'{"text": "' + b"x" * 1_001 + b'"}', 413, "$.text", "1001 characters"),
    ],
)
def test_a_bad_body_is_told_where_and_what(body: bytes, status: int, where: str, found: str) -> None:
    problem = problem_with(body)
    assert problem.status == status
    assert (problem.errors[0].where, problem.errors[0].found) == (where, found)
    assert problem.errors[0].wanted


@pytest.mark.parametrize("half", [rb"\ud800", rb"\udc00", rb"\ud800 and more", rb"\ud800\u0041"])
def test_half_a_character_is_named_as_such(half: bytes) -> None:
    problem = problem_with(b'{"text": "' + half + b'"}')
    assert problem.status == 400
    assert "lone surrogate" in problem.detail


def test_an_unknown_member_is_answered_with_the_known_ones() -> None:
    assert "deadline_ms" in problem_with(b'{"text": "a", "deadline": 5}').errors[0].wanted
    assert "subject" in problem_with(b'{"text": "a", "context": {"subjekt": ""}}').errors[0].wanted


def test_what_is_repeated_to_the_sender_is_short() -> None:
    problem = problem_with(b'{"text": "a", "' + b"x" * 500_000 + b'": 1}')
    assert len(problem.detail) < 1_000


def test_deep_nesting_is_refused() -> None:
    assert problem_with(b'{"text": ' + b"[" * 200_000).status in (400, 422)


@pytest.mark.parametrize("text", ["שלום עולם", "👩‍👩‍👧 hé\u0301", "a\r\n\tb", "\u202eevil", "", "x" * 1_000])
def test_unusual_text_arrives_unchanged(text: str) -> None:
    body = json.dumps({"text": text}).encode()
    assert parse(SuggestBody, body, LIMITS).text == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200))
def test_any_text_arrives_unchanged(text: str) -> None:
    for body in (json.dumps({"text": text}), json.dumps({"text": text}, ensure_ascii=False)):
        assert parse(SuggestBody, body.encode(), LIMITS).text == text


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["text", "n", "type", "seq"]), inner),
    max_leaves=6,
)


@given(st.binary() | ANY_JSON.map(lambda value: json.dumps(value).encode()))
@pytest.mark.parametrize("kind", [SuggestBody, FeedbackBody, LearnBody, ClientMessage])
def test_any_bytes_give_a_value_or_a_problem(kind: Any, body: bytes) -> None:
    try:
        parse(kind, body, LIMITS)
    except RefusedError as refused:
        assert refused.problem.status in (400, 413, 422)


def test_a_query_takes_digits_for_numbers_and_refuses_unknown_members() -> None:
    assert parse_query(PhraseQuery, {"limit": "5"}, LIMITS) == PhraseQuery(limit=5)
    for query in ({"limit": "five"}, {"limit": "0"}, {"limitt": "5"}):
        with pytest.raises(RefusedError):
            parse_query(PhraseQuery, query, LIMITS)


@pytest.mark.parametrize(
    ("segment", "value"), [("a%2Fb", "a/b"), ("%F0%9F%98%80", "😀"), ("50%25", "50%"), ("a+b", "a+b")]
)
def test_a_path_segment_is_percent_decoded(segment: str, value: str) -> None:
    assert parse_segment("user", segment, max_chars=10) == value


@pytest.mark.parametrize("segment", ["%FF", "%ED%A0%80", "a%00b", "x" * 11])
def test_a_path_segment_that_is_no_name_is_refused(segment: str) -> None:
    with pytest.raises(RefusedError):
        parse_segment("user", segment, max_chars=10)


def test_an_answer_is_encoded_as_the_reference_shows_it() -> None:
    shown = Suggestion("on ", 0.5, 1, {"lm": 1.0}, (0.5,), ({"lm": 1.0},))
    assert json.loads(encode(Answer("a1", (shown,), "background", 7.5, lm_steps=2))) == {
        "id": "a1",
        "suggestions": [
            {
                "text": "on ",
                "confidence": 0.5,
                "words": 1,
                "sources": {"lm": 1.0},
                "word_confidences": [0.5],
                "word_sources": [{"lm": 1.0}],
            }
        ],
        "model": "background",
        "elapsed_ms": 7.5,
        "silence": None,
        "lm_steps": 2,
        "delay_ms": 0,
    }


def test_silence_and_suggestions_without_sources_are_encoded() -> None:
    assert b'"silence":"unsure"' in encode(Answer("a1", (), "m", 1.0, Silence.UNSURE))
    assert b'"sources":{}' in encode(Answer("a1", (Suggestion("x", 0.5, 1),), "m", 1.0))
