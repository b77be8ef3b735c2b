"""How a sensor sits on its segment, as far as its samples tell."""

from __future__ import annotations

import msgspec

__all__ = ["MountingEstimate", "Vector"]

Vector = tuple[float, float, float]


class MountingEstimate(msgspec.Struct, frozen=True, gc=False):
    """Directions of the body in the sensor's own axes; None where they are not known.

    Each estimate tells what it was learnt from: standing tells gravity, for the first time or in another
    direction than before; strides tell the other directions, once there are enough of them and when the
    sensor was found to have turned on its segment.

    Attributes
    ----------
    sensor : str
        The sensor.
    known_ns : int
        Session time from which on it is known, ns.
    gravity : tuple of 3 float or None
        Up while the wearer stood still, a unit vector: along a standing shin, and normal to a flat sole.
    up : tuple of 3 float or None
        Along the segment, proximal, learnt from whole strides; a few to 20 degrees off gravity in running.
    lateral : tuple of 3 float or None
        To the right; a positive rate about it lifts the toes. Needs a gyroscope.
    forward : tuple of 3 float or None
        Direction of running.
    forward_sense_known : bool
        False when only the line of `forward` is known: an accelerometer alone does not tell front from back.
    strides : int
        Strides since the mounting was last learnt anew.
    changed : bool
        The sensor has turned: everything before belongs to another mounting.
    """

    sensor: str
    known_ns: int
    gravity: Vector | None
    up: Vector | None
    lateral: Vector | None
    forward: Vector | None
    forward_sense_known: bool
    strides: int
    changed: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Names of the directions that are known."""
        return tuple(name for name in ("gravity", "up", "lateral", "forward") if getattr(self, name))
