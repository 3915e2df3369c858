"""Typed, bounded messages of the player, hub and cell wires."""
