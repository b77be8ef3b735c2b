"""softstrike's headless library: from a sensor's bytes to flagged steps."""

__version__ = "0.1.0"
