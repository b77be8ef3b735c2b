"""A source under another header: what is known of the runner joins what the sensors tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from imu.model import Input, SessionHeader
    from imu.sources.base import Source

__all__ = ["HeadedSource"]


class HeadedSource:
    """Yields what another source yields.

    Parameters
    ----------
    source : Source
        Where inputs come from.
    header : SessionHeader
        Header of the session; its sensors are those of the source.

    Attributes
    ----------
    header : SessionHeader
        As given.
    """

    def __init__(self, source: Source, header: SessionHeader) -> None:
        self.header: SessionHeader = header
        self._source = source

    def inputs(self) -> AsyncIterator[Input]:
        """Yield the inputs of the source."""
        return self._source.inputs()
