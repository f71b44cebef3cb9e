"""A job that was killed is given up, and each system call of that fails, or is its last: `discards.py RMM NAME`.

Afterwards the job is there, to be resumed or given up once more, or gone: then each of its blocks is old or new, no block
is lost that waited in the journal, and what could not be stored whole is named. Exits 0 when all holds.
"""

import collections
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import faults

RMM, NAME = os.path.abspath(sys.argv[1]), sys.argv[2]
BLOCK, BLOCKS = 20_000, 8
OLD = bytes(at * 7 % 251 for at in range(BLOCK * BLOCKS))
NEW = bytes((byte + 1) % 256 for byte in OLD)
# Blocks that are stored when the job is killed.
DONE = 3

ADD_ONE = r"LC_ALL=C tr '\000-\377' '\001-\377\000'"
STOP_ONCE = f"if [ $RMM_CHUNK = {DONE} ] && [ ! -e ready ]; then touch ready; kill -INT $PPID; sleep 5; fi; "
IN_PLACE, OUTPUT = ["-i"], ["-o", "out", "-f", "raw"]
# The options of the job, and which stores in its array meet a full disk when it is given up.
JOBS = {
    "in_place": (IN_PLACE, None),
    "in_place_sync": ([*IN_PLACE, "--sync"], None),
    "on_a_full_disk": (IN_PLACE, "1"),
    "on_a_full_disk_sync": ([*IN_PLACE, "--sync"], "1"),
    "without_room": (IN_PLACE, "1+"),
    "without_room_sync": ([*IN_PLACE, "--sync"], "1+"),
    "output": (OUTPUT, None),
    "output_sync": ([*OUTPUT, "--sync"], None),
}
OPTIONS, FULL = JOBS[NAME]
IS_IN_PLACE = "-i" in OPTIONS
HAS_BATCHES = "--sync" in OPTIONS
# Those that wait in its journal behind them: one, or a batch, which are all that there are.
WAITING = BLOCKS - DONE if HAS_BATCHES else 1
STORED = "old" if IS_IN_PLACE else "out.rmm-part"
EXEC = STOP_ONCE + ADD_ONE if HAS_BATCHES else ADD_ONE
JOB = ["map-chunks", "old", "-d", "u1", "--chunk", str(BLOCK), "--io", "pread", "--exec", EXEC, *OPTIONS, "-j", "1", "-q"]
DISCARD = ["map-chunks", "old" if IS_IN_PLACE else "out", "--discard-journal", "--io", "pread"]


def run(path, words, *strace):
    env = {**os.environ, "TMPDIR": os.path.join(path, "tmp")}
    tracer = ["strace", "-f", "-qq", *strace] if strace else []
    return subprocess.run([*tracer, RMM, *words], cwd=path, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, check=False)


def killed():
    """A folder with a job that was killed when some blocks were stored, and others were in its journal alone."""
    path = tempfile.mkdtemp(prefix="rmm-discards-")
    os.mkdir(os.path.join(path, "tmp"))
    with open(os.path.join(path, "old"), "wb") as file:
        file.write(OLD)
    resumed = [] if IS_IN_PLACE else ["--resume"]
    if HAS_BATCHES:
        # The first batch ends where the job is stopped. What goes on stores it once more, block by block, and another
        # thread, for which strace counts anew, stores the next.
        first = run(path, [*JOB, *resumed])
        assert first.returncode == -signal.SIGINT, first.stderr.decode()
        resumed = ["--resume"]
    run(path, [*JOB, *resumed], "-o", "/dev/null", "-P", os.path.join(path, STORED), "-e", "trace=pwrite64", "-e",
        f"inject=pwrite64:signal=KILL:when={DONE + 1}")
    assert is_there(path, STORED + ".rmm-journal"), "no job was killed"
    assert all(blocks(path)[:DONE]) and not all(blocks(path)[:DONE + WAITING]), blocks(path)
    return path


def is_there(path, name):
    return os.path.exists(os.path.join(path, name))


def content(path, name):
    with open(os.path.join(path, name), "rb") as file:
        return file.read()


def blocks(path):
    """Of each block whether it is new; None where it is neither old nor new. What is made was zeros."""
    found, old = content(path, STORED), OLD if IS_IN_PLACE else bytes(len(OLD))
    cuts = [slice(at, at + BLOCK) for at in range(0, len(OLD), BLOCK)]
    return [True if found[cut] == NEW[cut] else False if found[cut] == old[cut] else None for cut in cuts]


def check(path, code, said):
    """What must be so when the command has ended with this code; negative for a kill. Whether the job is there."""
    has_journal, has_part = is_there(path, STORED + ".rmm-journal"), not IS_IN_PLACE and is_there(path, STORED)
    assert not os.listdir(os.path.join(path, "tmp")), "a copy of the journal is left"
    assert code != 0 or not has_journal and not has_part, "exit 0, and something is left"
    assert IS_IN_PLACE or not is_there(path, "out"), "given up, and its file is there"
    if IS_IN_PLACE and not has_journal:
        new = blocks(path)
        # Who is killed while the journal makes room for what waits in it can name nothing.
        is_named = "may be stored in part" in said or FULL and code < 0
        assert all(new[:DONE]), f"what was done is not there: {new}"
        assert is_named or all(new[:DONE + WAITING]), f"what waited in the journal is lost: {new}, {said!r}"
        assert is_named or None not in new, f"a block is torn: {new}, {said!r}"
    if code >= 0 and not has_journal and not has_part:
        assert "given up" in said, f"exit {code}, the job is gone, and that is not said: {said!r}"
    return has_journal or has_part


def resume(path, is_left):
    done = run(path, [*JOB, "--resume"])
    said = done.stderr.decode(errors="replace")
    if IS_IN_PLACE and not is_left:
        assert done.returncode == 2, f"resumed, it ended with {done.returncode}: {said}"
        return
    assert done.returncode == 0, f"resumed, it ended with {done.returncode}: {said}"
    assert content(path, "old" if IS_IN_PLACE else "out") == NEW, "resumed, and the result is another"


def discard_again(path, is_left):
    done = run(path, DISCARD)
    said = done.stderr.decode(errors="replace")
    if not is_left:
        assert done.returncode == (2 if IS_IN_PLACE else 3), f"given up again, it ended with {done.returncode}: {said}"
        return
    assert done.returncode == 0, f"given up again, it ended with {done.returncode}: {said}"
    assert not check(path, 0, said)


def leaves_nothing(path):
    left = [name for name in os.listdir(path) if ".rmm-" in name]
    assert not left, f"in the end it left {left}"


def full_disk(call=None):
    return ["-e", f"inject=pwrite64:error=ENOSPC:when={FULL}"] if FULL and call != "pwrite64" else []


def calls():
    path = killed()
    try:
        trace = os.path.join(path, "trace")
        done = run(path, DISCARD, "-o", trace, "-e", "trace=" + ",".join(faults.CALLS), *full_disk())
        said = done.stderr.decode()
        assert done.returncode == (3 if FULL == "1+" else 0), said
        assert not check(path, done.returncode, said)
        return faults.counted(trace)
    finally:
        shutil.rmtree(path)


def inject(call, fault, when, then):
    """One run, and what comes after it; how it ended."""
    path = killed()
    try:
        traced = call if not full_disk(call) else f"{call},pwrite64"
        done = run(path, DISCARD, "-o", "/dev/null", "-e", f"trace={traced}", *full_disk(call), "-e",
                   f"inject={call}:{fault}:when={when}")
        code, said = done.returncode, done.stderr.decode(errors="replace")
        ends = {"signal=KILL": (-9, 137), "signal=INT": (-2, 130)}.get(fault, ())
        assert code in (0, 3, *ends), f"ended with {code}: {said}"
        assert code != 3 or call == "write" or "rmm: " in said, f"exit {code}: {said!r}"
        assert "panicked" not in said, said
        code = -1 if code in ends else code
        # Where writing fails there is no way to say anything.
        is_left = check(path, code, said if call != "write" else "given up; may be stored in part")
        then(path, is_left)
        leaves_nothing(path)
        return code
    finally:
        shutil.rmtree(path)


def main():
    # A job in the background of a script ignores it, and so would whatever is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    total, early = calls()
    wrong, codes = [], collections.Counter()
    for (call, fault, when), then in zip(faults.points(total, early), itertools.cycle([resume, discard_again])):
        try:
            codes[inject(call, fault, when, then)] += 1
        except AssertionError as error:
            wrong.append(f"{call} #{when} {fault}, {then.__name__}: {error}")
    print(f"{NAME}: {sum(codes.values())} points, exit codes {dict(sorted(codes.items()))}, {len(wrong)} wrong")
    sys.exit("\n".join(wrong) or 0)


main()
