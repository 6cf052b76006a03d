package io.nereid.domain.preflight;

import io.nereid.domain.container.NetworkMode;
import java.util.ArrayList;
import java.util.List;

/** What depends on what the container's processes have and do. */
final class InsideRules {
  private InsideRules() {}

  static List<Finding> findings(ContainerFacts container) {
    Inside inside = container.inside();
    List<Finding> findings = new ArrayList<>();
    findings.add(terminal(container));
    findings.add(unsupported(inside));
    findings.add(unknown(inside));
    findings.add(devices(inside));
    findings.add(outside(inside));
    findings.addAll(deleted(inside));
    findings.add(locks(inside));
    findings.add(mounts(inside));
    findings.add(strangers(inside));
    findings.add(users(inside));
    findings.add(tcp(container));
    if (!inside.complete()) {
      findings.add(
          Finding.info(
              "complete",
              "the container has more processes or open files than are looked at beforehand"));
    }
    return findings;
  }

  private static Finding terminal(ContainerFacts container) {
    return container.terminal()
        ? Finding.reject(
            "terminal",
            "container " + container.name() + " has a terminal, whose other end cannot move",
            "run it with \"terminal\": false")
        : Finding.ok("terminal", "it has no terminal of the host");
  }

  private static Finding unsupported(Inside inside) {
    return inside.unsupported().isEmpty()
        ? Finding.ok("kernel-objects", "no io_uring and no other object that CRIU cannot dump")
        : Finding.reject(
            "kernel-objects",
            "CRIU cannot dump what is open there: " + list(inside.unsupported()),
            "let the program do without it; many have a switch for io_uring");
  }

  private static Finding unknown(Inside inside) {
    return inside.unknown().isEmpty()
        ? Finding.ok("unknown-objects", "every open object is of a known kind")
        : Finding.risk(
            "unknown-objects",
            "whether CRIU can dump what is open there is not known: " + list(inside.unknown()),
            "try it with --force: a move that fails leaves the container where it is");
  }

  private static Finding devices(Inside inside) {
    return inside.devices().isEmpty()
        ? Finding.ok("devices", "no device of the host is open")
        : Finding.reject(
            "devices",
            "devices of the host are open, which cannot move: " + list(inside.devices()),
            "close them, or run it without the device");
  }

  private static Finding outside(Inside inside) {
    return inside.outside().isEmpty()
        ? Finding.ok("outside-files", "every open file is on the container's own mounts")
        : Finding.reject(
            "outside-files",
            "files outside of the container's mounts are open: " + list(inside.outside()),
            "end the process, or close them: CRIU cannot say where they are");
  }

  private static List<Finding> deleted(Inside inside) {
    List<Finding> findings = new ArrayList<>();
    for (OpenFile file : inside.deleted()) {
      if (file.bytes() > GhostLimit.BYTES) {
        findings.add(
            Finding.reject(
                "deleted-files",
                one(file)
                    + " was deleted, is open and occupies "
                    + file.bytes()
                    + " bytes, more than the "
                    + GhostLimit.BYTES
                    + " that CRIU is allowed to carry along",
                "truncate it"));
      }
    }
    long bytes = inside.deleted().stream().mapToLong(OpenFile::bytes).sum();
    if (findings.isEmpty()) {
      findings.add(
          inside.deleted().isEmpty()
              ? Finding.ok("deleted-files", "no large deleted file is open")
              : Finding.info(
                  "deleted-files",
                  "deleted files are open and are copied while it is frozen, "
                      + bytes
                      + " bytes: "
                      + list(inside.deleted())));
    }
    if (!inside.relinked().isEmpty()) {
      findings.add(
          Finding.reject(
              "relinked-files",
              "open files were deleted by the name by which they were opened, while another name is"
                  + " left: "
                  + list(inside.relinked()),
              "restart the program, or remove the other name"));
    }
    return findings;
  }

  private static Finding locks(Inside inside) {
    if (!inside.foreignLocks().isEmpty()) {
      return Finding.risk(
          "file-locks",
          "locks are held on files that others on the host may share; who respects them here does"
              + " not see them there: "
              + list(inside.foreignLocks()),
          "make sure that nobody else uses these files");
    }
    return inside.locks() > 0
        ? Finding.info("file-locks", inside.locks() + " file locks move along")
        : Finding.ok("file-locks", "no file lock is held");
  }

  private static Finding mounts(Inside inside) {
    return inside.remoteMounts().isEmpty()
        ? Finding.ok("mounts", "no network or user-space file system is mounted in it")
        : Finding.risk(
            "mounts",
            "CRIU cannot mount these again: " + String.join(", ", inside.remoteMounts()),
            "mount them on both hosts and give them to the container as bind mounts");
  }

  private static Finding strangers(Inside inside) {
    return inside.strangers().isEmpty()
        ? Finding.ok("processes", inside.processes() + " processes, all of the first one's family")
        : Finding.risk(
            "processes",
            "processes in it were started from outside ('exec') and do not move along: "
                + String.join(", ", inside.strangers()),
            "let these commands end first");
  }

  private static Finding users(Inside inside) {
    return inside.foreign().isEmpty()
        ? Finding.ok("users", "CRIU may read the limits of every process")
        : Finding.reject(
            "users",
            "the source lacks CAP_SYS_RESOURCE, without which CRIU cannot dump processes of users"
                + " other than root: "
                + String.join(", ", inside.foreign()),
            "run the daemon with all capabilities, or the program as root");
  }

  private static Finding tcp(ContainerFacts container) {
    int connections = container.inside().tcpEstablished();
    if (connections == 0) {
      return Finding.ok("tcp", "no TCP connection is established");
    }
    boolean host = container.network().mode() == NetworkMode.HOST;
    if (!container.tcpMoves()) {
      return Finding.reject(
          "tcp",
          connections
              + " TCP connections are established"
              + (host
                  ? " in the host's network, whose address does not move"
                  : " and criu.tcpEstablished is false"),
          host
              ? "close them, or run it with a network of its own"
              : "set criu.tcpEstablished (CRIU_TCP_ESTABLISHED) to auto or true, or close them");
    }
    return host
        ? Finding.risk(
            "tcp",
            connections + " TCP connections are established on an address that does not move",
            "run it with a network of its own")
        : Finding.info("tcp", connections + " established TCP connections move along");
  }

  private static String one(OpenFile file) {
    return file.what() + " (" + file.process() + ")";
  }

  private static String list(List<OpenFile> files) {
    String all = String.join(", ", files.stream().map(InsideRules::one).toList());
    return files.size() < Inside.EXAMPLES_MAX ? all : all + ", and perhaps more";
  }
}
