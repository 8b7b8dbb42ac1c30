"""Where the process starts: `bptt-viz` and `python -m bptt_viz` are the same."""

import sys


def main() -> None:
    """Run the command line that the process was started with."""
    try:
        from bptt_viz.app import run
        from bptt_viz.console.failures import heed_sigterm
    except KeyboardInterrupt:  # pressed while Python was still importing
        sys.stderr.write("bptt-viz: interrupted\n")
        sys.exit(130)
    heed_sigterm()
    sys.exit(run())


if __name__ == "__main__":
    main()
