"""The server side: hub, cell, wires, episodes and the command line."""
