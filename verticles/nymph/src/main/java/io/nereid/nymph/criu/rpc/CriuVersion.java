package io.nereid.nymph.criu.rpc;

/** CRIU's own version as its RPC tells it; {@code sublevel} is 0 where it has none. */
public record CriuVersion(int major, int minor, int sublevel) {
  @Override
  public String toString() {
    return major + "." + minor + (sublevel == 0 ? "" : "." + sublevel);
  }
}
