"""What a terminal would show, as text without colours, boxes and line breaks."""

from rich.console import Console, RenderableType

# Wide enough that nothing is wrapped or cut.
_WIDTH = 10_000


def plain(renderable: RenderableType) -> str:
    """Return a renderable as plain text, no line of which ends in spaces."""
    console = Console(width=_WIDTH, force_terminal=False, force_jupyter=False, color_system=None, soft_wrap=True)
    with console.capture() as captured:
        console.print(renderable, markup=False, highlight=False, emoji=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
