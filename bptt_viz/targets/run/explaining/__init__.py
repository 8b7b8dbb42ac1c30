"""What a gradient that differs may still be: scaled, clipped or cut off on purpose, each shown by its own evidence."""
