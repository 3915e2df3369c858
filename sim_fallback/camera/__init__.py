"""The simulated cameras: a software renderer of convex solids, tags and a painted table."""
