"""Cells as people draw them: gates, pointwise operations and the lines of the states, from the recorded graph."""
