"""Targets run in a process of their own: loading, posing as problems, checking, and the outcome."""
