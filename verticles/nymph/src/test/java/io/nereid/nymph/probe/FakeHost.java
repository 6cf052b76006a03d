package io.nereid.nymph.probe;

import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host that is good in every respect until a test spoils something. */
final class FakeHost implements ProcessRunner {
  /** Kernel 6.18, root, all capabilities. */
  private static final String STATUS = "Name:\tjava\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n";

  private final Path proc;
  private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
  private final List<String> ran = new CopyOnWriteArrayList<>();

  FakeHost(Path directory) {
    proc = directory.resolve("proc");
    file("self/status", STATUS);
    file("self/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
    file("sys/kernel/osrelease", "6.18.44\n");
    file("sys/fs/pipe-user-pages-soft", "16384\n");
    file("sys/fs/pipe-max-size", "1048576\n");
    file("meminfo", "MemTotal:       2048 kB\nMemAvailable:   1024 kB\n");
    file("loadavg", "0.25 0.5 0.75 1/100 4711\n");
    says("criu --version", "Version: 4.1.1\n");
    says("runc --version", "runc version 1.1.5+ds1\ncommit: 1.1.5\n");
    says("conmon --version", "conmon version 2.1.6\n");
    // The service cannot be faked by a program's outcome; without it the command line counts.
    fails("criu service", "no service here");
  }

  HostFiles files() {
    return new HostFiles(proc);
  }

  List<String> ran() {
    return ran;
  }

  FakeHost file(String name, String text) {
    try {
      Path file = proc.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeHost says(String start, String output) {
    return when(start, new Outcome.Exited(List.of(), 0, output, "", Duration.ZERO));
  }

  FakeHost fails(String start, String error) {
    return when(start, new Outcome.Exited(List.of(), 1, "", error, Duration.ZERO));
  }

  FakeHost lacks(String program) {
    return when(
        program, new Outcome.NotStarted(List.of(program), "no program '" + program + "' in /bin"));
  }

  private FakeHost when(String start, Outcome outcome) {
    outcomes.put(start, outcome);
    return this;
  }

  @Override
  public Outcome run(Command command) {
    String line = String.join(" ", command.argv());
    ran.add(line);
    Outcome found = new Outcome.Exited(command.argv(), 0, "1.0", "", Duration.ZERO);
    for (Map.Entry<String, Outcome> entry : outcomes.entrySet()) {
      if (line.startsWith(entry.getKey())) {
        found = entry.getValue();
      }
    }
    return found;
  }
}
