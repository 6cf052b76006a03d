package io.nereid.transfer.snapshot;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Snapshots for tests. */
public final class Drafts {
  static final String PAGES = "pages-1.img";

  private Drafts() {}

  static Snapshot draft() {
    return draft(SnapshotId.random());
  }

  static Snapshot draft(SnapshotId id) {
    return draft(id, List.of());
  }

  /** One with these layers. */
  public static Snapshot draft(List<String> layers) {
    return draft(SnapshotId.random(), layers);
  }

  private static Snapshot draft(SnapshotId id, List<String> layers) {
    return new Snapshot(
        id,
        Optional.empty(),
        ContainerId.random(),
        new ContainerName("c"),
        new NodeId("a"),
        Snapshot.Origin.TAKEN,
        Instant.parse("2026-01-01T00:00:00Z"),
        Epoch.FIRST,
        NetworkSpec.without(NetworkMode.NONE),
        new Capabilities("x86_64", "6", "v2", "1", "4", "2", List.of(), List.of()),
        layers,
        List.of("sh"),
        false,
        Snapshot.Sizes.UNKNOWN,
        7,
        0);
  }

  /** Images with one file of pages. */
  static List<Tree> images(Path root, byte[] pages) throws IOException {
    Path images = Files.createDirectories(root);
    Files.write(images.resolve(PAGES), pages);
    return List.of(new Tree(TreeKind.IMAGES, images));
  }
}
