"""Training: optimisers, clipping, truncation, tasks, and the loop that a character model learns in."""
