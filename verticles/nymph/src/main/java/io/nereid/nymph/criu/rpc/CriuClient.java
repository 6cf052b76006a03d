package io.nereid.nymph.criu.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.criu.rpc.wire.Features;
import io.nereid.nymph.criu.rpc.wire.Opts;
import io.nereid.nymph.criu.rpc.wire.Req;
import io.nereid.nymph.criu.rpc.wire.ReqType;
import io.nereid.nymph.criu.rpc.wire.Resp;
import io.nereid.nymph.criu.rpc.wire.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Asks a CRIU service; one connection per question. Each call blocks for at most about the limit
 * and throws a {@link FailureException}: CRIU_FAILED when CRIU says no, TIMEOUT, UNREACHABLE,
 * CONNECTION_LOST, or PROTOCOL for an answer that is too long, unreadable, incomplete or not to
 * what was asked. Messages as upstream's images/rpc.proto. Thread-safe.
 */
public final class CriuClient {
  /** Answers to our questions have some tens of bytes, with an error message some hundreds. */
  static final int REPLY_BYTES_MAX = 64 * 1024;

  private static final int LOG_LEVEL = 4;
  private static final int TEXT_CHARS_MAX = 1_000;
  private static final int NUMBER_MAX = 10_000;
  private static final Duration END_LIMIT = Duration.ofSeconds(1);
  private final Path socket;
  private final Duration limit;

  public CriuClient(Path socket, Duration limit) {
    this.socket = socket;
    this.limit = limit;
  }

  /** Its version. */
  public CriuVersion version() {
    Resp reply = ask(Req.newBuilder().setType(ReqType.VERSION).build());
    if (!reply.hasVersion()) {
      throw broken("CRIU's answer about its version has no version");
    }
    Version v = reply.getVersion();
    if (!plausible(v.getMajorNumber())
        || !plausible(v.getMinorNumber())
        || !plausible(v.getSublevel())) {
      throw broken(
          "CRIU's version %d.%d.%d makes no sense"
              .formatted(v.getMajorNumber(), v.getMinorNumber(), v.getSublevel()));
    }
    return new CriuVersion(v.getMajorNumber(), v.getMinorNumber(), v.getSublevel());
  }

  private static boolean plausible(int number) {
    return number >= 0 && number <= NUMBER_MAX;
  }

  /** What it can do on the running kernel. */
  public CriuFeatures features() {
    Features all =
        Features.newBuilder().setMemTrack(true).setLazyPages(true).setPidfdStore(true).build();
    Resp reply = ask(Req.newBuilder().setType(ReqType.FEATURE_CHECK).setFeatures(all).build());
    if (!reply.hasFeatures()) {
      throw broken("CRIU's answer about its features has no features");
    }
    Features f = reply.getFeatures();
    return new CriuFeatures(f.getMemTrack(), f.getLazyPages(), f.getPidfdStore());
  }

  /**
   * Lets it check the kernel; returns when everything that a dump needs is there.
   *
   * @param logs an existing directory that gets CRIU's log, "check.log"
   */
  public void check(Path logs) {
    try (OpenDirectory directory = new OpenDirectory(logs)) {
      Opts opts =
          Opts.newBuilder()
              .setImagesDirFd(directory.fd())
              .setLogLevel(LOG_LEVEL)
              .setLogFile("check.log")
              .build();
      ask(Req.newBuilder().setType(ReqType.CHECK).setOpts(opts).build());
    }
  }

  private Resp ask(Req request) {
    try (SeqPacketSocket connection = SeqPacketSocket.connect(socket, limit)) {
      if (connection.somethingCame()) {
        throw broken("CRIU's service sent something before it was asked");
      }
      connection.send(request.toByteArray());
      byte[] bytes =
          connection
              .receive(REPLY_BYTES_MAX)
              .orElseThrow(() ->
                  new FailureException(
                      Failure.of(
                          FailureCode.CONNECTION_LOST,
                          "CRIU's service ended the connection without an answer to "
                              + request.getType(),
                          "")));
      Resp reply = parse(bytes);
      check(request.getType(), reply);
      refuseMore(connection, request.getType());
      return reply;
    }
  }

  private static Resp parse(byte[] bytes) {
    try {
      return Resp.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new FailureException(
          Failure.of(
              FailureCode.PROTOCOL,
              "CRIU's answer of "
                  + bytes.length
                  + " bytes is unreadable or cut off: "
                  + e.getMessage(),
              ""),
          e);
    }
  }

  private static void check(ReqType asked, Resp reply) {
    // A service that cannot make sense of a request answers it with EMPTY.
    boolean complaint = reply.getType() == ReqType.EMPTY && !reply.getSuccess();
    if (reply.getType() != asked && !complaint) {
      throw broken("CRIU was asked for " + asked + " and answered " + reply.getType());
    }
    if (!reply.getSuccess()) {
      String why = reply.getCrErrmsg().isBlank() ? "no reason given" : clean(reply.getCrErrmsg());
      throw new FailureException(
          Failure.of(FailureCode.CRIU_FAILED, "CRIU says no to " + asked + ": " + why, "")
              .withEvidence(
                  reply.hasCrErrno() ? List.of("errno " + reply.getCrErrno()) : List.of()));
    }
  }

  // Without keep_open the service closes the connection after its one answer.
  private static void refuseMore(SeqPacketSocket connection, ReqType asked) {
    connection.receiveWithin(END_LIMIT);
    try {
      if (connection.receive(REPLY_BYTES_MAX).isPresent()) {
        throw broken("CRIU's service answered " + asked + " more than once");
      }
    } catch (FailureException e) {
      FailureCode code = e.failure().code();
      if (code != FailureCode.TIMEOUT && code != FailureCode.CONNECTION_LOST) {
        throw e;
      }
    }
  }

  private static String clean(String text) {
    String oneLine = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return oneLine.substring(0, Math.min(oneLine.length(), TEXT_CHARS_MAX));
  }

  private static FailureException broken(String message) {
    return new FailureException(Failure.of(FailureCode.PROTOCOL, message, ""));
  }
}
