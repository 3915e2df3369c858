"""Hypothesis without its wall-time deadline: how long an example takes says more of the machine than of us."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
