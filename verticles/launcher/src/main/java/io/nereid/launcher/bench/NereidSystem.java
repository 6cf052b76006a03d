package io.nereid.launcher.bench;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.launcher.demo.Cluster;
import io.nereid.launcher.demo.playground.Daemon;
import java.nio.file.Path;

/** The daemons of the playground, asked as everybody asks them. */
final class NereidSystem implements MovingSystem {
  private final Cluster cluster;
  private final Daemon from;
  private final Daemon to;
  private final Path bundle;

  NereidSystem(Daemon from, Daemon to, Path bundle) {
    this.cluster = new Cluster(from.socket());
    this.from = from;
    this.to = to;
    this.bundle = bundle;
  }

  @Override
  public Guest start(int number) {
    Location container = cluster.run(from.node(), bundle, "bench-" + number);
    String id = container.status().id().value();
    String withPrefix = container.status().network().address().orElseThrow();
    return new Guest() {
      @Override
      public String address() {
        return withPrefix.substring(0, withPrefix.indexOf('/'));
      }

      @Override
      public Moved move() {
        Migration migration = cluster.migrate(id, to.node(), progress -> {});
        if (migration.phase() != Phase.SUCCEEDED) {
          throw new FailureException(
              migration
                  .failure()
                  .orElseGet(() ->
                      Failure.of(
                          FailureCode.INTERNAL,
                          "the migration ended as " + migration.phase(),
                          "see the daemons' logs")));
        }
        return new Moved(migration.frozenMs().orElse(0L), migration.namedPhasesMs());
      }

      @Override
      public void close() {
        cluster.remove(id);
      }
    };
  }
}
