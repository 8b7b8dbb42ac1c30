"""User code as targets: what it declares or was recognised to be, run in a process of its own, and the outcome."""
