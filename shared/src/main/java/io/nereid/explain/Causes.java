package io.nereid.explain;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The table of causes. Within one rank the earlier one decides where a line shows several. The
 * messages are those of CRIU 3.15 to 4.2, runc 1.1 to 1.5 and conmon 2.1; each sign names the file
 * that has it.
 */
public final class Causes {
  /** The one that has a failure code of its own. */
  static final String NO_SPACE = "no-space";

  /** All causes. */
  public static final List<Cause> ALL =
      Stream.of(
              SocketCauses.ALL,
              FileCauses.ALL,
              TaskCauses.ALL,
              HostCauses.ALL,
              ImageCauses.ALL,
              RestoreCauses.ALL,
              RuntimeCauses.ALL,
              GeneralCauses.ALL)
          .flatMap(List::stream)
          .toList();

  /** The signs whose lines do not say that they are errors. */
  static final List<Sign> UNMARKED =
      ALL.stream().flatMap(c -> c.signs().stream()).filter(s -> !s.asError()).toList();

  private Causes() {}

  /** The cause of an id. */
  public static Optional<Cause> of(String id) {
    return ALL.stream().filter(cause -> cause.id().equals(id)).findFirst();
  }
}
