package io.nereid.gateway.testkit;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Map;

/** Asks a gateway as any client may. */
public final class Http {
  private final Vertx vertx;
  private final HttpClient client;
  private final SocketAddress server;

  private Http(Vertx vertx, SocketAddress server) {
    this.vertx = vertx;
    this.client = vertx.createHttpClient();
    this.server = server;
  }

  public static Http tcp(FakeCluster cluster) {
    return new Http(cluster.vertx(), SocketAddress.inetSocketAddress(cluster.port(), "localhost"));
  }

  public static Http unix(FakeCluster cluster) {
    return new Http(
        cluster.vertx(), SocketAddress.domainSocketAddress(cluster.socket().toString()));
  }

  /** What came back. */
  public record Reply(int status, String contentType, String body) {
    public JsonObject json() {
      return new JsonObject(body);
    }

    public String code() {
      return json().getString("code");
    }

    /** The lines of a stream. */
    public List<JsonObject> lines() {
      return body.lines().map(JsonObject::new).toList();
    }
  }

  public Reply get(String path) {
    return send(HttpMethod.GET, path, null, Map.of());
  }

  public Reply post(String path, String body) {
    return send(HttpMethod.POST, path, body, Map.of("Content-Type", "application/json"));
  }

  public Reply delete(String path) {
    return send(HttpMethod.DELETE, path, null, Map.of());
  }

  public Reply send(HttpMethod method, String path, String body, Map<String, String> headers) {
    RequestOptions options =
        new RequestOptions()
            .setServer(server)
            .setHost("localhost")
            .setPort(server.isInetSocket() ? server.port() : 80)
            .setMethod(method)
            .setURI(path);
    Promise<Reply> reply = Promise.promise();
    // On an event loop: a response whose handlers are set elsewhere may have gone by already.
    vertx.runOnContext(start ->
        client
            .request(options)
            .compose(request -> {
              headers.forEach(request::putHeader);
              return body == null ? request.send() : request.send(Buffer.buffer(body));
            })
            .compose(Http::reply)
            .onComplete(reply));
    return FakeCluster.await(reply.future());
  }

  private static io.vertx.core.Future<Reply> reply(HttpClientResponse response) {
    return response
        .body()
        .map(body ->
            new Reply(response.statusCode(), response.getHeader("Content-Type"), body.toString()));
  }
}
