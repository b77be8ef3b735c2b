"""Virtual sensors: Bluetooth peripherals without hardware, built from firmware profiles."""
