"""Command lines drawn at random: valid ones, and valid ones with one thing wrong."""

from hypothesis import strategies as st

from robustness import values
from robustness.options import EXAMPLES, arguments, options

# Such as nobody means: no file, no name, no number.
_NONSENSE = ["", "§", "no such thing", "🙂", "[i]", "\u202eabc", "nan", "1e999", "--", "\x00", "a" * 5000, "../..", ":"]
_NO_NUMBERS = ["", "x", "nan", "１", "0x10", "1,5", "\x00"]
_NO_PLACES = ["no/such/folder/out.svg", ".", "..", "\x00.svg", "a" * 300 + ".svg", f"{values.TEXT_FILE}/out.svg"]

# Whatever is written there has a meaning.
_FREE = {"prompt"}


@st.composite
def valid_lines(draw, command):
    """Draw a command line every part of which is valid by itself."""
    line = [command, *_positionals(draw, command)]
    for option in options(command):
        size = values.small(command, option)
        if size is not None:
            line += [option.flag, draw(size)]
    for option in draw(st.lists(st.sampled_from(_free(command)), max_size=5, unique=True)) if _free(command) else ():
        line += [option.flag] if option.is_flag else [option.flag, draw(_value(command, option))]
    return line


def _positionals(draw, command):
    """Draw the arguments; those of the help's example where nothing is known of one that is needed."""
    found = []
    for argument in arguments(command):
        value = values.valid(command, argument)
        if value is None and argument.required:
            return EXAMPLES[command]
        if value is not None and (argument.required or draw(st.booleans())):
            found.append(draw(value))
    return found


def _free(command):
    """Return the options that may or may not be given."""
    return [each for each in options(command) if values.small(command, each) is None and _known(command, each)]


def _known(command, option):
    if (command, option.name) in values.LEFT_OUT:
        return False
    return option.is_flag or bool(option.endings) or values.valid(command, option) is not None


def _value(command, option):
    return st.sampled_from(values.outputs(option)) if option.endings else values.valid(command, option)


@st.composite
def broken_lines(draw, command):
    """Draw a valid command line and break it in one place."""
    line = draw(valid_lines(command))
    places = [each for each in options(command) if _wrong(command, each) and _known(command, each)]
    places += [each for each in arguments(command) if _wrong(command, each)]
    place = draw(st.sampled_from([*places, None, None]))
    if place is None:
        return draw(st.sampled_from([[*line, "--no-such-option"], [*line, "-ö"], [*line, *_unended(command)]]))
    wrong = draw(st.sampled_from(_wrong(command, place)))
    if place.flag:
        return [*line, f"{place.flag}={wrong}"]
    return [command, *line[1 + len(arguments(command)) :], "--", wrong]


def _unended(command):
    """Return an option without the value that it wants; one that is unknown where all are flags."""
    return next(([each.flag] for each in options(command) if not each.is_flag), ["--no-such-option"])


def _wrong(command, parameter):
    """Return values that a parameter must refuse; none if nothing is known of it."""
    if parameter.is_flag:
        return ["3", "maybe"]
    if parameter.endings:
        return [*_NO_PLACES, *([] if "" in parameter.endings else ["out.nothing", "out"])]
    if parameter.kind is int:
        return [*_NO_NUMBERS, "1.5", *_beyond(parameter, 1)]
    if parameter.kind is float:
        return [*_NO_NUMBERS, "inf", "-inf", *_beyond(parameter, 1e-6)]
    known = parameter.is_choice or values.valid(command, parameter) is not None
    return _NONSENSE if known and parameter.name not in _FREE else []


def _beyond(parameter, distance):
    low = [] if parameter.low is None else [str(parameter.low - distance)]
    return low if parameter.high is None else [*low, str(parameter.high + distance), "9" * 400]
