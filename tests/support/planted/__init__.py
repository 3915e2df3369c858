"""Good synthetic turns, and everything that can be wrong with one."""
