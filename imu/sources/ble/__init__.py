"""Sensors over Bluetooth LE: who they are, how they are found, and how each is brought back by itself."""

from imu.sources.ble.registry import KnownSensor, load_sensors, save_sensors
from imu.sources.ble.source import BleSource, header_of

__all__ = ["BleSource", "KnownSensor", "header_of", "load_sensors", "save_sensors"]
