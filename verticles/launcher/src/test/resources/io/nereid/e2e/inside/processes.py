"""Several processes and threads that keep forking, mapping and sharing memory; says on request whether all of it is whole."""
import ctypes
import mmap
import os
import random
import select
import signal
import socket
import struct
import threading
import time

PAGE = mmap.PAGESIZE
CHILDREN = 3
THREADS = 4
SHARED_BYTES = 64 * PAGE
problems = []
forked = 0
mapped = 0
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]


def pattern(seed, pages):
    return b"".join(struct.pack("<QQ", seed, n) * (PAGE // 16) for n in range(pages))


def system_v():
    """A System V segment, seen through its address."""
    ident = libc.shmget(0x4E52, SHARED_BYTES, 0o1600)
    if ident < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    address = libc.shmat(ident, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmat")
    return (ctypes.c_char * SHARED_BYTES).from_address(address)


def posix():
    fd = os.open("/dev/shm/nereid-test", os.O_RDWR | os.O_CREAT, 0o600)
    os.ftruncate(fd, SHARED_BYTES)
    return mmap.mmap(fd, SHARED_BYTES)


def memfd():
    fd = os.memfd_create("nereid-test")
    os.ftruncate(fd, SHARED_BYTES)
    return mmap.mmap(fd, SHARED_BYTES)


def child(number, areas):
    """Counts in a page of its own of each area, until its parent has gone."""
    count = 0
    while os.getppid() == 1:
        count += 1
        for area in areas:
            area[number * PAGE : number * PAGE + 8] = struct.pack("<Q", count)
        time.sleep(0.002)
    os._exit(0)


def forks():
    global forked
    while True:
        pid = os.fork()
        if pid == 0:
            os._exit(forked % 100)
        _, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status) != forked % 100:
            problems.append("a child ended with %d" % status)
        forked += 1
        time.sleep(0.005)


def maps(seed):
    """Maps, fills, looks and unmaps all the time."""
    global mapped
    chance = random.Random(seed)
    held = []
    while True:
        pages = chance.randint(1, 300)
        area = mmap.mmap(-1, pages * PAGE)
        content = pattern(chance.randrange(1 << 60), pages)
        area[:] = content
        held.append((area, content))
        if len(held) > 12:
            area, content = held.pop(chance.randrange(len(held)))
            if area[:] != content:
                problems.append("a mapping has changed")
            area.close()
        mapped += 1
        time.sleep(0.003)


def counts(areas):
    return [
        struct.unpack("<Q", bytes(area[n * PAGE : n * PAGE + 8]))[0] for area in areas for n in range(CHILDREN)
    ]


def check(areas, still, processes):
    before = counts(areas) + [forked, mapped]
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        time.sleep(0.05)
        if all(a > b for a, b in zip(counts(areas) + [forked, mapped], before)):
            break
    else:
        problems.append("something stands still: %s, was %s" % (counts(areas) + [forked, mapped], before))
    for area in areas:
        if bytes(area[CHILDREN * PAGE :]) != still:
            problems.append("shared memory has changed")
    for pid in processes:
        os.kill(pid, 0)
    return "ok %d" % forked if not problems else "bad " + "; ".join(problems)


def main():
    shared = mmap.mmap(-1, SHARED_BYTES)
    areas = [shared, system_v(), posix(), memfd()]
    still = pattern(42, SHARED_BYTES // PAGE - CHILDREN)
    for area in areas:
        area[CHILDREN * PAGE : SHARED_BYTES] = still
    processes = []
    for number in range(CHILDREN):
        pid = os.fork()
        if pid == 0:
            child(number, areas)
        processes.append(pid)
    for seed in range(THREADS):
        threading.Thread(target=maps, args=(seed,), daemon=True).start()
    threading.Thread(target=forks, daemon=True).start()
    server = socket.create_server(("0.0.0.0", 7000))
    while True:
        connection, _ = server.accept()
        lines = connection.makefile("r")
        for _ in lines:
            connection.sendall((check(areas, still, processes) + "\n").encode())


main()
