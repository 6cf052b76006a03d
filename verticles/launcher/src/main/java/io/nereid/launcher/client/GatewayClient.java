package io.nereid.launcher.client;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Talks to one gateway; each request has a connection of its own. All methods block, and throw
 * {@link FailureException}s: the gateway's own, or one that says how the conversation failed.
 */
public final class GatewayClient {
  private static final int BODY_BYTES_MAX = 16 * 1024 * 1024;
  private static final int LINE_BYTES_MAX = 4 * 1024 * 1024;

  private final Endpoint endpoint;
  private final Limits limits;

  /**
   * How long to wait for what.
   *
   * @param answerMs for an answer in one piece; longer than the gateway needs for any
   * @param silenceMs in a stream, which shows every few seconds that it is alive
   */
  record Limits(Duration connect, long answerMs, long silenceMs) {
    static final Limits USUAL = new Limits(Duration.ofSeconds(5), 75_000, 60_000);
  }

  public GatewayClient(Endpoint endpoint) {
    this(endpoint, Limits.USUAL);
  }

  GatewayClient(Endpoint endpoint, Limits limits) {
    this.endpoint = endpoint;
    this.limits = limits;
  }

  /** Where it connects to. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** A part of a path that may hold any text. */
  public static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Reads. */
  public Doc get(String path) {
    return request("GET", path, null);
  }

  /** Does something; the body is written as JSON. */
  public Doc post(String path, Map<String, ?> body) {
    return request("POST", path, Json.write(body, false));
  }

  /** Removes. */
  public Doc delete(String path) {
    return request("DELETE", path, null);
  }

  private Doc request(String method, String path, byte[] body) {
    try (Connection connection = open()) {
      HttpHead head = send(connection, method, path, body);
      byte[] answer = all(new HttpBody(connection, head, limits.answerMs()));
      return checked(head, answer);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Reads a stream of documents until it ends or the reader has had enough. */
  public void lines(String path, Predicate<Doc> more) {
    try (Connection connection = open()) {
      HttpHead head = send(connection, "GET", path, null);
      InputStream body = new HttpBody(connection, head, limits.silenceMs());
      if (head.status() / 100 != 2) {
        checked(head, all(body));
      }
      LineReader lines = new LineReader(body, LINE_BYTES_MAX);
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        Doc doc = Json.parse(line);
        if ("failure".equals(doc.at("type").text())) {
          throw RemoteFailures.of(doc.at("failure"));
        }
        if (!more.test(doc)) {
          return;
        }
      }
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Opens a WebSocket. */
  public WebSocket webSocket(String path) {
    Connection connection = open();
    try {
      return WebSocket.open(connection, endpoint, path, this::refused);
    } catch (IOException e) {
      closeQuietly(connection);
      throw broken(e);
    } catch (RuntimeException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  private FailureException refused(HttpHead head, Connection connection) throws IOException {
    byte[] answer = all(new HttpBody(connection, head, limits.answerMs()));
    checked(head, answer);
    return new FailureException(
        Failure.unknown(
            FailureCode.PROTOCOL,
            "the daemon answered with status " + head.status() + " instead of a stream",
            "daemon and command line must be of the same version"));
  }

  private Connection open() {
    try {
      return Connection.open(endpoint, limits.connect());
    } catch (IOException | RuntimeException e) {
      throw new FailureException(Unreachable.failure(endpoint, e), e);
    }
  }

  private HttpHead send(Connection connection, String method, String path, byte[] body)
      throws IOException {
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(endpoint.hostHeader()).append("\r\nConnection: close\r\n");
    if (body != null) {
      head.append("Content-Type: application/json\r\nContent-Length: ").append(body.length);
      head.append("\r\n");
    }
    head.append("\r\n");
    byte[] bytes = head.toString().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer request = ByteBuffer.allocate(bytes.length + (body == null ? 0 : body.length));
    request.put(bytes);
    if (body != null) {
      request.put(body);
    }
    connection.write(request.flip());
    return HttpHead.read(
        connection, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limits.answerMs()));
  }

  private static byte[] all(InputStream body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[8 * 1024];
    for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
      if (out.size() + count > BODY_BYTES_MAX) {
        throw new ProtocolException("the answer is larger than " + BODY_BYTES_MAX + " bytes");
      }
      out.write(buffer, 0, count);
    }
    return out.toByteArray();
  }

  private static Doc checked(HttpHead head, byte[] answer) throws IOException {
    boolean json = head.header("content-type").orElse("").contains("json");
    Doc doc = json ? Json.parse(answer) : Doc.EMPTY;
    if (head.status() / 100 == 2) {
      return doc;
    }
    throw new FailureException(
        RemoteFailures.failure(doc, "the daemon answered with status " + head.status()));
  }

  private FailureException broken(IOException e) {
    if (e instanceof SocketTimeoutException) {
      return new FailureException(
          Failure.unknown(
              FailureCode.TIMEOUT,
              "the daemon at " + endpoint + " gave no answer in time",
              "whether it acted is not known; look with 'nereid ps' and at the daemon's log"),
          e);
    }
    FailureCode code =
        e instanceof ProtocolException || e instanceof com.fasterxml.jackson.core.JacksonException
            ? FailureCode.PROTOCOL
            : FailureCode.CONNECTION_LOST;
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new FailureException(
        Failure.unknown(
            code,
            "the conversation with the daemon at " + endpoint + " broke off: " + firstLine(why),
            "whether it acted is not known; look with 'nereid ps' and at the daemon's log"),
        e);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // The reason for closing it is what counts.
    }
  }
}
