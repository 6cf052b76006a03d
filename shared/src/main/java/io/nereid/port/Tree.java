package io.nereid.port;

import java.nio.file.Path;

/** One directory to send. It must not change meanwhile, or sending fails and says which file. */
public record Tree(TreeKind kind, Path root) {}
