"""Every metric name of the hub and the cell, one registry per process."""
