"""Places for boxes and wires that flow one way, whatever they stand for."""
