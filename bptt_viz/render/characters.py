"""Characters that no reader can see, made visible: names and messages come from users' files."""


def shown(text: str, keep: str = "") -> str:
    """Write control characters, lone surrogates and invisible spaces as Python escapes.

    What is left is legal in XML 1.0 and moves no terminal's cursor.

    Args:
        text: any text.
        keep: a character that stays as it is, such as a newline.
    """
    if (text.replace(keep, "") if keep else text).isprintable():
        return text
    return "".join(c if c.isprintable() or c == keep else c.encode("unicode_escape").decode() for c in text)
