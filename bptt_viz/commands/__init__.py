"""The commands, one file each: parse, run one analysis, render, write."""
