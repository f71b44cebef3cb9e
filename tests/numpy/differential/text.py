"""Which text and JSON an element may print as.

Integers, bools, float16 to float64 and dates have one right text. What the documentation leaves open (complex numbers
without a real part, spans of time, subarrays in a line) is parsed and compared as a value.
"""

import json
import re

import numpy as np

from .dtypes import is_float, is_mini, native

ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.S)
LETTERS = {b"\\": b"\\", b"t": b"\t", b"n": b"\n", b"r": b"\r"}


def unescape(text):
    """The bytes that an escaped text stands for."""
    def one(match):
        word = match[1]
        return bytes([int(word[1:], 16)]) if word[:1] == b"x" else LETTERS[word]

    return ESCAPE.sub(one, text.encode("utf-8", "surrogateescape"))


def float_texts(value):
    """The shortest text that reads back, positional where 1e-4 <= |x| < 1e16.

    Right at 1e-4 the stored float32 is just below its own text, and both layouts are right."""
    size = abs(float(value))
    if np.isnan(value):
        return {"nan"}
    if np.isinf(value):
        return {"inf" if value > 0 else "-inf"}
    if value.dtype == np.float64:
        return {repr(float(value))}
    positional = np.format_float_positional(value, unique=True, trim="0")
    scientific = np.format_float_scientific(value, unique=True, trim="-", exp_digits=2)
    if size == 0 or 1.001e-4 <= size < 0.999e16:
        return {positional}
    if size < 0.999e-4 or size > 1.001e16:
        return {scientific}
    return {positional, scientific}


def same_float(found, expected):
    if np.isnan(expected):
        return bool(np.isnan(found))
    return bool(found == expected and np.signbit(found) == np.signbit(expected))


def reads_back(text, value):
    """Whether `text` reads as the bits of the float `value`, at its own width."""
    dtype = value.dtype
    if is_mini(dtype):
        return same_float(np.float64(dtype.type(float(text))), np.float64(value))
    return same_float(dtype.type(text), value)


def matches(text, value):
    """Whether `text` is a right text for `value`, a NumPy scalar or 0-d array in native byte order."""
    try:
        return _matches(text, value)
    except (ValueError, KeyError, OverflowError):
        return False


def _matches(text, value):
    dtype = value.dtype
    if dtype.kind in "bui":
        return text == str(value)
    if dtype.kind == "f" and dtype.itemsize <= 8 and not is_mini(dtype):
        return text in float_texts(dtype.type(value))
    if is_float(dtype):
        return reads_back(text, value)
    if dtype.kind == "c":
        real, imag = complex_parts(text)
        return reads_back(real, value.real) and reads_back(imag, value.imag)
    if dtype.kind == "S":
        return unescape(text) == bytes(value)
    if dtype.kind == "U":
        return unescape(text).decode() == str(value)
    if dtype.kind == "V":
        return bytes.fromhex(text.removeprefix("0x")) == value.tobytes()
    if dtype.kind == "M":
        return text == str(value)
    return span_matches(text, value)


def span_matches(text, value):
    """A span of time: NumPy's own words (`50 seconds`), or the bare count (of steps, or of units)."""
    if np.isnat(value):
        return text == "NaT"
    if text == str(value):
        return True
    count = int(value.view("i8"))
    return text in (str(count), str(count * np.datetime_data(value.dtype)[1]))


def complex_parts(text):
    """`(1e-05-2j)` as two texts; `2j` has the real part 0."""
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    match = re.fullmatch(r"(?:(.*?[^e]))??([+-]?[^+-]*(?:e[+-]\d+)?)j", text)
    real, imag = match[1], match[2]
    return real or "0", imag


def cells(value):
    """The elements that one element prints as: itself, or the leaves of a record."""
    if value.dtype.names:
        out = []
        for name in value.dtype.names:
            out += cells(np.asarray(value[name]))
        return out
    if value.dtype.subdtype is None and value.ndim:
        return [leaf for item in value.reshape(-1) for leaf in cells(np.asarray(item, value.dtype))]
    return [value if isinstance(value, np.generic) or value.dtype.kind == "V" else value[()]]


def extended(word):
    """The extended double, real or complex, that a word says: each part read at its own width, not as a float."""
    if not word.endswith("j"):
        return np.longdouble(word)
    value = np.zeros((), np.clongdouble)
    value.real, value.imag = map(np.longdouble, complex_parts(word))
    return value[()]


def expected_line(row):
    """Printable form of what a line should say, for reports."""
    return [str(leaf) for value in row for leaf in cells(value)]


def line_matches(found, row):
    """Whether the list of found cells says the elements of `row`. Subarrays may be set in brackets."""
    wanted = [leaf for value in row for leaf in cells(value)]
    if len(found) != len(wanted) and row and row[0].dtype.names:
        found = [word for cell in found for word in re.split(r"[\[\](),\s]+", cell) if word]
    return len(found) == len(wanted) and all(matches(text, leaf) for text, leaf in zip(found, wanted))


def is_blank(row):
    """Whether a line of these elements is empty: one text without a character."""
    leaves = [leaf for value in row for leaf in cells(value)]
    return len(leaves) == 1 and leaves[0].dtype.kind in "SU" and not leaves[0]


def rows(array):
    """The lines of text of an array: lists of elements, None for the empty line between planes."""
    array = array.astype(native(array.dtype), copy=False)
    items = [np.asarray(item) if array.dtype.kind == "V" else item for item in elements(array)]
    if array.ndim < 2 or array.dtype.names:
        return [[item] for item in items]
    width = array.shape[-1]
    if array.size == 0:
        return []
    lines, plane = [], array.shape[-2]
    for number in range(array.size // width):
        if number and array.ndim > 2 and number % plane == 0:
            lines.append(None)
        lines.append(items[number * width : (number + 1) * width])
    return lines


def elements(array):
    """Every element as a NumPy scalar (a 0-d array for voids and records), in C order."""
    flat = array.reshape(-1)
    if array.dtype.kind == "V":
        return [flat[i : i + 1].reshape(()) for i in range(flat.size)]
    return list(flat)


class Written(float):
    """A float of a JSON text, and its digits: an extended double has more of them than a float."""

    def __new__(cls, digits):
        made = super().__new__(cls, digits)
        made.digits = digits
        return made


def strict_json(text):
    """JSON as RFC 8259 has it: NaN and Infinity are no numbers."""
    def refuse(word):
        raise ValueError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse, parse_float=Written)


def json_matches(found, value):
    """Whether parsed JSON says this element."""
    try:
        return _json_matches(found, value)
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError):
        return False


def _json_matches(found, value):
    dtype = value.dtype
    if value.ndim:
        if len(found) != value.shape[0]:
            return False
        return all(json_matches(item, np.asarray(value[i], dtype)) for i, item in enumerate(found))
    if dtype.names:
        if list(found) != list(dtype.names):
            return False
        return all(json_matches(found[name], np.asarray(value[name])) for name in dtype.names)
    if dtype.kind == "b":
        return found is bool(value)
    if dtype.kind in "iu":
        return type(found) is int and found == int(value)
    if is_float(dtype):
        return json_float(found, value[()])
    if dtype.kind == "c":
        return len(found) == 2 and json_float(found[0], value.real[()]) and json_float(found[1], value.imag[()])
    if dtype.kind in "SU":
        plain = value[()] if dtype.kind == "U" else value[()].decode(errors="replace")
        return found == plain or matches(found, value[()])
    if dtype.kind in "Mm" and np.isnat(value):
        return found in ("NaT", None)
    return matches(str(found), value[()] if dtype.kind != "V" else value)


def json_float(found, value):
    special = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
    if isinstance(found, str):
        return found in special and reads_back(special[found], value)
    digits = found.digits if isinstance(found, Written) else repr(found)
    return np.isfinite(value) and not isinstance(found, bool) and reads_back(digits, value)
