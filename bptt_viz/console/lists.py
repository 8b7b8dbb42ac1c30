"""Options that take several values: by commas, by repeating the option, or both."""

from collections.abc import Sequence

from bptt_viz.errors import UsageError


def items(option: str, given: Sequence[str]) -> list[str]:
    """Return what was listed.

    Raises:
        UsageError: a list holds nothing, as where a shell's variable is not set; `option` is named without its dashes.
    """
    lists = [[item.strip() for item in text.split(",") if item.strip()] for text in given]
    if not all(lists):
        raise UsageError(f"--{option} is given but empty; say what it should be, or leave it out")
    return [item for listed in lists for item in listed]


def numbers(option: str, given: Sequence[str]) -> tuple[float, ...]:
    """Return the numbers that were listed.

    Raises:
        UsageError: one of them is no number, or there is none; `option` is named without its dashes.
    """
    return tuple(_number(option, item) for item in items(option, given))


def whole_numbers(option: str, given: Sequence[str]) -> tuple[int, ...]:
    """Return the whole numbers that were listed, from 1 on.

    Raises:
        UsageError: one of them is none.
    """
    found = numbers(option, given)
    for number in found:
        if not (number >= 1 and number % 1 == 0):
            raise UsageError(f"--{option}: {number:g} is no whole number from 1 on")
    return tuple(int(number) for number in found)


def pair(option: str, text: str) -> tuple[float, float]:
    """Return two numbers with a comma between them.

    Raises:
        UsageError: the text is nothing of the kind.
    """
    try:
        first, second = map(float, text.split(","))
    except ValueError:
        raise UsageError(f"--{option} wants two numbers with a comma between them, got {text!r}") from None
    return first, second


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"--{option}: {text!r} is not a number") from None
