package io.nereid.domain.preflight;

import io.nereid.domain.container.NetworkMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What depends on what is at the destination already, and on room. */
final class PlaceRules {
  /** Room for what is not foreseen. */
  static final long RESERVE_BYTES = 64L << 20;

  private PlaceRules() {}

  static List<Finding> findings(ContainerFacts container, TargetFacts there) {
    List<Finding> findings = new ArrayList<>();
    String host = "host " + there.host().host();
    findings.add(memory(container, there, host));
    findings.add(disk(container, there, host));
    findings.add(dumpSpace(container));
    findings.add(
        taken("name", there.nameTaken(), host + " has a container ", "remove it there first"));
    findings.add(
        taken(
            "address",
            there.addressTaken(),
            "the address "
                + container.network().address().orElse("")
                + " is used on "
                + host
                + " by container ",
            "give one of them another address"));
    findings.addAll(binds(container, there, host));
    findings.add(ports(container, there, host));
    return findings;
  }

  private static Finding memory(ContainerFacts container, TargetFacts there, String host) {
    long free = there.memoryFreeBytes();
    long needed = container.memoryBytes() + RESERVE_BYTES;
    if (free < 0) {
      return Finding.info("memory", "how much memory " + host + " has free is not known");
    }
    return free >= needed
        ? Finding.ok("memory", host + " has " + free + " bytes of memory, needed " + needed)
        : Finding.reject(
            "memory",
            host + " has " + free + " bytes of memory, " + needed + " are needed",
            "choose another host");
  }

  /** Images once as they arrive, and room for what the container writes meanwhile. */
  static long diskNeeded(long memoryBytes, long filesBytes) {
    return 2 * (memoryBytes + filesBytes) + RESERVE_BYTES;
  }

  private static Finding disk(ContainerFacts container, TargetFacts there, String host) {
    long ghosts = container.inside().deleted().stream().mapToLong(OpenFile::bytes).sum();
    long needed = diskNeeded(container.memoryBytes() + ghosts, container.filesBytes());
    long free = there.diskFreeBytes();
    if (free < 0) {
      return Finding.info("disk", "how much disk " + host + " has free is not known");
    }
    return free >= needed
        ? Finding.ok("disk", host + " has " + free + " bytes of disk, needed " + needed)
        : Finding.reject(
            "disk",
            host + " has " + free + " bytes of disk free, " + needed + " are needed",
            "make room there or choose another host");
  }

  private static Finding dumpSpace(ContainerFacts container) {
    long ghosts = container.inside().deleted().stream().mapToLong(OpenFile::bytes).sum();
    long needed = container.memoryBytes() + ghosts + RESERVE_BYTES;
    long free = container.dumpFreeBytes();
    return free < 0 || free >= needed
        ? Finding.ok("dump-space", "the source has room for the checkpoint")
        : Finding.reject(
            "dump-space",
            "host "
                + container.source().host()
                + " has "
                + free
                + " bytes free where checkpoints are written, "
                + needed
                + " are needed",
            "make room there, or set criu.dumpPath (DUMP_PATH) to a larger disk");
  }

  private static Finding taken(String id, Optional<String> by, String words, String remedy) {
    return by.isEmpty()
        ? Finding.ok(id, "the " + id + " is free there")
        : Finding.reject(id, words + by.get() + " already", remedy);
  }

  private static List<Finding> binds(ContainerFacts container, TargetFacts there, String host) {
    List<Finding> findings = new ArrayList<>();
    boolean sameMachine = container.source().bootId().equals(there.host().bootId());
    for (int i = 0; i < container.binds().size(); i++) {
      BindMount bind = container.binds().get(i);
      String identity = i < there.bindSources().size() ? there.bindSources().get(i) : "";
      String what = bind.source() + ", mounted at " + bind.destination() + ",";
      boolean same = sameMachine && !bind.identity().isEmpty() && bind.identity().equals(identity);
      if (identity.isEmpty()) {
        findings.add(
            Finding.reject(
                "bind-mounts",
                what + " does not exist on " + host,
                "create it there with the same content, or run it without the mount"));
      } else if (bind.writable() && !same) {
        findings.add(
            Finding.risk(
                "bind-mounts",
                what + " is writable and its content does not move; " + host + " has its own",
                "use a file system that both hosts share, or copy it yourself, then --force"));
      } else if (!same) {
        findings.add(Finding.info("bind-mounts", what + " must have the same content on " + host));
      }
    }
    if (findings.isEmpty()) {
      findings.add(Finding.ok("bind-mounts", "no bind mount stays behind"));
    }
    return findings;
  }

  private static Finding ports(ContainerFacts container, TargetFacts there, String host) {
    if (container.network().mode() != NetworkMode.HOST || there.portsTaken().isEmpty()) {
      return Finding.ok("ports", "no port of it is taken there");
    }
    return Finding.reject(
        "ports",
        "something on " + host + " listens on ports of the container: " + there.portsTaken(),
        "end it, or run the container with a network of its own");
  }
}
