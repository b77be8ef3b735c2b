"""What the settings window shows and changes; free of Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dashboards.preferences import Preferences, load_preferences, save_preferences, with_value
from imu.errors import UsageError
from imu.folders import sensors_file
from imu.model import Placement, Side
from imu.runners import RunnerProfile, add_runner, list_runners
from imu.sources.ble.registry import KnownSensor, bind, checked, load_sensors, maybe, save_sensors

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PLACES", "FirstStep", "FittingState", "SettingsView", "first_steps", "next_command"]

PLACES: dict[str, tuple[Placement, Side]] = {
    "left shoe": (Placement.SHOE, Side.LEFT),
    "right shoe": (Placement.SHOE, Side.RIGHT),
    "left shin": (Placement.SHANK, Side.LEFT),
    "right shin": (Placement.SHANK, Side.RIGHT),
}
"""Where a sensor can be worn, by what it is called."""

HOW = {
    Placement.SHOE: "On the laces, flat and tight; it must not rock on the tongue.",
    Placement.SHANK: "Inside of the shin, just above the ankle, on the bone; strap it tight.",
}


class FirstStep(msgspec.Struct, frozen=True):
    """One thing to do before the first run, and whether it is done."""

    text: str
    command: str
    done: bool


class FittingState(msgspec.Struct, frozen=True):
    """The picture of where sensors are fixed: the place that is spoken of, and the places that are taken."""

    place: str
    taken: tuple[str, ...]
    how: str


def first_steps(runners: Sequence[str], sensors: Sequence[KnownSensor]) -> tuple[FirstStep, ...]:
    """Return what is to be done before the first run, in order.

    Parameters
    ----------
    runners : sequence of str
        Names of the runners.
    sensors : sequence of KnownSensor
        The sensors that are bound.
    """
    bound = bool(sensors)
    command = "softstrike sensors bind NAME --runner NAME --placement shoe --side left"
    return (
        FirstStep("Say who runs", "softstrike runner add NAME", bool(runners) or bound),
        FirstStep("Switch a sensor on and find its name", "softstrike scan", bound),
        FirstStep("Say where it is worn", command, bound),
    )


def next_command(steps: Sequence[FirstStep]) -> str:
    """Say in one line what to do next."""
    following = next((step for step in steps if not step.done), None)
    if following is None:
        return "All is ready: softstrike live"
    return f"Next: {following.text.lower()} ({following.command})"


class SettingsView:
    """Settings, runners and sensors as they are on this computer; each change is written at once.

    Raises
    ------
    InputError
        One of the files cannot be used; names file and key.
    """

    def __init__(self) -> None:
        self.preferences: Preferences = load_preferences()
        self.runners: tuple[str, ...] = tuple(runner.name for runner in list_runners())
        self.sensors: tuple[KnownSensor, ...] = load_sensors(sensors_file())

    @property
    def runner(self) -> str:
        """Who is spoken of: the chosen runner, else the only one, else nobody."""
        if self.preferences.runner:
            return self.preferences.runner
        return self.names[0] if len(self.names) == 1 else ""

    @property
    def names(self) -> tuple[str, ...]:
        """All runners: those with a file of their own, and those who wear sensors."""
        return tuple(dict.fromkeys([*self.runners, *(each.runner for each in self.sensors)]))

    @property
    def own_sensors(self) -> tuple[KnownSensor, ...]:
        """Sensors of the runner; of all when nobody is chosen."""
        return tuple(each for each in self.sensors if not self.runner or each.runner == self.runner)

    @property
    def steps(self) -> tuple[FirstStep, ...]:
        """What is to be done before the first run."""
        return first_steps(self.names, self.sensors)

    def fitting(self, place: str) -> FittingState:
        """Return the picture that shows a place."""
        taken = tuple(_place_of(each) for each in self.own_sensors)
        return FittingState(place, taken, HOW[PLACES[place][0]])

    def sensor_line(self, sensor: KnownSensor) -> str:
        """Return what a list says of a sensor."""
        owner = "" if self.runner else f", {sensor.runner}"
        return f"{sensor.title}: {_place_of(sensor)}{owner}"

    def change(self, key: str, text: str) -> None:
        """Change one setting, from what a user typed.

        Raises
        ------
        UsageError
            It cannot have that value.
        EnvironmentProblem
            The file cannot be written.
        """
        changed = with_value(self.preferences, key, text)
        if changed != self.preferences:
            save_preferences(changed)
            self.preferences = changed

    def add_runner(self, name: str) -> None:
        """Add a runner and choose them.

        Raises
        ------
        UsageError
            There is one of that name, or it is no name.
        """
        clean = name.strip()
        add_runner(RunnerProfile(clean))
        self.runners = (*self.runners, clean)
        self.change("runner", clean)

    def bind(self, name: str, profile: str, place: str, *, host_id: str = "", serial: str = "") -> None:
        """Bind a sensor to the runner; what :meth:`elsewhere` tells of it is over then.

        Parameters
        ----------
        name, profile : str
            Name that the sensor advertises, id of its firmware profile.
        place : str
            A key of :data:`PLACES`.
        host_id, serial : str
            As for :class:`imu.sources.ble.registry.KnownSensor`.

        Raises
        ------
        UsageError
            Nobody is chosen, the sensor has no name, or the place is taken.
        """
        if not self.runner:
            raise UsageError("choose or add a runner first")
        placement, side = PLACES[place]
        known = checked(KnownSensor(name.strip(), profile, self.runner, placement, side, serial, "", host_id))
        taken = self.elsewhere(name, place, serial=serial, host_id=host_id)
        others = tuple(each for each in self.sensors if each is not taken)
        self._keep(bind(others, known))

    def elsewhere(self, name: str, place: str, *, serial: str = "", host_id: str = "") -> KnownSensor | None:
        """Return the sensor of that identity if it is bound to somebody else or to another place.

        Parameters
        ----------
        name, place, serial, host_id : str
            As for :meth:`bind`; without a serial number any of that name may be meant.
        """
        here = (self.runner, "-".join(place.split()))
        fits = maybe(self.sensors, name.strip(), host_id)
        if serial:
            fits = tuple(each for each in fits if each.serial in {serial, ""})
        return next((each for each in fits if (each.runner, each.place) != here), None)

    def move(self, sensor: KnownSensor, place: str) -> None:
        """Wear a sensor that is bound in another place; what was learnt of its mounting is forgotten.

        Raises
        ------
        UsageError
            The place is taken.
        """
        placement, side = PLACES[place]
        moved = msgspec.structs.replace(sensor, placement=placement, side=side, up=None)
        self._keep(bind(self.sensors, moved))

    def forget(self, sensor: KnownSensor) -> None:
        """Forget a sensor; recorded sessions stay as they are."""
        self._keep(tuple(each for each in self.sensors if each.identity != sensor.identity))

    def _keep(self, sensors: tuple[KnownSensor, ...]) -> None:
        save_sensors(sensors_file(), sensors)
        self.sensors = sensors


def _place_of(sensor: KnownSensor) -> str:
    return sensor.place.replace("-", " ")
