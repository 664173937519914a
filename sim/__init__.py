"""The outside world: people, wires, devices and their faults; imports nothing of the firmware."""
