"""Curation by recipes: which episodes are kept, with which weight, and why; the same bytes each time."""
