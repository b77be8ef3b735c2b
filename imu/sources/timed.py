"""A source that ends after a while."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

from imu.units import s_to_ns

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from imu.model import Input, SessionHeader
    from imu.sources.base import Source

__all__ = ["TimedSource"]


class TimedSource:
    """Another source, ended at a session time.

    Parameters
    ----------
    source : Source
        The source.
    duration_s : float
        Session time at which it ends, s.

    Attributes
    ----------
    header : SessionHeader
        Header of the session.
    """

    def __init__(self, source: Source, duration_s: float) -> None:
        self.header: SessionHeader = source.header
        self._source = source
        self._end_ns = self.header.origin_ns + s_to_ns(duration_s)

    async def inputs(self) -> AsyncIterator[Input]:
        """Yield the inputs that arrive before the end."""
        inputs = cast("AsyncGenerator[Input]", self._source.inputs())
        async with contextlib.aclosing(inputs):
            async for item in inputs:
                if item.arrival_ns >= self._end_ns:
                    return
                yield item
