"""Right-angled wires between blocks on a grid, whatever they stand for: which way they go, and in which lanes."""
