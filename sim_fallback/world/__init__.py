"""The physics of the simulated cell: arm, table and pieces."""
