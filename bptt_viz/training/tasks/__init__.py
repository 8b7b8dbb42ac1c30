"""Tasks with a known solution, made to need memory: one a file, found by scanning the folder."""

from bptt_viz.training.tasks.interface import Episodes, Task, discover_tasks

__all__ = ["Episodes", "Task", "discover_tasks"]
