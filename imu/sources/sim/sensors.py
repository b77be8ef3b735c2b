"""What a sensor on the leg feels of the movement, and what it makes of it.

The segment's movement gives specific force and angular rate at the sensor's place. At contact the foot's
touchdown velocity is arrested by shoe and soft tissue, a damped spring: the higher and the earlier the
transient, the faster the touchdown and the stiffer the path to the sensor. Then come the mounting, bias,
noise, bandwidth, range and steps.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from imu.errors import UsageError
from imu.model import Placement, Side
from imu.sources.sim.gait import Leg
from imu.sources.sim.path import Motion2, quintic
from imu.sources.sim.scenario import Contacts
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = [
    "Felt",
    "Limb",
    "SampleBlock",
    "SimSensor",
    "SimSensorStream",
    "random_mounting",
    "true_peaks_g",
    "until",
]

OFFSET_M = {Placement.SHANK: (0.03, 0.09, 0.0), Placement.SHOE: (0.10, -0.01, 0.0)}
"""Sensor from the ankle in the segment frame, m: above the malleolus; on the laces of the shoe."""

SEGMENT = {Placement.SHOE: 0, Placement.SHANK: 1}
RISE_S = {Placement.SHANK: (0.018, 0.011), Placement.SHOE: (0.011, 0.007)}
"""Rise of the transient, s, of a forefoot and of a rearfoot landing."""

WALK_RISE_S = {Placement.SHANK: 0.016, Placement.SHOE: 0.010}
RISE_ANGLES_DEG = (-8.0, 12.0)
ONSET_S = 0.012
"""Contact to the begin of the arrest: the sole's first give, s."""

SHOE_OVER_SHANK = 1.7
"""Intended resultant peak at the shoe over the one at the shank."""

DAMPING = 0.7
RISE_PHASE_RAD = 0.87
"""Decay over frequency of the spring, and phase at which its acceleration peaks at that damping."""

BRAKING_DEG = 25.0
"""Direction of the touchdown velocity, degrees forward of straight down."""

LEAD_SHARE = 0.6
RING_S = 0.3
PEAK_WINDOW_S = 0.08
PEAK_GRID_S = 0.0005
EPSILON = 1e-12
LN2 = float(np.log(2.0))
KERNEL_REACH = 4.0
START_SPREAD_S = 0.1
BOOT_SPREAD_S = 3_600.0
WINDOW_CONTACTS = 3


class Felt(NamedTuple):
    """Specific force in g and angular rate in degrees per second, each of shape (n, 3)."""

    acc_g: FloatArray
    gyr_dps: FloatArray


class SimSensor(msgspec.Struct, frozen=True, kw_only=True):
    """A simulated sensor.

    Attributes
    ----------
    sensor : str
        Identity inside the session, e.g. ``"left-shoe"``.
    placement, side : Placement, Side
        Where it is worn.
    profile : str
        Id of the firmware profile in which it speaks.
    packet_samples : int
        Samples in a packet.
    has_gyro : bool
        Whether it sends angular rate.
    rate_hz : float
        Sampling rate by its own clock; the profile must allow it.
    accel_range_g, gyro_range_dps : float
        Ends of the ranges; what lies beyond is clipped.
    accel_noise_g_per_rthz, gyro_noise_dps_per_rthz : float
        Noise densities.
    accel_bias_g, gyro_bias_dps : float
        Standard deviations from which each axis's constant bias is drawn.
    bandwidth_hz : float or None
        -3 dB frequency of its low-pass (no delay); None leaves it out.
    mounting : tuple of 9 float or None
        Rotation from segment to sensor frame, row by row; None draws any rotation from the seed.
    clock_ppm : float
        Rate error of its clock, parts per million; positive = runs fast.
    """

    sensor: str
    placement: Placement
    side: Side
    profile: str = "softstrike-reference"
    packet_samples: int = 10
    has_gyro: bool = True
    rate_hz: float = 208.0
    accel_range_g: float = 16.0
    gyro_range_dps: float = 2000.0
    accel_noise_g_per_rthz: float = 150e-6
    gyro_noise_dps_per_rthz: float = 0.01
    accel_bias_g: float = 0.01
    gyro_bias_dps: float = 0.5
    bandwidth_hz: float | None = None
    mounting: tuple[float, ...] | None = None
    clock_ppm: float = 0.0

    def __post_init__(self) -> None:
        if not self.placement.on_leg:
            raise UsageError(f"sensor {self.sensor!r}: no {self.placement} is simulated.")
        if self.rate_hz <= 0 or self.accel_range_g <= 0 or self.gyro_range_dps <= 0:
            raise UsageError(f"sensor {self.sensor!r}: rate and ranges must be greater than 0.")
        if self.mounting is not None and len(self.mounting) != 9:  # noqa: PLR2004 - a 3 x 3 matrix
            raise UsageError(f"sensor {self.sensor!r}: mounting needs the 9 numbers of a rotation matrix.")

    @property
    def period_s(self) -> float:
        """Session time between two samples, s."""
        return 1.0 / (self.rate_hz * (1.0 + 1e-6 * self.clock_ppm))


def random_mounting(rng: np.random.Generator) -> FloatArray:
    """Rotation matrix of shape (3, 3), any orientation equally likely."""
    w, x, y, z = (q := rng.standard_normal(4)) / np.linalg.norm(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _turn(vector: FloatArray, angle: FloatArray, axis: int) -> FloatArray:
    """Components of vectors, shape (n, 3), in a frame turned by `angle` about `axis`."""
    one, two = (axis + 1) % 3, (axis + 2) % 3
    cos, sin = np.cos(angle), np.sin(angle)
    turned = vector.copy()
    turned[:, one] = cos * vector[:, one] + sin * vector[:, two]
    turned[:, two] = cos * vector[:, two] - sin * vector[:, one]
    return turned


def _along(axis: int, size: FloatArray) -> FloatArray:
    vector = np.zeros((len(size), 3))
    vector[:, axis] = size
    return vector


class Limb:
    """A leg's movement as felt at one place on it, without any error of a sensor.

    Parameters
    ----------
    contacts : Contacts
        The leg's contacts.
    placement, side : Placement, Side
        Where.

    Notes
    -----
    Frame: x forward, y up along the segment, z to the runner's right; a positive rate about z lifts the toes.
    The segment is turned by its pitch about z, then by the frontal angle about x, then by the transverse
    angle about y.
    """

    def __init__(self, contacts: Contacts, placement: Placement, side: Side) -> None:
        self.leg = Leg(contacts)
        self._segment = SEGMENT[placement]
        self._offset = np.array(OFFSET_M[placement])
        self._mirror = -1.0 if side is Side.LEFT else 1.0
        self._gain = SHOE_OVER_SHANK if placement is Placement.SHOE else 1.0
        self._rise_s = self._rises(contacts, placement)
        self._touchdown_mps = np.zeros(len(contacts))
        self._touchdown_mps = self._solve_touchdown()

    def felt(self, t_s: FloatArray) -> Felt:
        """Specific force and angular rate in the segment frame at `t_s`, shape (n,), s, increasing."""
        return self._felt(t_s, self._arrest(t_s))

    def peaks_g(self) -> tuple[FloatArray, FloatArray]:
        """Resultant peak after each contact but the first and last two, g, and its time after contact, s."""
        after = np.arange(0.0, PEAK_WINDOW_S, PEAK_GRID_S)
        t_s = self.leg.contacts.initial_contact_s[1:-2, None] + after
        resultant = np.linalg.norm(self.felt(t_s.ravel()).acc_g, axis=1).reshape(t_s.shape)
        return resultant.max(axis=1), after[resultant.argmax(axis=1)]

    def _felt(self, t_s: FloatArray, arrest_mps2: FloatArray) -> Felt:
        segments = self.leg.segments(t_s)
        world = np.zeros((len(t_s), 3))
        world[:, :2] = self.leg.ankle(t_s, segments).acceleration_mps2
        world += arrest_mps2[:, None] * _touchdown_direction()
        world[:, 1] += MPS2_PER_G
        pitch, frontal, transverse = self._angles(segments)
        rate, second = _body_rates(pitch, frontal, transverse)
        force = _turn(_turn(_turn(world, pitch.value, 2), frontal.value, 0), transverse.value, 1)
        force += np.cross(second, self._offset) + np.cross(rate, np.cross(rate, self._offset))
        return Felt(force / MPS2_PER_G, np.degrees(rate))

    def _angles(self, segments: Motion2) -> tuple[Motion2, Motion2, Motion2]:
        """Pitch, frontal and transverse angle of the segment, each of shape (n,)."""
        frontal, transverse = (
            Motion2(*(self._mirror * part[:, column] for part in segments)) for column in (2, 3)
        )
        return Motion2(*(part[:, self._segment] for part in segments)), frontal, transverse

    def _rises(self, contacts: Contacts, placement: Placement) -> FloatArray:
        """Rise of each contact's transient, s."""
        run = np.interp(contacts.angle_deg, RISE_ANGLES_DEG, RISE_S[placement])
        return np.where(contacts.running, run, WALK_RISE_S[placement])

    def _solve_touchdown(self) -> FloatArray:
        """Touchdown velocity, m/s, that gives the intended peak; 0 where the movement alone gives more."""
        c = self.leg.contacts
        after = np.arange(0.0, PEAK_WINDOW_S, 2 * PEAK_GRID_S)
        inner = slice(1, len(c) - 2)
        t_s = (c.initial_contact_s[inner, None] + after).ravel()
        still = self._felt(t_s, np.zeros_like(t_s)).acc_g
        unit = self._felt(t_s, self._spring(after, self._rise_s[inner, None]).ravel()).acc_g - still
        a, b = (unit**2).sum(axis=1) + EPSILON, (unit * still).sum(axis=1)
        wanted = np.repeat(self._gain * c.impact_g[inner], len(after))
        short = np.maximum(wanted**2 - (still**2).sum(axis=1), 0.0)
        needed = (np.sqrt(b**2 + a * short) - b) / a
        solved = np.zeros(len(c))
        solved[inner] = np.maximum(needed.reshape(-1, len(after)).min(axis=1), 0.0)
        return solved

    @staticmethod
    def _spring(after_s: FloatArray, rise_s: FloatArray) -> FloatArray:
        """Acceleration, m/s², against a touchdown of 1 m/s, from `after_s` after contact; 0 before its onset.

        The displacement is ``v / w * (1 + k * t) * exp(-k * t) * sin(w * t)``: it starts with velocity v and
        without acceleration and returns to where it started.
        """
        t_s = np.maximum(after_s - ONSET_S, 0.0)
        w = RISE_PHASE_RAD / rise_s
        k = DAMPING * w
        sine = (w**2 * (1 + k * t_s) + k**2 * (1 - k * t_s)) * np.sin(w * t_s)
        return (sine + 2 * w * k**2 * t_s * np.cos(w * t_s)) * np.exp(-k * t_s) / w

    def _arrest(self, t_s: FloatArray) -> FloatArray:
        """Acceleration against the touchdown, m/s²: gathering speed before a contact, losing it after."""
        c = self.leg.contacts
        number = self.leg.contact_before(t_s - ONSET_S)
        after = t_s - c.initial_contact_s[number]
        spring = np.where(after < RING_S, self._spring(after, self._rise_s[number]), 0.0)
        coming = number + 1
        lead = LEAD_SHARE * (c.initial_contact_s[coming] - c.toe_off_s[number])
        u = np.maximum(t_s - (c.initial_contact_s[coming] + ONSET_S - lead), 0.0) / lead
        zero, one = np.zeros_like(u), np.ones_like(u)
        gather = quintic(u, lead, Motion2(zero, zero, zero), Motion2(zero, one, zero)).second
        return self._touchdown_mps[number] * spring - self._touchdown_mps[coming] * gather


def _touchdown_direction() -> FloatArray:
    """Return the unit vector against the touchdown velocity: back and up."""
    angle = np.radians(BRAKING_DEG)
    return np.array([-np.sin(angle), np.cos(angle), 0.0])


def _body_rates(pitch: Motion2, frontal: Motion2, transverse: Motion2) -> tuple[FloatArray, FloatArray]:
    """Angular rate and its derivative in the segment frame, rad/s and rad/s², each of shape (n, 3)."""
    about_z = _turn(_along(2, pitch.rate), frontal.value, 0)
    inner = _along(0, frontal.rate) + about_z
    inner_second = _along(0, frontal.second) + _turn(_along(2, pitch.second), frontal.value, 0)
    inner_second -= np.cross(_along(0, frontal.rate), about_z)
    turned = _turn(inner, transverse.value, 1)
    spin = _along(1, transverse.rate)
    second = _along(1, transverse.second) + _turn(inner_second, transverse.value, 1) - np.cross(spin, turned)
    return spin + turned, second


class SampleBlock(NamedTuple):
    """Consecutive samples as the sensor puts them out.

    Attributes
    ----------
    index0 : int
        Number of the first sample.
    t_s : ndarray, shape (n,)
        True times, s since the session's begin.
    acc_g, gyr_dps : ndarray, shape (n, 3)
        Sensor frame, held at the ends of the ranges; the steps of its digits come with the packets.
    clipped : ndarray of bool, shape (n,)
        True where any accelerometer axis is at the end of its range.
    """

    index0: int
    t_s: FloatArray
    acc_g: FloatArray
    gyr_dps: FloatArray
    clipped: BoolArray


class SimSensorStream:
    """Samples of one sensor, in blocks that can be asked for in any order and are always the same.

    Parameters
    ----------
    sensor : SimSensor
        The sensor.
    contacts : Contacts
        Contacts of its leg.
    seed : int
        Seed of the session.
    block : int
        Samples in a block.

    Attributes
    ----------
    start_s : float
        True time of the first sample, s since the session's begin.
    boot_s : float
        What the sensor's clock says at its first sample, s.
    mounting : ndarray, shape (3, 3)
        Rotation from segment to sensor frame.
    """

    def __init__(self, sensor: SimSensor, contacts: Contacts, seed: int, block: int = 2000) -> None:
        self.sensor = sensor
        self.block_size = block
        self._contacts = contacts
        self._key = [seed, zlib.crc32(sensor.sensor.encode())]
        rng = np.random.default_rng(self._key)
        self.start_s = float(rng.uniform(0.0, START_SPREAD_S))
        self.boot_s = float(rng.uniform(0.0, BOOT_SPREAD_S))
        drawn = random_mounting(rng)
        self.mounting = (
            drawn if sensor.mounting is None else np.reshape(sensor.mounting, (3, 3)).astype(float)
        )
        self._bias = rng.standard_normal(6) * np.repeat([sensor.accel_bias_g, sensor.gyro_bias_dps], 3)

    def block(self, number: int) -> SampleBlock:
        """Compute samples ``[number * block_size, (number + 1) * block_size)``."""
        kernel = self._kernel()
        margin = len(kernel) // 2
        index0 = number * self.block_size
        index = np.arange(index0 - margin, index0 + self.block_size + margin, dtype=np.float64)
        t_s = self.start_s + self.sensor.period_s * index
        limb = Limb(_window(self._contacts, t_s[0], t_s[-1]), self.sensor.placement, self.sensor.side)
        felt = np.concatenate(limb.felt(t_s), axis=1)
        soft = np.zeros((self.block_size, 6))
        for lag, weight in enumerate(kernel):
            soft += weight * felt[lag : lag + self.block_size]
        mounted = np.concatenate(
            [_rotated(soft[:, :3], self.mounting), _rotated(soft[:, 3:], self.mounting)], axis=1
        )
        mounted += self._bias + self._noise(number)
        acc, clipped = _limited(mounted[:, :3], self.sensor.accel_range_g)
        gyr, _ = _limited(mounted[:, 3:], self.sensor.gyro_range_dps)
        return SampleBlock(index0, t_s[margin : margin + self.block_size], acc, gyr, clipped)

    def _noise(self, number: int) -> FloatArray:
        density = [self.sensor.accel_noise_g_per_rthz, self.sensor.gyro_noise_dps_per_rthz]
        sd = np.repeat(density, 3) * np.sqrt(self.sensor.rate_hz / 2)
        drawn: FloatArray = np.random.default_rng([*self._key, number]).standard_normal((self.block_size, 6))
        drawn *= sd
        return drawn

    def _kernel(self) -> FloatArray:
        """Weights of the sensor's low-pass, a Gaussian of the asked bandwidth."""
        if self.sensor.bandwidth_hz is None:
            return np.ones(1)
        width = np.sqrt(LN2) / (2 * np.pi * self.sensor.bandwidth_hz) * self.sensor.rate_hz
        reach = int(np.ceil(KERNEL_REACH * width))
        weights: FloatArray = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
        weights /= weights.sum()
        return weights


def true_peaks_g(sensor: SimSensor, contacts: Contacts, chunk: int = 400) -> tuple[FloatArray, FloatArray]:
    """Peaks that an ideal sensor in this place would see.

    Parameters
    ----------
    sensor : SimSensor
        Only its place counts: neither noise, range nor bandwidth do.
    contacts : Contacts
        Contacts of its leg.
    chunk : int
        Contacts computed at a time.

    Returns
    -------
    peak_g, time_to_peak_s : ndarray, shape (n,)
        Resultant peak of the 80 ms after each contact, gravity included, and its time after contact; NaN for
        the first contact and the last two, which lie outside the session.
    """
    peak = np.full((2, len(contacts)), np.nan)
    for start in range(1, len(contacts) - 2, chunk):
        end = min(start + chunk, len(contacts) - 2)
        low, high = max(start - 2, 0), min(end + 3, len(contacts))
        found = np.array(Limb(_cut(contacts, low, high), sensor.placement, sensor.side).peaks_g())
        peak[:, start:end] = found[:, start - low - 1 : end - low - 1]
    return peak[0], peak[1]


def until(contacts: Contacts, end_s: float) -> Contacts:
    """Contacts up to a time, s, and those after it on which the movement before it depends."""
    last = int(np.searchsorted(contacts.initial_contact_s, end_s))
    return _cut(contacts, 0, last + WINDOW_CONTACTS)


def _cut(contacts: Contacts, low: int, high: int) -> Contacts:
    return Contacts(*(getattr(contacts, name)[low:high] for name in Contacts.__struct_fields__))


def _window(contacts: Contacts, first_s: float, last_s: float) -> Contacts:
    """Contacts that bear on ``[first_s, last_s]``, with three more on either side."""
    low, high = np.searchsorted(contacts.initial_contact_s, [first_s, last_s])
    return _cut(contacts, max(int(low) - WINDOW_CONTACTS, 0), int(high) + WINDOW_CONTACTS)


def _rotated(vector: FloatArray, rotation: FloatArray) -> FloatArray:
    # Written out: a matrix product may round differently from one block length to another.
    return np.column_stack(
        [vector[:, 0] * r[0] + vector[:, 1] * r[1] + vector[:, 2] * r[2] for r in rotation]
    )


def _limited(value: FloatArray, end: float) -> tuple[FloatArray, BoolArray]:
    """Values held within the range, and in which rows any of them had to be."""
    beyond: BoolArray = np.abs(value) >= end
    return np.clip(value, -end, end), np.any(beyond, axis=1)
