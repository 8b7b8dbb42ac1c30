"""Verify and show backpropagation through time."""

__version__ = "0.1.0"
