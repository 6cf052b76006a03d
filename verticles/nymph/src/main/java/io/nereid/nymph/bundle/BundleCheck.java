package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says whether a directory is a bundle that can run here, before anything is made. The rules are
 * those of the OCI runtime specification (config.md) and what a container that moves needs beyond
 * them. Blocks for reading one small file; changes nothing.
 */
public final class BundleCheck {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)([-+].*)?");
  private static final int VERSION_MINOR_MAX = 2;
  private static final int ARGUMENTS_MAX = 4096;
  private static final int MOUNTS_MAX = 1024;

  private BundleCheck() {}

  /**
   * Checks a bundle.
   *
   * @param provided says by the annotations where in the container this host mounts something
   *     itself; a mount of the bundle at that place needs no source
   * @throws io.nereid.domain.failure.FailureException BUNDLE_INVALID or UNSUPPORTED, naming the
   *     value, the rule and the remedy
   */
  public static CheckedBundle check(
      String bundle, Function<Map<String, String>, Optional<String>> provided) {
    Path directory = directory(bundle);
    byte[] original = readConfig(bundle, directory);
    ObjectNode config = ConfigJson.read(bundle, original);
    checkVersion(bundle, config);
    checkSections(bundle, config);
    checkHooks(bundle, config);
    Map<String, String> annotations = annotations(bundle, config);
    checkMounts(bundle, directory, config, provided.apply(annotations));
    VolumeMounts.in(bundle, config);
    return new CheckedBundle(
        directory,
        original,
        config,
        rootfs(bundle, directory, config),
        command(bundle, config),
        config.path("process").path("terminal").asBoolean(false),
        annotations);
  }

  /** The same where this host mounts nothing itself. */
  public static CheckedBundle check(String bundle) {
    return check(bundle, annotations -> Optional.empty());
  }

  private static Path directory(String bundle) {
    Path given;
    try {
      given = Path.of(bundle);
    } catch (InvalidPathException e) {
      throw BundleProblem.invalid(bundle, "is not a path: " + e.getReason(), "");
    }
    if (!given.isAbsolute()) {
      throw BundleProblem.invalid(bundle, "is not an absolute path", "give the whole path");
    }
    if (!Files.isDirectory(given)) {
      throw BundleProblem.invalid(
          bundle,
          Files.exists(given) ? "is not a directory" : "does not exist on this host",
          "a bundle is a directory with config.json and rootfs/, on the host that runs it");
    }
    try {
      return given.toRealPath();
    } catch (IOException e) {
      throw BundleProblem.invalid(bundle, "cannot be opened: " + e.getMessage(), "");
    }
  }

  private static byte[] readConfig(String bundle, Path directory) {
    Path file = directory.resolve("config.json");
    if (!Files.exists(file)) {
      throw BundleProblem.invalid(
          bundle, "has no config.json", "make one with 'runc spec --bundle " + bundle + "'");
    }
    if (!Files.isRegularFile(file)) {
      throw BundleProblem.invalid(bundle, "config.json is not a regular file", "");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(ConfigJson.BYTES_MAX + 1);
      if (bytes.length > ConfigJson.BYTES_MAX) {
        throw BundleProblem.invalid(
            bundle, "config.json is larger than " + ConfigJson.BYTES_MAX + " bytes", "");
      }
      return bytes;
    } catch (IOException e) {
      throw BundleProblem.invalid(bundle, "config.json cannot be read: " + e.getMessage(), "");
    }
  }

  private static void checkVersion(String bundle, ObjectNode config) {
    String version = config.path("ociVersion").asText("");
    Matcher matcher = VERSION.matcher(version);
    boolean fits =
        matcher.matches()
            && matcher.group(1).equals("1")
            && matcher.group(2).length() < 4
            && Integer.parseInt(matcher.group(2)) <= VERSION_MINOR_MAX;
    if (!fits) {
      throw BundleProblem.invalid(
          bundle,
          version.isEmpty()
              ? "config.json has no ociVersion"
              : "ociVersion '" + version + "' is not supported",
          "versions 1.0.x to 1." + VERSION_MINOR_MAX + ".x of the OCI runtime format are");
    }
  }

  private static void checkSections(String bundle, ObjectNode config) {
    for (String section : List.of("process", "root", "linux")) {
      if (!config.path(section).isObject()) {
        throw BundleProblem.invalid(
            bundle,
            "config.json has no section '" + section + "'",
            "a Linux container needs process, root and linux; compare with 'runc spec'");
      }
    }
    for (String list : List.of("mounts")) {
      if (config.has(list) && !config.get(list).isArray()) {
        throw BundleProblem.invalid(bundle, "'" + list + "' in config.json is not a list", "");
      }
    }
    JsonNode namespaces = config.path("linux").path("namespaces");
    boolean ownMounts = false;
    for (JsonNode namespace : namespaces) {
      ownMounts |= namespace.path("type").asText().equals("mount");
    }
    if (!ownMounts) {
      throw BundleProblem.invalid(
          bundle,
          "linux.namespaces has no mount namespace",
          "add {\"type\": \"mount\"}: without it the container would see and change our mounts");
    }
  }

  // Hooks are programs of one host that run as root: they would not exist where it moves to.
  private static void checkHooks(String bundle, ObjectNode config) {
    for (Map.Entry<String, JsonNode> hook : config.path("hooks").properties()) {
      if (!hook.getValue().isEmpty()) {
        throw BundleProblem.unsupported(
            bundle,
            "has a hook (" + hook.getKey() + "), a program of the host that cannot move along",
            "remove 'hooks' from config.json and do in the container what they did");
      }
    }
  }

  private static void checkMounts(
      String bundle, Path directory, ObjectNode config, Optional<String> provided) {
    JsonNode mounts = config.path("mounts");
    if (mounts.size() > MOUNTS_MAX) {
      throw BundleProblem.invalid(bundle, "has more than " + MOUNTS_MAX + " mounts", "");
    }
    for (JsonNode mount : mounts) {
      if (mount.path("destination").asText("").isEmpty()) {
        throw BundleProblem.invalid(bundle, "has a mount without destination: " + mount, "");
      }
      boolean ours = provided.filter(mount.path("destination").asText()::equals).isPresent();
      if (BindMounts.isBind(mount) && !ours) {
        Path source = BindMounts.source(bundle, directory, mount);
        if (!Files.exists(source)) {
          throw BundleProblem.invalid(
              bundle,
              "the source '"
                  + source
                  + "' of the mount at "
                  + mount.path("destination").asText()
                  + " does not exist on this host",
              "create it or remove the mount");
        }
      }
    }
  }

  private static Path rootfs(String bundle, Path directory, ObjectNode config) {
    String given = config.path("root").path("path").asText("");
    if (given.isEmpty() || given.indexOf('\0') >= 0) {
      throw BundleProblem.invalid(
          bundle, "root.path is missing in config.json", "it usually is \"rootfs\"");
    }
    Path rootfs = directory.resolve(given);
    if (!Files.exists(rootfs)) {
      throw BundleProblem.invalid(
          bundle,
          "its root file system '" + given + "' does not exist",
          "unpack the root file system there or correct root.path");
    }
    try {
      Path real = rootfs.toRealPath();
      if (!real.startsWith(directory) || real.equals(directory)) {
        throw BundleProblem.invalid(
            bundle,
            "root.path '" + given + "' leads out of the bundle, to " + real,
            "put the root file system below the bundle's directory");
      }
      if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
        throw BundleProblem.invalid(
            bundle, "its root file system '" + given + "' is not a directory", "");
      }
      return real;
    } catch (IOException e) {
      throw BundleProblem.invalid(
          bundle, "root.path '" + given + "' cannot be resolved: " + e.getMessage(), "");
    }
  }

  private static List<String> command(String bundle, ObjectNode config) {
    JsonNode args = config.path("process").path("args");
    List<String> command = new ArrayList<>();
    for (JsonNode arg : args) {
      if (!arg.isTextual() || command.size() >= ARGUMENTS_MAX) {
        throw BundleProblem.invalid(
            bundle, "process.args must be a list of at most " + ARGUMENTS_MAX + " strings", "");
      }
      command.add(arg.asText());
    }
    if (command.isEmpty() || command.getFirst().isEmpty()) {
      throw BundleProblem.invalid(
          bundle, "process.args names no program to run", "for example \"args\": [\"/bin/sh\"]");
    }
    if (!config.path("process").path("cwd").asText("").startsWith("/")) {
      throw BundleProblem.invalid(
          bundle, "process.cwd must be an absolute path", "for example \"cwd\": \"/\"");
    }
    return command;
  }

  private static Map<String, String> annotations(String bundle, ObjectNode config) {
    Map<String, String> annotations = new TreeMap<>();
    for (Map.Entry<String, JsonNode> one : config.path("annotations").properties()) {
      if (!one.getValue().isTextual()) {
        throw BundleProblem.invalid(
            bundle, "the annotation '" + one.getKey() + "' is not a string", "");
      }
      annotations.put(one.getKey(), one.getValue().asText());
    }
    return annotations;
  }
}
