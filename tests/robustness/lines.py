"""Command lines drawn at random: valid ones, and valid ones with one thing wrong."""

from hypothesis import strategies as st

from robustness import values
from robustness.files import TEXT_FILE
from robustness.options import EXAMPLES, arguments, options

# Such as nobody means: no file, no name, no number.
_NONSENSE = ["", "§", "no such thing", "🙂", "[i]", "\u202eabc", "nan", "1e999", "--", "\x00", "a" * 5000, "../..", ":"]
_NO_NUMBERS = ["", "x", "nan", "１", "0x10", "1,5", "\x00"]
_NO_PLACES = ["no/such/folder/out.svg", ".", "..", "\x00.svg", "a" * 300 + ".svg", f"{TEXT_FILE}/out.svg"]

# Whatever is written there has a meaning.
_FREE = {"prompt"}


# What weights that were loaded settle.
_SETTLED = {"hidden", "layers", "init", "activation", "settings"}
# What may be asked of a training that goes on.
_GOING_ON = {"updates", "save", "every", "reach", "sample_every", "sample", "json", "output"}


@st.composite
def valid_lines(draw, command):
    """Draw a command line every part of which is valid by itself, and whose parts mostly suit each other."""
    start = draw(_starts(command))
    model = _model(command, start)
    loose = draw(st.integers(0, 9)) == 9
    left = [each for each in options(command) if loose or (_is_open(each, start) and values.suits(each, model))]
    line, behind = [command, *start], []
    for option in left:
        size = values.small(command, option)
        if size is not None:
            line += [option.flag, draw(size)]
    free = [each for each in left if values.small(command, each) is None and _known(command, each)]
    for option in draw(st.lists(st.sampled_from(free), max_size=5, unique=True)) if free else ():
        line += _given(draw, command, option, model)
        behind += values.WITH.get((command, option.name), ())
    return [*line, *behind]


@st.composite
def _starts(draw, command):
    """Draw what a line begins with: its arguments, and the options that go with them."""
    other = values.STARTS.get(command)
    if other is not None and (command == "sweep" or draw(st.integers(0, 4)) == 4):
        return draw(other)
    found = _positionals(draw, command)
    (cell,) = [each for each in options(command) if each.name == "cell"] or [None]
    return [*found, cell.flag, draw(values.valid(command, cell))] if cell and draw(st.booleans()) else found


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


def _model(command, start):
    """Return what the model options of a line are about: its first argument, the first of its cells, else an RNN."""
    if "--cell" in start:
        return start[start.index("--cell") + 1].split(",")[0]
    return (
        start[0]
        if start and arguments(command) and arguments(command)[0].name in {"model", "models", "targets"}
        else "rnn"
    )


def _is_open(option, start):
    """Tell whether the beginning of a line leaves an option open."""
    if "--resume" in start:
        return option.name in _GOING_ON
    if option.name == "vocabulary" and not {"--weights", "--text"} & set(start):
        return False
    return option.flag not in start and not ("--weights" in start and option.name in _SETTLED)


def _known(command, option):
    if (command, option.name) in values.LEFT_OUT:
        return False
    return (
        option.is_flag or option.name == "settings" or bool(option.endings) or values.valid(command, option) is not None
    )


def _given(draw, command, option, model):
    """Draw an option with its value, and with other options that the value wants."""
    if option.is_flag:
        return [option.flag]
    if option.name == "settings":
        return [option.flag, draw(st.sampled_from(values.settings(model) or ["forget_bias=3"]))]
    value = draw(st.sampled_from(values.outputs(option)) if option.endings else values.valid(command, option))
    return [option.flag, *([value] if isinstance(value, str) else value)]


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
    return _NONSENSE if _known(command, parameter) and parameter.name not in _FREE else []


def _beyond(parameter, distance):
    low = [] if parameter.low is None else [str(parameter.low - distance)]
    return low if parameter.high is None else [*low, str(parameter.high + distance), "9" * 400]
