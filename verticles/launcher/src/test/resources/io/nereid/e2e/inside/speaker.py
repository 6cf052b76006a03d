"""Counts into a file, and says to its host what it finds in another, always by the same socket."""

import os
import socket
import sys
import time

PLACE = sys.argv[1]
SAY = "/data/say"

mouth = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if sys.argv[2:] == ["connected"]:
    mouth.connect(PLACE)

number = 0
while True:
    number += 1
    with open("/data/count", "a") as count:
        count.write(f"{number}\n")
    if os.path.exists(SAY):
        # Whoever wrote it is a process of this container that would not move along.
        while time.time() - os.stat(SAY).st_mtime < 0.7:
            time.sleep(0.05)
        with open(SAY) as file:
            words = file.read()
        os.remove(SAY)
        try:
            mouth.sendto(words.encode(), PLACE)
        except OSError as refused:
            print(refused, flush=True)
    time.sleep(0.02)
