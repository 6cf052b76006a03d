package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.node.Capabilities;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a container could live on this host. Changes nothing; names side, value and remedy. */
final class TargetCheck {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");
  private static final long RESERVE_BYTES = 64L << 20;
  private final MoveParts parts;

  TargetCheck(MoveParts parts) {
    this.parts = parts;
  }

  void check(MoveDescription move) {
    String here = "host " + parts.paths().node();
    Capabilities mine = parts.probe().capabilities();
    Capabilities theirs = move.source();
    if (!mine.problems().isEmpty()) {
      throw incompatible(
          here + " cannot restore: " + mine.problems().getFirst(), "run 'nereid doctor' there");
    }
    if (!mine.arch().equals(theirs.arch())) {
      throw incompatible(
          here + " is " + mine.arch() + ", the source is " + theirs.arch(),
          "choose a host of the same architecture");
    }
    if (olderThan(mine.criu(), theirs.criu())) {
      throw incompatible(
          here + " has CRIU " + mine.criu() + ", older than the source's " + theirs.criu(),
          "install the same CRIU on both ('nereid setup')");
    }
    if (move.terminal()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.UNSUPPORTED,
              "container " + move.name() + " has a terminal, whose other end cannot move",
              "run it with \"terminal\": false"));
    }
    checkNames(move, here);
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

  static boolean olderThan(String mine, String theirs) {
    Matcher a = VERSION.matcher(mine);
    Matcher b = VERSION.matcher(theirs);
    if (!a.find() || !b.find()) {
      return false;
    }
    int major = Integer.compare(Integer.parseInt(a.group(1)), Integer.parseInt(b.group(1)));
    int minor = Integer.compare(Integer.parseInt(a.group(2)), Integer.parseInt(b.group(2)));
    return major < 0 || (major == 0 && minor < 0);
  }

  private static FailureException incompatible(String message, String remedy) {
    return new FailureException(Failure.refused(FailureCode.INCOMPATIBLE, message, remedy));
  }
}
