"""Grids of runs: what to run, a store that survives anything, and workers that do it."""
