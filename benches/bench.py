"""What the rows of compare.py are made with: arrays, commands, and the timing of both."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Bench:
    """A folder with the arrays that the rows need, made when first asked for."""

    def __init__(self, args, folder):
        self.args, self.folder, self.rmm = args, folder, str(args.rmm)

    def path(self, name):
        return str(self.folder / name)

    def remove(self, path):
        Path(path).unlink(missing_ok=True)

    def floats(self):
        """Float64 from 0 to 1: bytes at random are NaN now and then."""
        path = self.made("floats.f8", lambda path: run(
            [self.rmm, "create", path, "-s", str(self.args.size // 8), "--random", "uniform", "--seed", "1"]))
        warm(path)
        return path

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
            flags = ["-O3", "-march=native", "-pthread"]
            run([compiler, *flags, "-o", str(path), str(ROOT / "benches" / source), "-lm"])
        return str(path)


def warm(path):
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(1 << 20)
        while file.readinto(buffer):
            pass


def files_in(argv):
    """The files that the words of a command name, also within a word."""
    names = {name for word in argv for name in re.split(r"[\s'\"=,:]", word) if name.startswith("/")}
    return [name for name in names if os.path.isfile(name)]


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
    """Commands that do the same job; rmm is the first. Before each run `fresh` is removed, and the second file of `again`
    is made a copy of the first; after the last run `scratch` is removed."""

    def __init__(self, what, goals, commands, fresh=None, nbytes=0, scratch=None, again=None):
        self.what, self.goals, self.commands, self.nbytes = what, goals, commands, nbytes
        self.fresh = [fresh] if isinstance(fresh, str) else fresh or []
        self.scratch, self.again, self.peaks = scratch, again, {}

    def measured(self, runs, cold=False):
        """The times of each command; its peak memory in KiB goes to `peaks`."""
        times = {name: [] for name in self.commands}
        self.clear()
        inputs = {name: files_in(argv) for name, argv in self.commands.items()}
        for turn in range(runs + 1):
            for name, argv in self.commands.items():
                self.clear()
                if self.again:
                    shutil.copyfile(*self.again)
                os.sync()
                if cold:
                    Path("/proc/sys/vm/drop_caches").write_text("3")
                else:
                    # Some systems page out what is idle, and virtual machines give memory that is free back to their
                    # hosts after a while: whoever takes it next has to wait.
                    for path in inputs[name]:
                        warm(path)
                    if self.fresh:
                        run([sys.executable, "-c", f"bytearray({self.nbytes * 3 // 2})"])
                seconds, kib = run(argv)
                self.peaks[name] = max(kib, self.peaks.get(name, 0))
                if turn:
                    times[name].append(seconds)
        self.clear()
        for path in {self.scratch, *(self.again or [])} - {None}:
            Path(path).unlink()
        return times

    def clear(self):
        for path in self.fresh:
            Path(path).unlink(missing_ok=True)
