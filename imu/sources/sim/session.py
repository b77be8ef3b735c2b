"""A simulated session: packets of simulated sensors through simulated radio, with the truth beside them."""

from __future__ import annotations

import functools
import heapq
import itertools
import math
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.errors import UsageError
from imu.model import LinkChange, LinkState, Marker, Packet, SensorInfo, SessionHeader, Side, Tick
from imu.sources.sim.radio import RadioLink, RadioModel
from imu.sources.sim.scenario import plan, strike_of
from imu.sources.sim.sensors import SimSensor, SimSensorStream, true_peaks_g, until
from imu.units import MS_PER_S, NS_PER_S, s_to_ns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from imu.decode import Encoder
    from imu.model import Input
    from imu.profiles import Profile
    from imu.sources.sim.scenario import Scenario

    FloatArray = NDArray[np.float64]

__all__ = ["SimulatedSession", "Truth", "simulate"]

BLOCK_PACKETS = 200
ORIGIN_NS = 1_000 * NS_PER_S
BATTERY_START_PERCENT = 92.0
BATTERY_PERCENT_PER_H = 6.0
S_PER_H = 3_600.0


class Truth(msgspec.Struct, frozen=True, eq=False):
    """What a sensor's steps really were; all columns have one entry a contact of its leg inside the session.

    Attributes
    ----------
    initial_contact_s, toe_off_s : ndarray
        Times, s since the session's origin.
    strike : list of Strike
        Landing type by the true angle: heel above 8 degrees, forefoot below -1.6.
    strike_angle_deg : ndarray
        Foot pitch at contact against foot-flat, degrees, positive = toes higher than heel.
    peak_g, time_to_peak_ms : ndarray
        Resultant peak at the sensor's place in the 80 ms after contact, gravity included, without noise,
        range and low-pass; and its time after contact.
    activity : list of Motion
        ``stand`` for the step that closes a bout: its foot rests afterwards.
    """

    initial_contact_s: FloatArray
    toe_off_s: FloatArray
    strike: list[str]
    strike_angle_deg: FloatArray
    peak_g: FloatArray
    time_to_peak_ms: FloatArray
    activity: list[str]

    def __len__(self) -> int:
        return len(self.initial_contact_s)

    def columns(self) -> dict[str, FloatArray | list[str]]:
        """Columns by name, ready for a data frame."""
        return msgspec.structs.asdict(self)


class SimulatedSession:
    """A simulated session; made by :func:`simulate`.

    Attributes
    ----------
    header : SessionHeader
        With ``origin`` ``"simulated"``.
    duration_s : float
        Length, s.
    bout_edges_s : ndarray
        Begin of each bout and end of the last, s.
    """

    def __init__(
        self,
        scenario: Scenario,
        sensors: Sequence[SimSensor],
        seed: int,
        *,
        radio: Mapping[str, RadioModel],
        header: SessionHeader,
        duration_s: float | None,
    ) -> None:
        self.header = header
        self._scenario, self._sensors, self._seed, self._radio = scenario, tuple(sensors), seed, radio
        (left, right), self.bout_edges_s = plan(scenario, seed)
        self._contacts = {Side.LEFT: left, Side.RIGHT: right}
        planned_s = float(self.bout_edges_s[-1])
        self.duration_s = planned_s if duration_s is None else min(duration_s, planned_s)

    @functools.cached_property
    def truth(self) -> dict[str, Truth]:
        """Truth by sensor."""
        return {sensor.sensor: self._truth(sensor) for sensor in self._sensors}

    def stream(self, sensor: str, *, rate_hz: float | None = None) -> SimSensorStream:
        """Return the samples of one sensor before they become packets, at another rate if one is given."""
        found = next(each for each in self._sensors if each.sensor == sensor)
        if rate_hz is not None:
            found = msgspec.structs.replace(found, rate_hz=rate_hz)
        return SimSensorStream(
            found, self._contacts[found.side], self._seed, block=BLOCK_PACKETS * found.packet_samples
        )

    def inputs(self) -> Iterator[Input]:
        """Yield all inputs in the order of their arrival; the same at every call."""
        ticks = (Tick(self._ns(second)) for second in range(math.ceil(self.duration_s)))
        packets = [self._packets(sensor) for sensor in self._sensors]
        return heapq.merge(self._events(), ticks, *packets, key=attrgetter("arrival_ns"))

    def _ns(self, time_s: float) -> int:
        return self.header.origin_ns + s_to_ns(time_s)

    def _events(self) -> list[LinkChange | Marker]:
        """Link changes and markers, in order."""
        events: list[LinkChange | Marker] = []
        for sensor in self._sensors:
            events.append(LinkChange(sensor.sensor, self._ns(0.0), LinkState.CONNECTED, "simulated"))
            for begin, end in self._radio[sensor.sensor].dropouts_s:
                if begin < self.duration_s:
                    events.append(
                        LinkChange(sensor.sensor, self._ns(begin), LinkState.LOST, "simulated loss")
                    )
                if end < self.duration_s:
                    events.append(LinkChange(sensor.sensor, self._ns(end), LinkState.CONNECTED, "simulated"))
        for begin, bout in zip(self.bout_edges_s[:-1], self._scenario.bouts, strict=True):
            if bout.note and begin < self.duration_s:
                events.append(Marker(self._ns(begin), "note", bout.note))
        return sorted(events, key=attrgetter("arrival_ns"))

    def _packets(self, sensor: SimSensor) -> Iterator[Packet]:
        """Packets of a sensor as they arrive; one held back overtakes nothing and is never forgotten."""
        link = RadioLink(self._radio[sensor.sensor], self._seed, sensor.sensor)
        channel, sent = self._sent(sensor)
        waiting: list[tuple[int, int, bytes]] = []
        order, seq = itertools.count(), itertools.count()
        for ready_ns, payload in sent:
            # A packet arrives later than it is ready: nothing still to come can overtake what is due by now.
            while waiting and waiting[0][0] <= ready_ns:
                arrival_ns, _, held = heapq.heappop(waiting)
                yield Packet(sensor.sensor, next(seq), arrival_ns, channel, held)
            for arrival_ns in link.arrivals(ready_ns):
                heapq.heappush(waiting, (arrival_ns, next(order), payload))
        for arrival_ns, _, held in sorted(waiting):
            yield Packet(sensor.sensor, next(seq), arrival_ns, channel, held)

    def _sent(self, sensor: SimSensor) -> tuple[str, Iterator[tuple[int, bytes]]]:
        """Channel and packets of a sensor with the times at which they are complete, ns."""
        from imu.decode import Encoder  # noqa: PLC0415 - for users of the gait model alone

        profile = _profile(sensor.profile)
        info = next(each for each in self.header.sensors if each.sensor == sensor.sensor)
        channel = next(rule.role for rule in profile.packet if rule.samples)
        return channel, self._encoded(sensor, profile, Encoder(profile, info.params))

    def _encoded(self, sensor: SimSensor, profile: Profile, encoder: Encoder) -> Iterator[tuple[int, bytes]]:
        stream = self.stream(sensor.sensor)
        count = sensor.packet_samples
        for number in itertools.count():
            block = stream.block(number)
            for start in range(0, stream.block_size, count):
                last = start + count - 1
                time_s = float(block.t_s[last])
                if time_s > self.duration_s:
                    return
                device_s = stream.boot_s + (block.index0 + last) / sensor.rate_hz
                payloads = encoder.encode(
                    round(device_s * NS_PER_S / profile.time.unit_ns),
                    (block.index0 + start) // count,
                    block.acc_g[start : last + 1],
                    block.gyr_dps[start : last + 1] if sensor.has_gyro else None,
                    battery_percent=max(
                        0.0, BATTERY_START_PERCENT - BATTERY_PERCENT_PER_H * time_s / S_PER_H
                    ),
                )
                for payload in payloads:
                    yield self._ns(time_s), payload

    def _truth(self, sensor: SimSensor) -> Truth:
        contacts = self._contacts[sensor.side]
        at = contacts.initial_contact_s
        keep = np.flatnonzero((contacts.bout >= 0) & (at < self.duration_s))
        peak_g, rise_s = true_peaks_g(sensor, until(contacts, self.duration_s))
        return Truth(
            initial_contact_s=at[keep],
            toe_off_s=contacts.toe_off_s[keep],
            strike=[strike_of(angle) for angle in contacts.angle_deg[keep]],
            strike_angle_deg=contacts.angle_deg[keep],
            peak_g=peak_g[keep],
            time_to_peak_ms=rise_s[keep] * MS_PER_S,
            activity=[self._scenario.bouts[bout].motion for bout in contacts.bout[keep]],
        )


def simulate(
    scenario: Scenario,
    sensors: Sequence[SimSensor],
    *,
    seed: int = 1,
    radio: RadioModel | Mapping[str, RadioModel] | None = None,
    duration_s: float | None = None,
    origin_ns: int = ORIGIN_NS,
) -> SimulatedSession:
    """Simulate a session.

    Parameters
    ----------
    scenario : Scenario
        What the runner does.
    sensors : sequence of SimSensor
        What is worn where.
    seed : int
        Same arguments and same seed, same bytes.
    radio : RadioModel or mapping of str to RadioModel, optional
        One for all sensors or one each by name; a good link when left out.
    duration_s : float, optional
        End the session early.
    origin_ns : int
        Host's monotonic clock at its begin, ns.

    Returns
    -------
    SimulatedSession
        Nothing is computed before it is asked for.

    Raises
    ------
    UsageError
        No sensor, two of one name, an empty scenario, a rate or range that the sensor's profile does not
        allow.
    """
    names = [sensor.sensor for sensor in sensors]
    if not names or len(set(names)) < len(names):
        raise UsageError("simulate: give at least one sensor, and each a name of its own.")
    if duration_s is not None and duration_s <= 0:
        raise UsageError("simulate: duration_s must be greater than 0.")
    one = RadioModel() if radio is None else radio
    links = dict.fromkeys(names, one) if isinstance(one, RadioModel) else dict(one)
    missing = sorted(set(names) - set(links))
    if missing:
        raise UsageError(f"simulate: no radio model for sensor {missing[0]!r}.")
    header = SessionHeader(
        sensors=tuple(_info(sensor) for sensor in sensors),
        runner="simulated runner",
        origin_ns=origin_ns,
        origin="simulated",
        note=f"scenario {scenario.name}, seed {seed}",
    )
    return SimulatedSession(scenario, sensors, seed, radio=links, header=header, duration_s=duration_s)


def _profile(profile_id: str) -> Profile:
    from imu.profiles import find_profile  # noqa: PLC0415 - for users of the gait model alone

    return find_profile(profile_id)


def _info(sensor: SimSensor) -> SensorInfo:
    """Header entry; the sensor's rate and ranges are parameters of its profile where it has such."""
    from imu.profiles import resolve_params  # noqa: PLC0415 - for users of the gait model alone

    profile = _profile(sensor.profile)
    wanted = {
        "rate_hz": sensor.rate_hz,
        "acc_range_g": sensor.accel_range_g,
        "gyr_range_dps": sensor.gyro_range_dps,
    }
    params = resolve_params(profile, {name: wanted[name] for name in wanted if name in profile.params})
    return SensorInfo(
        sensor=sensor.sensor,
        placement=sensor.placement,
        side=sensor.side,
        rate_hz=sensor.rate_hz,
        profile=sensor.profile,
        profile_toml=profile.text,
        accel_range_g=sensor.accel_range_g,
        has_gyro=sensor.has_gyro,
        params=params,
        name=f"simulated {sensor.placement}",
    )
