"""The bridge: the only process that may move the arm."""
