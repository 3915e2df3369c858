"""Runs a whole Armcade on one machine: hub, cell, bridge and the simulated hardware."""
