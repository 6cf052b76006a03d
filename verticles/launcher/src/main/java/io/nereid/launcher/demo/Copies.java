package io.nereid.launcher.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Tools;
import java.util.ArrayList;
import java.util.List;

/** Counts a container's copies by asking the runtime of each host, not the cluster. */
public final class Copies {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Tools tools;
  private final List<Daemon> daemons;

  public Copies(Tools tools, List<Daemon> daemons) {
    this.tools = tools;
    this.daemons = daemons;
  }

  /**
   * One copy.
   *
   * @param host short name
   * @param status as the runtime says it: running, paused, stopped, created
   */
  public record Copy(String host, String id, String status) {}

  /** Every copy of every container. */
  public List<Copy> all() {
    List<Copy> copies = new ArrayList<>();
    for (Daemon daemon : daemons) {
      String root = daemon.runDir().resolve("runc").toString();
      String listed = tools.must("runc", "--root", root, "list", "--format", "json");
      try {
        JsonNode list = JSON.readTree(listed);
        for (JsonNode one : list == null ? JSON.createArrayNode() : list) {
          copies.add(new Copy(daemon.host(), one.path("id").asText(), one.path("status").asText()));
        }
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("runc list said: " + listed, e);
      }
    }
    return copies;
  }

  /** The copies of one container. */
  public List<Copy> of(String id) {
    return all().stream().filter(copy -> copy.id().equals(id)).toList();
  }
}
