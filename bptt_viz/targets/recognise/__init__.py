"""Targets found in a user's file from its syntax tree alone: nothing of it is ever run here."""
