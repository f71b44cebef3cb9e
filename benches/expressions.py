"""Rows of compare.py: `--expr` beside NumPy, numexpr and C, two threads each. Run compare.py, not this file.

Before anything is timed, every command of a row runs on a small array, and what they make must have the same bits
(elementary functions: be within the units of the last place that the row allows).
"""

import os
import subprocess
import sys

from bench import Row

THREADS = ["-j", "2"]
NUMPY = "import numpy as np; "
NUMEXPR = "import numpy as np, numexpr as ne; ne.set_num_threads(2); "


def memmap(path, dtype, mode="r+", shape=None):
    shape = f", shape={shape}" if shape else ""
    return f"np.memmap({path!r}, dtype={dtype!r}, mode={mode!r}{shape})"


class Job:
    """One job: what it reads, what it stores in, and who does it. `store` is None where it is done in place."""

    def __init__(self, name, what, dtype, goals, store=None, ulps=0):
        self.name, self.what, self.dtype, self.goals, self.store, self.ulps = name, what, dtype, goals, store, ulps

    def commands(self, bench, x, y, out, size):
        """Who does it how, on the array x of `size` elements."""
        python = [bench.args.python, "-c"]
        rmm = [bench.rmm, "map-chunks", x, "-d", self.dtype, *THREADS]
        open_x = f"x = {memmap(x, self.dtype)}; "
        chunks = f"[x.__setitem__(slice(k, k + 100000), np.{{}}) for k in range(0, {size}, 100000)]"
        if self.name == "in_place_sqrt":
            loop = chunks.format("sqrt(x[k:k + 100000]) * 2 + 1")
            found = {"rmm": [*rmm, "--expr", "sqrt(x)*2+1", "-i", "--no-journal"],
                     "numexpr": [*python, NUMEXPR + open_x + "ne.evaluate('sqrt(x)*2+1', out=x)"],
                     "NumPy, chunks of 100,000": [*python, NUMPY + open_x + loop]}
            if binary := bench.compiled("inplace.c"):
                found["C"] = [binary, x]
            return found
        if self.name == "in_place_exp_sin":
            return {"rmm": [*rmm, "--expr", "exp(sin(x))", "-i", "--no-journal"],
                    "numexpr": [*python, NUMEXPR + open_x + "ne.evaluate('exp(sin(x))', out=x)"]}
        if self.name == "third_array":
            target = f"out = {memmap(out, 'f8', 'w+', (size,))}; y = {memmap(y, 'f8', 'r')}; "
            return {"rmm": [*rmm, "--with", f"y={y}", "--expr", "x*0.5+y", "-o", out, "-f", "raw"],
                    "numexpr": [*python, NUMEXPR + open_x + target + "ne.evaluate('x*0.5+y', out=out)"]}
        if self.name == "where_log":
            text = "where(x > 0.5, log(x), x**2)"
            return {"rmm": [*rmm, "--expr", text, "-i", "--no-journal"],
                    "numexpr": [*python, NUMEXPR + open_x + f"h = np.float32(0.5); "
                                f"ne.evaluate('where(x > h, log(x), x*x)', out=x, casting='same_kind')"]}
        target = f"out = {memmap(out, 'i2', 'w+', (size,))}; "
        loop = f"[out.__setitem__(slice(k, k + (1 << 20)), (x[k:k + (1 << 20)].astype('i8') * 3).astype('i2')) " \
               f"for k in range(0, {size}, 1 << 20)]"
        return {"rmm": [*rmm, "--expr", "int64(x)*3", "--astype", "i2", "-o", out, "-f", "raw"],
                "NumPy, unchecked": [*python, NUMPY + open_x + target + loop]}


JOBS = [
    Job("in_place_sqrt", "in place `sqrt(x)*2+1`", "f8", {"numexpr": 2.5, "NumPy, chunks of 100,000": 8, "C": 0.7}),
    Job("in_place_exp_sin", "in place `exp(sin(x))`", "f8", {"numexpr": 4}, ulps=4),
    Job("third_array", "`x*0.5+y` into a third, new array", "f8", {"numexpr": 2}, store="f8"),
    Job("where_log", "in place `where(x>0.5, log(x), x**2)`, float32", "f4", {"numexpr": 3}, ulps=2),
    Job("checked_int16", "int32 `int64(x)*3` into a new int16 array, checked", "i4", {"NumPy, unchecked": 2}, store="i2"),
]


def values(path, dtype, nbytes, python):
    """Ordinary numbers in a file: from 0 to 1, or integers whose triples are int16."""
    make = "r.random(n, dtype=d)" if dtype[0] == "f" else "r.integers(-10000, 10000, n, dtype=d)"
    subprocess.run([python, "-c", NUMPY + f"""
r, d, left = np.random.default_rng(1), np.dtype({dtype!r}), {nbytes}
with open({path!r}, 'wb') as file:
    while left:
        n = min(left // d.itemsize, 1 << 22)
        file.write(({make}).tobytes())
        left -= n * d.itemsize
"""], check=True)


def agree(bench, job):
    """Has every command of a job run on a small array: they must make the same."""
    nbytes = 3 << 20
    x, y, out = bench.path("small.x"), bench.path("small.y"), bench.path("small.out")
    values(y, "f8", nbytes, bench.args.python)
    results = {}
    for name in job.commands(bench, x, y, out, nbytes // int(job.dtype[1])):
        values(x, job.dtype, nbytes, bench.args.python)
        bench.remove(out)
        argv = job.commands(bench, x, y, out, nbytes // int(job.dtype[1]))[name]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
        with open(out if job.store else x, "rb") as file:
            results[name] = file.read()
    compare = NUMPY + f"""
import sys
a, b = (np.fromfile(path, {job.store or job.dtype!r}) for path in sys.argv[1:])
i = {{8: 'i8', 4: 'i4', 2: 'i2'}}[a.itemsize]
far = np.abs(a.view(i).astype('i8') - b.view(i).astype('i8')).max() if a.size == b.size and a.size else 'everything'
sys.exit(0 if far != 'everything' and far <= {job.ulps} else f'they differ by {{far}}')
"""
    first = bench.path("small.rmm")
    with open(first, "wb") as file:
        file.write(results["rmm"])
    for name, result in results.items():
        with open(out, "wb") as file:
            file.write(result)
        if subprocess.run([bench.args.python, "-c", compare, first, out], check=False).returncode:
            sys.exit(f"{job.what}: rmm and {name} disagree")
    for path in (x, y, out, first):
        bench.remove(path)


def row_of(job):
    def make(bench):
        agree(bench, job)
        x, y, out = bench.path(f"x.{job.dtype}"), bench.floats(), bench.path("out.raw")
        values(x, job.dtype, bench.args.size, bench.args.python)
        size = bench.args.size // int(job.dtype[1])
        commands = job.commands(bench, x, y, out, size)
        again = None
        if job.name == "where_log":
            # What is squared again and again ends among the subnormal numbers, which take many times as long.
            again = (bench.path(f"again.{job.dtype}"), x)
            os.rename(x, again[0])
        return Row(job.what, job.goals, commands, out if job.store else None, bench.args.size, scratch=x, again=again)
    make.__name__ = job.name
    return make


ROWS = [row_of(job) for job in JOBS]
