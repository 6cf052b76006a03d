package io.nereid.launcher.demo;

import io.nereid.domain.container.Location;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.launcher.demo.workload.CounterWatcher;
import io.nereid.launcher.demo.workload.Watcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A shell that counts; its log is followed. */
final class CounterWorkload implements DemoWorkload {
  private static final int INTERVAL_MS = 100;
  private static final long MEMORY_BYTES = 4L << 20;
  private final Bundles bundles;
  private final Cluster cluster;

  CounterWorkload(Bundles bundles, Cluster cluster) {
    this.bundles = bundles;
    this.cluster = cluster;
  }

  @Override
  public String name() {
    return "counter";
  }

  @Override
  public long memoryBytes() {
    return MEMORY_BYTES;
  }

  @Override
  public Path bundle(Path directory) throws IOException {
    return bundles.counter(directory.resolve(name()), INTERVAL_MS);
  }

  @Override
  public Watcher watch(Location container) {
    String id = container.status().id().value();
    return new CounterWatcher(
        (cursor, reader) -> cluster.follow(id, cursor, document -> pass(document, reader)));
  }

  private static boolean pass(Doc document, CounterWatcher.Reader reader) {
    return switch (document.at("type").text()) {
      case "line" -> reader.line(document.at("time").text(), document.at("text").text());
      case "cursor" -> reader.position(document.at("cursor").number(0));
      default -> true;
    };
  }

  @Override
  public List<String> damage(Location container) {
    // It has no data but its count, which is watched all the time.
    return List.of();
  }
}
