"""slice, get and info."""

import ast
import csv
import json
import re

import numpy as np

from . import arrays, casting, dtypes
from .case import (Mismatch, json_equals, lines_equal, npy_equals, only_files, raw_equals)
from .index import Index, axis_flags, random_index

# The keys of `info --json`, first the one expected: docs/cli.md names them.
INFO_KEYS = {
    "shape": ["shape"],
    "dtype": ["dtype", "descr"],
    "itemsize": ["itemsize"],
    "nbytes": ["nbytes"],
    "size": ["size"],
    "strides": ["strides"],
    "order": ["order"],
    "offset": ["offset"],
}
EVERYTHING = Index("", ())


def split_tab(line):
    return line.split("\t")


def split_space(line):
    return line.split(" ")


def split_comma(line):
    return next(csv.reader([line]), []) or [""]


def split_record_or(splitter, dtype):
    return splitter if dtype.names else lambda line: [line]


def file_or_stdin(case, stored):
    """The word for FILE; sometimes standard input, as a pipe or a redirected file."""
    chance = case.rng.random()
    if chance < 0.04:
        case.stdin = bytes(stored.data)
        del case.files[stored.name]
    elif chance < 0.08:
        case.stdin = stored.name
    else:
        return stored.name
    return case.rng.choice(["-", "-", "/dev/stdin"])


def maybe_spoilt(case, stored, share=0.04):
    """With a small chance, a file of a wrong size; gives whether the case is a refusal now."""
    if case.rng.random() > share:
        return False
    code = arrays.spoil(case.rng, stored)
    if code is None:
        return False
    # An INDEX that is none at all is refused before the file is opened.
    case.expect_refusal(code, 2, note="the file's size is wrong")
    case.store(stored)
    return True


def slice_case(case):
    rng = case.rng
    stored = case.store(arrays.random_stored(rng, case.np_rng))
    words, index = [], EVERYTHING
    if stored.array.ndim and rng.random() < 0.15:
        words, index = axis_flags(rng, stored.array.shape)
    elif rng.random() < 0.85:
        index = random_index(rng, stored.array.shape)
        words = [index.text]
    selected = index.selects_from(stored.array)
    by_flags = bool(words) and words[0].startswith("--")
    positionals, options = ([], words) if by_flags else (words, [])
    mode = rng.choice([[], [], [], [], ["-m", "r"], ["--mode", "c"], ["-m", "readonly"], ["-m", "r+"]])
    case.argv = ["slice", file_or_stdin(case, stored), *positionals, *stored.flags, *options, *mode]
    if mode == ["-m", "r+"] and case.stdin is not None:
        case.argv = case.argv[: -len(mode)]
    spoilt = maybe_spoilt(case, stored)
    if selected is None and not spoilt:
        case.expect_refusal(2, note="bad INDEX")
    if spoilt or selected is None:
        case.argv += rng.choice([[], ["-o", "out.npy"], ["-f", "raw"], ["-o", "out.bin"]])
        # Standard input has no size that could be wrong before it ends.
        if spoilt and case.stdin is not None:
            case.codes = (2, 3, 5)
        if isinstance(case.stdin, bytes):
            case.stdin = bytes(stored.data)
            case.files.clear()
        return
    selected = chosen_fields(case, selected)
    converted = False
    if selected is not None:
        try:
            selected, converted = converted_as_asked(case, selected)
        except casting.Refused:
            case.argv += rng.choice([[], ["-o", "out.npy"], ["-f", "raw", "-o", "out"], ["-f", "csv"]])
            case.expect_refusal(2, note="a value does not fit --astype")
            if case.stdin is not None and isinstance(case.stdin, bytes):
                case.files.clear()
            return
        selected = rearranged(case, selected)
        output(case, selected, converted)


def chosen_fields(case, selected):
    """With records, sometimes one field, or several (which can only be compared as text)."""
    rng, names = case.rng, selected.dtype.names
    if not names or rng.random() < 0.5:
        return selected
    count = 1 if rng.random() < 0.7 else rng.randint(1, len(names))
    chosen = sorted(rng.sample(names, count), key=names.index)
    if rng.random() < 0.05:
        case.argv += ["--field", "no_such_field"]
        case.expect_refusal(2, note="no such field")
        return None
    for name in chosen:
        case.argv += ["--field", name]
    if count == 1:
        # The subarray's axes follow the array's own.
        return np.asarray(selected[chosen[0]])
    case.expect(lines_equal(selected[chosen], split_tab))
    return None


def converted_as_asked(case, selected):
    """--astype and --byteorder; gives the array and whether values were converted."""
    rng, converted = case.rng, False
    is_counted = dtypes.is_number(selected.dtype) or selected.dtype.kind in "mM"
    if is_counted and selected.size <= 2000 and rng.random() < 0.3:
        target = rng.choice([dtypes.number, dtypes.number, dtypes.number, dtypes.time])(rng)
        overflow = rng.choice(["error", "error", "wrap", "saturate", "nan"])
        flags = ["--astype", target.text] + ([] if overflow == "error" else ["--overflow", overflow])
        try:
            selected = casting.convert(selected, target.dtype, overflow)
        except casting.Undecided:
            return selected, False
        except casting.Refused:
            case.argv += flags
            raise
        case.argv += flags
        converted = True
    if rng.random() < 0.15:
        # NumPy copies bfloat16 without its byte order, so it has no answer for "big".
        word = rng.choice(["little", "native"] if dtypes.is_mini(selected.dtype) else ["little", "big", "native"])
        case.argv += ["--byteorder", word]
        order = {"little": "<", "big": ">", "native": "="}[word]
        if not dtypes.is_mini(selected.dtype):
            selected = selected.astype(selected.dtype.newbyteorder(order))
    return selected, converted


def rearranged(case, selected):
    """--transpose, then --reshape."""
    rng = case.rng
    if rng.random() < 0.15:
        if selected.ndim and rng.random() < 0.5:
            axes = rng.sample(range(selected.ndim), selected.ndim)
            if rng.random() < 0.3:
                axes = [axis - selected.ndim for axis in axes]
            case.argv += ["--transpose", ",".join(map(str, axes))]
            selected = selected.transpose(axes)
        else:
            case.argv += ["--transpose"]
            selected = selected.T
    if selected.size and rng.random() < 0.15:
        shape = factors(rng, selected.size)
        words = [str(length) for length in shape]
        if words and rng.random() < 0.4:
            words[rng.randrange(len(words))] = "-1"
        case.argv += ["--reshape", ",".join(words) or "()"]
        selected = selected.reshape(shape)
    return selected


def factors(rng, size):
    """A random shape of that size."""
    shape = []
    for prime in (2, 3, 5, 7, 11, 13):
        while size % prime == 0 and rng.random() < 0.8:
            shape.append(prime)
            size //= prime
    if size > 1 or rng.random() < 0.5 or not shape:
        shape.append(size)
    rng.shuffle(shape)
    return tuple(shape)


def output(case, selected, converted):
    """Where the selection goes, in which format, and what must stand there."""
    rng = case.rng
    styles = ["raw", "raw", "raw file", "npy file", "npy file", "npy", "tsv", "tsv", "csv", "json", "text", "ndjson"]
    style = rng.choice(styles)
    # Which text fits a float must be judged by its own bits, so NaN payloads do not matter there.
    if style in ("raw", "raw file", "npy file", "npy"):
        binary_output(case, selected, converted, style)
    else:
        text_output(case, selected, style)
    names = [*case.files, *[word for word in case.argv if word in ("out.npy", "out.bin", "out", "out.tsv")]]
    if not dtypes.is_mini(selected.dtype):
        case.expect(only_files(*names))


def binary_output(case, selected, converted, style):
    rng, order = case.rng, "C"
    if rng.random() < 0.2:
        order = rng.choice("FFC")
        case.argv += ["--to-order", order]
    if style == "raw":
        case.argv += rng.choice([["-f", "raw"], ["--format", "raw"], ["-f", "raw", "-o", "-"]])
        case.expect(raw_equals(selected, None, order, converted))
    elif style == "raw file":
        name, flags = rng.choice([("out.bin", []), ("out", []), ("out.npy", ["-f", "raw"])])
        case.argv += ["-o", name, *flags]
        case.expect(raw_equals(selected, name, order, converted))
    elif style == "npy":
        case.argv += ["-f", "npy"]
        case.expect(npy_equals(selected, None, order, converted))
    else:
        name, flags = rng.choice([("out.npy", []), ("out.npy", []), ("out.bin", ["-f", "npy"])])
        case.argv += ["-o", name, *flags]
        case.expect(npy_equals(selected, name, order, converted))


def text_output(case, selected, style):
    rng, dtype = case.rng, selected.dtype
    if style == "json":
        case.argv += ["-f", "json"]
        case.expect(json_equals(selected))
    elif style == "ndjson":
        case.argv += ["-f", "ndjson"]
        case.expect(ndjson_equals(selected))
    elif style == "csv":
        case.argv += ["-f", "csv"]
        # No empty line between planes: as if it were a matrix.
        flat = selected.reshape(-1, selected.shape[-1]) if selected.ndim > 2 and selected.size else selected
        case.expect(lines_equal(flat, split_comma))
    elif style == "text" and dtypes.is_number(dtype):
        case.argv += ["-f", "text"]
        case.expect(lines_equal(selected, split_space))
    elif rng.random() < 0.3:
        case.argv += ["-o", "out.tsv"]

        def check(outcome):
            outcome.stdout = outcome.file("out.tsv")
            lines_equal(selected, split_tab)(outcome)

        case.expect(check)
    else:
        case.argv += rng.choice([[], [], ["-f", "tsv"], ["-o", "-"]])
        case.expect(lines_equal(selected, split_tab))


def ndjson_equals(selected):
    """One array per last-axis row, a scalar for 1-D, an object per record."""
    if selected.dtype.names or selected.ndim < 2:
        flat = selected.reshape(-1)
        items = [flat[spot : spot + 1].reshape(()) for spot in range(flat.size)]
    else:
        items = list(selected.reshape(-1, selected.shape[-1])) if selected.size else []

    def check(outcome):
        found = outcome.lines()
        if not selected.size:
            if outcome.stdout.strip(b"[]\n"):
                raise Mismatch("ndjson of an empty selection", "nothing or empty arrays", outcome.stdout)
            return
        if len(found) != len(items):
            raise Mismatch("number of lines", len(items), found)
        for line, item in zip(found, items):
            outcome.stdout = line.encode("utf-8", "surrogateescape")
            json_equals(item)(outcome)

    return check


def get_case(case):
    rng = case.rng
    stored = case.store(arrays.random_stored(rng, case.np_rng))
    count = rng.choice([1, 1, 1, 2, 3, 6])
    indices = [random_index(rng, stored.array.shape, 0.04) for _ in range(count)]
    found = [index.selects_from(stored.array) for index in indices]
    words = [index.text for index in indices]
    file = file_or_stdin(case, stored)
    if case.stdin is None and rng.random() < 0.2:
        case.stdin = "".join(word + "\n" for word in words).encode()
        words = ["-"]
    case.argv = ["get", file, *words, *stored.flags] if rng.random() < 0.7 else ["get", *stored.flags, file, *words]
    if any(selected is None for selected in found):
        case.expect_refusal(2, note="bad INDEX")
        return
    elements = np.concatenate([selected.reshape(-1) for selected in found])
    # concatenate() forgets the byte order, which text does not have; titles and padding are kept by the dtype.
    elements = elements.astype(dtypes.native(stored.array.dtype))
    case.expect(lines_equal(elements, split_record_or(split_tab, stored.array.dtype)))


def info_case(case):
    rng = case.rng
    stored = case.store(arrays.random_stored(rng, case.np_rng))
    if rng.random() < 0.5:
        case.argv = ["info", file_or_stdin(case, stored), *stored.flags, "--json"]
        case.expect(info_says(stored))
        return
    key = rng.choice(["shape", "dtype", "itemsize", "order", "offset", "spec"])
    case.argv = ["info", stored.name, *stored.flags, "--get", key]
    case.expect(value_says(stored, key))


def parse_dtype(word):
    """The dtype that a text of rmm names."""
    if word in dtypes.MINI:
        return np.dtype(getattr(dtypes.ml_dtypes, word))
    if word.startswith("["):
        return np.lib.format.descr_to_dtype(ast.literal_eval(word))
    if re.match(r"\w+:", word):
        pairs = re.findall(r"(\w+):((?:\([^)]*\))?[^,]+)", word)
        return np.dtype([(name, code) for name, code in pairs])
    return np.dtype(word)


def expected_info(stored):
    array = stored.array
    strides = np.ndarray(array.shape, array.dtype, buffer=b"\0" * max(array.nbytes, 1), order=stored.order).strides
    return {"shape": list(array.shape), "dtype": array.dtype, "itemsize": array.dtype.itemsize, "nbytes": array.nbytes,
            "size": array.size, "strides": list(strides), "order": stored.order, "offset": stored.offset}


def info_says(stored):
    def check(outcome):
        lines = outcome.lines()
        try:
            found = json.loads(lines[0]) if len(lines) == 1 else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Mismatch("info --json", "one object on one line", outcome.stdout)
        if "schema" not in found:
            raise Mismatch("info --json", "a schema version", found)
        for key, wanted in expected_info(stored).items():
            name = next((name for name in INFO_KEYS[key] if name in found), None)
            if name is None:
                raise Mismatch("info --json", f"one of the keys {INFO_KEYS[key]}", sorted(found))
            # Strides of an empty array, and the order of an array that has both, are a matter of taste.
            if (key == "strides" and not stored.array.size) or (key == "order" and stored.array.ndim < 2):
                continue
            value = found[name]
            same = same_dtype(value, wanted) if key == "dtype" else value == wanted
            if not same:
                raise Mismatch(f"info --json {key}", wanted, value)

    return check


def same_dtype(word, wanted):
    try:
        if not isinstance(word, str):
            return np.lib.format.descr_to_dtype([tuple(entry) for entry in word]) == wanted
        return parse_dtype(word) == wanted
    except (TypeError, ValueError, SyntaxError):
        return False


def value_says(stored, key):
    def check(outcome):
        lines = outcome.lines()
        if len(lines) != 1:
            raise Mismatch(f"info --get {key}", "one line", outcome.stdout)
        word = lines[0]
        if key == "dtype":
            right, wanted = same_dtype(word, stored.array.dtype), stored.array.dtype
        elif key == "spec":
            right, wanted = spec_reads_the_same(outcome, stored, word), "a SPEC that reads the same array"
        elif key == "shape":
            wanted = ",".join(map(str, stored.array.shape)) or "()"
            right = word == wanted
        else:
            wanted = str(expected_info(stored)[key])
            right = word == wanted or (key == "order" and stored.array.ndim < 2)
        if not right:
            raise Mismatch(f"info --get {key}", wanted, word)

    return check


def spec_reads_the_same(outcome, stored, spec):
    """The printed SPEC, given back with --raw, must read the same array."""
    flags = ["--raw"] if stored.is_npy else []
    if stored.tail:
        flags.append("--allow-trailing")
    again = outcome.again("slice", stored.name, "--spec", spec, *flags, "-f", "raw")
    if again.code != 0:
        return False
    raw_equals(stored.array)(again)
    return True
