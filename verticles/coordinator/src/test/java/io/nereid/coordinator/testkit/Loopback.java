package io.nereid.coordinator.testkit;

import com.hazelcast.config.Config;
import io.nereid.config.ClusterConfig;
import io.nereid.coordinator.store.HazelcastSettings;
import io.nereid.domain.id.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Configurations of members that find each other on this machine's loopback and nobody else. */
public final class Loopback {
  public static final String HOST = "127.0.0.1";
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 32_000;
  private final String name;
  private final List<Integer> ports;
  private final int quorum;

  public Loopback(int members, int quorum) {
    this("test-" + UUID.randomUUID(), freePorts(members), quorum);
  }

  private Loopback(String name, List<Integer> ports, int quorum) {
    this.name = name;
    this.ports = ports;
    this.quorum = quorum;
  }

  /** As another process can be told it; read by {@link #parse}. */
  public String text() {
    return name
        + "/"
        + quorum
        + "/"
        + ports.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  public static Loopback parse(String text) {
    String[] parts = text.split("/", -1);
    List<Integer> ports = Stream.of(parts[2].split(",", -1)).map(Integer::valueOf).toList();
    return new Loopback(parts[0], ports, Integer.parseInt(parts[1]));
  }

  public ClusterConfig cluster(int member) {
    return new ClusterConfig(
        name,
        HOST,
        ports.get(member),
        0,
        ports.stream().map(p -> HOST + ":" + p).toList(),
        quorum,
        1_000,
        6_000);
  }

  public Config hazelcast(int member, NodeId node) {
    return HazelcastSettings.config(cluster(member), node, true);
  }

  /**
   * Distinct ports that are free now, below those that the kernel hands out to connections: one of
   * those may be taken before the member has bound it.
   */
  private static List<Integer> freePorts(int count) {
    List<Integer> free = new ArrayList<>();
    while (free.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(HOST))) {
        if (!free.contains(socket.getLocalPort())) {
          free.add(port);
        }
      } catch (BindException e) {
        continue;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return List.copyOf(free);
  }
}
