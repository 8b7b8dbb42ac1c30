"""What rich prints, as text."""

from rich.console import Console


def printed(renderable, width=80):
    """Return what a terminal of that width shows, without colours."""
    console = Console(width=width, force_terminal=False, color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()
