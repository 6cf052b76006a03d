package io.nereid.gateway;

import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.ExecId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Mode;
import io.nereid.domain.migration.NoConverge;
import io.nereid.domain.snapshot.PolicyWish;
import io.nereid.domain.volume.VolumeMount;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages;
import io.nereid.protocol.message.JobMessages;
import io.nereid.protocol.message.NymphMessages;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Bodies of requests and replies where those of the bus do not serve people well. */
final class Bodies {
  private static final Pattern SIGNAL = Pattern.compile("[A-Z0-9+-]{1,12}");
  private static final long GRACE_MS_MAX = 45_000;
  private static final long BANDWIDTH_MIN = 64 * 1024;
  private static final int COMMAND_WORDS_MAX = 1_000;
  private static final int TERMINAL_CELLS_MAX = 10_000;
  private static final int PATH_CHARS_MAX = 4_096;

  private Bodies() {}

  /** A volume of POST /v1/containers. */
  record Mounted(Optional<String> name, Optional<String> path, Optional<Boolean> readOnly) {
    VolumeMount toMount() {
      return new VolumeMount(
          new VolumeName(name.orElse("")),
          path.orElseThrow(
              () -> RequestReader.bad("a volume without 'path'", "say where it is mounted")),
          readOnly.orElse(false));
    }
  }

  /** POST /v1/containers. */
  record Run(
      Optional<String> bundle,
      Optional<String> name,
      Optional<String> network,
      Optional<String> address,
      Optional<String> node,
      Optional<Boolean> start,
      Optional<PolicyWish> protect,
      Optional<List<Mounted>> volumes) {
    CoordinatorMessages.RunRequest toRequest(NodeId self) {
      String path =
          bundle.orElseThrow(
              () -> RequestReader.bad("'bundle' is missing", "give the path of an OCI bundle"));
      if (!path.startsWith("/") || path.length() > PATH_CHARS_MAX || path.indexOf('\0') >= 0) {
        throw RequestReader.bad(
            "bundle " + RequestReader.shown(path) + " is not an absolute path", "");
      }
      name.ifPresent(ContainerName::new);
      NetworkMode mode = mode();
      if (address.isPresent() && mode != NetworkMode.BRIDGE) {
        throw RequestReader.bad(
            "an address is given but the network is " + mode.name().toLowerCase(Locale.ROOT),
            "only containers on the bridge have addresses");
      }
      return new CoordinatorMessages.RunRequest(
          node.map(NodeId::new).orElse(self),
          path,
          name,
          mode,
          address,
          start.orElse(true),
          protect.map(PolicyWish::checked),
          mounts());
    }

    private List<VolumeMount> mounts() {
      List<Mounted> wanted = volumes.orElse(List.of());
      if (wanted.size() > VolumeMount.MOUNTS_MAX) {
        throw RequestReader.bad(
            wanted.size() + " volumes are more than " + VolumeMount.MOUNTS_MAX, "");
      }
      return wanted.stream().map(Mounted::toMount).toList();
    }

    private NetworkMode mode() {
      return switch (network.orElse("bridge")) {
        case "bridge" -> NetworkMode.BRIDGE;
        case "host" -> NetworkMode.HOST;
        case "none" -> NetworkMode.NONE;
        default ->
            throw RequestReader.bad(
                "network " + RequestReader.shown(network.orElseThrow()) + " does not exist",
                "use bridge, host or none");
      };
    }
  }

  /** POST /v1/containers/REF/stop. */
  record Stop(Optional<String> signal, Optional<Long> graceMs) {
    ContainerAction toAction(long defaultGraceMs) {
      long grace = graceMs.orElse(defaultGraceMs);
      if (grace < 0 || grace > GRACE_MS_MAX) {
        throw RequestReader.bad(
            "graceMs is " + grace + " but must be from 0 to " + GRACE_MS_MAX, "");
      }
      return new ContainerAction.Stop(Bodies.signal(signal.orElse("TERM")), grace);
    }
  }

  /** POST /v1/containers/REF/kill. */
  record Kill(Optional<String> signal) {
    ContainerAction toAction() {
      return new ContainerAction.Kill(Bodies.signal(signal.orElse("KILL")));
    }
  }

  /** POST /v1/containers/REF/protect: what is left out stays as it is. */
  record Protect(
      Optional<Boolean> off,
      Optional<Long> intervalMs,
      Optional<Long> rpoMs,
      Optional<Integer> chainLength,
      Optional<Integer> keepCount,
      Optional<Long> keepMs,
      Optional<Long> keepBytes,
      Optional<Integer> replicas) {
    ContainerAction toAction() {
      PolicyWish wish =
          new PolicyWish(intervalMs, rpoMs, chainLength, keepCount, keepMs, keepBytes, replicas)
              .checked();
      if (!off.orElse(false)) {
        return new ContainerAction.Protect(Optional.of(wish));
      }
      if (!wish.equals(PolicyWish.NOTHING)) {
        throw RequestReader.bad(
            "'off' is given together with what it switches off", "give one or the other");
      }
      return new ContainerAction.Protect(Optional.empty());
    }
  }

  /** The body of a request that has none. */
  record Nothing() {}

  /** POST /v1/containers/REF/migrate. */
  record Migrate(
      Optional<String> target,
      Optional<Boolean> ahead,
      Optional<String> mode,
      Optional<Long> maxDowntimeMs,
      Optional<String> onNoConverge,
      Optional<Long> bandwidthBytesPerSecond,
      Optional<Boolean> force,
      Optional<String> cooperative) {
    CoordinatorMessages.MigrateRequest toRequest(String ref) {
      target.ifPresent(NodeId::new);
      return new CoordinatorMessages.MigrateRequest(
          ref,
          target,
          new MigrationOptions(
              chosenMode(),
              downtime(maxDowntimeMs.orElse(MigrationOptions.MAX_DOWNTIME_MS)),
              noConverge(onNoConverge.orElse("accept")),
              bandwidth(bandwidthBytesPerSecond.orElse(0L)),
              force.orElse(false),
              cooperates(cooperative.orElse("auto"))));
    }

    private static boolean cooperates(String text) {
      return switch (text) {
        case "auto" -> true;
        case "off" -> false;
        default ->
            throw RequestReader.bad(
                "'cooperative' cannot be " + RequestReader.shown(text), "use auto or off");
      };
    }

    private Mode chosenMode() {
      if (mode.isPresent() && ahead.isPresent()) {
        throw RequestReader.bad("both 'mode' and 'ahead' are given", "'ahead' is the older one");
      }
      return mode.isPresent() ? mode(mode.get()) : ahead.orElse(true) ? Mode.AUTO : Mode.COLD;
    }

    static Mode mode(String text) {
      return switch (text) {
        case "auto" -> Mode.AUTO;
        case "cold" -> Mode.COLD;
        case "pre-copy" -> Mode.PRE_COPY;
        case "post-copy" -> Mode.POST_COPY;
        default ->
            throw RequestReader.bad(
                "mode " + RequestReader.shown(text) + " does not exist",
                "use auto, cold, pre-copy or post-copy");
      };
    }

    static NoConverge noConverge(String text) {
      return switch (text) {
        case "accept" -> NoConverge.ACCEPT;
        case "throttle" -> NoConverge.THROTTLE;
        case "abort" -> NoConverge.ABORT;
        case "post-copy" -> NoConverge.POST_COPY;
        default ->
            throw RequestReader.bad(
                "onNoConverge " + RequestReader.shown(text) + " does not exist",
                "use accept, throttle, abort or post-copy");
      };
    }

    static long downtime(long ms) {
      if (ms < MigrationOptions.MAX_DOWNTIME_MS_MIN || ms > MigrationOptions.MAX_DOWNTIME_MS_MAX) {
        throw RequestReader.bad(
            "maxDowntimeMs is "
                + ms
                + " but must be from "
                + MigrationOptions.MAX_DOWNTIME_MS_MIN
                + " to "
                + MigrationOptions.MAX_DOWNTIME_MS_MAX,
            "the unit is milliseconds");
      }
      return ms;
    }

    static long bandwidth(long given) {
      if (given < 0 || (given > 0 && given < BANDWIDTH_MIN)) {
        throw RequestReader.bad(
            "bandwidthBytesPerSecond is " + given + " but must be 0 or at least 65536",
            "the unit is bytes per second; 0 is no limit");
      }
      return given;
    }
  }

  /** POST /v1/containers/REF/exec. */
  record Exec(
      Optional<List<String>> command,
      Optional<List<String>> env,
      Optional<String> cwd,
      Optional<String> user,
      Optional<Boolean> terminal,
      Optional<Boolean> stdin,
      Optional<Integer> columns,
      Optional<Integer> rows) {
    Exec checked() {
      List<String> words = command.orElse(List.of());
      if (words.isEmpty() || words.getFirst().isEmpty()) {
        throw RequestReader.bad("'command' is missing", "give the program and its arguments");
      }
      if (words.size() > COMMAND_WORDS_MAX) {
        throw RequestReader.bad("more than " + COMMAND_WORDS_MAX + " words of command", "");
      }
      for (String word : words) {
        if (word.indexOf('\0') >= 0) {
          throw RequestReader.bad("a word of the command contains the character 0", "");
        }
      }
      for (String pair : env.orElse(List.of())) {
        if (pair.indexOf('=') < 1 || pair.indexOf('\0') >= 0) {
          throw RequestReader.bad(
              "environment " + RequestReader.shown(pair) + " is not of the form NAME=VALUE", "");
        }
      }
      checkCells("columns", columns);
      checkCells("rows", rows);
      return this;
    }

    private static void checkCells(String what, Optional<Integer> cells) {
      int value = cells.orElse(1);
      if (value < 0 || value > TERMINAL_CELLS_MAX) {
        throw RequestReader.bad(
            what + " is " + value + " but must be from 0 to " + TERMINAL_CELLS_MAX, "");
      }
    }
  }

  /** Reply: a command was started. */
  record ExecCreated(ExecId exec, NodeId owner, String stream) {}

  /** Reply: who answers here. */
  record Ping(NodeId node, String version) {}

  /** Reply: everything about one container; what its host says may be missing. */
  record Detail(
      Location location,
      Optional<NymphMessages.Inspection> inspection,
      Optional<Failure> inspectionFailure,
      List<NodeId> layerHolders,
      Optional<JobMessages.ScheduleView> schedule) {
    Detail with(JobMessages.ScheduleView view) {
      return new Detail(location, inspection, inspectionFailure, layerHolders, Optional.of(view));
    }
  }

  private static String signal(String given) {
    String upper = given.toUpperCase(Locale.ROOT);
    String name = upper.startsWith("SIG") ? upper.substring(3) : upper;
    if (!SIGNAL.matcher(name).matches()) {
      throw RequestReader.bad(
          "signal " + RequestReader.shown(given) + " is no signal", "for example TERM, HUP or 9");
    }
    return name;
  }
}
