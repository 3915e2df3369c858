"""Messages and memory layouts of the wires that end at or below the bridge."""
