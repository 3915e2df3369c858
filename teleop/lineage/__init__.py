"""Lineage: who contributed what, where it went, and how it is taken out again without touching the rest."""
