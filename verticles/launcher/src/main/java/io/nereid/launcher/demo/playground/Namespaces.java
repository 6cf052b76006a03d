package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The named network namespaces of a run: its own and those that its hosts made. */
final class Namespaces {
  private Namespaces() {}

  static List<Path> of(Names names) {
    if (!Files.isDirectory(Names.NETNS)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Names.NETNS)) {
      return files.filter(f -> f.getFileName().toString().contains(names.prefix())).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + Names.NETNS, e);
    }
  }
}
