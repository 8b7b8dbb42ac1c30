"""The command-line application: finds the commands, hands them their settings, turns errors into exit codes."""

import os
import sys
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any

import typer

from bptt_viz import __version__, commands
from bptt_viz.errors import BpttVizError, ExitCode

PROGRAM = "bptt-viz"
_TRACEBACK = "BPTT_VIZ_TRACEBACK"

app = typer.Typer(
    name=PROGRAM,
    help="Verify and show backpropagation through time.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
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
    from bptt_viz.console.settings import defaults

    context.default_map = defaults(context.invoked_subcommand, _option_names(context))


def _option_names(context: typer.Context) -> set[str]:
    group: Any = context.command
    command = group.commands.get(context.invoked_subcommand)
    return {parameter.name for parameter in command.params} if command else set()


def _register() -> None:
    """Register each module of `commands` that has a function of its own name; a trailing underscore is dropped."""
    for module in sorted(info.name for info in iter_modules(commands.__path__)):
        function = getattr(import_module(f"{commands.__name__}.{module}"), module, None)
        if function is not None:
            app.command(module.rstrip("_"))(function)


_register()


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code; whatever goes wrong is one line on stderr."""
    try:
        code = app(args=arguments, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except BpttVizError as error:
        return _failed(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _failed("interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        return _failed("", ExitCode.CLOSED_PIPE)
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else ExitCode.INTERNAL
    except Exception as error:  # the last resort: no traceback reaches a user
        return _unforeseen(error)


def _unforeseen(error: Exception) -> int:
    message = getattr(error, "format_message", None)  # Typer's own usage errors
    if message is not None:
        return _failed(f"{message().rstrip('.')}; see {PROGRAM} --help", ExitCode.USAGE)
    if os.environ.get(_TRACEBACK):
        raise error
    kind = type(error).__name__
    return _failed(f"internal error: {kind}: {error} (set {_TRACEBACK}=1 to see where)", ExitCode.INTERNAL)


def _failed(message: str, code: ExitCode) -> int:
    if code is ExitCode.CLOSED_PIPE:
        # Python would complain once more when it flushes the closed stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif message:
        print(f"{PROGRAM}: {' '.join(message.split())}", file=sys.stderr)
    return code


def main() -> None:
    """Run the command line that the process was started with."""
    sys.exit(run())
