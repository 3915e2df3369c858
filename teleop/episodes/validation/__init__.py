"""Looks for everything that can be wrong with an episode, and names rule, place and value."""
