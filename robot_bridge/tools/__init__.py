"""Builders' tools without a screen: find, check, measure and calibrate the servos of an arm.

The pure rooms here decide; `servo_link` alone talks to servos, and only while no bridge holds the port.
Nothing here moves an arm.
"""
