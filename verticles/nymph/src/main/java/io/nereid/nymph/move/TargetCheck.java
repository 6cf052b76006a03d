package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether there still is room for a container that was judged able to live on this host: the
 * judgement may be old by the time something is reserved. Changes nothing.
 */
final class TargetCheck {
  private static final long RESERVE_BYTES = 64L << 20;
  private final MoveParts parts;

  TargetCheck(MoveParts parts) {
    this.parts = parts;
  }

  void check(MoveDescription move, boolean restored) {
    String here = "host " + parts.paths().node();
    checkNames(move, here);
    parts.core().volumes().moves().requireRoom(move.volumes(), restored);
    checkSpace(move, here);
  }

  private void checkNames(MoveDescription move, String here) {
    for (ContainerRecord record : parts.core().store().all()) {
      boolean same = record.id().equals(move.id());
      if (same || record.name().equals(move.name())) {
        throw new FailureException(
            Failure.refused(
                FailureCode.NAME_TAKEN,
                here + " has a container " + record.name() + " (" + record.id() + ") already",
                "remove it there first"));
      }
      boolean address =
          move.network().mode() == NetworkMode.BRIDGE
              && host(record.network().address()).equals(host(move.network().address()));
      if (address) {
        throw new FailureException(
            Failure.refused(
                FailureCode.ADDRESS_TAKEN,
                "the address "
                    + move.network().address().orElse("")
                    + " is used on "
                    + here
                    + " by container "
                    + record.name(),
                "give one of them another address"));
      }
    }
  }

  private static Optional<String> host(Optional<String> address) {
    return address.map(a -> a.substring(0, Math.max(0, a.indexOf('/'))));
  }

  private void checkSpace(MoveDescription move, String here) {
    // Images once as they arrive, and room for what the container writes meanwhile.
    long disk = 2 * (move.memoryBytes() + move.filesBytes()) + RESERVE_BYTES;
    requireDisk(parts.paths().data(), disk, here);
    long available = Memory.availableBytes();
    if (available >= 0 && available < move.memoryBytes() + RESERVE_BYTES) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NO_SPACE,
              here
                  + " has "
                  + available
                  + " bytes of memory, "
                  + move.memoryBytes()
                  + " are needed",
              "choose another host"));
    }
  }

  private static void requireDisk(Path directory, long bytes, String here) {
    try {
      long usable = Files.getFileStore(directory).getUsableSpace();
      if (usable < bytes) {
        throw new FailureException(
            Failure.refused(
                FailureCode.NO_SPACE,
                here
                    + " has "
                    + usable
                    + " bytes free in "
                    + directory
                    + ", "
                    + bytes
                    + " are needed",
                "make room there or choose another host"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + directory, e);
    }
  }
}
