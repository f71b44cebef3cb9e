"""The loop: makes cases, runs them, prints those that fail, and counts."""

import argparse
import functools
import multiprocessing
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

import numpy as np

from . import chunks, creating, dtypes, reading, writing
from .case import Case, Mismatch, fresh

# What makes each command's cases, and how many in a hundred.
COMMANDS = {
    "slice": (reading.slice_case, 36),
    "get": (reading.get_case, 10),
    "info": (reading.info_case, 7),
    "set": (writing.set_case, 18),
    "fill": (writing.fill_case, 9),
    "create": (creating.create_case, 12),
    "map-chunks": (chunks.exec_case, 8),
}


def arguments(argv):
    parser = argparse.ArgumentParser(description="Compares rmm with NumPy on random arrays.")
    parser.add_argument("--rmm", required=True, help="the binary under test")
    parser.add_argument("--cases", type=int, default=1000, help="how many cases (default 1000)")
    parser.add_argument("--seed", default="1", help="any word (default 1)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (default 0)")
    parser.add_argument("--only", choices=COMMANDS, help="only this command")
    parser.add_argument("--keep", action="store_true", help="keep the folder of every failed case")
    cores = min(os.cpu_count() or 1, 8)
    parser.add_argument("--jobs", type=int, default=cores, help="processes (default: cores, at most 8)")
    parser.add_argument("--list", action="store_true", help="print the commands and do not run them")
    return parser.parse_args(argv)


def make(seed, number, only=None):
    """The case of this number: a function of seed and number alone (and of --only)."""
    case = Case(seed, number)
    # NumPy's warnings about what it makes of odd values are part of making them.
    with np.errstate(all="ignore"):
        name = only or case.rng.choices(list(COMMANDS), [share for _, share in COMMANDS.values()])[0]
        COMMANDS[name][0](case)
    return case


def main(argv=None):
    args = arguments(argv)
    rmm = shutil.which(args.rmm) or sys.exit(f"differential: cannot run {args.rmm}")
    rmm = str(Path(rmm).absolute())
    if not dtypes.ml_dtypes:
        print("differential: ml_dtypes is not installed: bfloat16 and float8 are not tested", file=sys.stderr)
    numbers = range(args.first, args.first + args.cases)
    if args.list:
        for number in numbers:
            case = make(args.seed, number, args.only)
            print(number, case.argv, case.codes)
        return 0
    memory = Path("/dev/shm")
    base = Path(tempfile.mkdtemp(prefix="rmm-differential-", dir=memory if memory.is_dir() else None))
    failed = 0
    try:
        with multiprocessing.Pool(args.jobs) as pool:
            for report in pool.imap(functools.partial(run_one, args, rmm, base), numbers, chunksize=8):
                if report:
                    failed += 1
                    print(report, flush=True)
    finally:
        if not (args.keep and failed):
            shutil.rmtree(base, ignore_errors=True)
    print(f"{args.cases - failed} passed, {failed} failed")
    return 1 if failed else 0


def run_one(args, rmm, base, number):
    """Runs a case in this process's own folder; its report where it fails."""
    folder = fresh(base / f"worker-{os.getpid()}")
    try:
        case = make(args.seed, number, args.only)
    except Exception:  # noqa: BLE001 a fault of this script must be seen, and the run go on
        return f"--- FAILED: seed {args.seed} case {number}: the case cannot be made\n{traceback.format_exc()}"
    problem = attempt(case, rmm, folder)
    if problem is None:
        return None
    report = case.report(problem)
    if args.keep:
        kept = base / f"{args.seed}-{number}"
        shutil.copytree(folder, kept)
        report += f"\n  kept:     {kept}"
    return report


def attempt(case, rmm, folder):
    """The mismatch, or None where all is well."""
    try:
        case.execute(rmm, folder)
    except Mismatch as problem:
        return problem
    except Exception as error:  # noqa: BLE001 what rmm printed may break any parser; the run must go on
        return Mismatch("rmm's answer cannot be read", "a readable answer", f"{type(error).__name__}: {error}")
    return None
