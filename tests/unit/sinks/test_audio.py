from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import miniaudio
import numpy as np
import pytest

from imu.model import Cue, CueKind, Marker, Side
from imu.sinks.audio import BUFFER_MS, RATE_HZ, WAITING, AudioSink, Mixer, SoundState, tone

if TYPE_CHECKING:
    from collections.abc import Generator


def cue(side: Side = Side.LEFT, kind: CueKind = CueKind.SOFTER) -> Cue:
    return Cue(0, kind, f"{side}-shank", side, 1, 7.0, 6.0, "g", "Softer.")


class Recorder:
    """A device that asks for sound when a test says so."""

    def __init__(self) -> None:
        self.closed = 0

    def start(self, source: Generator[bytes, int, None]) -> None:
        self.source = source

    def close(self) -> None:
        self.closed += 1

    def hear(self, frames: int) -> np.ndarray:
        return np.frombuffer(self.source.send(frames), np.int16)


def opened(device: Recorder, **options: float) -> AudioSink:
    sink = AudioSink(open_device=lambda: device, **options)
    sink._thread.join(30)
    return sink


def pitch_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound, 1 << 16))
    return float(np.argmax(spectrum)) * RATE_HZ / (1 << 16)


def test_left_is_low_and_right_is_high() -> None:
    left, right = (pitch_hz(tone(cue(side))) for side in (Side.LEFT, Side.RIGHT))
    assert left == pytest.approx(330, abs=5)
    assert right == pytest.approx(660, abs=5)


@pytest.mark.parametrize(("kind", "beeps"), [(CueKind.SOFTER, 1), (CueKind.LANDING, 2), (CueKind.QUICKER, 3)])
def test_each_kind_has_its_own_number_of_beeps(kind: CueKind, beeps: int) -> None:
    loud = np.abs(tone(cue(kind=kind))) > 0.05
    window = RATE_HZ // 50
    heard = np.array([loud[place : place + window].any() for place in range(0, len(loud), window)])
    assert np.count_nonzero(np.diff(heard.astype(int)) == 1) + int(heard[0]) == beeps


def test_a_tone_has_no_click_at_its_ends() -> None:
    sound = tone(cue())
    assert np.abs(sound[[0, -1]]).max() < 1e-9
    assert np.abs(np.diff(sound)).max() < 0.1
    assert np.abs(sound).max() <= 1.0


def test_what_is_put_is_heard_once_and_then_silence() -> None:
    device = Recorder()
    sink = opened(device, volume=0.5)
    sink.put(cue())
    sink.put(Marker(1, "lap"))
    heard = np.concatenate([device.hear(441) for _ in range(20)])
    expected = np.round(tone(cue()) * 0.5 * 0.8 * 32767)
    np.testing.assert_array_equal(heard[: len(expected)], expected)
    assert not heard[len(expected) :].any()


def test_mute_and_volume_hold_at_once() -> None:
    device = Recorder()
    sink = opened(device)
    sink.toggle_mute()
    sink.put(cue())
    assert not device.hear(2000).any()
    assert (sink.state, sink.words) == (SoundState.MUTED, "muted")
    sink.toggle_mute()
    sink.set_volume(7.0)
    assert device.hear(2000).any()
    assert sink.words == "sound 100 %"


def test_cues_that_come_too_fast_drop_the_oldest() -> None:
    mixer = Mixer()
    for number in range(WAITING + 3):
        mixer.play(np.full(10, number / 10))
    assert mixer.dropped == 3
    first = np.frombuffer(mixer.take(10), np.int16)
    assert first[0] == round(0.3 * 0.6 * 0.8 * 32767)


def test_without_a_device_all_goes_on_in_silence() -> None:
    def refuse() -> Recorder:
        raise miniaudio.MiniaudioError("failed to init device", -401)

    sink = AudioSink(open_device=refuse)
    sink._thread.join(30)
    sink.put(cue())
    assert (sink.state, sink.words) == (SoundState.NO_DEVICE, "no sound device")
    assert "failed to init device" in sink.problem
    sink.close()
    sink.close()


def test_a_device_that_takes_its_time_keeps_nobody_waiting() -> None:
    may_open, device = threading.Event(), Recorder()

    def slow() -> Recorder:
        may_open.wait(30)
        return device

    sink = AudioSink(open_device=slow)
    sink.put(cue())
    assert sink.state is SoundState.OPENING
    may_open.set()
    sink._thread.join(30)
    assert device.hear(2000).any()


def test_closing_closes_the_device_once() -> None:
    device = Recorder()
    sink = opened(device)
    sink.close()
    sink.close()
    assert (device.closed, sink.state) == (1, SoundState.CLOSED)


def test_the_real_library_takes_the_frames() -> None:
    asked = threading.Event()

    class Heard(Mixer):
        def take(self, frames: int) -> bytes:
            asked.set()
            return super().take(frames)

    def null() -> miniaudio.PlaybackDevice:
        return miniaudio.PlaybackDevice(
            miniaudio.SampleFormat.SIGNED16, 1, RATE_HZ, BUFFER_MS, backends=[miniaudio.Backend.NULL]
        )

    device, mixer = null(), Heard()
    frames = mixer.frames()
    next(frames)
    device.start(frames)
    try:
        assert asked.wait(10)
    finally:
        device.close()
