package io.nereid.nymph.probe;

/**
 * One thing that the main job needs.
 *
 * @param name what it is, short and stable
 * @param found what is there
 * @param needed what should be there and what for
 * @param remedy what to do; empty when it is OK
 */
public record Requirement(String name, Status status, String found, String needed, String remedy) {
  /** How it stands. */
  public enum Status {
    /** As it should be. */
    OK,
    /** The main job runs, but something suffers. */
    WARNING,
    /** The main job cannot run. */
    FAILED
  }

  static Requirement ok(String name, String found, String needed) {
    return new Requirement(name, Status.OK, found, needed, "");
  }

  static Requirement warning(String name, String found, String needed, String remedy) {
    return new Requirement(name, Status.WARNING, found, needed, remedy);
  }

  static Requirement failed(String name, String found, String needed, String remedy) {
    return new Requirement(name, Status.FAILED, found, needed, remedy);
  }
}
