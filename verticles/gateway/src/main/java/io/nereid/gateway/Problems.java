package io.nereid.gateway;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.codec.WireCodec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures as problem documents (RFC 9457) with the members of {@link Failure}. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
  private static final String MEDIA_TYPE = "application/problem+json";
  private static final int STATUS_TOO_LARGE = 413;
  private static final int STATUS_NO_METHOD = 405;

  private Problems() {}

  /** The document. {@code detail} is the standard's name for the message. */
  record Problem(
      String type,
      String title,
      int status,
      String detail,
      String code,
      String certainty,
      String message,
      String remedy,
      List<String> evidence) {
    static Problem of(Failure failure) {
      String words = failure.code().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      return new Problem(
          "urn:nereid:failure:" + failure.code().name(),
          words,
          failure.code().httpStatus(),
          failure.message(),
          failure.code().name(),
          failure.certainty().name(),
          failure.message(),
          failure.remedy(),
          failure.evidence());
    }
  }

  static byte[] document(Failure failure) {
    return WireCodec.encode(Problem.of(failure));
  }

  /** Answers with whatever made the handling of the request fail. */
  static void send(RoutingContext context, Throwable thrown) {
    send(context.response(), failureOf(context, thrown));
  }

  static void send(HttpServerResponse response, Failure failure) {
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      response.reset();
      return;
    }
    response
        .setStatusCode(failure.code().httpStatus())
        .putHeader("Content-Type", MEDIA_TYPE)
        .putHeader("Cache-Control", "no-store")
        .end(Buffer.buffer(document(failure)));
  }

  private static Failure failureOf(RoutingContext context, Throwable thrown) {
    if (thrown instanceof HttpException http) {
      return ofStatus(http.getStatusCode(), context);
    }
    if (thrown == null) {
      return ofStatus(context.statusCode(), context);
    }
    Failure failure = FailureException.failureOf(thrown);
    if (failure.code() == FailureCode.INTERNAL) {
      LOG.error("{} {} failed", context.request().method(), context.request().path(), thrown);
    }
    return failure;
  }

  static Failure ofStatus(int status, RoutingContext context) {
    String request = context.request().method() + " " + context.normalizedPath();
    return switch (status) {
      case STATUS_TOO_LARGE ->
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "the body is larger than " + RequestReader.BODY_BYTES_MAX + " bytes",
              "");
      case STATUS_NO_METHOD ->
          Failure.refused(
              FailureCode.BAD_REQUEST, request + " is not possible with this method", "");
      default ->
          status < 500
              ? Failure.refused(
                  FailureCode.NOT_FOUND, "there is no " + request, "docs/http-api.md has all paths")
              : Failure.unknown(
                  FailureCode.INTERNAL,
                  request + " failed with status " + status,
                  "look at the daemon's log");
    };
  }
}
