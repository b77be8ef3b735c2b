"""What a window asks of the sound."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Sound"]


class Sound(Protocol):
    """What plays cues; :class:`imu.sinks.audio.AudioSink` does."""

    @property
    def volume(self) -> float:
        """Volume in force, from 0 to 1."""

    @property
    def muted(self) -> bool:
        """Whether cues are silent."""

    @property
    def words(self) -> str:
        """The state in words."""

    def put(self, item: object) -> None:
        """Play a cue."""

    def set_volume(self, volume: float) -> None:
        """Set the volume."""

    def set_muted(self, muted: bool) -> None:
        """Sound off or on."""

    def toggle_mute(self) -> None:
        """Sound off, or on again."""
