"""One run of rmm: files before, command, checks after, and the report when one fails."""

import base64
import io
import os
import random
import shlex
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import casting, dtypes, text

# Some moment long past: a file that is written to again cannot keep it.
OLD = 1_000_000_000_123_456_789
SECONDS = 30


class Mismatch(Exception):
    """What rmm did is not what it should have done."""

    def __init__(self, what, expected, found):
        super().__init__(what)
        self.what, self.expected, self.found = what, expected, found


@dataclass
class Outcome:
    """What a run of rmm did."""

    code: int
    stdout: bytes
    stderr: bytes
    folder: Path
    rmm: str

    def file(self, name):
        path = self.folder / name
        if not path.is_file():
            raise Mismatch("a file is missing", name, sorted(os.listdir(self.folder)))
        return path.read_bytes()

    def again(self, *argv):
        """Another command in the same folder."""
        return run(self.rmm, argv, self.folder)

    def lines(self):
        """Standard output as lines; the last one must be ended."""
        found = self.stdout.decode("utf-8", "surrogateescape")
        if found and not found.endswith("\n"):
            raise Mismatch("the last line is not ended", "a newline", found[-40:])
        # Not splitlines(): that breaks at other characters, too.
        return found.split("\n")[:-1]


def run(rmm, argv, folder, stdin=None):
    """Runs a command; `stdin` is bytes for a pipe, a path for a redirected file, or None."""
    source = open(folder / stdin, "rb") if isinstance(stdin, str) else None
    try:
        done = subprocess.run(
            [rmm, *argv], cwd=folder, capture_output=True, timeout=SECONDS, check=False,
            **({"input": stdin} if isinstance(stdin, bytes) else {"stdin": source or subprocess.DEVNULL}),
        )
    except subprocess.TimeoutExpired:
        raise Mismatch("rmm did not end", f"within {SECONDS} s", "still running") from None
    finally:
        if source:
            source.close()
    return Outcome(done.returncode, done.stdout, done.stderr, folder, rmm)


class Case:
    """A command to run and what must come of it."""

    def __init__(self, seed, number):
        self.seed, self.number = seed, number
        self.rng = random.Random(f"{seed}/{number}")
        self.np_rng = np.random.default_rng([zlib.crc32(str(seed).encode()), number])
        self.files, self.argv, self.stdin = {}, [], None
        self.codes, self.checks, self.note = (0,), [], ""
        self.stderr = b""

    def store(self, stored):
        self.files[stored.name] = bytes(stored.data)
        return stored

    def expect(self, check):
        """Adds a check, called with the outcome; it raises Mismatch."""
        self.checks.append(check)

    def expect_refusal(self, *codes, note=""):
        """The command must fail with one of these codes and leave everything as it was."""
        self.codes, self.checks, self.note = codes or (2,), [], note

    def execute(self, rmm, folder):
        """Runs the case in an empty folder."""
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
            os.utime(folder / name, ns=(OLD, OLD))
        outcome = run(rmm, self.argv, folder, self.stdin)
        self.stderr = outcome.stderr
        if outcome.code not in self.codes:
            raise Mismatch("exit code" + (f" ({self.note})" if self.note else ""), self.codes, outcome.code)
        if outcome.code == 0:
            for check in self.checks:
                check(outcome)
            return
        self.check_untouched(folder, outcome)

    def check_untouched(self, folder, outcome):
        listing = sorted(os.listdir(folder))
        if listing != sorted(self.files):
            raise Mismatch("the folder changed although rmm failed", sorted(self.files), listing)
        for name, data in self.files.items():
            if (folder / name).read_bytes() != data:
                raise Mismatch(f"{name} changed although rmm failed", data[:200], (folder / name).read_bytes()[:200])
            if os.stat(folder / name).st_mtime_ns != OLD:
                raise Mismatch(f"the mtime of {name} changed although rmm failed", OLD, "another")
        message = outcome.stderr.decode(errors="replace")
        # A child of map-chunks may speak first.
        if not any(line.startswith("rmm: ") for line in message.splitlines()):
            raise Mismatch("the error message", "rmm: …", message[:300])

    def report(self, problem):
        """Everything needed to repeat the case by hand."""
        lines = [f"--- FAILED: seed {self.seed} case {self.number}: {problem.what}"]
        for name, data in self.files.items():
            lines.append(f"  make:     {recipe(name, data)}")
        source = ""
        if isinstance(self.stdin, str):
            source = f" < {shlex.quote(self.stdin)}"
        elif self.stdin is not None:
            lines.append(f"  make:     {recipe('stdin.bytes', self.stdin)}")
            source = "cat stdin.bytes | "
        command = shlex.join(["rmm", *self.argv])
        lines.append(f"  run:      {source + command if source.endswith('| ') else command + source}")
        lines.append(f"  expected: {shorten(problem.expected)}")
        lines.append(f"  found:    {shorten(problem.found)}")
        if self.stderr:
            lines.append(f"  stderr:   {shorten(self.stderr.decode(errors='replace').rstrip())}")
        return "\n".join(lines)


def recipe(name, data):
    """A line for a shell that makes the file."""
    if len(data) <= 2048:
        code = f"open({name!r},'wb').write(bytes.fromhex('{data.hex()}'))"
    else:
        packed = base64.b85encode(zlib.compress(data)).decode()
        code = f"import base64,zlib;open({name!r},'wb').write(zlib.decompress(base64.b85decode({packed!r})))"
    return f"python3 -c {shlex.quote(code)}"


def shorten(value, limit=1500):
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= limit else f"{shown[:limit]}… ({len(shown)} characters)"


# Checks: each gives a function of the outcome.


def same_elements(found, expected, dtype, what):
    """Compares the bytes of elements, but for padding."""
    if found == expected:
        return
    if len(found) == len(expected):
        mask = dtypes.meaningful(dtype)
        left, right = (np.frombuffer(data, "u1").reshape(-1, dtype.itemsize)[:, mask] for data in (found, expected))
        if np.array_equal(left, right):
            return
    raise Mismatch(what, f"{len(expected)} bytes {expected.hex()}", f"{len(found)} bytes {found.hex()}")


def same_converted(found, expected, order, what):
    """Compares elements that were converted: as bytes, but any NaN is a NaN."""
    if len(found) != expected.nbytes:
        raise Mismatch(what, f"{expected.nbytes} bytes", f"{len(found)} bytes")
    read = np.frombuffer(found, expected.dtype)
    flat = expected.reshape(-1, order=order)
    same_elements(casting.canonical(read).tobytes(), casting.canonical(flat).tobytes(),
                  dtypes.native(expected.dtype), what)


def output_of(outcome, name):
    return outcome.stdout if name is None else outcome.file(name)


def raw_equals(expected, name=None, order="C", converted=False):
    def check(outcome):
        found = output_of(outcome, name)
        if converted:
            same_converted(found, expected, order, "raw output")
        else:
            same_elements(found, expected.tobytes(order), expected.dtype, "raw output")

    return check


def npy_bytes(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def npy_equals(expected, name=None, order="C", converted=False):
    """Byte for byte what numpy.save writes of the array in that order."""
    laid_out = expected.copy(order=order)
    whole = npy_bytes(laid_out)
    header = len(whole) - expected.nbytes
    data_order = "F" if laid_out.flags.f_contiguous and not laid_out.flags.c_contiguous else "C"

    def check(outcome):
        found = output_of(outcome, name)
        # NumPy drops the byte order of a bfloat16 when it copies one, but not when it saves one.
        written = found[:header].replace(b"'>V2'", b"'<V2'") if expected.dtype.name == "bfloat16" else found[:header]
        if written != whole[:header].replace(b"'>V2'", b"'<V2'") and expected.dtype.name != "float8_e5m2":
            raise Mismatch(".npy header", whole[:header], found[:header])
        if converted:
            same_converted(found[header:], expected, data_order, ".npy data")
        else:
            same_elements(found[header:], whole[header:], expected.dtype, ".npy data")

    return check


def file_equals(stored):
    """The file is what NumPy made of it: everything outside the array as before, every element as assigned."""
    expected = bytes(stored.data)

    def check(outcome):
        found = outcome.file(stored.name)
        start, stop = stored.offset, stored.offset + stored.array.nbytes
        if len(found) != len(expected) or found[:start] != expected[:start] or found[stop:] != expected[stop:]:
            raise Mismatch("bytes outside the array changed", expected, found)
        same_elements(found[start:stop], expected[start:stop], stored.array.dtype, "the array in the file")

    return check


def only_files(*names):
    """No other file is left behind."""
    def check(outcome):
        listing = sorted(os.listdir(outcome.folder))
        if listing != sorted(set(names)):
            raise Mismatch("files left behind", sorted(set(names)), listing)

    return check


def silent(outcome):
    if outcome.stdout:
        raise Mismatch("standard output", "nothing", outcome.stdout)


def lines_equal(expected, splitter):
    """The lines of text, each split into cells, say the elements of an array."""
    def check(outcome):
        wanted = text.rows(expected)
        found = outcome.lines()
        if not expected.size:
            if any(found):
                raise Mismatch("text of an empty selection", "nothing", outcome.stdout)
            return
        if expected.dtype.names and expected.ndim > 1:
            # The documentation leaves open where empty lines stand between planes of records.
            found = [line for line in found if line not in ("", '""')]
            wanted = [row for row in wanted if not text.is_blank(row)]
        compare_lines(wanted, found, splitter)

    return check


def compare_lines(wanted, found, splitter):
    if len(found) != len(wanted):
        raise Mismatch("number of lines", [row and text.expected_line(row) for row in wanted], found)
    for number, (row, line) in enumerate(zip(wanted, found)):
        right = line == "" if row is None else text.line_matches(splitter(line), row)
        if not right:
            raise Mismatch(f"line {number + 1}", row and text.expected_line(row), line)


def json_equals(expected):
    def check(outcome):
        try:
            found = text.strict_json(outcome.stdout)
        except ValueError as error:
            raise Mismatch("JSON", "one JSON value", f"{error}: {outcome.stdout}") from None
        if not text.json_matches(found, expected.astype(dtypes.native(expected.dtype))):
            raise Mismatch("JSON", expected.tolist(), found)

    return check


def fresh(folder):
    """Empties the folder that cases run in."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
