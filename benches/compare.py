#!/usr/bin/env python3
"""Measures rmm beside its peers and writes the tables into docs/performance.md.

    python3 benches/compare.py                 all rows: some minutes, and five times --size of disk
    python3 benches/compare.py --only get --runs 3 --print

Every row is a whole process from start to end. The commands of a row take turns (A B C A B C …) after one round that
is not counted, each after `sync`, with their inputs in the page cache; what counts is the median. Nobody flushes.
Needs NumPy for the rows that compare with it, and a release build of rmm.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import selections

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"
SUFFIXES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def size(text):
    """A number of bytes, a multiple of 8: 2GiB, 300MiB, 4096."""
    for suffix, unit in SUFFIXES.items():
        if text.endswith(suffix):
            return int(float(text[: -len(suffix)]) * unit) // 8 * 8
    return int(text) // 8 * 8


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=size, default=size("2GiB"), help="bytes of the arrays (default 2GiB)")
    parser.add_argument("--runs", type=int, default=7, help="runs of each command (default 7)")
    parser.add_argument("--only", action="append", metavar="ROW", help="only this row (repeatable)")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    parser.add_argument("--cold", action="store_true", help="drop the page cache before each run (as root)")
    parser.add_argument("--rmm", type=Path, default=ROOT / "target/release/rmm", help="the binary to measure")
    parser.add_argument("--python", default=sys.executable, help="a Python with NumPy (default: this one)")
    parser.add_argument("--folder", type=Path, default=ROOT / "target", help="where the arrays go (default target/)")
    parser.add_argument("--print", action="store_true", help="print the tables and leave the page as it is")
    args = parser.parse_args()
    args.rmm = args.rmm.resolve()
    if not args.rmm.is_file():
        parser.error(f"{args.rmm} is not there: cargo build --release")
    if args.list:
        print("\n".join([*(row.__name__ for row in ROWS), "memory"]))
        sys.exit()
    unknown = set(args.only or ()) - {row.__name__ for row in ROWS} - {"memory"}
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(row.__name__ for row in ROWS)}, memory")
    return args


class Bench:
    """A folder with the arrays that the rows need, made when first asked for."""

    def __init__(self, args, folder):
        self.args, self.folder, self.rmm = args, folder, str(args.rmm)

    def path(self, name):
        return str(self.folder / name)

    def data(self):
        """Random bytes: nothing that a file system could compress or leave out."""
        path = self.folder / "data.f8"
        if not path.exists():
            block = os.urandom(1 << 20)
            with open(path, "wb") as file:
                for start in range(0, self.args.size, len(block)):
                    # Not the same block everywhere.
                    file.write((start.to_bytes(8, "little") + block[8:])[: self.args.size - start])
        warm(path)
        return str(path)

    def npy(self):
        """The same behind a header."""
        path = self.folder / "data.npy"
        if not path.exists():
            run([self.rmm, "slice", self.data(), "-o", str(path)])
        warm(path)
        return str(path)

    def made(self, name, make):
        """The path of an input of this name; `make` makes it when it is first asked for."""
        path = self.folder / name
        if not path.exists():
            make(str(path))
        return str(path)

    def run(self, argv):
        run(argv)

    def compiled(self, source):
        """The yardstick in C of this name, or None where there is no compiler."""
        path = self.folder / Path(source).stem
        if not path.exists():
            compiler = shutil.which("cc") or shutil.which("gcc")
            if compiler is None:
                return None
            run([compiler, "-O3", "-march=native", "-pthread", "-o", str(path), str(ROOT / "benches" / source)])
        return str(path)


def warm(path):
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(1 << 20)
        while file.readinto(buffer):
            pass


def run(argv):
    """Runs a command: its seconds, and the KiB that it or one of its children had at most."""
    start = time.perf_counter()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"exit {child.returncode}: {argv}")
    return seconds, usage.ru_maxrss


class Row:
    """Commands that do the same job; rmm is the first. Before each run `fresh` is removed."""

    def __init__(self, what, goals, commands, fresh=None, nbytes=0):
        self.what, self.goals, self.commands, self.nbytes = what, goals, commands, nbytes
        self.fresh = [fresh] if isinstance(fresh, str) else fresh or []
        self.peaks = {}

    def measured(self, runs, cold=False):
        """The times of each command; its peak memory in KiB goes to `peaks`."""
        times = {name: [] for name in self.commands}
        for turn in range(runs + 1):
            for name, argv in self.commands.items():
                self.clear()
                os.sync()
                if cold:
                    Path("/proc/sys/vm/drop_caches").write_text("3")
                seconds, kib = run(argv)
                self.peaks[name] = max(kib, self.peaks.get(name, 0))
                if turn:
                    times[name].append(seconds)
        self.clear()
        return times

    def clear(self):
        for path in self.fresh:
            Path(path).unlink(missing_ok=True)


def get(bench):
    numpy = [bench.args.python, "-c", "import numpy"]
    return Row("`rmm get` of one element / start of Python and `import numpy`", {"numpy": 30},
               {"rmm": [bench.rmm, "get", bench.npy(), "1000"], "numpy": numpy})


def slice_to_file(bench):
    data, out = bench.data(), bench.path("out.raw")
    return Row("contiguous `rmm slice -f raw -o OUT` / `dd bs=1M` / `cp`", {"dd": 0.95},
               {"rmm": [bench.rmm, "slice", data, "-f", "raw", "-o", out],
                "dd": ["dd", f"if={data}", f"of={out}", "bs=1M", "status=none"],
                "cp": ["cp", data, out]}, out, bench.args.size)


def slice_to_npy(bench):
    data, out = bench.npy(), bench.path("out.npy")
    return Row("contiguous `rmm slice -o OUT.npy` of a `.npy` / `dd bs=1M`", {"dd": 0.95},
               {"rmm": [bench.rmm, "slice", data, "-o", out],
                "dd": ["dd", f"if={data}", f"of={out}", "bs=1M", "status=none"]}, out, bench.args.size)


def slice_to_pipe(bench):
    data = bench.data()
    return Row("`rmm slice -f raw -o - \\| cat` / `cat FILE \\| cat`", {"cat": 0.95},
               {"rmm": ["sh", "-c", f"'{bench.rmm}' slice '{data}' -f raw -o - | cat > /dev/null"],
                "cat": ["sh", "-c", f"cat '{data}' | cat > /dev/null"]}, None, bench.args.size)


def fill(bench):
    data = bench.data()
    numpy = f"import numpy as np; a = np.memmap({data!r}, dtype='f8', mode='r+'); a[:] = 5.0"
    return Row("`rmm fill --value 5.0` of an existing array / NumPy's `a[:] = 5.0`", {"numpy": 0.95},
               {"rmm": [bench.rmm, "fill", data, "--value", "5.0"], "numpy": [bench.args.python, "-c", numpy]},
               None, bench.args.size)


def selection(make):
    """A row of the selections, whose descriptions know nothing of this file."""
    def row(bench):
        return Row(*make(bench))
    row.__name__ = make.__name__
    return row


ROWS = [get, slice_to_file, slice_to_npy, slice_to_pipe, fill, *map(selection, selections.ROWS)]


def memory(bench):
    """What each command needs at most, on an array of twice the size: lines of a table."""
    nbytes = 2 * bench.args.size
    columns = 1 << 12
    rows = nbytes // 8 // columns
    array = bench.path("sparse.npy")
    out = bench.path("out")
    spec = ["--shape", f"{rows},{columns}"]
    jobs = [
        ("create", ["create", array, *spec, "--force"]),
        ("info", ["info", array]),
        ("get", ["get", array, "-1,-1"]),
        ("get of a column", ["get", array, ":,7"]),
        # Nothing is read for /dev/null: the pipe is what makes it work.
        ("slice, raw", ["sh", "-c", f"'{bench.rmm}' slice '{array}' -f raw | cat > /dev/null"]),
        ("slice, a part as tsv", ["slice", array, "0:1000", "-f", "tsv"]),
        ("slice, npy", ["slice", array, "-o", out, "-f", "npy", "--force"]),
        ("slice, F order", ["slice", array, ":,0:256", "--to-order", "F", "-f", "raw"]),
        ("set in mode c, summary", ["set", array, "9", "3", "--mode", "c"]),
        ("set of a column", ["set", array, ":,5", "1.5"]),
        ("map-chunks, a part through cat", ["map-chunks", array, "0:10000", "--exec", "cat", "-i"]),
        ("fill", ["fill", array, "--value", "5"]),
    ]
    # A child that has just been forked still has this process's own memory.
    floor = run(["true"])[1]
    lines = [f"| command | peak memory, MiB, on {nbytes / 2**30:.3g} GiB |", "|---|---:|"]
    for name, argv in jobs:
        if argv[0] != "sh":
            if not has_command(bench.rmm, argv[0]):
                continue
            argv = [bench.rmm, *argv]
        kib = run(argv)[1]
        lines.append(f"| {name} | {'under ' if kib <= floor * 1.02 else ''}{kib / 1024:.1f} |")
        Path(out).unlink(missing_ok=True)
    Path(array).unlink(missing_ok=True)
    return lines


def has_command(rmm, name):
    found = subprocess.run([rmm, name, "--help"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return found.returncode == 0


def line(row, times):
    """A line of the table for each peer."""
    median = {name: statistics.median(values) for name, values in times.items()}
    for peer in list(row.commands)[1:]:
        ratio = median[peer] / median["rmm"]
        goal = row.goals.get(peer)
        verdict = "" if goal is None else f"≥ {goal:g}: {'met' if ratio >= goal else 'missed'}"
        yield (f"| {row.what} | {shown(row, times['rmm'])} | {peer} {shown(row, times[peer])} "
               f"| {ratio:.2f} | {verdict} | {row.peaks['rmm'] / 1024:.0f}, {row.peaks[peer] / 1024:.0f} |")


def shown(row, values):
    median = statistics.median(values)
    speed = f", {row.nbytes / median / 1e9:.1f} GB/s" if row.nbytes else ""
    precise = ".1f" if median < 0.1 else ".0f"
    text = f"{median * 1e3:{precise}} ms ({min(values) * 1e3:{precise}}–{max(values) * 1e3:{precise}})"
    return text + speed


def write(name, lines):
    """Puts a table between its two marks in the page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = PAGE.read_text(encoding="utf-8")
    head, rest = page.split(begin)
    _, tail = rest.split(end)
    PAGE.write_text("\n".join([head + begin, *lines, end + tail]), encoding="utf-8")


def main():
    args = arguments()
    folder = Path(tempfile.mkdtemp(prefix="rmm-compare-", dir=args.folder))
    tables = {}
    try:
        bench = Bench(args, folder)
        wanted = [row for row in ROWS if not args.only or row.__name__ in args.only]
        lines = ["| job | rmm, median (least–most) | peer | peer's time / rmm's | goal | peak memory, MiB: rmm, peer |",
                 "|---|---|---|---:|---|---:|"]
        for make in wanted:
            row = make(bench)
            for text in line(row, row.measured(args.runs, args.cold)):
                print(text, flush=True)
                lines.append(text)
        if wanted:
            version = platform.release().split("-")[0]
            lines += ["", f"{os.cpu_count()} cores, Linux {version}, arrays of {args.size / 2**30:.3g} GiB, "
                      f"medians of {args.runs}."]
            # A table with some of its rows would hide the others.
            if len(wanted) == len(ROWS):
                tables["times"] = lines
        if not args.only or "memory" in args.only:
            tables["memory"] = memory(bench)
            print("\n".join(tables["memory"]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if tables and not args.print:
        for name, lines in tables.items():
            write(name, lines)
        print(f"written to {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
