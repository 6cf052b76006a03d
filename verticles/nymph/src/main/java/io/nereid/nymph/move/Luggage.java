package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.snapshot.SnapshotPolicy;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.SnapshotMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What moves of a container besides its file trees: a small file beside the user's configuration.
 *
 * @param format of this record
 * @param rounds how many rounds after the first the images build upon
 * @param policy how it is protected by snapshots
 */
public record Luggage(
    int format,
    ContainerId id,
    ContainerName name,
    NetworkSpec network,
    String bundle,
    String layer,
    List<String> command,
    boolean terminal,
    Instant created,
    Optional<Instant> started,
    int moves,
    Map<String, String> annotations,
    int rounds,
    Optional<SnapshotPolicy> policy) {
  static final String CONFIG = "config.json";
  private static final String FILE = "nereid.json";
  private static final int FORMAT = 1;
  private static final long BYTES_MAX = 1 << 20;

  private static Luggage of(ContainerRecord r, int rounds) {
    return new Luggage(
        FORMAT,
        r.id(),
        r.name(),
        r.network(),
        r.bundle(),
        r.layer(),
        r.command(),
        r.terminal(),
        r.created(),
        r.started(),
        r.moves(),
        r.annotations(),
        rounds,
        r.policy());
  }

  /** Puts description and configuration into a directory. */
  public static void pack(ContainerRecord record, int rounds, Path userConfig, Path directory) {
    try {
      Files.createDirectories(directory);
      // Sent at once and worthless after a crash: nobody waits for the disk.
      Files.write(directory.resolve(FILE), WireCodec.encode(of(record, rounds)));
      Files.write(directory.resolve(CONFIG), Files.readAllBytes(userConfig));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory, e);
    }
  }

  /** Reads what another host has packed; it must be the container that was announced. */
  static Luggage unpack(Path directory, Incoming expected) {
    Path file = directory.resolve(FILE);
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new IOException("has more than " + BYTES_MAX + " bytes");
      }
      Luggage luggage = WireCodec.decode(Files.readAllBytes(file), Luggage.class);
      boolean fits =
          luggage.format() == FORMAT
              && luggage.id().equals(expected.container())
              && luggage.name().equals(expected.move().name())
              && luggage.network().equals(expected.move().network())
              && expected.move().layers().contains(luggage.layer());
      if (!fits) {
        throw new IOException("describes another container than the one that was announced");
      }
      return luggage;
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.PROTOCOL, "what arrived in " + file + ": " + e.getMessage(), ""),
          e);
    }
  }

  /** Changes what another host has packed to another identity. */
  public static void readdress(Path directory, SnapshotMessages.Identity as) {
    Path file = directory.resolve(FILE);
    try {
      Luggage before = WireCodec.decode(Files.readAllBytes(file), Luggage.class);
      Luggage after =
          new Luggage(
              FORMAT,
              as.id(),
              as.name(),
              as.network(),
              before.bundle,
              before.layer,
              before.command,
              before.terminal,
              before.created,
              before.started,
              before.moves,
              before.annotations,
              0,
              // Another container is protected when somebody asks for that.
              as.id().equals(before.id) ? before.policy : Optional.empty());
      DurableFile.write(file, WireCodec.encode(after));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot change " + file, e);
    }
  }

  /** The record of it on the host where it arrives. */
  ContainerRecord staged() {
    ContainerRecord record =
        ContainerRecord.creating(id, name, network, bundle, created)
            .withContent(layer, command, terminal, annotations)
            .withStage(ContainerRecord.Stage.STAGED)
            .withMoves(moves)
            .withPolicy(policy);
    return started.map(record::withStart).orElse(record);
  }
}
