#!/usr/bin/env python3
"""Measures rmm beside its peers and writes the tables into docs/performance.md.

    python3 benches/compare.py                 all rows: some minutes, and six times --size of disk
    python3 benches/compare.py --only get --runs 3 --print

Every row is a whole process from start to end. The commands of a row take turns (A B C A B C …) after one round that
is not counted, each after `sync`, with their inputs in the page cache; what counts is the median. Nobody flushes, but in
the rows with --sync.
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
from pathlib import Path

import expressions
import export_text
import files
import import_text
import journal
import reductions
import selections
from bench import ROOT, Bench, run

PAGE = ROOT / "docs/performance.md"
# The tables of the page, in its order.
TABLES = {"files": files.ROWS, "selections": selections.ROWS, "expressions": expressions.ROWS,
          "reductions": reductions.ROWS, "text": import_text.ROWS, "export": export_text.ROWS, "journal": journal.ROWS}
ROWS = [row for rows in TABLES.values() for row in rows]
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
        ("map-chunks, an expression in place", ["map-chunks", array, "--expr", "sqrt(x)*2+1", "-i"]),
        ("map-chunks, columns reduced", ["map-chunks", array, "--reduce", "sum", "--axis", "0", "-o", out, "-f", "npy"]),
        ("info --stats", ["info", array, "--stats"]),
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


def table(bench, rows):
    """Measures the rows: the lines of their table."""
    args = bench.args
    lines = ["| job | rmm, median (least–most) | peer | peer's time / rmm's | goal | peak memory, MiB: rmm, peer |",
             "|---|---|---|---:|---|---:|"]
    for make in rows:
        row = make(bench)
        for text in line(row, row.measured(args.runs, args.cold)):
            print(text, flush=True)
            lines.append(text)
    version = platform.release().split("-")[0]
    return [*lines, "", f"{os.cpu_count()} cores, Linux {version}, arrays of {args.size / 2**30:.3g} GiB, "
            f"medians of {args.runs}."]


def main():
    args = arguments()
    folder = Path(tempfile.mkdtemp(prefix="rmm-compare-", dir=args.folder))
    tables = {}
    try:
        bench = Bench(args, folder)
        for name, rows in TABLES.items():
            wanted = [row for row in rows if not args.only or row.__name__ in args.only]
            if not wanted:
                continue
            lines = table(bench, wanted)
            # A table with some of its rows would hide the others.
            if len(wanted) == len(rows):
                tables[name] = lines
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
