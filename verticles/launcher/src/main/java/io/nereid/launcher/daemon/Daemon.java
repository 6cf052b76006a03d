package io.nereid.launcher.daemon;

import io.nereid.config.NereidConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member of the cluster with its verticles. Started and closed from an ordinary thread. */
final class Daemon implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
  private static final long DEPLOY_MS_MAX = 60_000;
  private static final long UNDEPLOY_MS_MAX = 5_000;

  private record Deployed(String name, String id) {}

  private final Vertx vertx;
  private final Deque<Deployed> deployed = new ArrayDeque<>();

  private Daemon(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Joins the cluster and starts what the settings name; what was begun is undone on a failure. */
  static Daemon start(NereidConfig config, Map<String, String> environment, String version) {
    PortCheck.check(config);
    ClusterMember member = ClusterMember.join(config);
    Daemon daemon = new Daemon(member.vertx());
    try {
      Wiring wiring = new Wiring(config, environment, version, member);
      for (String name : config.node().verticles()) {
        wiring.make(name).ifPresent(verticle -> daemon.deploy(name, verticle));
      }
      wiring.rehearse();
      return daemon;
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  private void deploy(String name, Deployable verticle) {
    String id = await("starting " + name, DEPLOY_MS_MAX, vertx.deployVerticle(verticle));
    deployed.push(new Deployed(name, id));
    LOG.debug("{} is up", name);
  }

  /** In the reverse order; a part that does not end in time does not keep the others. */
  @Override
  public void close() {
    while (!deployed.isEmpty()) {
      Deployed last = deployed.pop();
      try {
        await("stopping " + last.name(), UNDEPLOY_MS_MAX, vertx.undeploy(last.id()));
      } catch (RuntimeException e) {
        LOG.warn("{} did not stop properly: {}", last.name(), e.getMessage());
      }
    }
    try {
      await("leaving the cluster", UNDEPLOY_MS_MAX, vertx.close());
    } catch (RuntimeException e) {
      LOG.warn("did not leave the cluster properly: {}", e.getMessage());
    }
  }

  static <T> T await(String doing, long msMax, Future<T> future) {
    try {
      return future.await(msMax, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new FailureException(
          Failure.unknown(FailureCode.TIMEOUT, doing + " takes longer than " + msMax + " ms", ""),
          e);
    }
  }
}
