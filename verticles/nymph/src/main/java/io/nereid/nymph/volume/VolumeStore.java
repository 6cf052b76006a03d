package io.nereid.nymph.volume;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.Volume;
import io.nereid.nymph.bundle.BundleVolume;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.SafeDelete;
import io.nereid.port.TransferPort;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import io.nereid.protocol.message.VolumeMessages.VolumeSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The volumes of this host: a writable one is a directory of its own, a read-only one a tree in the
 * layer store, known by its digest. Thread-safe; blocks. Failures are {@link FailureException}s.
 */
public final class VolumeStore {
  private static final Duration COPY_LIMIT = Duration.ofMinutes(10);
  private static final Duration LOOK_LIMIT = Duration.ofSeconds(3);
  private static final int PATH_CHARS_MAX = 4096;
  private final VolumeRecords records;
  private final Path content;
  private final Path aside;
  private final NodeId host;
  private final TransferPort transfer;
  private final SafeDelete delete;
  private final ProcessRunner runner;
  private final Clock clock;

  private VolumeStore(
      HostPaths paths,
      TransferPort transfer,
      SafeDelete delete,
      ProcessRunner runner,
      Clock clock) {
    Path directory = paths.data().resolve("volumes");
    this.records = new VolumeRecords(directory.resolve("records"), clock);
    this.content = directory.resolve("data");
    this.aside = directory.resolve("replaced");
    this.host = paths.node();
    this.transfer = transfer;
    this.delete = delete;
    this.runner = runner;
    this.clock = clock;
  }

  /** Reads what is on disk. */
  public static VolumeStore open(
      HostPaths paths,
      TransferPort transfer,
      SafeDelete delete,
      ProcessRunner runner,
      Clock clock) {
    VolumeStore store = new VolumeStore(paths, transfer, delete, runner, clock);
    try {
      // What is in volumes is nobody's business but that of the containers that have them.
      Files.createDirectories(
          store.content,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + store.content, e);
    }
    return store;
  }

  VolumeRecords records() {
    return records;
  }

  /** The directory with one directory for each writable volume. */
  Path content() {
    return content;
  }

  /** All that are here, by name. */
  public List<Volume> all() {
    return records.all().stream().filter(VolumeStore::isHere).map(VolumeRecord::shown).toList();
  }

  private static boolean isHere(VolumeRecord record) {
    return record.stage() == VolumeRecord.Stage.READY
        || record.stage() == VolumeRecord.Stage.CONDEMNED;
  }

  /** Another number whenever {@link #all} may give something else. */
  public long version() {
    return records.version();
  }

  /** Makes one. */
  public Volume make(VolumeName name, boolean readOnly, Optional<String> from) {
    Optional<Path> source = from.map(VolumeStore::directory);
    if (readOnly && source.isEmpty()) {
      throw refused(
          FailureCode.BAD_REQUEST,
          "a read-only volume needs content",
          "name the directory that it is to be a copy of");
    }
    VolumeRecord made =
        new VolumeRecord(
            VolumeRecord.FORMAT,
            name,
            VolumeRecord.Stage.CREATING,
            readOnly,
            "",
            clock.instant(),
            List.of());
    begin(made);
    boolean complete = false;
    try {
      VolumeRecord whole =
          readOnly ? made.withDigest(transfer.importLayer(source.get())) : filled(made, source);
      complete = true;
      return records.save(whole.withStage(VolumeRecord.Stage.READY)).shown();
    } finally {
      if (!complete) {
        erase(made);
      }
    }
  }

  private void begin(VolumeRecord made) {
    synchronized (records) {
      records
          .find(made.name())
          .ifPresent(there -> {
            throw taken(made.name());
          });
      records.save(made);
    }
  }

  FailureException taken(VolumeName name) {
    return refused(
        FailureCode.NAME_TAKEN,
        "host " + host + " has a volume '" + name + "' already",
        "choose another name, or remove that one");
  }

  private VolumeRecord filled(VolumeRecord made, Optional<Path> source) {
    Path directory = path(made.name());
    try {
      Files.createDirectory(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + directory, e);
    }
    source.ifPresent(from -> {
      Outcome outcome =
          runner.run(
              Command.of(
                  COPY_LIMIT,
                  "cp",
                  "--archive",
                  "--one-file-system",
                  "--reflink=auto",
                  "--sparse=auto",
                  from + "/.",
                  directory.toString()));
      if (!outcome.ok()) {
        throw new FailureException(
            Failure.of(
                    FailureCode.RUNTIME_FAILED,
                    "cannot copy " + from + " into volume '" + made.name() + "'",
                    "make room on host " + host + ", or look at what cannot be read")
                .withEvidence(
                    outcome instanceof Outcome.Exited e
                        ? e.stderr().lines().limit(5).toList()
                        : List.of(outcome.toString())));
      }
    });
    return made;
  }

  private static Path directory(String given) {
    boolean fine =
        given.startsWith("/")
            && given.length() <= PATH_CHARS_MAX
            && given.chars().noneMatch(Character::isISOControl);
    if (!fine || !Files.isDirectory(Path.of(given))) {
      throw refused(
          FailureCode.BAD_REQUEST,
          "'"
              + given.replaceAll("\\p{Cntrl}", "?")
              + "' is not the absolute path of a directory of this host",
          "name a directory on the host that is to have the volume");
    }
    try {
      return Path.of(given).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot resolve " + given, e);
    }
  }

  /** Deletes one that no container has. */
  public Volume remove(VolumeName name) {
    VolumeRecord record;
    synchronized (records) {
      record = get(name);
      requireUnused(record);
      if (!isHere(record)) {
        throw refused(
            FailureCode.BUSY,
            "volume '" + name + "' is " + record.stage(),
            "try again in a moment");
      }
      records.save(record.withStage(VolumeRecord.Stage.REMOVING));
    }
    erase(record);
    return record.shown();
  }

  static void requireUnused(VolumeRecord record) {
    if (!record.users().isEmpty()) {
      throw refused(
          FailureCode.BUSY,
          "container '" + record.users().getFirst().name() + "' has volume '" + record.name() + "'",
          "remove that container first; look at 'nereid volumes'");
    }
  }

  /** Deletes content and record, of a read-only one the record only: its content is a layer. */
  void erase(VolumeRecord record) {
    if (!record.readOnly()) {
      delete.deleteAtOnce(path(record.name()));
    }
    records.remove(record.name());
  }

  /** Makes room for another of that name, without losing it. */
  void setAside(VolumeName name) {
    delete.delete(aside(name));
    try {
      Files.createDirectories(aside);
      Files.move(path(name), aside(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot set volume " + name + " aside", e);
    }
  }

  boolean isAside(VolumeName name) {
    return isDirectory(aside(name));
  }

  /** It has been replaced for good. */
  void forgetAside(VolumeName name) {
    delete.delete(aside(name));
  }

  /** What took its place has gone again. */
  void bringBack(VolumeRecord replacing) {
    VolumeName name = replacing.name();
    delete.deleteAtOnce(path(name));
    try {
      Files.move(aside(name), path(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot bring volume " + name + " back", e);
    }
    records.save(
        new VolumeRecord(
            VolumeRecord.FORMAT,
            name,
            VolumeRecord.Stage.READY,
            false,
            "",
            replacing.created(),
            List.of()));
  }

  /** After a restart: what was set aside when the last daemon ended comes back or is forgotten. */
  void settleAside() {
    for (VolumeRecord record : records.all()) {
      VolumeName name = record.name();
      // Otherwise the container that it came with decides.
      if (record.stage() == VolumeRecord.Stage.READY && isAside(name)) {
        if (isDirectory(path(name))) {
          forgetAside(name);
        } else {
          bringBack(record);
        }
      }
    }
  }

  private Path aside(VolumeName name) {
    return aside.resolve(name.value());
  }

  VolumeRecord get(VolumeName name) {
    return records
        .find(name)
        .orElseThrow(() ->
            refused(
                FailureCode.NOT_FOUND,
                "there is no volume '" + name + "' on host " + host,
                "make it there with 'nereid volumes create', or look where it is with 'nereid"
                    + " volumes'"));
  }

  /** Where the content of one is on this host. */
  public Path place(BundleVolume volume) {
    return volume.digest().map(transfer::layer).orElseGet(() -> path(volume.name()));
  }

  private Path path(VolumeName name) {
    return content.resolve(name.value());
  }

  /** What one takes on the disk. */
  public VolumeSize measure(VolumeName name) {
    VolumeRecord record = get(name);
    Path where = record.readOnly() ? transfer.layer(record.digest()) : path(name);
    return new VolumeSize(record.shown(), where.toString(), bytes(where, LOOK_LIMIT));
  }

  /** Allocated bytes; -1 when counting takes too long. */
  long bytes(Path directory, Duration limit) {
    Outcome outcome =
        runner.run(
            Command.of(
                limit,
                "du",
                "--summarize",
                "--one-file-system",
                "--block-size=1",
                "--",
                directory.toString()));
    // Files that vanish meanwhile are no reason to know nothing.
    if (outcome instanceof Outcome.Exited e && !e.stdout().isBlank()) {
      try {
        return Long.parseLong(e.stdout().split("\\s")[0]);
      } catch (NumberFormatException n) {
        return -1;
      }
    }
    return -1;
  }

  /** Whether that path is a directory and no link to one. */
  static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  static FailureException refused(FailureCode code, String message, String remedy) {
    return new FailureException(Failure.refused(code, message, remedy));
  }
}
