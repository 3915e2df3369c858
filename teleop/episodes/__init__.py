"""Demonstration episodes: format, writer, reader, exports."""
