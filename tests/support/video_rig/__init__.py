"""A sender, a Chromium and a link between them, in processes of their own, to measure live video."""
