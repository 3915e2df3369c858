"""A scripted player behind a delayed link in simulated time: screen, hands, habits, and the cell's part."""
