from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.errors import UsageError
from imu.squad.messages import (
    LARGEST_PAYLOAD,
    BadMessageError,
    Message,
    Topic,
    check_name,
    kind_of,
    pack,
    parse_topic,
    unpack,
)
from tests.unit.squad.conftest import FLAG, MESSAGES, NOW_MS, STEP, SUMMARY


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_comes_back_as_it_went(kind: str) -> None:
    assert unpack(kind, pack(MESSAGES[kind])) == MESSAGES[kind]
    assert kind_of(MESSAGES[kind]) == kind


def test_a_summary_with_all_its_flags_fits() -> None:
    text = msgspec.structs.replace(FLAG, text="x" * 300)
    assert len(pack(msgspec.structs.replace(SUMMARY, recent=(text,) * 12))) < LARGEST_PAYLOAD


@pytest.mark.parametrize(("kind", "other"), [(k, o) for k in MESSAGES for o in MESSAGES if k != o])
def test_a_message_on_the_topic_of_another_kind_is_refused(kind: str, other: str) -> None:
    with pytest.raises(BadMessageError, match="malformed"):
        unpack(kind, pack(MESSAGES[other]))


@pytest.mark.parametrize(
    "change",
    [
        {"peak_g": float("nan")},
        {"peak_g": float("inf")},
        {"peak_g": "7"},
        {"strike": "sideways"},
        {"number": -1},
        {"sensor": "x" * 65},
        {"t_ms": NOW_MS * 1_000_000},
    ],
)
def test_a_value_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    told = msgspec.to_builtins(STEP) | change
    with pytest.raises(BadMessageError, match="malformed"):
        unpack("step", msgspec.msgpack.encode(told))


def test_an_oversized_message_is_refused_unread() -> None:
    with pytest.raises(BadMessageError, match="oversized"):
        unpack("step", bytes(LARGEST_PAYLOAD + 1))


@given(payload=st.binary(max_size=300), kind=st.sampled_from(list(MESSAGES)))
def test_any_bytes_are_a_message_or_refused(payload: bytes, kind: str) -> None:
    try:
        found: Message = unpack(kind, payload)
    except BadMessageError:
        return
    assert kind_of(found) == kind


@given(at=st.integers(0, 400), byte=st.integers(0, 255), kind=st.sampled_from(list(MESSAGES)))
def test_a_damaged_message_is_a_message_or_refused(at: int, byte: int, kind: str) -> None:
    payload = bytearray(pack(MESSAGES[kind]))
    payload[at % len(payload)] = byte
    try:
        unpack(kind, bytes(payload))
    except BadMessageError as error:
        assert str(error) == "malformed"  # noqa: PT017 - one of two good ends


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(BadMessageError, match="malformed"):
        unpack("step", b"\x91" * 8000)


def test_a_topic_is_read_and_written() -> None:
    topic = Topic("Club", "Ada B.", "step")
    assert parse_topic(str(topic), "Club") == topic


@pytest.mark.parametrize(
    "text",
    [
        "",
        "softstrike/v1/Club/Ada",
        "softstrike/v1/Club/Ada/step/more",
        "softstrike/v1/Other/Ada/step",
        "softstrike/v2/Club/Ada/step",
        "softstrike/v1/Club/Ada/secret",
        "softstrike/v1/Club//step",
        "softstrike/v1/Club/\x1b[2J/step",
        "other/v1/Club/Ada/step",
    ],
)
def test_a_foreign_topic_is_refused(text: str) -> None:
    with pytest.raises(BadMessageError, match="foreign topic"):
        parse_topic(text, "Club")


@pytest.mark.parametrize("name", ["Ada", "Ada B.", "Zoë-2", "A_1"])
def test_a_good_name_passes(name: str) -> None:
    assert check_name(name, "runner") == name


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "$SYS", " Ada", "x" * 49, "a\nb", "\u202eAda"])
def test_a_name_that_would_say_something_else_in_a_topic_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="runner"):
        check_name(name, "runner")
