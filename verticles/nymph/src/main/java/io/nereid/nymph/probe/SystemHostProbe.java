package io.nereid.nymph.probe;

import io.nereid.domain.node.Capabilities;
import io.nereid.nymph.criu.rpc.CriuService;
import io.nereid.process.ProcessRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Probes with the host's own programs and files. Thread-safe: of several first calls one probes and
 * the others wait. Never throws for what it finds; that is in {@link Capabilities#problems}.
 */
public final class SystemHostProbe implements HostProbe {
  private final Tool tool;
  private final HostFiles files;
  private final CriuExaminer criu;
  private final ReentrantLock probing = new ReentrantLock();
  private volatile Capabilities found;

  public SystemHostProbe(ProcessRunner runner) {
    this(runner, HostFiles.ofThisHost());
  }

  SystemHostProbe(ProcessRunner runner, HostFiles files) {
    this.tool = new Tool(runner);
    this.files = files;
    this.criu = new CriuExaminer(runner, new CriuService(runner), files);
  }

  @Override
  public Capabilities capabilities() {
    Capabilities known = found;
    if (known != null) {
      return known;
    }
    probing.lock();
    try {
      return found == null ? refresh() : found;
    } finally {
      probing.unlock();
    }
  }

  /** Probes again, for example after somebody has installed something. Blocks for seconds. */
  public Capabilities refresh() {
    probing.lock();
    try {
      found = probe();
      return found;
    } finally {
      probing.unlock();
    }
  }

  private Capabilities probe() {
    List<String> problems = new ArrayList<>();
    if (files.user() != 0) {
      problems.add("not running as root; runc, CRIU and mounts need it");
    }
    CgroupMode cgroup = CgroupMode.of(files.text("self/mounts"));
    if (!cgroup.canFreeze()) {
      problems.add("no cgroup hierarchy here can freeze processes");
    }
    String runc = version("runc", problems);
    String conmon = version("conmon", problems);
    CriuFacts facts = criu.examine();
    if (!facts.works()) {
      problems.add(facts.trouble().words());
    }
    return new Capabilities(
        HostFiles.arch(),
        files.kernel(),
        cgroup.name(),
        runc,
        facts.works() ? facts.version() : "",
        conmon,
        facts.features(),
        List.copyOf(problems));
  }

  private String version(String program, List<String> problems) {
    Tool.Run run = tool.run(program, "--version");
    if (!run.ok()) {
      problems.add(program + " does not work: " + run.reason() + "; run ./nereid setup");
      return "";
    }
    return run.version().orElse("unknown");
  }
}
