"""A player's link in simulated time: the cell's own control, a link by law, and a browser like Chromium."""
