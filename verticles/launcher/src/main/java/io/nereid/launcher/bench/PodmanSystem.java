package io.nereid.launcher.bench;

import io.nereid.launcher.demo.playground.ContainerPort;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.process.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What people do with Podman: {@code container checkpoint --export}, a copy of the archive, {@code
 * container restore --import}. The archive is not compressed, which would take far longer.
 */
final class PodmanSystem implements MovingSystem {
  private final Site site;
  private final PodmanHost from;
  private final PodmanHost to;

  private PodmanSystem(Site site, PodmanHost from, PodmanHost to) {
    this.site = site;
    this.from = from;
    this.to = to;
  }

  /** Why this machine has none; empty when it has. */
  static Optional<String> missing(Site site) {
    Outcome version = site.tools().attempt("podman", "--version");
    return version.ok()
        ? Optional.empty()
        : Optional.of("it is not installed (the distribution's package podman)");
  }

  /** Makes storage with an image at both hosts. */
  static PodmanSystem make(Site site) throws IOException {
    Path bundle = site.bundles().redis(site.root().resolve("podman-bundle"));
    Path archive = site.root().resolve("podman-rootfs.tar");
    site.tools().must("tar", "-C", bundle.resolve("rootfs").toString(), "-cf", archive + "", ".");
    return new PodmanSystem(
        site,
        PodmanHost.make(site, site.from(), archive),
        PodmanHost.make(site, site.to(), archive));
  }

  @Override
  public Guest start(int number) throws IOException {
    String name = site.names() + "-ct" + number;
    ContainerPort source = port(site.from(), number);
    ContainerPort target;
    try {
      target = port(site.to(), number);
    } catch (IOException | RuntimeException e) {
      source.remove();
      throw e;
    }
    Guest guest = new Container(name, number, source, target);
    try {
      source.plug();
      from.start(source.file(), name, Bundles.REDIS);
      return guest;
    } catch (RuntimeException e) {
      guest.close();
      throw e;
    }
  }

  private ContainerPort port(Daemon daemon, int number) throws IOException {
    ContainerPort[] made = {null};
    site.playground()
        .making(() ->
            made[0] =
                ContainerPort.make(
                    site.tools(),
                    site.names(),
                    daemon,
                    number,
                    BareHost.address(number),
                    BareHost.mac(number)));
    return made[0];
  }

  private FileCopy.Place place(PodmanHost host, String name) {
    String node = host.daemon().host();
    return new FileCopy.Place(
        site.names().netnsPath(node), Names.address(node), host.archive(name).getParent());
  }

  /** One of them. */
  private final class Container implements Guest {
    private final String name;
    private final int number;
    private final ContainerPort source;
    private final ContainerPort target;

    Container(String name, int number, ContainerPort source, ContainerPort target) {
      this.name = name;
      this.number = number;
      this.source = source;
      this.target = target;
    }

    @Override
    public String address() {
      return BareHost.address(number);
    }

    @Override
    public Moved move() throws IOException {
      target.hold();
      site.tools().must("mkdir", "-p", to.archive(name).getParent().toString());
      long began = System.nanoTime();
      // Podman ends what it has dumped; the kernel would tell the clients so.
      source.unplug();
      from.checkpoint(source.file(), name);
      FileCopy.copy(place(from, name), place(to, name));
      target.plug();
      to.restore(target.file(), name);
      target.release();
      return new Moved(Duration.ofNanos(System.nanoTime() - began).toMillis(), Map.of());
    }

    @Override
    public void close() {
      from.remove(name);
      to.remove(name);
      source.remove();
      target.remove();
    }
  }
}
