"""Numeric gradient checks."""
