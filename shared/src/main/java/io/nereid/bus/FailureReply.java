package io.nereid.bus;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.protocol.codec.WireCodec;
import io.vertx.core.eventbus.ReplyException;

/** A failure as the text of a failed reply: Vert.x carries no cause, only code and message. */
final class FailureReply {
  /** Marks a reply whose message is an encoded {@link Failure}. */
  static final int CODE = 4711;

  private FailureReply() {}

  static String encode(Failure failure) {
    return WireCodec.encodeText(failure);
  }

  static Failure failureIn(ReplyException reply) {
    if (reply.failureCode() == CODE) {
      try {
        return WireCodec.decode(reply.getMessage(), Failure.class);
      } catch (RuntimeException e) {
        return Failure.unknown(FailureCode.PROTOCOL, "an unreadable failure was sent back", "");
      }
    }
    return Failure.unknown(FailureCode.INTERNAL, String.valueOf(reply.getMessage()), "");
  }
}
