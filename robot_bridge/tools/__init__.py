"""Builders' tools without a screen: find servos, and read their safety registers back.

The pure rooms here decide; `servo_link` alone talks to servos, and only while no bridge holds the port.
Nothing here moves an arm.
"""
