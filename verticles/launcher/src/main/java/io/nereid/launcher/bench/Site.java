package io.nereid.launcher.bench;

import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.nymph.criu.CriuSetting;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.process.ProgramEnvironment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What containers without a daemon need: two hosts (or one twice), programs, and the same setting
 * for CRIU that Nereid has, so that nobody loses time by a machine whose /run is on a disk.
 *
 * @param criu words before every command line that uses CRIU
 * @param path where programs are looked for
 */
record Site(
    Tools tools,
    Playground playground,
    Daemon from,
    Daemon to,
    Path root,
    List<String> criu,
    String path,
    Bundles bundles) {
  static Site of(Tools tools, Playground playground, Map<String, String> environment) {
    Daemon from = playground.daemons().get(0);
    Path root = playground.root().resolve("bare");
    HostPaths paths =
        new HostPaths(from.node(), root.resolve("data"), root.resolve("run"), root.resolve("dump"));
    ProgramEnvironment programs = ProgramEnvironment.from(environment);
    CriuSetting setting = CriuSetting.prepare(paths, tools.runner(), programs);
    return new Site(
        tools,
        playground,
        from,
        playground.daemons().getLast(),
        root,
        setting.wrapper(),
        programs.variables().get("PATH"),
        new Bundles(tools, environment));
  }

  Names names() {
    return playground.names();
  }
}
