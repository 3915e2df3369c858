"""Servo buses: pure codecs and exchanges, and the serial port below them."""
