package io.nereid.nymph.probe;

import io.nereid.config.NereidConfig;
import io.nereid.nymph.criu.rpc.CriuService;
import io.nereid.process.ProcessRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Examines whether containers can run and move on this host. Needs no daemon and no root (it then
 * says so), changes nothing and leaves nothing. Blocks for a few seconds; never throws for what it
 * finds.
 */
public final class Doctor {
  private static final int JDK_MIN = 25;
  private static final long MIB = 1024 * 1024;
  private static final long FREE_BYTES_NEEDED = 256 * MIB;
  private static final long FREE_BYTES_WANTED = 2048 * MIB;
  private final Tool tool;
  private final HostFiles files;
  private final CriuExaminer criu;

  public Doctor(ProcessRunner runner) {
    this(runner, HostFiles.ofThisHost());
  }

  Doctor(ProcessRunner runner, HostFiles files) {
    this.tool = new Tool(runner);
    this.files = files;
    this.criu = new CriuExaminer(runner, new CriuService(runner), files);
  }

  /** Everything that a host with this configuration needs. */
  public DoctorReport examine(NereidConfig config) {
    return examine(config.node().dataDir(), config.criu().dumpPath());
  }

  /**
   * The same for a host with these directories; they need not exist yet.
   *
   * @param dataDir where containers live
   * @param dumpPath where checkpoint images are written
   */
  public DoctorReport examine(Path dataDir, Path dumpPath) {
    List<Requirement> all = new ArrayList<>(new PrivilegeChecks(files).examine());
    all.addAll(new KernelChecks(files, HostFiles.arch()).examine());
    all.addAll(new ProgramChecks(tool).examine());
    all.addAll(new CriuChecks(criu).examine());
    all.add(new OverlayCheck(tool).examine(dataDir));
    all.add(space("space for containers", dataDir));
    all.add(space("space for checkpoints", dumpPath));
    all.add(jdk(Runtime.version().feature()));
    return DoctorReport.of(all);
  }

  private static Requirement space(String name, Path directory) {
    return space(name, directory, DiskSpace.freeBytes(directory));
  }

  static Requirement space(String name, Path directory, OptionalLong free) {
    String needed =
        "at least " + mib(FREE_BYTES_NEEDED) + ", better " + mib(FREE_BYTES_WANTED) + " and more";
    String remedy =
        "make room on the file system of " + directory + ", or choose another directory";
    if (free.isEmpty()) {
      return Requirement.warning(name, "unknown at " + directory, needed, remedy);
    }
    String found = mib(free.getAsLong()) + " free at " + directory;
    if (free.getAsLong() < FREE_BYTES_NEEDED) {
      return Requirement.failed(name, found, needed, remedy);
    }
    return free.getAsLong() < FREE_BYTES_WANTED
        ? Requirement.warning(name, found, needed, remedy)
        : Requirement.ok(name, found, needed);
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes / MIB);
  }

  static Requirement jdk(int feature) {
    String needed = "JDK " + JDK_MIN + " or newer";
    return feature >= JDK_MIN
        ? Requirement.ok("jdk", Integer.toString(feature), needed)
        : Requirement.failed(
            "jdk", Integer.toString(feature), needed, "start it through ./nereid, which finds one");
  }
}
