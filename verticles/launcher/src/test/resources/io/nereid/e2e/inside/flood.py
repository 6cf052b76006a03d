"""Says a lot of nonsense at once, then asks for the same thing again and again."""

import array
import os
import random
import socket
import sys

PLACE = sys.argv[1]
random.seed(7)
mouth = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
mouth.setblocking(False)
sent = 0
for i in range(20000):
    size = random.choice([0, 1, 7, 40, 256, 257, 4000, 100000])
    words = random.choice([b"CHECKPOINT ", b"MIGRATE ", b"", b"\0", b"\x1b[2J"])
    try:
        mouth.sendto(words + random.randbytes(size), PLACE)
        sent += 1
    except OSError:
        pass
# Descriptors that nobody takes.
try:
    pipe = os.pipe()
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", pipe))]
    mouth.setblocking(True)
    mouth.sendmsg([b"CHECKPOINT with descriptors in it"], rights, 0, PLACE)
except OSError as refused:
    print(refused)
for i in range(60):
    mouth.sendto(b"CHECKPOINT again\n\0", PLACE)
try:
    os.remove(PLACE)
    print("removed")
except OSError:
    pass
try:
    os.chmod(PLACE, 0)
    print("changed")
except OSError:
    pass
print("sent", sent)
