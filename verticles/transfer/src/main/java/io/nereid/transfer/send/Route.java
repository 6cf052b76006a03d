package io.nereid.transfer.send;

import io.nereid.port.TransferTicket;

/** How a receiver is reached. Thread-safe. */
public interface Route extends AutoCloseable {
  /** Straight. */
  Route DIRECT =
      new Route() {
        @Override
        public TransferTicket to(TransferTicket ticket) {
          return ticket;
        }

        @Override
        public void broken(TransferTicket ticket) {}

        @Override
        public void close() {}
      };

  /**
   * Where to connect for a receiver. Blocks, for a few seconds at most.
   *
   * @throws LinkException when that may work later
   * @throws io.nereid.domain.failure.FailureException when it will not
   */
  TransferTicket to(TransferTicket ticket) throws LinkException;

  /** A connection broke: the next is to be made anew. */
  void broken(TransferTicket ticket);

  @Override
  void close();
}
