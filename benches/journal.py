"""Rows of compare.py about what a journal costs: the same job with and without. Run compare.py, not this file."""

from bench import Row

THREADS = ["-j", "2"]
# Done again and again, the numbers stay ordinary.
EXPRESSION = ["--expr", "x*0.999+0.001"]


def in_place(bench, what, goal, options):
    rmm = [bench.rmm, "map-chunks", bench.floats(), *THREADS, *EXPRESSION, "-i", *options]
    return Row(what, {"no journal": goal}, {"rmm": rmm, "no journal": [*rmm, "--no-journal"]}, None, bench.args.size)


def journal_default(bench):
    return in_place(bench, "in place, the default journal / `--no-journal`", 0.77, [])


def journal_sync(bench):
    return in_place(bench, "in place, `--sync` / `--sync --no-journal`", 0.33, ["--sync"])


def journal_output(bench):
    out, resumed = bench.path("out.raw"), bench.path("resumed.raw")
    rmm = [bench.rmm, "map-chunks", bench.floats(), *THREADS, *EXPRESSION, "-f", "raw", "-o"]
    commands = {"rmm": [*rmm, resumed, "--resume"], "plain": [*rmm, out]}
    return Row("`-o OUT --resume` / a plain `-o OUT`", {}, commands, [out, resumed], bench.args.size)


ROWS = [journal_default, journal_sync, journal_output]
