"""Where inputs come from: recorded sessions, the simulator, sensors."""
