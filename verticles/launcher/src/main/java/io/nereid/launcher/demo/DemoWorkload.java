package io.nereid.launcher.demo;

import io.nereid.domain.container.Location;
import io.nereid.launcher.demo.workload.Watcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Something that can run in a container and be watched from outside. */
interface DemoWorkload {
  /** What it is called in reports, and its container's name. */
  String name();

  /** How much memory it will have, about. */
  long memoryBytes();

  /** Makes its bundle below a directory. */
  Path bundle(Path directory) throws IOException;

  /** Waits until it serves, fills it, and begins to watch it. */
  Watcher watch(Location container) throws IOException;

  /** What of its data is not as it was filled in, in words. */
  List<String> damage(Location container) throws IOException;
}
