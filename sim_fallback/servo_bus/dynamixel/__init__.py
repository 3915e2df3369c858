"""Emulated Dynamixel X servos on Protocol 2.0, register by register, from the maker's published manual."""
