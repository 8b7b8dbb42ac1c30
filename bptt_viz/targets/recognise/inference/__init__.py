"""Shapes by inference: functions are followed over their syntax tree, with sizes as unknowns that are solved for."""
