"""Weight files as nobody should send them: sound samples with bits turned, cut, grown, and built again with tricks."""

import io
import json
import warnings
import zipfile

# Numbers that make sizes overflow, turn negative, or claim more than there is.
_SIZES = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    2**15,
    2**16 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**40,
    2**62,
    2**63 - 1,
    2**63,
    2**64 - 1,
)
_GLOBALS = (
    "os system",
    "posix system",
    "builtins eval",
    "builtins exec",
    "subprocess Popen",
    "torch.load x",
    "nt system",
    "builtins __import__",
    "numpy.core.multiarray _reconstruct",
    "collections OrderedDict",
    "torch FloatStorage",
)
_VALUES = (
    None,
    -1,
    0,
    2**70,
    1e308,
    "",
    "evil",
    [],
    {},
    [[]],
    {"class_name": "Lambda", "config": {}},
    "x" * 10_000,
    "\n\x1b[2J",
    True,
)
_NAMES = ("../canary", "/tmp/canary", "..\\canary", "C:\\canary", "a/../../canary", "con\0fig", "x" * 60_000, "")


def mutated(data, rng, canary):
    """Return a changed copy of a file's bytes.

    Args:
        data: a sound file.
        rng: a `random.Random`; the same seed gives the same copy.
        canary: a path; whatever is planted to be run would make a file there.
    """
    if data[:2] == b"PK" and rng.random() < 0.6:
        data = _archive(data, rng, canary)
        return data if rng.random() < 0.8 else _bytes(data, rng)
    if data[8:9] == b"{" and rng.random() < 0.5:
        return _header(data, rng)
    return _bytes(data, rng)


def _bytes(data, rng):
    held = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        if held:
            rng.choice((_flip, _byte, _size, _size, _cut, _grow, _swap, _repeat))(held, rng)
    return bytes(held)


def _flip(held, rng):
    held[rng.randrange(len(held))] ^= 1 << rng.randrange(8)


def _byte(held, rng):
    held[rng.randrange(len(held))] = rng.choice((0, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def _size(held, rng):
    width = rng.choice((1, 2, 4, 8))
    # What is at the beginning and at the end says how large the rest is.
    place = rng.choice(
        (rng.randrange(len(held)), rng.randrange(min(64, len(held))), len(held) - 1 - rng.randrange(min(64, len(held))))
    )
    held[place : place + width] = (rng.choice(_SIZES) % 2 ** (8 * width)).to_bytes(width, rng.choice(("little", "big")))


def _cut(held, rng):
    del held[rng.randrange(len(held)) :]


def _grow(held, rng):
    place = rng.randrange(len(held) + 1)
    held[place:place] = rng.randbytes(rng.choice((1, 8, 100)))


def _swap(held, rng):
    a, b, width = rng.randrange(len(held)), rng.randrange(len(held)), rng.choice((1, 4, 8, 64))
    one, other = held[a : a + width], held[b : b + width]
    held[a : a + len(other)], held[b : b + len(one)] = other, one


def _repeat(held, rng):
    a, width = rng.randrange(len(held)), rng.choice((4, 16, 256))
    held[a:a] = held[a : a + width] * rng.choice((1, 3, 50))


def _header(data, rng):
    """Change the header of a safetensors file and keep its length right."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    name = rng.choice([name for name in header if name != "__metadata__"])
    change = rng.choice(("shape", "offsets", "dtype", "name", "depth"))
    if change == "shape":
        header[name]["shape"] = rng.choice(([2**40, 2**40], [-1], [], [1.5], [True], "4", [0] * 40, [2**70]))
    elif change == "offsets":
        header[name]["data_offsets"] = rng.choice(([0, 2**63], [-8, 0], [8, 0], [0], None, [0, 1e30]))
    elif change == "dtype":
        header[name]["dtype"] = rng.choice(("F8_E5M2", "O", "V8", None, 3, "F64", "BF16", "<f8"))
    elif change == "name":
        header[rng.choice(("__metadata__", "\n\x1b[2J", "x" * 10_000))] = header.pop(name)
    told = json.dumps(header).encode() if change != "depth" else b"[" * rng.choice((100, 100_000))
    return len(told).to_bytes(8, "little") + told + data[8 + length :]


def _archive(data, rng, canary):
    """Build an archive again with one trick."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    place = rng.randrange(len(entries))
    name, content = entries[place]
    trick = rng.choice(
        (_entry, _configured, _configured, _pickle, _pickle, _bomb, _nested, _renamed, _twice, _many, _without)
    )
    wanted = {_pickle: "data.pkl", _configured: "config.json"}.get(trick)
    if wanted:
        place = next((k for k, (each, _) in enumerate(entries) if each.endswith(wanted)), place)
        name, content = entries[place]
    entries[place : place + 1] = trick(name, content, rng, canary)
    held = io.BytesIO()
    how = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(held, "w", how) as archive, warnings.catch_warnings(action="ignore"):
        for each, inside in entries:
            archive.writestr(zipfile.ZipInfo(each), inside, how if trick is not _bomb else zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _entry(name, content, rng, _):
    return [(name, _bytes(content, rng))]


def _bomb(name, content, rng, _):
    return [(name, content[:200] + bytes(rng.choice((10**5, 3 * 10**6, 3 * 10**7))))]


def _nested(name, content, rng, _):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content * rng.choice((1, 50)))
    return [(name, inner.getvalue())]


def _renamed(name, content, rng, _):
    trick = rng.choice(_NAMES) or "x"
    return rng.choice(([(trick, content)], [(name, content), (trick, content)], [(f"{trick}/{name}", content)]))


def _twice(name, content, *_):
    return [(name, content), (name, content[::-1])]


def _many(name, content, rng, _):
    return [(name, content), *((f"{place}", b"") for place in range(rng.choice((100, 10_000))))]


def _without(*_):
    return []


def _pickle(name, content, rng, canary):
    """Plant code in a pickle, or opcodes that take memory."""
    call = f"c{rng.choice(_GLOBALS).replace(' ', chr(10), 1)}\n"
    command = f"touch {canary}"
    evil = {
        "reduce": f"{call}(S'{command}'\ntR.".encode(),
        "reduce first": f"{call}(S'{command}'\ntR0".encode() + content[2:],
        "instance": f"(S'{command}'\ni{rng.choice(_GLOBALS).replace(' ', chr(10), 1)}\n.".encode(),
        "stack": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c"
        + bytes([len(command) % 256])
        + command.encode()
        + b"\x85R.",
        "memo": b"\x80\x02}r" + rng.choice(_SIZES[-8:]).to_bytes(8, "little")[:4] + b".",
        "bytes": b"\x80\x04\x8e" + rng.choice(_SIZES).to_bytes(8, "little") + b"x.",
        "text": b"\x80\x04\x8d" + rng.choice(_SIZES).to_bytes(8, "little") + b"x.",
        "integer": b"\x80\x02\x8b" + (2**31 - 1).to_bytes(4, "little") + b"\1.",
        "frame": b"\x80\x04\x95" + rng.choice(_SIZES).to_bytes(8, "little") + content[2:],
        "lists": b"\x80\x02" + b"]" * 10**5 + b".",
        "doubling": b"\x80\x02]q\x00" + b"(h\x00h\x00el" * 20 + b".",
        "marks": b"\x80\x02" + b"(" * 10**5 + b"t" * 10**5 + b".",
        "extension": b"\x80\x02\x82\x01.",
        "build": f"\x80\x02}}{call}b.".encode("latin-1"),
        "persistent": b"\x80\x02(\x8c\x07storagectorch\nFloatStorage\n\x8c\x010\x8c\x03cpuK\x04tQ.",
    }
    return [(name, rng.choice(list(evil.values())))]


def _configured(name, content, rng, _):
    """Put something else in one place of a JSON document; other entries are changed byte by byte."""
    try:
        told = json.loads(content)
    except ValueError:
        return [(name, _bytes(content, rng))]
    place = told
    while isinstance(place, dict | list) and place:
        key = rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not isinstance(place[key], dict | list) or rng.random() < 0.2:
            place[key] = rng.choice(_VALUES)
            break
        place = place[key]
    return [(name, json.dumps(told).encode())]
