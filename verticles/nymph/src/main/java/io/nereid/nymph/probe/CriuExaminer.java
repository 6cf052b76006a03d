package io.nereid.nymph.probe;

import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.criu.rpc.CriuFeatures;
import io.nereid.nymph.criu.rpc.CriuService;
import io.nereid.process.ProcessRunner;
import java.util.List;
import java.util.TreeSet;

/** Finds out whether CRIU works here and what it can. Blocks for about a second. */
final class CriuExaminer {
  /** Features that CRIU tells only on its command line. */
  private static final List<String> COMMAND_LINE_FEATURES =
      List.of("mem_dirty_track", "uffd", "uffd-noncoop", "network_lock_nftables");

  private final Tool tool;
  private final CriuService service;
  private final HostFiles files;

  CriuExaminer(ProcessRunner runner, CriuService service, HostFiles files) {
    this.tool = new Tool(runner);
    this.service = service;
    this.files = files;
  }

  private record Told(String version, CriuFeatures features) {}

  CriuFacts examine() {
    Tool.Run versionRun = tool.run("criu", "--version");
    String version = versionRun.version().orElse("");
    if (version.isEmpty()) {
      return new CriuFacts("", CriuTrouble.of("", files.kernel(), versionRun), List.of(), "");
    }
    Tool.Run check = tool.run("criu", "check");
    if (!check.ok()) {
      CriuTrouble why = CriuTrouble.of(version, files.kernel(), check);
      return new CriuFacts(version, why, List.of(), "");
    }
    var features = new TreeSet<String>();
    for (String feature : COMMAND_LINE_FEATURES) {
      if (tool.run("criu", "check", "--feature", feature).ok()) {
        features.add(feature);
      }
    }
    try {
      Told told =
          service.ask(session ->
              new Told(session.client().version().toString(), session.client().features()));
      features.addAll(told.features().names());
      return new CriuFacts(told.version(), CriuTrouble.NONE, List.copyOf(features), "");
    } catch (FailureException e) {
      return new CriuFacts(version, CriuTrouble.NONE, List.copyOf(features), e.failure().message());
    }
  }
}
