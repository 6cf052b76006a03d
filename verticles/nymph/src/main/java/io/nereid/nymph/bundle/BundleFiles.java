package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.preflight.BindMount;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.nymph.fs.HostPaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configuration files of this host's containers. Blocks for small files. */
public final class BundleFiles {
  private final HostPaths paths;
  private final List<BundleTransform> transforms;

  public BundleFiles(HostPaths paths, List<BundleTransform> transforms) {
    this.paths = paths;
    this.transforms = List.copyOf(transforms);
  }

  /** Keeps the user's configuration as it was given. */
  public void keep(ContainerId id, CheckedBundle bundle) {
    write(paths.container(id).userConfig(), bundle.original());
  }

  /**
   * Generates the configuration for the runtime from the one that was kept.
   *
   * @param bundle where the user's bundle was
   * @param networkNamespace of the container; absent in the host's network
   * @param extra mounted after everything else
   */
  public void generate(
      ContainerId id,
      ContainerName name,
      String bundle,
      NetworkMode network,
      Optional<Path> networkNamespace,
      List<ExtraMount> extra) {
    ContainerDirs dirs = paths.container(id);
    ObjectNode config =
        new RuntimeConfig(
                id,
                name,
                Path.of(bundle),
                dirs.rootfs(),
                paths.cgroup(id),
                network,
                networkNamespace)
            .applyTo(user(id));
    transforms.forEach(t -> t.apply(id, config));
    extra.forEach(mount -> mount(config, mount));
    write(dirs.config(), ConfigJson.write(config));
  }

  private static void mount(ObjectNode config, ExtraMount extra) {
    ArrayNode mounts = config.withArray("/mounts");
    for (int i = mounts.size() - 1; i >= 0; i--) {
      if (mounts.get(i).path("destination").asText().equals(extra.destination())) {
        mounts.remove(i);
      }
    }
    ObjectNode mount =
        mounts
            .addObject()
            .put("destination", extra.destination())
            .put("type", "bind")
            .put("source", extra.source().toString());
    extra.options().forEach(mount.putArray("options")::add);
  }

  /** Resource limits as the user gave them, for people. */
  public Map<String, String> limits(ContainerId id) {
    return ResourceLimits.of(user(id));
  }

  /** Destinations of the user's mounts. */
  public List<String> mounts(ContainerId id) {
    List<String> destinations = new ArrayList<>();
    for (JsonNode mount : user(id).path("mounts")) {
      destinations.add(mount.path("destination").asText());
    }
    return destinations;
  }

  /** The volumes that it has. */
  public List<BundleVolume> volumes(ContainerId id) {
    return VolumeMounts.in(paths.container(id).userConfig(), user(id));
  }

  /**
   * The user's bind mounts, without identities.
   *
   * @param bundle where the user's bundle was
   */
  public List<BindMount> binds(ContainerId id, String bundle) {
    List<BindMount> binds = new ArrayList<>();
    for (JsonNode mount : user(id).path("mounts")) {
      if (BindMounts.isBind(mount)) {
        Path source = BindMounts.source(bundle, Path.of(bundle), mount);
        binds.add(
            new BindMount(
                source.toString(),
                mount.path("destination").asText(),
                BindMounts.isWritable(mount),
                ""));
      }
    }
    return binds;
  }

  private ObjectNode user(ContainerId id) {
    Path file = paths.container(id).userConfig();
    try {
      if (Files.size(file) > ConfigJson.BYTES_MAX) {
        throw BundleProblem.invalid(file, "is larger than " + ConfigJson.BYTES_MAX + " bytes", "");
      }
      return ConfigJson.read(file, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  private static void write(Path file, byte[] content) {
    try {
      DurableFile.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }
}
