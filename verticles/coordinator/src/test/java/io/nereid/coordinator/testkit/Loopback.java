package io.nereid.coordinator.testkit;

import com.hazelcast.config.Config;
import io.nereid.config.ClusterConfig;
import io.nereid.coordinator.store.HazelcastSettings;
import io.nereid.domain.id.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Configurations of members that find each other on this machine's loopback and nobody else. */
public final class Loopback {
  public static final String HOST = "127.0.0.1";
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
        3_000);
  }

  public Config hazelcast(int member, NodeId node) {
    return HazelcastSettings.config(cluster(member), node, true);
  }

  /** Distinct ports: all are held open until the last one is known. */
  private static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      for (ServerSocket socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
