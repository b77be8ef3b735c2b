"""The handshake: our script against the sensor's, both made from the same profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from imu.decode import (
    AwaitReply,
    Decoder,
    Encoder,
    Pause,
    ReadValue,
    SensorRefusedError,
    SensorScript,
    SessionScript,
    SwitchOn,
    WriteBytes,
)
from imu.model import Packet, RawBatch
from imu.profiles import find_profile, parse_profile

if TYPE_CHECKING:
    from collections.abc import Generator

    from imu.decode import Action

REFERENCE = find_profile("softstrike-reference")


def drive(phase: Generator[Action, bytes | None, None], sensor: SensorScript) -> list[Action]:
    """Carry a phase out against a virtual sensor; return its actions."""
    done: list[Action] = []
    waiting: list[bytes] = []
    answer: bytes | None = None
    while True:
        try:
            action = phase.send(answer)
        except StopIteration:
            return done
        done.append(action)
        answer = None
        match action:
            case WriteBytes():
                waiting += [data for _, data in sensor.receive(action.role, action.data)]
            case AwaitReply():
                answer = waiting.pop(0)
            case ReadValue():
                answer = sensor.read(action.role)


def replies(answers: list[bytes]) -> SessionScript:
    """Start a session against a sensor that gives these answers."""
    script = SessionScript(REFERENCE)
    phase, answer = script.start(), None
    try:
        while True:
            answer = answers.pop(0) if isinstance(phase.send(answer), AwaitReply) else None
    except StopIteration:
        return script


def test_start_writes_the_parameters_and_captures_the_scales() -> None:
    params = {"rate_hz": 833.0, "acc_range_g": 32.0}
    script, sensor = SessionScript(REFERENCE, params), SensorScript(REFERENCE)
    streaming = [sensor.streaming]
    actions = drive(script.start(), sensor)
    assert [type(action) for action in actions] == [SwitchOn, SwitchOn, WriteBytes, AwaitReply]
    assert actions[2] == WriteBytes(
        "control", REFERENCE.gatt["control"], bytes.fromhex("01 4103 2000 d007"), response=True
    )
    assert {**sensor.params, **params} == sensor.params
    assert script.params["acc_scale"] == pytest.approx(0.000976)
    for phase in (script.keepalive(), script.stop()):
        streaming.append(sensor.streaming)
        drive(phase, sensor)
    assert [*streaming, sensor.streaming] == [False, True, True, False]
    assert script.keepalive_s == 10


def test_a_sensor_with_another_chip_is_decoded_by_the_scale_it_told() -> None:
    other_chip = np.array([1 / 2048, 1 / 16.4], "<f4").tobytes()
    script = replies([b"\x81\x00" + other_chip])
    payloads = Encoder(REFERENCE, script.params).encode(0, 0, [[0, 0, 1]], [[0, 0, 164]])
    batch = Decoder(REFERENCE, "s", script.params).push(Packet("s", 0, 0, "data", payloads[0]))[0]
    assert payloads[0][10:22] == np.array([0, 0, 2048, 0, 0, 2690], "<i2").tobytes()
    assert isinstance(batch, RawBatch)
    assert batch.acc_g[0, 2] == 1.0


def test_notifications_that_are_no_reply_are_passed_over() -> None:
    good = SensorScript(REFERENCE).receive("control", bytes.fromhex("01 a001 1000 d007"))[0][1]
    assert replies([b"", b"\x83\x00", good]).params["acc_scale"] == pytest.approx(0.000488)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("81 01", "refused: it answered 81 01"),
        ("81", "refused"),
        ("81 00 00", "gave no 'acc_scale'"),
        ("81 00 0000c07f 00000000", "cannot be nan"),
    ],
)
def test_a_sensor_that_refuses_is_quoted(answer: str, says: str) -> None:
    with pytest.raises(SensorRefusedError, match=says):
        replies([bytes.fromhex(answer)])


def test_already_streaming_counts_as_success() -> None:
    assert replies([bytes.fromhex("81 02 40da ff39 295c 8f3d")]).params["acc_scale"] > 0


def test_a_virtual_sensor_is_silent_to_unknown_bytes() -> None:
    sensor = SensorScript(REFERENCE)
    assert sensor.receive("control", b"\x02\x00") == []
    assert sensor.receive("data", b"\x02") == []
    assert not sensor.streaming


def test_read_and_wait_steps() -> None:
    text = REFERENCE.text.replace(
        '    { op = "subscribe", role = "control" },',
        '    { op = "read", role = "control", capture = [{ param = "acc_scale", at = 1, type = "f32" }] },\n'
        '    { op = "wait", ms = 50 },',
    )
    profile = parse_profile(text)
    script, sensor = SessionScript(profile), SensorScript(profile, {"acc_scale": 0.25})
    assert drive(script.start(), sensor)[:2] == [ReadValue("control", profile.gatt["control"]), Pause(0.05)]
    assert sensor.read("control")[1:] == np.float32(sensor.params["acc_scale"]).tobytes()
