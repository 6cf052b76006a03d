package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.id.InvalidIdException;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.VolumeMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Volumes in a configuration: mounts of type {@code nereid-volume} whose source is the volume's
 * name, for a read-only one with {@code @} and the digest of its content. So they travel with the
 * configuration. Only the one that the runtime gets has bind mounts in their place. Pure, but for
 * reading a file.
 */
public final class VolumeMounts {
  /** The type of such a mount. */
  public static final String TYPE = "nereid-volume";

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final String READ_ONLY = "ro";
  private static final Set<String> OPTIONS =
      Set.of(READ_ONLY, "rw", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime");
  private static final Set<String> RESERVED = Set.of("/", "/proc", "/sys", "/dev");
  private static final int PATH_CHARS_MAX = 4096;

  private VolumeMounts() {}

  static boolean isVolume(JsonNode mount) {
    return mount.path("type").asText("").equals(TYPE);
  }

  /** Those of a configuration; BUNDLE_INVALID when they break a rule. */
  static List<BundleVolume> in(Object bundle, ObjectNode config) {
    List<BundleVolume> volumes = new ArrayList<>();
    for (JsonNode mount : config.path("mounts")) {
      if (isVolume(mount)) {
        volumes.add(read(bundle, mount));
      }
    }
    check(bundle, volumes);
    return volumes;
  }

  /** Those of a configuration file that was kept or has arrived. */
  public static List<BundleVolume> in(Path file) {
    return in(file, config(file));
  }

  private static ObjectNode config(Path file) {
    try {
      if (Files.size(file) > ConfigJson.BYTES_MAX) {
        throw BundleProblem.invalid(file, "is larger than " + ConfigJson.BYTES_MAX + " bytes", "");
      }
      return ConfigJson.read(file, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  private static void check(Object bundle, List<BundleVolume> volumes) {
    if (volumes.size() > VolumeMount.MOUNTS_MAX) {
      throw BundleProblem.invalid(
          bundle, "has more than " + VolumeMount.MOUNTS_MAX + " volumes", "put some together");
    }
    Set<VolumeName> names = new HashSet<>();
    Set<String> paths = new HashSet<>();
    for (BundleVolume volume : volumes) {
      if (!names.add(volume.name())) {
        throw BundleProblem.invalid(
            bundle, "has the volume '" + volume.name() + "' twice", "mount it once");
      }
      if (!paths.add(volume.path())) {
        throw BundleProblem.invalid(
            bundle, "has two volumes at " + volume.path(), "give each a path of its own");
      }
    }
  }

  private static BundleVolume read(Object bundle, JsonNode mount) {
    String source = mount.path("source").asText("");
    int at = source.indexOf('@');
    String digest = at < 0 ? "" : source.substring(at + 1);
    if (at >= 0 && !DIGEST.matcher(digest).matches()) {
      throw BundleProblem.invalid(
          bundle,
          "has a volume whose digest is not one: " + mount,
          "64 hexadecimal digits after '@', or the name alone");
    }
    boolean readOnly = false;
    for (JsonNode option : mount.path("options")) {
      if (!OPTIONS.contains(option.asText())) {
        throw BundleProblem.invalid(
            bundle,
            "has a volume with the option '" + option.asText() + "'",
            "use some of " + String.join(", ", OPTIONS.stream().sorted().toList()));
      }
      readOnly |= option.asText().equals(READ_ONLY);
    }
    String path = path(bundle, mount.path("destination").asText(""));
    try {
      VolumeName name = new VolumeName(at < 0 ? source : source.substring(0, at));
      return new BundleVolume(
          name, at < 0 ? Optional.empty() : Optional.of(digest), path, readOnly || at >= 0);
    } catch (InvalidIdException e) {
      throw BundleProblem.invalid(
          bundle, "has a volume of no name: " + e.getMessage(), "the source is the volume's name");
    }
  }

  private static String path(Object bundle, String given) {
    boolean fine =
        given.startsWith("/")
            && given.length() <= PATH_CHARS_MAX
            && given.chars().noneMatch(Character::isISOControl)
            && Path.of(given).normalize().toString().equals(given)
            && RESERVED.stream().noneMatch(r -> given.equals(r) || isBelow(given, r));
    if (!fine) {
      throw BundleProblem.invalid(
          bundle,
          "has a volume at '" + given.replaceAll("\\p{Cntrl}", "?") + "'",
          "give an absolute path without '..', not /, /proc, /sys, /dev or below these");
    }
    return given;
  }

  private static boolean isBelow(String path, String directory) {
    return !directory.equals("/") && path.startsWith(directory + "/");
  }

  /** A bundle that asks for some more. */
  public static CheckedBundle add(CheckedBundle bundle, List<VolumeMount> more) {
    if (more.isEmpty()) {
      return bundle;
    }
    ObjectNode config = bundle.config().deepCopy();
    ArrayNode mounts =
        config.path("mounts") instanceof ArrayNode there ? there : config.putArray("mounts");
    for (VolumeMount one : more) {
      for (JsonNode mount : mounts) {
        if (mount.path("destination").asText("").equals(one.path())) {
          throw BundleProblem.invalid(
              bundle.directory(),
              "mounts something at " + one.path() + " already",
              "choose another path for volume '" + one.name() + "'");
        }
      }
      mounts.add(mount(new BundleVolume(one.name(), Optional.empty(), one.path(), one.readOnly())));
    }
    in(bundle.directory(), config);
    return bundle.with(config);
  }

  private static ObjectNode mount(BundleVolume volume) {
    ObjectNode mount = JsonNodeFactory.instance.objectNode();
    mount.put("destination", volume.path());
    mount.put("type", TYPE);
    mount.put("source", volume.source());
    mount.putArray("options").add(volume.readOnly() ? READ_ONLY : "rw");
    return mount;
  }

  /** A bundle whose volumes are others. */
  public static CheckedBundle change(CheckedBundle bundle, UnaryOperator<BundleVolume> to) {
    ObjectNode config = bundle.config().deepCopy();
    return change(bundle.directory(), config, to) ? bundle.with(config) : bundle;
  }

  /** A configuration file whose volumes are others. */
  public static void change(Path file, UnaryOperator<BundleVolume> to) {
    ObjectNode config = config(file);
    if (change(file, config, to)) {
      try {
        Files.write(file, ConfigJson.write(config));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot change " + file, e);
      }
    }
  }

  private static boolean change(Object bundle, ObjectNode config, UnaryOperator<BundleVolume> to) {
    boolean any = false;
    for (JsonNode mount : config.path("mounts")) {
      if (isVolume(mount) && mount instanceof ObjectNode changeable) {
        changeable.put("source", to.apply(read(bundle, mount)).source());
        any = true;
      }
    }
    return any;
  }

  /** For the runtime: bind mounts of directories of this host. */
  public static void bind(ObjectNode config, Function<BundleVolume, Path> where) {
    for (JsonNode mount : config.path("mounts")) {
      if (isVolume(mount) && mount instanceof ObjectNode changeable) {
        BundleVolume volume = read("generated", mount);
        changeable.put("type", "bind");
        changeable.put("source", where.apply(volume).toString());
        ArrayNode options = JsonNodeFactory.instance.arrayNode().add("bind");
        if (volume.readOnly()) {
          options.add(READ_ONLY);
        }
        for (JsonNode option : mount.path("options")) {
          if (!option.asText().equals(READ_ONLY) && !option.asText().equals("rw")) {
            options.add(option.asText());
          }
        }
        changeable.set("options", options);
      }
    }
  }
}
