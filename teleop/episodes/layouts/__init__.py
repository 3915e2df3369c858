"""Formats in which other tools read demonstrations; the table is `teleop.episodes.formats`."""
