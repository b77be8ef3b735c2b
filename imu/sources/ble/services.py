"""Standard services beside a sensor's own: what tells who it is and how it fares."""

from __future__ import annotations

__all__ = ["BATTERY_SERVICE", "FIRMWARE", "SERIAL_NUMBER", "assigned"]


def assigned(number: int) -> str:
    """UUID of a number that the Bluetooth SIG assigned."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


BATTERY_SERVICE = assigned(0x180F)
SERIAL_NUMBER, FIRMWARE = assigned(0x2A25), assigned(0x2A26)
