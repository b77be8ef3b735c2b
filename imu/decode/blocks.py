"""Many packets of one length decoded at once; what is not as usual is left to :class:`imu.decode.Decoder`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.decode.framing import NotificationFramer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imu.decode.framing import Framer
    from imu.decode.layout import PacketLayout
    from imu.decode.samples import SampleLayout
    from imu.model import PacketBlock

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]

__all__ = ["UsualPackets", "stretches", "usual_packets"]

LEAST_PACKETS = 4
"""Shorter stretches are decoded one by one."""


class UsualPackets(NamedTuple):
    """What packets hold that are all of one kind, m of them with n samples each.

    Attributes
    ----------
    layout, samples : PacketLayout, SampleLayout
        Their kind.
    usual : ndarray of bool, shape (m,)
        Whether the packet is of that kind and sound; of the others nothing here counts.
    acc_g, gyr_dps : ndarray of float64, shape (m, n, 3), or None
        Samples.
    top_g : ndarray of float64, shape (m,)
        Greatest size of any axis.
    """

    layout: PacketLayout
    samples: SampleLayout
    usual: BoolArray
    acc_g: FloatArray
    gyr_dps: FloatArray | None
    top_g: FloatArray


def usual_packets(
    block: PacketBlock, framer: Framer | None, layouts: Sequence[PacketLayout]
) -> UsualPackets | None:
    """Decode packets as if all were like the first sound one; None when there is none to be decoded so.

    Parameters
    ----------
    block : PacketBlock
        The packets.
    framer : Framer or None
        Framing of their role; only one notification per frame is read here.
    layouts : sequence of PacketLayout
        Rules of their role.
    """
    data = block.payloads
    if not isinstance(framer, NotificationFramer) or len(block) < LEAST_PACKETS or not data.shape[1]:
        return None
    usual = framer.sound(data)
    for layout in layouts:
        matched = layout.matched(data)
        if not (usual & matched).any():
            continue
        samples, rule = layout.samples, layout.rule
        own_words = rule.readings or rule.text is not None
        if samples is None or not samples.has_acc or own_words or data.shape[1] < layout.least:
            return None
        usual &= matched
        found = samples.read_block(data, usual, rule.trailing)
        if found is None:
            return None
        acc_g, gyr_dps, usual = found
        top_g = np.abs(acc_g).reshape(len(acc_g), -1).max(axis=1)
        return UsualPackets(layout, samples, usual & samples.plausible(top_g), acc_g, gyr_dps, top_g)
    return None


def stretches(usual: BoolArray) -> list[tuple[int, int, bool]]:
    """Cut into ``[first, stop)`` of usual packets and of others; too short ones count as others."""
    edges = [0, *(np.flatnonzero(usual[1:] != usual[:-1]) + 1).tolist(), len(usual)]
    found: list[tuple[int, int, bool]] = []
    for first, stop in pairwise(edges):
        is_usual = bool(usual[first]) and stop - first >= LEAST_PACKETS
        if found and not is_usual and not found[-1][2]:
            found[-1] = (found[-1][0], stop, False)
        else:
            found.append((first, stop, is_usual))
    return found
