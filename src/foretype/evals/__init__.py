"""Measuring: a simulated writer, what it saves, peers beside it, time under load, a page that shows it."""
