"""What analyses return and renderers take: frozen dataclasses of plain values, arrays and strings."""
