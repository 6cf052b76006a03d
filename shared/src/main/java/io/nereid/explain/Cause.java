package io.nereid.explain;

import java.util.List;

/**
 * One reason for which a checkpoint or a restore fails.
 *
 * @param id stable, for programs and for links
 * @param group where it strikes
 * @param rank which of several that a log shows is the one
 * @param title what is wrong, a clause that can follow a colon
 * @param means why CRIU or runc cannot do it
 * @param remedy what a person can do
 * @param signs by any of which a line shows it
 */
public record Cause(
    String id,
    Group group,
    Rank rank,
    String title,
    String means,
    String remedy,
    List<Sign> signs) {
  /** Where all causes are described, in the source tree. */
  public static final String DOCUMENT = "docs/troubleshooting.md";

  /** Where a cause strikes. */
  public enum Group {
    /** The source cannot be dumped as it is. */
    DUMP,
    /** The target is not what the image was made on. */
    RESTORE,
    /** Programs, rights or resources of a host. */
    HOST
  }

  /** How much a sign tells; the first that occurs at all decides. */
  public enum Rank {
    /** Names the reason itself. */
    SPECIFIC,
    /** Names what the kernel said, for whatever reason. */
    GENERAL,
    /** Says only that something has failed before. */
    CONSEQUENCE
  }

  public Cause {
    signs = List.copyOf(signs);
  }

  static Cause of(
      String id, Group group, String title, String means, String remedy, Sign... signs) {
    return new Cause(id, group, Rank.SPECIFIC, title, means, remedy, List.of(signs));
  }

  Cause withRank(Rank other) {
    return new Cause(id, group, other, title, means, remedy, signs);
  }

  /** Where to read more. */
  public String link() {
    return DOCUMENT + "#" + id;
  }

  boolean isIn(String line) {
    return signs.stream().anyMatch(sign -> sign.isIn(line));
  }
}
