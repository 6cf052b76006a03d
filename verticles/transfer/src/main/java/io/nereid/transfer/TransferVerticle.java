package io.nereid.transfer;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Starts and stops the {@link TransferService}. Deploy it before whoever uses the service. */
public final class TransferVerticle extends VerticleBase {
  private final TransferService service;

  public TransferVerticle(TransferService service) {
    this.service = service;
  }

  @Override
  public Future<?> start() {
    return service.start(vertx);
  }

  @Override
  public Future<?> stop() {
    return service.stop(vertx);
  }
}
