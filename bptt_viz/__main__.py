"""Makes `python -m bptt_viz` the same as `bptt-viz`."""

from bptt_viz.app import main

main()
