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
from imu.decode.session import read_numbers
from imu.model import Packet, RawBatch, SensorStatus
from imu.profiles import builtin_profiles, find_profile, parse_profile
from imu.profiles.steps import Expect

if TYPE_CHECKING:
    from collections.abc import Generator

    from imu.decode import Action
    from imu.profiles import Profile

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


def replies(answers: list[bytes], profile: Profile = REFERENCE) -> SessionScript:
    """Start a session against a sensor that gives these answers."""
    script = SessionScript(profile)
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


@pytest.mark.parametrize("profile", builtin_profiles().values(), ids=lambda profile: profile.id)
def test_every_session_starts_and_stops_against_its_own_sensor(profile: Profile) -> None:
    script, sensor = SessionScript(profile), SensorScript(profile)
    actions = drive(script.start(), sensor)
    assert sensor.streaming
    first_write = next((i for i, each in enumerate(actions) if isinstance(each, WriteBytes)), len(actions))
    assert any(isinstance(each, SwitchOn) for each in actions[:first_write])
    assert not any(isinstance(each, SwitchOn) for each in actions[first_write:])
    assert {each.uuid for each in actions if isinstance(each, WriteBytes)} <= set(profile.gatt.values())
    drive(script.keepalive(), sensor)
    assert sensor.streaming
    drive(script.stop(), sensor)
    assert sensor.streaming == (not profile.session.stop)


def test_factors_come_from_the_reply_wherever_they_stand_in_it() -> None:
    profile = find_profile("polar-verity-sense")
    script, sensor = SessionScript(profile), SensorScript(profile, {"acc_factor": 0.5})
    drive(script.start(), sensor)
    assert script.params["acc_factor"] == 0.5
    assert script.params["gyr_factor"] == pytest.approx(0.07)
    reply = bytes.fromhex("f0 02 02 00 00 00 01 d000 05 01 0000803e")
    step = next(each for each in profile.session.start if getattr(each, "prefix", "") == "f0 02 02")
    assert isinstance(step, Expect)
    assert read_numbers(step.capture[0], reply) == [0.25]
    assert read_numbers(step.capture[0], reply[:-1]) == read_numbers(step.capture[0], reply[:5]) == []


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (["f0 02 09 0d"], "refused: it is in its charger: take it out"),
        (["f0 02 09 06", "f0 01 02 00 00 00 02 3400 6800"], "cannot do rate_hz = 208; it can do: 52, 104"),
        (["f0 02 09 00", "f0 01 02 00 00 02 01 0800"], "cannot do acc_range_g = 16; it can do: 8"),
    ],
)
def test_a_polar_that_cannot_do_what_is_asked_says_what_it_can(answers: list[str], says: str) -> None:
    with pytest.raises(SensorRefusedError, match=says):
        replies([bytes.fromhex(text) for text in answers], find_profile("polar-verity-sense"))


def test_a_sensor_answers_a_question_with_a_packet() -> None:
    profile = find_profile("witmotion-wt9011dcl")
    sensor = SensorScript(profile)
    sensor.battery_percent = 61.0
    [(role, payload)] = sensor.receive("command", bytes.fromhex("ff aa 27 64 00"))
    [status] = Decoder(profile, "s").push(Packet("s", 0, 0, role, payload))
    assert status == SensorStatus("s", 0, 60.0)


def test_a_stop_that_is_also_a_step_of_the_start_ends_the_stream() -> None:
    profile = find_profile("capture2go")
    sensor = SensorScript(profile)
    drive(SessionScript(profile).start(), sensor)
    sensor.drop_link()
    assert not sensor.streaming
    drive(SessionScript(profile).start(), sensor)
    assert sensor.streaming
    assert sensor.receive("command", b"nonsense") == []
    assert sensor.streaming
