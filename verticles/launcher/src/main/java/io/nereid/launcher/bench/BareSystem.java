package io.nereid.launcher.bench;

import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Names;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A container of the bare runtime with a place on both hosts; how it moves is somebody else's. */
final class BareSystem implements MovingSystem {
  private final Site site;
  private final Way way;

  /** How to move. */
  @FunctionalInterface
  interface Way {
    /**
     * Moves a container that serves at the first place.
     *
     * @return when it ran at the other, by the clock of {@link System#nanoTime}; that all is done
     *     is said by the return
     */
    long move(Site site, BareHost from, BareHost to, int number) throws IOException;
  }

  BareSystem(Site site, Way way) {
    this.site = site;
    this.way = way;
  }

  static void copy(Site site, BareHost from, BareHost to) throws IOException {
    FileCopy.copy(place(site, site.from(), from), place(site, site.to(), to));
  }

  private static FileCopy.Place place(Site site, Daemon daemon, BareHost host) {
    return new FileCopy.Place(
        site.names().netnsPath(daemon.host()), Names.address(daemon.host()), host.images());
  }

  @Override
  public Guest start(int number) throws IOException {
    BareHost from = BareHost.make(site, site.from(), number);
    BareHost to;
    try {
      to = BareHost.make(site, site.to(), number);
    } catch (IOException | RuntimeException e) {
      from.remove();
      throw e;
    }
    Guest guest =
        new Guest() {
          @Override
          public String address() {
            return BareHost.address(number);
          }

          @Override
          public Moved move() throws IOException {
            to.port().hold();
            long began = System.nanoTime();
            long frozen = way.move(site, from, to, number) - began;
            return new Moved(Duration.ofNanos(frozen).toMillis(), Map.of());
          }

          @Override
          public void close() {
            from.remove();
            to.remove();
          }
        };
    try {
      from.port().plug();
      from.start();
      return guest;
    } catch (RuntimeException e) {
      guest.close();
      throw e;
    }
  }
}
