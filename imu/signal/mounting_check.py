"""Is each sensor where it should be? Judged from a short stand and the first steps after it.

The runner stands still for three seconds and then sets off **with the left foot**. What is judged rests on no
axes, so that a sensor may be mounted any way round:

- swapped: the sensor said to be on the right moves first;
- loose: long after the contact it still swings at 30 to 60 Hz, as a strap does that does not hold;
- upside down or turned: gravity stands another way in the sensor than last time, or, when nothing is known of
  last time, the other way round than in its twin on the other leg.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.model import SampleBatch, Side, Step
from imu.units import NS_PER_S, s_to_ns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imu.model import SensorInfo, SessionHeader
    from imu.model.samples import FloatArray

__all__ = [
    "UP_KEY",
    "CheckState",
    "Finding",
    "MountingCheck",
    "MountingReport",
    "Posture",
    "up_settings",
    "usual_up_of",
]

UP_KEY = "usual_up."
"""Prefix of a session's settings: direction of "up" last time, ``usual_up.<sensor>.x`` and so on."""

STILL_S = 3.0
STEPS = 10
STILL_G = 0.06
"""Greatest departure of the resultant from its mean while standing, g."""

STILL_DPS = 20.0
MOVES_G = 0.25
MOVES_DPS = 100.0
"""A foot has set off when gravity is left by this much, or when it turns this fast."""

FIRST_S = 0.15
"""Least lead by which the foot that set off first is told, s."""

LOOSE_BAND_HZ = (30.0, 60.0)
LOOSE_RATE_HZ = 150.0
"""Least sampling rate at which ringing can be seen."""

EARLY_S, LATE_S = (0.0, 0.06), (0.08, 0.16)
LOOSE_SHARE = 0.4
"""Ringing late after the contact over the one right after it, median over the steps.

Two measured treadmill runs of a well fixed shank sensor read 0.24 and 0.29, simulated ones 0.02 to 0.12.
"""

TURNED_DEG, UPSIDE_DOWN_DEG = 40.0, 130.0
KEPT_S = 12.0
GIVE_UP_S = 300.0
"""The check belongs to the begin of a session; later it is given up, and nothing is told."""

ONE_G = 1.0
AXES = ("x", "y", "z")


class CheckState(enum.StrEnum):
    """What the check waits for."""

    STILL = "stand still"
    STEPS = "set off with the left foot"
    DONE = "done"


class Posture(enum.StrEnum):
    """What may be wrong with a sensor's mounting."""

    SWAPPED = "swapped"
    LOOSE = "loose"
    UPSIDE_DOWN = "upside down"
    TURNED = "turned"


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong; `text` says what to do."""

    sensor: str
    what: Posture
    text: str


class MountingReport(msgspec.Struct, frozen=True):
    """Outcome of a check.

    Attributes
    ----------
    t_ns : int
        Session time at which it was known.
    findings : tuple of Finding
        Empty when all is well.
    up : dict of str to tuple of float
        Direction of "up" in each sensor's frame while standing, a unit vector: next time's comparison.
    """

    t_ns: int
    findings: tuple[Finding, ...]
    up: dict[str, tuple[float, float, float]]

    @property
    def text(self) -> str:
        """One plain sentence for each finding, or one that all is well."""
        return " ".join(each.text for each in self.findings) or "The sensors are mounted well."


def up_settings(usual_up: Mapping[str, tuple[float, float, float]]) -> dict[str, float]:
    """Return what a session's header carries of the mounting last time, so that a replay judges alike."""
    return {
        f"{UP_KEY}{sensor}.{axis}": value
        for sensor, up in usual_up.items()
        for axis, value in zip(AXES, up, strict=True)
    }


def usual_up_of(header: SessionHeader) -> dict[str, tuple[float, float, float]]:
    """Return the mounting last time, of each sensor of which the header carries all three numbers."""
    told = {
        info.sensor: [header.config.get(f"{UP_KEY}{info.sensor}.{axis}") for axis in AXES]
        for info in header.sensors
    }
    return {
        sensor: (x, y, z)
        for sensor, (x, y, z) in told.items()
        if x is not None and y is not None and z is not None
    }


class _Track:
    """The latest samples of one sensor."""

    def __init__(self, info: SensorInfo) -> None:
        self.info = info
        self.t_ns = np.empty(0, dtype=np.int64)
        self.acc_g = np.empty((0, 3))
        self.gyr_dps = np.empty((0, 3))
        self.up: FloatArray | None = None
        self.set_off_ns: int | None = None
        self.ringing: list[float] = []

    def add(self, batch: SampleBatch) -> None:
        gyr = np.zeros((len(batch), 3)) if batch.gyr_dps is None else batch.gyr_dps
        keep = self.t_ns >= int(batch.t_ns[-1]) - s_to_ns(KEPT_S)
        self.t_ns = np.concatenate([self.t_ns[keep], batch.t_ns])
        self.acc_g = np.concatenate([self.acc_g[keep], batch.acc_g])
        self.gyr_dps = np.concatenate([self.gyr_dps[keep], gyr])

    def still_since(self, begin_ns: int, end_ns: int) -> bool:
        """Whether it was still all through a time of which it has all samples."""
        inside = (self.t_ns >= begin_ns) & (self.t_ns <= end_ns)
        if inside.sum() < 0.9 * self.info.rate_hz * (end_ns - begin_ns) / NS_PER_S:
            return False
        acc, gyr = self.acc_g[inside], self.gyr_dps[inside]
        mean = acc.mean(axis=0)
        quiet = np.abs(np.linalg.norm(acc - mean, axis=1)).max() < STILL_G
        if quiet and np.linalg.norm(gyr, axis=1).max() < STILL_DPS:
            self.up = mean / np.linalg.norm(mean)
            return True
        return False

    def look_for_start(self, from_ns: int) -> None:
        """Note when the foot set off."""
        if self.set_off_ns is not None or self.up is None:
            return
        after = self.t_ns > from_ns
        away = np.linalg.norm(self.acc_g[after] - ONE_G * self.up, axis=1) > MOVES_G
        away |= np.linalg.norm(self.gyr_dps[after], axis=1) > MOVES_DPS
        if away.any():
            self.set_off_ns = int(self.t_ns[after][np.argmax(away)])

    def ring(self, step: Step) -> None:
        """Compare the ringing late after a contact with the one right after it."""
        early, late = (self._band(step.initial_contact_ns, window) for window in (EARLY_S, LATE_S))
        if early is not None and late is not None and early > 0:
            self.ringing.append(late / early)

    def _band(self, contact_ns: int, window_s: tuple[float, float]) -> float | None:
        """Amplitude between 30 and 60 Hz in a window after a contact, g; None without all samples."""
        begin_ns, end_ns = (contact_ns + s_to_ns(each) for each in window_s)
        inside = (self.t_ns >= begin_ns) & (self.t_ns < end_ns)
        wanted = (end_ns - begin_ns) / NS_PER_S * self.info.rate_hz
        if self.info.rate_hz < LOOSE_RATE_HZ or inside.sum() < 0.9 * wanted:
            return None
        acc = self.acc_g[inside] - self.acc_g[inside].mean(axis=0)
        spectrum = np.fft.rfft(acc * np.hanning(len(acc))[:, None], n=512, axis=0)
        frequency = np.fft.rfftfreq(512, 1.0 / self.info.rate_hz)
        band = (frequency >= LOOSE_BAND_HZ[0]) & (frequency <= LOOSE_BAND_HZ[1])
        return float(np.sqrt((np.abs(spectrum[band]) ** 2).mean()) / len(acc))


class MountingCheck:
    """The check of one session: give it samples and steps, and it answers once.

    Parameters
    ----------
    header : SessionHeader
        The session's sensors.
    usual_up : mapping of str to (float, float, float), optional
        Direction of "up" in each sensor's frame as it was last time; by default what the header says.

    Attributes
    ----------
    state : CheckState
        What it waits for.
    """

    def __init__(
        self, header: SessionHeader, usual_up: Mapping[str, tuple[float, float, float]] | None = None
    ) -> None:
        self.state = CheckState.STILL
        self._tracks = {info.sensor: _Track(info) for info in header.sensors if info.placement.on_leg}
        self._usual_up = usual_up_of(header) if usual_up is None else dict(usual_up)
        self._twins_alike = header.origin != "simulated"  # the simulator mounts each sensor at random
        self._begin_ns: int | None = None
        self._since_ns = 0
        self._steps = 0

    def push(self, item: SampleBatch | Step) -> MountingReport | None:
        """Take samples or a step; return the report when the check is done, once."""
        if self.state is CheckState.DONE or item.sensor not in self._tracks:
            return None
        if isinstance(item, SampleBatch):
            if len(item):
                self._samples(item)
            return None
        if self.state is not CheckState.STEPS or item.initial_contact_ns < self._since_ns:
            return None
        self._tracks[item.sensor].ring(item)
        self._steps += 1
        return self._report(item.known_ns) if self._steps >= STEPS else None

    def _samples(self, batch: SampleBatch) -> None:
        end_ns = int(batch.t_ns[-1])
        if self._begin_ns is None:
            self._begin_ns = end_ns
        if end_ns - self._begin_ns > s_to_ns(GIVE_UP_S):
            self.state = CheckState.DONE
            return
        track = self._tracks[batch.sensor]
        track.add(batch)
        if self.state is CheckState.STEPS:
            track.look_for_start(self._since_ns)
            return
        if any(len(each.t_ns) == 0 for each in self._tracks.values()):
            return
        end_ns = min(int(each.t_ns[-1]) for each in self._tracks.values())
        begin_ns = end_ns - s_to_ns(STILL_S)
        if all(each.still_since(begin_ns, end_ns) for each in self._tracks.values()):
            self.state, self._since_ns = CheckState.STEPS, end_ns

    def _report(self, t_ns: int) -> MountingReport:
        self.state = CheckState.DONE
        findings = [*self._swapped(), *self._loose(), *self._turned()]
        up = {
            name: (float(track.up[0]), float(track.up[1]), float(track.up[2]))
            for name, track in self._tracks.items()
            if track.up is not None
        }
        return MountingReport(t_ns, tuple(findings), up)

    def _swapped(self) -> list[Finding]:
        first = {track.info.side: track for track in self._tracks.values() if track.set_off_ns is not None}
        if len(first) < len(Side):
            return []
        left_ns, right_ns = (first[side].set_off_ns or 0 for side in (Side.LEFT, Side.RIGHT))
        if left_ns - right_ns < s_to_ns(FIRST_S):
            return []
        text = (
            "The sensor bound to the right leg set off first: left and right seem swapped. "
            "If you set off with the left foot, swap the sensors or bind them the other way round."
        )
        return [Finding(first[Side.RIGHT].info.sensor, Posture.SWAPPED, text)]

    def _loose(self) -> list[Finding]:
        return [
            Finding(
                name,
                Posture.LOOSE,
                f"{name} goes on swinging after each landing: tighten its strap or clip.",
            )
            for name, track in self._tracks.items()
            if len(track.ringing) > 1 and float(np.median(track.ringing)) > LOOSE_SHARE
        ]

    def _turned(self) -> list[Finding]:
        found = [
            finding
            for name, track in self._tracks.items()
            if name in self._usual_up and (finding := self._against_usual(name, track)) is not None
        ]
        twins = [track for name, track in self._tracks.items() if name not in self._usual_up]
        if (
            self._twins_alike
            and len(twins) == len(Side)
            and twins[0].info.placement is twins[1].info.placement
        ):
            one, two = twins
            same = one.info.profile == two.info.profile
            if (
                same
                and one.up is not None
                and two.up is not None
                and _angle_deg(one.up, two.up) > UPSIDE_DOWN_DEG
            ):
                text = (
                    f"{one.info.sensor} and {two.info.sensor} are mounted opposite ways: "
                    "one of them is upside down, so mount both the same way round."
                )
                found.append(Finding(two.info.sensor, Posture.UPSIDE_DOWN, text))
        return found

    def _against_usual(self, name: str, track: _Track) -> Finding | None:
        if track.up is None:
            return None
        angle_deg = _angle_deg(track.up, np.asarray(self._usual_up[name]))
        if angle_deg > UPSIDE_DOWN_DEG:
            text = f"{name} is upside down against last time: turn it round."
            return Finding(name, Posture.UPSIDE_DOWN, text)
        if angle_deg > TURNED_DEG:
            text = f"{name} sits {angle_deg:.0f} degrees otherwise than last time: mount it as before."
            return Finding(name, Posture.TURNED, text)
        return None


def _angle_deg(one: FloatArray, two: FloatArray) -> float:
    cosine = float(np.dot(one, two) / (np.linalg.norm(one) * np.linalg.norm(two)))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
