"""Characters that no reader can see, made visible: names and messages come from users' files."""


def shown(text: str, keep: str = "") -> str:
    """Write control characters, lone surrogates and invisible spaces as Python escapes.

    What is left is legal in XML 1.0 and moves no terminal's cursor.

    Args:
        text: any text.
        keep: characters that stay as they are, such as a newline.
    """
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
