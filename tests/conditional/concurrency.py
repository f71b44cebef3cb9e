"""NumPy and rmm over one file: `concurrency.py RMM SCENARIO FOLDER`. Exits 0 when all holds."""

import multiprocessing
import os
import subprocess
import sys
import time

import numpy as np

COUNT = 300_000
READERS = 3


def rmm(*args, **options):
    done = subprocess.run([RMM, *map(str, args)], capture_output=True, timeout=60, check=False, **options)
    assert done.returncode == 0, (args, done.returncode, done.stderr.decode())
    return done.stdout


def watch(path, allowed, stop, seen):
    """Reads over and over; counts the passes and the values that are neither old nor new."""
    array = np.memmap(path, "<i8", "r")
    passes = strange = 0
    while not stop.is_set() or not passes:
        found = np.array(array)
        strange += int((~np.isin(found, allowed)).sum())
        passes += 1
    seen.put((passes, strange, sorted(set(found.tolist()))[:5]))


def watched(path, allowed, work):
    """Does `work` while several processes read the file; all must end, having seen only allowed values."""
    stop, seen = multiprocessing.Event(), multiprocessing.Queue()
    readers = [multiprocessing.Process(target=watch, args=(path, allowed, stop, seen)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        work()
    finally:
        stop.set()
    results = [seen.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join(60)
        assert reader.exitcode == 0, f"a reader ended with {reader.exitcode}"
    assert all(passes and not strange for passes, strange, _ in results), results
    return results


def readers_see_old_or_new(folder, verb):
    path = os.path.join(folder, "a.i8")
    old, new = -(2**63) + 1, 0x0123456789ABCDEF
    np.full(COUNT, old, "<i8").tofile(path)
    words = {"set": ["set", path, ":"], "fill": ["fill", path, ":", "--value"]}[verb]

    def work():
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            for value in (new, old):
                rmm(*words, value, "-d", "<i8")
        rmm(*words, new, "-d", "<i8")

    watched(path, [old, new], work)
    assert (np.fromfile(path, "<i8") == new).all(), "the last write is not complete"


def readers_see_old_or_new_while_set_writes(folder):
    readers_see_old_or_new(folder, "set")


def readers_see_old_or_new_while_fill_writes(folder):
    readers_see_old_or_new(folder, "fill")


def numpy_parent_sees_what_its_rmm_child_writes(folder):
    path = os.path.join(folder, "a.npy")
    array = np.lib.format.open_memmap(path, "w+", "<f4", (100, 70), fortran_order=True)
    array[:] = 1
    rmm("set", path, "3:5,::2", "2.5")
    rmm("fill", path, "-1,:", "--arange")
    expected = np.ones((100, 70), "<f4")
    expected[3:5, ::2], expected[-1] = 2.5, np.arange(70)
    assert np.array_equal(array, expected), "the mapping does not show what rmm wrote"
    array[0, 0] = 7
    assert rmm("get", path, "0,0").strip() == b"7.0", "rmm does not see the parent's store"


def rmm_sees_what_numpy_has_mapped_and_not_flushed(folder):
    path = os.path.join(folder, "a.u2")
    np.zeros((50, 40), ">u2").tofile(path)
    array = np.memmap(path, ">u2", "r+", shape=(50, 40))
    for step in range(1, 20):
        array[step] = step
        found = np.frombuffer(rmm("slice", path, "-d", ">u2", "-s", "50,40", "-f", "raw"), ">u2").reshape(50, 40)
        assert np.array_equal(found, array), f"step {step} is not seen"
    rmm("map-chunks", path, "-d", ">u2", "-s", "50,40", "--exec", "cat", "-i")
    assert array[19, 39] == 19 and array[49].sum() == 0


def an_exec_child_of_rmm_sees_the_file_in_numpy(folder):
    """rmm as the parent: its children read the very file in NumPy while rmm holds it, and pass their chunk on."""
    path = os.path.join(folder, "a.f8")
    np.arange(60, dtype="f8").tofile(path)
    code = ("import sys,numpy as n; a=n.memmap(sys.argv[1],'f8','r'); x=n.frombuffer(sys.stdin.buffer.read(),'f8');"
            "assert n.isin(n.array(a), [*range(60), *range(100,160)]).all(); sys.stdout.buffer.write((x+100).tobytes())")
    command = f"'{sys.executable}' -c \"{code}\" '{path}'"
    rmm("map-chunks", path, "-d", "f8", "--exec", command, "-i", "--chunk", "20")
    assert np.array_equal(np.fromfile(path, "f8"), np.arange(60) + 100)


RMM = sys.argv[1]
if __name__ == "__main__":
    globals()[sys.argv[2]](sys.argv[3])
