"""create: zeros, values, generators, --like and --from; .npy byte for byte as numpy.save writes it."""

import numpy as np

from . import arrays, casting, dtypes, values
from .case import Mismatch, npy_equals, only_files, same_elements, silent
from .writing import source_flags

BAD = [["--dtype", "O"], ["--dtype", "zz"], ["--dtype", "f9"], ["--dtype", "u16"], ["--dtype", "f8 "],
       ["--dtype", "int128"], ["--shape", "-1"], ["--shape", "2,-1"], ["--shape", "2,x"], ["--shape", "1.5"],
       ["--shape", "9223372036854775807,9223372036854775807"], ["--order", "X"]]


def create_case(case):
    rng = case.rng
    spelled, shape = dtypes.any_dtype(rng), arrays.random_shape(rng)
    out = rng.choice(["out.npy", "out.npy", "out.bin", "out"])
    if rng.random() < 0.05:
        case.argv = ["create", out, "--shape", "3", *rng.choice(BAD)]
        if case.argv[-2] == "--shape":
            del case.argv[2:4]
        case.expect_refusal(2, note="a bad dtype or shape")
        return
    flags, array = content(case, spelled, shape)
    order = "C"
    if "--like" not in flags and "--from" not in flags and rng.random() < 0.25:
        order = "F"
        flags += ["--order", "F"]
    case.argv = ["create", out, *flags]
    if array is None:
        case.expect_refusal(2, note="a value does not fit")
        return
    if rng.random() < 0.1:
        case.files[out] = b"here before"
        if rng.random() < 0.5:
            case.expect_refusal(2, note="the file exists")
            return
        case.argv += rng.choice([["--force"], ["--mode", "w+"], ["-m", "write"]])
    expect_file(case, out, array, order)


def expect_file(case, out, array, order):
    rng = case.rng
    case.expect(silent)
    is_npy = out.endswith(".npy")
    if not is_npy and rng.random() < 0.3:
        case.argv += ["--npy"]
        is_npy = True
    if is_npy:
        case.expect(npy_equals(array, out, order))
    else:
        offset = rng.choice([0, 0, 1, 7, 128])
        case.argv += ["--offset", str(offset)] if offset else []
        case.expect(raw_file(out, array, order, offset))
    if rng.random() < 0.1:
        case.argv += ["--sync"]
    if not dtypes.is_mini(array.dtype):
        case.expect(only_files(*case.files, out))


def raw_file(out, array, order, offset):
    def check(outcome):
        found = outcome.file(out)
        if found[:offset] != b"\0" * offset:
            raise Mismatch("bytes before the array", f"{offset} zeros", found[:offset])
        same_elements(found[offset:], array.tobytes(order), array.dtype, "the new file")

    return check


def content(case, spelled, shape):
    """Flags that say what is in the new file, and the array; None where rmm must refuse."""
    rng, dtype = case.rng, spelled.dtype
    kind = rng.choice(["zeros", "zeros", "value", "generator", "generator", "random", "like", "from"])
    named = [rng.choice(["-d", "--dtype"]), spelled.text, rng.choice(["-s", "--shape"]), arrays.dims(rng, shape)]
    if kind == "value" and values.has_words(dtype):
        if rng.random() < 0.1 and np.prod(shape) and (bad := values.bad_word(rng, dtype)) is not None:
            return [*named, "--value", bad], None
        value, words = values.random_values(rng, case.np_rng, dtype, ())
        return [*named, "--value", words[()]], np.full(shape, value, dtype)
    if kind == "generator" and dtypes.is_number(dtype) and dtype.kind != "b":
        try:
            words, found = values.generator(rng, dtype, int(np.prod(shape, dtype=int)))
        except (casting.Undecided, casting.Refused):
            words, found = [], np.zeros(shape)
        return [*named, *words], None if found is None else found.reshape(shape).astype(dtype)
    if kind == "random" and dtypes.is_number(dtype):
        try:
            words, found = values.random(rng, dtype, shape)
        except casting.Undecided:
            words, found = [], np.zeros(shape)
        return [*named, *words], None if found is None else found.astype(dtype)
    if kind == "like" and not dtypes.is_mini(dtype):
        other = case.store(arrays.npy(rng, "other", spelled, np.zeros(shape, dtype), "C"))
        return ["--like", other.name], np.zeros(shape, dtype)
    if kind == "from" and not dtypes.is_mini(dtype):
        value = dtypes.values(rng, case.np_rng, dtype, int(np.prod(shape, dtype=int))).reshape(shape)
        return [*named, *source_flags(case, value, spelled)], value
    return named, np.zeros(shape, dtype)
