"""The command-line application: finds the commands, hands them their settings, returns the exit code."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bptt_viz import __version__, commands
from bptt_viz.console.failures import PROGRAM, failed, outliving, shield, warnings_in_one_line
from bptt_viz.console.manual import Documented
from bptt_viz.console.output import flush, results_alone
from bptt_viz.console.settings import Defaults
from bptt_viz.errors import ExitCode


class _Commands(TyperGroup):
    """All commands; what ends the process early is ours to judge, not Typer's."""

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        with shield():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: Any) -> Any:
        with shield(), outliving():
            return super().invoke(ctx)


class _Command(Documented):
    """One command; it does not run beside settings that make no sense."""

    def invoke(self, ctx: Any) -> Any:
        ctx.default_map.verify()
        with results_alone():
            return super().invoke(ctx)


app = typer.Typer(
    name=PROGRAM,
    cls=_Commands,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each option can also be set by a variable, BPTT_VIZ_HIDDEN=64 for --hidden, or in [tool.bptt_viz] of"
    " pyproject.toml.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Verify and show backpropagation through time."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.USAGE)
    group: Any = context.command
    context.default_map = {context.invoked_subcommand: Defaults(context.invoked_subcommand, group.commands)}


def _register() -> None:
    """Register each module of `commands` that has a function of its own name; a trailing underscore is dropped."""
    for module in sorted(info.name for info in iter_modules(commands.__path__)):
        function = getattr(import_module(f"{commands.__name__}.{module}"), module, None)
        if function is not None:
            app.command(module.rstrip("_"), cls=_Command)(function)


_register()


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code; whatever goes wrong is one line on standard error."""
    try:
        with warnings_in_one_line():
            code = app(args=arguments, prog_name=PROGRAM, standalone_mode=False)
            flush()
        return int(code or 0)
    except SystemExit as leave:  # completion scripts end this way
        return leave.code if isinstance(leave.code, int) else int(leave.code is not None)
    except (Exception, KeyboardInterrupt) as error:
        return failed(error)
