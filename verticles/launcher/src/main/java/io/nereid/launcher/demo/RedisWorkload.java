package io.nereid.launcher.demo;

import io.nereid.domain.container.Location;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.launcher.demo.workload.RedisFiller;
import io.nereid.launcher.demo.workload.RedisWatcher;
import io.nereid.launcher.demo.workload.Watcher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A redis with data; one client increments a number all the time over one connection. */
final class RedisWorkload implements DemoWorkload {
  private static final long SEED = 1;
  private static final Duration SERVES_WITHIN = Duration.ofSeconds(15);
  private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
  private final Bundles bundles;
  private final Path clientNetns;
  private final long dataBytes;

  RedisWorkload(Bundles bundles, Path clientNetns, long dataBytes) {
    this.bundles = bundles;
    this.clientNetns = clientNetns;
    this.dataBytes = dataBytes;
  }

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public long memoryBytes() {
    return dataBytes;
  }

  @Override
  public Path bundle(Path directory) throws IOException {
    return bundles.redis(directory.resolve(name()));
  }

  @Override
  public Watcher watch(Location container) throws IOException {
    String address = address(container);
    Watcher first = connect(address);
    try {
      RedisFiller.fill(clientNetns, address, dataBytes, SEED);
      return first;
    } catch (IOException | RuntimeException e) {
      first.close();
      throw e;
    }
  }

  @Override
  public List<String> damage(Location container) throws IOException {
    long different = RedisFiller.differences(clientNetns, address(container), dataBytes, SEED);
    return different == 0
        ? List.of()
        : List.of(different + " values of redis are not what they were");
  }

  private static String address(Location container) {
    String withPrefix = container.status().network().address().orElseThrow();
    return withPrefix.substring(0, withPrefix.indexOf('/'));
  }

  private Watcher connect(String address) throws IOException {
    long deadline = System.nanoTime() + SERVES_WITHIN.toNanos();
    while (true) {
      try {
        return new RedisWatcher(clientNetns, address);
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException("redis at " + address + " does not answer: " + e.getMessage(), e);
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }
}
