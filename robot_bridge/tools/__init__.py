"""Builders' tools without a screen: find, check, measure, calibrate and jog the servos of an arm.

The pure rooms here decide; `servo_link` alone talks to servos, and only while no bridge holds the port.
Nothing here moves an arm: jogging goes through a real bridge process and its wire.
"""
