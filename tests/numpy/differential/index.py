"""Random INDEX words and the NumPy subscripts they stand for."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Index:
    """A word for the command line, and the subscript; `key` is None where rmm refuses what NumPy may take."""

    text: str
    key: tuple | None

    def selects_from(self, array):
        """What NumPy selects, as an array even where it is 0-d; None where it must be refused."""
        if self.key is None:
            return None
        try:
            # Without the ellipsis an integer for every axis gives a scalar, which forgets the byte order.
            whole = self.key if any(item is Ellipsis for item in self.key) else (*self.key, Ellipsis)
            return array[whole]
        except (IndexError, ValueError, OverflowError):
            return None


def slice_text(rng, key):
    start, stop, step = ("" if part is None else str(part) for part in (key.start, key.stop, key.step))
    return f"{start}:{stop}" + (f":{step}" if step or rng.random() < 0.1 else "")


def random_slice(rng, size):
    far = 3 if rng.random() < 0.9 else 10**20
    bound = lambda: None if rng.random() < 0.4 else rng.randint(-size - far, size + far)
    step = None if rng.random() < 0.5 else rng.choice([1, 2, 3, -1, -1, -2, -3, 7, -100, 2**62])
    return slice(bound(), bound(), step)


def position(rng, size, bad):
    if bad or not size:
        return rng.choice([size, size + 2, -size - 1, -size - 7, 2**63, -(2**63)])
    return rng.randint(-size, size - 1)


def positions(rng, size, bad):
    count = rng.choice([0, 1, 1, 2, 3, 5]) if size else rng.choice([0, 0, 1])
    found = [position(rng, size, False) for _ in range(count)]
    if bad:
        found.insert(rng.randint(0, len(found)), position(rng, size, True))
    if count > 1 and rng.random() < 0.4:
        found[-1] = found[0]
    return found


def item(rng, size, kinds, bad):
    """One axis's part: its text and its key."""
    kind = rng.choices(["int", "slice", "all", "list"], kinds)[0]
    if kind == "int" and size + bad:
        found = position(rng, size, bad)
        return str(found), found
    if kind == "list":
        found = positions(rng, size, bad)
        fits = all(-size <= spot < size for spot in found)
        return "[" + ",".join(map(str, found)) + "]", np.array(found, dtype=np.intp if fits else object)
    key = slice(None) if kind == "all" else random_slice(rng, size)
    return slice_text(rng, key), key


def refused(rng, shape):
    """Words that rmm refuses whatever NumPy says, or that NumPy refuses by syntax."""
    return rng.choice(["[0],[0]", "None", "newaxis", "np.newaxis", "[True]", "[True,False]", "True", "::0", "0:1:0",
                       "...,...", "1.0", "1.0:2", "a", "[0", "0]", "[[0,0]]", "1:2:3:4", "0x", "-x", ",",
                       ",".join(["0"] * (len(shape) + 1)), ",".join([":"] * (len(shape) + 1))])


def random_index(rng, shape, bad_share=0.06):
    """An INDEX for an array of this shape; mostly good, sometimes one that must be refused."""
    if rng.random() < bad_share / 2:
        word = refused(rng, shape)
        return Index(word, None)
    bad_axis = rng.randrange(len(shape)) if shape and rng.random() < bad_share else None
    style = rng.random()
    if style < 0.04:
        return Index("()", ())
    if style < 0.08:
        return Index("...", (Ellipsis,))
    count = rng.randint(1, len(shape)) if shape else 0
    with_ellipsis = not shape or rng.random() < 0.2
    cut = rng.randint(0, count) if with_ellipsis else count
    axes = list(range(cut)) + list(range(len(shape) - (count - cut), len(shape)))
    words, key, has_list = [], [], False
    for axis in axes:
        kinds = [4, 5, 2, 0 if has_list else 1]
        word, part = item(rng, shape[axis], kinds, axis == bad_axis)
        has_list = has_list or isinstance(part, np.ndarray)
        words.append(word)
        key.append(part)
    if with_ellipsis:
        words.insert(cut, "...")
        key.insert(cut, Ellipsis)
    separator = ", " if rng.random() < 0.05 else ","
    text, key = separator.join(words), tuple(key)
    if any(isinstance(part, np.ndarray) and part.dtype == object for part in key):
        return Index(text, None)
    return Index(text, key)


def axis_flags(rng, shape):
    """`--rows`, `--cols`, `--along`: flags and the same subscript."""
    axes = sorted(rng.sample(range(len(shape)), rng.randint(1, min(2, len(shape)))))
    key, flags, has_list = [slice(None)] * len(shape), [], False
    for axis in axes:
        word, part = item(rng, shape[axis], [3, 5, 0, 0 if has_list else 2], False)
        has_list = has_list or isinstance(part, np.ndarray)
        key[axis] = part
        names = {0: ["--rows"], 1: ["--cols"]}.get(axis, [])
        name = rng.choice([*names, "--along"])
        flags.append([name, f"{axis}={word}" if name == "--along" else word])
    rng.shuffle(flags)
    words = [word for pair in flags for word in pair]
    return words, Index(" ".join(words), tuple(key))
