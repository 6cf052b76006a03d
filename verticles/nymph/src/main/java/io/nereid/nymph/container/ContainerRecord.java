package io.nereid.nymph.container;

import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this host keeps on disk about one container.
 *
 * @param format of this record; a later version may add fields
 * @param stage what an interrupted operation has to be continued with
 * @param bundle where the user's bundle was when it was made; only for people
 * @param layer digest of the read-only root file system
 * @param command of its first process
 * @param terminal whether its first process has a terminal
 * @param started when it was started last
 * @param exitCode how it ended; absent while it runs and when nobody saw the end
 * @param finished when it ended
 * @param moves how often it has been restored from a checkpoint
 * @param hold the migration that holds it on this host
 * @param policy how it is protected by snapshots
 */
public record ContainerRecord(
    int format,
    ContainerId id,
    ContainerName name,
    Stage stage,
    NetworkSpec network,
    String bundle,
    String layer,
    List<String> command,
    boolean terminal,
    Instant created,
    Optional<Instant> started,
    Optional<Integer> exitCode,
    Optional<Instant> finished,
    int moves,
    Optional<MigrationHold> hold,
    Map<String, String> annotations,
    Optional<SnapshotPolicy> policy) {
  /** The format that this version writes. */
  public static final int FORMAT = 1;

  /** What has to be done about it when the daemon comes back. */
  public enum Stage {
    /** Being made: removed when it was interrupted. */
    CREATING,
    /** Here. */
    READY,
    /** Coming from another host: the migration decides. */
    ARRIVING,
    /** All of it has come here, but it may not be restored yet: it belongs to another host. */
    STAGED,
    /** Being removed: removal goes on. */
    REMOVING
  }

  public ContainerRecord {
    command = List.copyOf(command);
    annotations = Map.copyOf(annotations);
  }

  /** A container that is about to be made. */
  public static ContainerRecord creating(
      ContainerId id, ContainerName name, NetworkSpec network, String bundle, Instant now) {
    return new ContainerRecord(
        FORMAT,
        id,
        name,
        Stage.CREATING,
        network,
        bundle,
        "",
        List.of(),
        false,
        now,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }

  /** The same in another stage. */
  public ContainerRecord withStage(Stage next) {
    return new ContainerRecord(
        format,
        id,
        name,
        next,
        network,
        bundle,
        layer,
        command,
        terminal,
        created,
        started,
        exitCode,
        finished,
        moves,
        hold,
        annotations,
        policy);
  }

  /** The same with what its bundle says. */
  public ContainerRecord withContent(
      String digest, List<String> argv, boolean tty, Map<String, String> notes) {
    return new ContainerRecord(
        format, id, name, stage, network, bundle, digest, argv, tty, created, started, exitCode,
        finished, moves, hold, notes, policy);
  }

  /** The same, running since a moment. */
  public ContainerRecord withStart(Instant at) {
    return new ContainerRecord(
        format,
        id,
        name,
        stage,
        network,
        bundle,
        layer,
        command,
        terminal,
        created,
        Optional.of(at),
        Optional.empty(),
        Optional.empty(),
        moves,
        hold,
        annotations,
        policy);
  }

  /** The same, ended. */
  public ContainerRecord withExit(Optional<Integer> code, Instant at) {
    return new ContainerRecord(
        format,
        id,
        name,
        stage,
        network,
        bundle,
        layer,
        command,
        terminal,
        created,
        started,
        code,
        Optional.of(at),
        moves,
        hold,
        annotations,
        policy);
  }

  /** The same with so many moves behind it. */
  public ContainerRecord withMoves(int count) {
    return new ContainerRecord(
        format,
        id,
        name,
        stage,
        network,
        bundle,
        layer,
        command,
        terminal,
        created,
        started,
        exitCode,
        finished,
        count,
        hold,
        annotations,
        policy);
  }

  /** The same, held by a migration or by none. */
  public ContainerRecord withHold(Optional<MigrationHold> next) {
    return new ContainerRecord(
        format,
        id,
        name,
        stage,
        network,
        bundle,
        layer,
        command,
        terminal,
        created,
        started,
        exitCode,
        finished,
        moves,
        next,
        annotations,
        policy);
  }

  /** The same, protected in another way. */
  public ContainerRecord withPolicy(Optional<SnapshotPolicy> next) {
    return new ContainerRecord(
        format,
        id,
        name,
        stage,
        network,
        bundle,
        layer,
        command,
        terminal,
        created,
        started,
        exitCode,
        finished,
        moves,
        hold,
        annotations,
        next);
  }
}
