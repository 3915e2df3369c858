"""The simulated cell: an emulated servo bus and cameras where the hardware would stand."""
