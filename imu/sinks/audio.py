"""Cues as sound: short tones, low for the left leg and high for the right one."""

from __future__ import annotations

import enum
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from imu.model import Cue, CueKind, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

__all__ = ["RATE_HZ", "AudioSink", "Mixer", "SoundState", "tone"]

RATE_HZ = 44_100
BUFFER_MS = 40
LEFT_HZ, MIDDLE_HZ, RIGHT_HZ = 330.0, 466.0, 660.0
BEEP_S, REST_S, EDGE_S = 0.14, 0.07, 0.012
BEEPS = {CueKind.SOFTER: 1, CueKind.LANDING: 2, CueKind.QUICKER: 3}
PEAK = 0.8 * 32767
WAITING = 2
"""Cues that may wait; a cue that comes late is no help, so the oldest is dropped."""


class SoundState(enum.StrEnum):
    """Whether cues can be heard."""

    OPENING = "opening"
    READY = "ready"
    MUTED = "muted"
    NO_DEVICE = "no sound device"
    CLOSED = "closed"


class Device(Protocol):
    """What plays: :class:`miniaudio.PlaybackDevice`, or what a test puts there."""

    def start(self, source: Generator[bytes, int, None]) -> None:
        """Begin to ask for frames, in a thread of its own."""

    def close(self) -> None:
        """End."""


def tone(cue: Cue) -> NDArray[np.float64]:
    """Return the sound of a cue.

    Parameters
    ----------
    cue : Cue
        Its side gives the pitch (left 330 Hz, right 660 Hz), its kind the number of beeps.

    Returns
    -------
    ndarray of float64, shape (n,)
        Mono at 44 100 Hz, from -1 to 1; it begins and ends at zero without a click.
    """
    pitch_hz = {Side.LEFT: LEFT_HZ, Side.RIGHT: RIGHT_HZ}.get(cue.side, MIDDLE_HZ)
    t_s = np.arange(round(BEEP_S * RATE_HZ)) / RATE_HZ
    edge = np.clip(np.minimum(t_s, t_s[-1] - t_s) / EDGE_S, 0.0, 1.0)
    beep = np.sin(2 * np.pi * pitch_hz * t_s) * (0.5 - 0.5 * np.cos(np.pi * edge))
    rest = np.zeros(round(REST_S * RATE_HZ))
    parts = [beep, *[rest, beep] * (BEEPS[cue.kind] - 1)]
    return np.concatenate(parts)


class Mixer:
    """Sounds in a row, handed out as the device asks for them; both sides only ever take a lock."""

    def __init__(self) -> None:
        self.volume = 0.6
        self.muted = False
        self.dropped = 0
        self._lock = threading.Lock()
        self._waiting: deque[NDArray[np.float64]] = deque()
        self._now: NDArray[np.float64] = np.zeros(0)

    def play(self, sound: NDArray[np.float64]) -> None:
        """Let a sound follow those that wait; too many of them make the oldest drop out."""
        with self._lock:
            if len(self._waiting) == WAITING:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(sound)

    def take(self, frames: int) -> bytes:
        """Return the next frames, 16 bit mono; silence when nothing is to be heard."""
        with self._lock:
            if len(self._now) == 0 and self._waiting:
                self._now = self._waiting.popleft()
            part, self._now = self._now[:frames], self._now[frames:]
        out = np.zeros(frames, np.int16)
        loudness = 0.0 if self.muted else self.volume
        out[: len(part)] = np.round(part * loudness * PEAK).astype(np.int16)
        return out.tobytes()

    def frames(self) -> Generator[bytes, int, None]:
        """Yield what the device asks for, for ever."""
        wanted = yield b""
        while True:
            wanted = yield self.take(wanted)


def _open_device() -> Device:
    import miniaudio  # noqa: PLC0415 - loads the system's sound libraries

    made: Device = miniaudio.PlaybackDevice(
        output_format=miniaudio.SampleFormat.SIGNED16,
        nchannels=1,
        sample_rate=RATE_HZ,
        buffersize_msec=BUFFER_MS,
        app_name="softstrike",
    )
    return made


class AudioSink:
    """Plays cues.

    Policy: a cue that comes while two others wait makes the older one drop out, counted. Neither a slow
    device nor a missing one ever keeps the engine waiting: the device is opened in a thread of its own, and
    asks for sound in another. Without a device all goes on in silence, and :attr:`state` says so.

    Parameters
    ----------
    volume : float
        From 0 to 1.
    muted : bool
        Begin in silence.
    open_device : callable, optional
        Opens the device; the system's usual one when not given.
    """

    def __init__(
        self,
        volume: float = 0.6,
        *,
        muted: bool = False,
        open_device: Callable[[], Device] = _open_device,
    ) -> None:
        self.mixer = Mixer()
        self.mixer.muted = muted
        self.set_volume(volume)
        self.problem = ""
        self._open_device = open_device
        self._device: Device | None = None
        self._state = SoundState.OPENING
        self._frames: Generator[bytes, int, None] | None = None
        self._thread = threading.Thread(target=self._open, name="softstrike-sound", daemon=True)
        self._thread.start()

    @property
    def state(self) -> SoundState:
        """Whether cues can be heard."""
        if self._state is SoundState.READY and self.mixer.muted:
            return SoundState.MUTED
        return self._state

    @property
    def volume(self) -> float:
        """Volume in force, from 0 to 1."""
        return self.mixer.volume

    @property
    def words(self) -> str:
        """The state in words, e.g. ``"sound 60 %"``."""
        state = self.state
        return f"sound {100 * self.volume:.0f} %" if state is SoundState.READY else state.value

    def set_volume(self, volume: float) -> None:
        """Set the volume; below 0 is 0, above 1 is 1."""
        self.mixer.volume = min(max(volume, 0.0), 1.0)

    @property
    def muted(self) -> bool:
        """Whether cues are silent."""
        return self.mixer.muted

    def set_muted(self, muted: bool) -> None:
        """Sound off or on."""
        self.mixer.muted = muted

    def toggle_mute(self) -> None:
        """Sound off, or on again."""
        self.set_muted(not self.muted)

    def put(self, item: object) -> None:
        """Play a cue; everything else is passed over."""
        if isinstance(item, Cue) and self._state is not SoundState.NO_DEVICE:
            self.mixer.play(tone(item))

    def close(self) -> None:
        """End the sound; a second call does nothing."""
        self._thread.join()
        device, self._device = self._device, None
        self._state = SoundState.CLOSED
        if device is not None:
            device.close()

    def _open(self) -> None:
        try:
            device = self._open_device()
            frames = self.mixer.frames()
            next(frames)
            device.start(frames)
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own; all mean: no sound
            self.problem = f"Cues cannot be heard: {_first(error)}"
            self._state = SoundState.NO_DEVICE
        else:
            self._device, self._state = device, SoundState.READY


def _first(error: Exception) -> Any:
    """First thing that an error says of itself."""
    return error.args[0] if error.args else type(error).__name__
