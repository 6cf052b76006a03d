package io.nereid.launcher.daemon;

import java.util.Map;

/** Keeps libraries modest: what they would take by default is meant for servers of their own. */
final class SystemLimits {
  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("io.netty.allocator.type", "pooled"),
          Map.entry("io.netty.allocator.numDirectArenas", "2"),
          Map.entry("io.netty.allocator.numHeapArenas", "1"),
          Map.entry("io.netty.allocator.maxOrder", "7"),
          Map.entry("io.netty.allocator.useCacheForAllThreads", "false"),
          Map.entry("io.netty.eventLoopThreads", "2"),
          Map.entry("vertx.disableFileCaching", "true"),
          Map.entry("vertx.disableFileCPResolving", "true"),
          Map.entry("hazelcast.logging.type", "slf4j"));

  private SystemLimits() {}

  /** What somebody has set on the command line of the JVM wins. */
  static void apply() {
    PROPERTIES.forEach((key, value) -> {
      if (System.getProperty(key) == null) {
        System.setProperty(key, value);
      }
    });
  }
}
