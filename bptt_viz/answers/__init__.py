"""From what was asked to a result that can be shown: what commands and Python programs call alike, one kind a file."""
