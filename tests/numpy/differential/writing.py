"""set and fill, on the file itself and as an edited copy (`--mode c -o OUT`)."""

import ast
import io

import numpy as np

from . import arrays, casting, dtypes, values
from .case import Mismatch, file_equals, only_files, same_elements, silent
from .index import axis_flags, random_index
from .reading import EVERYTHING


def writable(case):
    """A random array whose elements can be written as words."""
    while True:
        stored = arrays.random_stored(case.rng, case.np_rng)
        if values.has_words(stored.array.dtype):
            return case.store(stored)


def assign(stored, index, value):
    """NumPy's own assignment; False where it refuses."""
    if index.key is None:
        return False
    try:
        with np.errstate(all="ignore"):
            stored.array[index.key] = value
    except (IndexError, ValueError, OverflowError, TypeError):
        return False
    return True


def broadcastable(rng, shape):
    """A shape that broadcasts to `shape`, or, now and then, one that may not."""
    if rng.random() < 0.12:
        return tuple(rng.randint(0, 4) for _ in range(rng.randint(1, max(len(shape), 1))))
    tail = shape[rng.randint(0, len(shape)) :] if shape else ()
    return tuple(1 if rng.random() < 0.25 else length for length in tail)


def set_case(case):
    rng = case.rng
    if rng.random() < 0.25:
        set_from(case)
        return
    stored = writable(case)
    index, positionals, flags = where(case, stored.array.shape)
    selected = index.selects_from(stored.array)
    if selected is not None and rng.random() < 0.08:
        bad = values.bad_word(rng, stored.array.dtype)
        if bad is not None and selected.size:
            case.argv = ["set", stored.name, *positionals, bad, *stored.flags, *flags]
            case.expect_refusal(2, note="a value does not fit")
            return
    value, words = set_values(case, stored.array.dtype, () if selected is None else selected.shape)
    case.argv = ["set", stored.name, *positionals, *words, *stored.flags, *flags]
    finish(case, stored, selected is not None and assign(stored, index, value))


def where(case, shape):
    """An INDEX, or axis flags, with which every word after FILE is a VALUE."""
    rng = case.rng
    if shape and rng.random() < 0.15:
        flags, index = axis_flags(rng, shape)
        return index, [], flags
    index = random_index(rng, shape)
    return index, [index.text], []


def set_values(case, dtype, shape):
    """A scalar, a row of words, or a nested list: the array and its words."""
    rng = case.rng
    style = rng.choice(["scalar", "scalar", "row", "nested"])
    if style == "row" and (shape or rng.random() < 0.1):
        count = shape[-1] if shape and rng.random() < 0.85 else rng.randint(2, 5)
        if 1 < count <= 50:
            value, words = values.random_values(rng, case.np_rng, dtype, (count,))
            return value, list(words)
    if style == "nested" and shape and dtype.kind not in "SU" and not dtype.names:
        wanted = broadcastable(rng, shape)
        if 0 < len(wanted) <= len(shape) and 0 < np.prod(wanted) <= 60:
            value, words = values.random_values(rng, case.np_rng, dtype, wanted)
            return value, [values.nested(words)]
    value, words = values.random_values(rng, case.np_rng, dtype, ())
    return value, [words[()]]


def set_from(case):
    """`set FILE [INDEX] --from SRC`: a file or standard input, .npy or raw, of the same dtype or another."""
    rng = case.rng
    stored = case.store(arrays.random_stored(rng, case.np_rng))
    index, positionals, flags = (EVERYTHING, [], []) if rng.random() < 0.3 else where(case, stored.array.shape)
    selected = index.selects_from(stored.array)
    shape = () if selected is None else broadcastable(rng, selected.shape)
    # A one-element array into a single element is refused by NumPy and harmless: not worth a rule.
    shape = () if selected is None or not selected.ndim else shape
    source, value, code = source_values(case, stored.array.dtype, shape)
    case.argv = ["set", stored.name, *positionals, *stored.flags, *flags, *source]
    if code:
        case.expect_refusal(code, note="same_kind casting, or a value that does not fit")
        if selected is not None and not selected.size:
            # Whether a cast of no value is a cast is left open.
            case.codes = (0, 2)
        return
    finish(case, stored, selected is not None and assign(stored, index, value))


def source_values(case, dtype, shape):
    """`--from` flags, the values as the target's dtype, and the exit code where they cannot be cast."""
    rng, code = case.rng, None
    spelled = dtypes.Spelled(dtype, "")
    if dtypes.is_number(dtype) and not dtypes.is_mini(dtype) and rng.random() < 0.4:
        other = dtypes.number(rng)
        spelled = spelled if dtypes.is_mini(other.dtype) else other
    count = int(np.prod(shape, dtype=int))
    value = dtypes.values(rng, case.np_rng, spelled.dtype, count).reshape(shape)
    result, casting_flags = value, []
    if spelled.dtype != dtype:
        # A conversion need not keep which NaN it is.
        value = casting.canonical(value).astype(spelled.dtype)
        try:
            result = casting.convert(value, dtype)
        except casting.Refused:
            code = 2
        except casting.Undecided:
            spelled = dtypes.Spelled(dtype, "")
            value = result = dtypes.values(rng, case.np_rng, dtype, count).reshape(shape)
        if not np.can_cast(spelled.dtype, dtype, "same_kind"):
            if rng.random() < 0.5:
                casting_flags = ["--casting", "unsafe"]
            else:
                code = 2
    return source_flags(case, value, spelled) + casting_flags, result, code


def source_flags(case, value, spelled):
    """Puts the values into a file or standard input; the flags that name them."""
    rng = case.rng
    as_raw = spelled.text and spelled.fits_a_spec and rng.random() < 0.5 and value.size
    if as_raw or dtypes.is_mini(value.dtype) or not value.dtype.itemsize:
        word = spelled.spec_text if spelled.text else value.dtype.name
        shape = ",".join(map(str, value.shape)) or "()"
        data = value.tobytes()
        name, flags = "source.bin", ["--from-format", "raw", "--from-spec", f"{word}:{shape}"]
    else:
        buffer = io.BytesIO()
        np.save(buffer, value)
        data, name, flags = buffer.getvalue(), "source.npy", []
    if rng.random() < 0.3:
        case.stdin = data
        return ["--from", "-", *flags]
    case.files[name] = data
    return ["--from", name, *flags]


def finish(case, stored, done):
    """What must come of the edit: on the file, or in a copy."""
    rng = case.rng
    if rng.random() < 0.15:
        case.argv += [rng.choice(["-m", "--mode"]), rng.choice(["c", "copyonwrite"]), "-o"]
        case.argv += [rng.choice(["out.npy", "out.npy", "out.bin"])]
        expect_copy(case, stored, case.argv[-1])
    elif rng.random() < 0.03:
        case.argv += ["--mode", "r"]
        done = False
    else:
        case.argv += rng.choice([[], [], [], ["-m", "r+"], ["--sync"], ["-q"]])
        case.expect(silent)
        case.expect(file_equals(stored))
        case.expect(only_files(*case.files))
    if not done:
        case.expect_refusal(2, note="NumPy refuses, too")


def expect_copy(case, stored, out):
    """The original stays; OUT is the edited array in its own order and byte order."""
    original = case.files[stored.name]

    def check(outcome):
        if outcome.file(stored.name) != original:
            raise Mismatch("--mode c changed the file", original, outcome.file(stored.name))
        found, order = outcome.file(out), stored.order
        if out.endswith(".npy"):
            try:
                is_fortran, shape, data = header_of(found)
            except (ValueError, SyntaxError, KeyError) as error:
                raise Mismatch("the .npy copy", "a header that NumPy reads", f"{error}: {found[:100]}") from None
            if shape != stored.array.shape:
                raise Mismatch("the shape of the copy", stored.array.shape, shape)
            order, found = "F" if is_fortran else "C", data
            same_layout = stored.array.flags.c_contiguous and stored.array.flags.f_contiguous
            if order != stored.order and not same_layout:
                raise Mismatch("the order of the copy", stored.order, order)
        same_elements(found, stored.array.tobytes(order), stored.array.dtype, "the edited copy")

    case.expect(check)


def header_of(found):
    """Order, shape and data of a .npy file; NumPy's own reader does not know every dtype that ml_dtypes writes."""
    if found[:6] != b"\x93NUMPY":
        raise ValueError("no .npy file")
    size = int.from_bytes(found[8:10], "little")
    header = ast.literal_eval(found[10 : 10 + size].decode("latin1"))
    return header["fortran_order"], header["shape"], found[10 + size :]


def fill_case(case):
    rng = case.rng
    if rng.random() < 0.35:
        stored = writable(case)
        index, positionals, flags = fill_where(case, stored.array.shape)
        bad = values.bad_word(rng, stored.array.dtype) if rng.random() < 0.06 else None
        selected = index.selects_from(stored.array)
        if bad is not None and selected is not None and selected.size:
            case.argv = ["fill", stored.name, *positionals, "--value", bad, *stored.flags, *flags]
            case.expect_refusal(2, note="a value does not fit")
            return
        value, words = values.random_values(rng, case.np_rng, stored.array.dtype, ())
        case.argv = ["fill", stored.name, *positionals, *flags, "--value", words[()], *stored.flags]
        finish(case, stored, selected is not None and assign(stored, index, value))
        return
    if rng.random() < 0.3:
        fill_random(case)
        return
    while True:
        spelled = dtypes.number(rng)
        if spelled.dtype.kind == "b":
            continue
        stored = arrays.random_stored(rng, case.np_rng, spelled=spelled)
        index, positionals, flags = fill_where(case, stored.array.shape)
        selected = index.selects_from(stored.array)
        try:
            words, content = values.generator(rng, spelled.dtype, 0 if selected is None else selected.size)
        except (casting.Undecided, casting.Refused):
            continue
        break
    case.store(stored)
    case.argv = ["fill", stored.name, *positionals, *words, *stored.flags, *flags]
    done = selected is not None and content is not None
    finish(case, stored, done and assign(stored, index, content.reshape(selected.shape)))


def fill_random(case):
    """The selected part of the random whole."""
    rng = case.rng
    while True:
        spelled = dtypes.number(rng)
        stored = arrays.random_stored(rng, case.np_rng, spelled=spelled)
        index, positionals, flags = fill_where(case, stored.array.shape)
        try:
            words, whole = values.random(rng, spelled.dtype, stored.array.shape)
        except casting.Undecided:
            continue
        break
    case.store(stored)
    case.argv = ["fill", stored.name, *positionals, *words, *stored.flags, *flags]
    part = None if whole is None else index.selects_from(whole)
    finish(case, stored, part is not None and assign(stored, index, part))


def fill_where(case, shape):
    if case.rng.random() < 0.3:
        return EVERYTHING, [], []
    return where(case, shape)
