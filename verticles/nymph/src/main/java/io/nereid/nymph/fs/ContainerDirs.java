package io.nereid.nymph.fs;

import java.nio.file.Path;

/**
 * The files of one container.
 *
 * @param base what survives a reboot
 * @param run what is needed while it runs
 */
public record ContainerDirs(Path base, Path run) {
  /** What this host knows about it. */
  public Path record() {
    return base.resolve("record.json");
  }

  /** The bundle for the runtime: generated anew for every start. */
  public Path bundle() {
    return base.resolve("bundle");
  }

  /** The runtime's configuration. */
  public Path config() {
    return bundle().resolve("config.json");
  }

  /** The configuration as the user gave it; the only part of the bundle that moves. */
  public Path userConfig() {
    return base.resolve("user").resolve("config.json");
  }

  /** The writable layer. */
  public Path upper() {
    return base.resolve("upper");
  }

  /** There while pages of it still come from the host that it has left. */
  public Path outstanding() {
    return base.resolve("outstanding");
  }

  /** What overlayfs needs beside the writable layer. */
  public Path work() {
    return base.resolve("work");
  }

  /** Where layer and writable layer are mounted as one. */
  public Path rootfs() {
    return base.resolve("rootfs");
  }

  /** Both streams of its output. */
  public Path log() {
    return base.resolve("log").resolve("ctr.log");
  }

  /** Work directories and logs of CRIU. */
  public Path criu() {
    return base.resolve("criu");
  }

  /** Its first process, written by the runtime. */
  public Path pidFile() {
    return run.resolve("pid");
  }

  /** The conmon that holds its output. */
  public Path conmonPidFile() {
    return run.resolve("conmon.pid");
  }

  /** What the runtime complained about, one JSON object a line. */
  public Path runtimeLog() {
    return run.resolve("runtime.log");
  }
}
