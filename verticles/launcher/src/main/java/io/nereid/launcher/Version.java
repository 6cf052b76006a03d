package io.nereid.launcher;

/** The version of this program. */
public final class Version {
  private Version() {}

  /** As the jar's manifest says; "development" when started from classes. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
