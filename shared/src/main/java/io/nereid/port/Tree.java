package io.nereid.port;

import java.nio.file.Path;
import java.util.Set;

/**
 * One directory to send. It must not change meanwhile, or sending fails and says which file.
 *
 * @param only names in the directory that are sent; all when empty
 */
public record Tree(TreeKind kind, Path root, Set<String> only) {
  public Tree {
    only = Set.copyOf(only);
  }

  /** All of it. */
  public Tree(TreeKind kind, Path root) {
    this(kind, root, Set.of());
  }
}
