"""Pure functions from a recorded rollout to a result."""
