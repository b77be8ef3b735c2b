"""When cues may come during a run: blocks shuffled by a seed, exact to the second, then a stretch without."""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from imu.model import CuePeriodKind

if TYPE_CHECKING:
    from imu.config import CoachParams

__all__ = ["Stretch", "stretches"]


class Stretch(NamedTuple):
    """A stretch of running time ``[begin_s, end_s)``, s."""

    begin_s: float
    end_s: float
    kind: CuePeriodKind


def stretches(params: CoachParams) -> tuple[Stretch, ...]:
    """Lay out a coached run.

    Parameters
    ----------
    params : CoachParams
        Planned running time, share of it with cues, length of the blocks, seed.

    Returns
    -------
    tuple of Stretch
        Without holes from 0 to ``run_s + retention_s``, neighbours of different kinds. The stretches with
        cues last ``round(on_share * run_s)`` s together.
    """
    pieces = [*_shuffled(params), (CuePeriodKind.RETENTION, params.retention_s)]
    found: list[Stretch] = []
    for kind, group in groupby((p for p in pieces if p[1] > 0), key=itemgetter(0)):
        begin_s = found[-1].end_s if found else 0.0
        found.append(Stretch(begin_s, begin_s + sum(length for _, length in group), kind))
    return tuple(found)


def _shuffled(params: CoachParams) -> list[tuple[CuePeriodKind, float]]:
    """Blocks with and without cues, and their lengths in s; the last block of a kind may be shorter."""
    on_s = min(float(round(params.on_share * params.run_s)), params.run_s)
    blocks = _blocks(CuePeriodKind.CUED, on_s, params.block_s)
    blocks += _blocks(CuePeriodKind.UNCUED, params.run_s - on_s, params.block_s)
    order = sorted(range(len(blocks)), key=lambda number: _place(int(params.seed), number))
    return [blocks[number] for number in order]


def _blocks(kind: CuePeriodKind, total_s: float, block_s: float) -> list[tuple[CuePeriodKind, float]]:
    whole = int(total_s // block_s)
    return [(kind, block_s)] * whole + [(kind, total_s - whole * block_s)]


def _place(seed: int, number: int) -> bytes:
    """Place in the shuffle: the same on every machine and with every version of Python."""
    return hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest()
