package io.nereid.gateway;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps web pages out. A browser on this host can reach the loopback listener on behalf of any page
 * that it shows; it then says so in Origin or Sec-Fetch-Site, or, when the page's own name was made
 * to resolve to this host, in Host.
 */
final class LoopbackGuard implements Handler<HttpServerRequest> {
  private static final Pattern LOCAL_HOST =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1\\])(:\\d{1,5})?");

  private final Handler<HttpServerRequest> next;

  LoopbackGuard(Handler<HttpServerRequest> next) {
    this.next = next;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Optional<String> reason =
        reasonToRefuse(
            request.headers().getAll("Host"),
            request.getHeader("Origin"),
            request.getHeader("Sec-Fetch-Site"));
    if (reason.isEmpty()) {
      next.handle(request);
      return;
    }
    Failure failure =
        Failure.refused(
            FailureCode.BAD_REQUEST,
            reason.get(),
            "web pages are not let in; use the command line, or a client that sends no Origin");
    Problems.send(request.response(), failure);
  }

  static Optional<String> reasonToRefuse(
      java.util.List<String> hosts, String origin, String fetchSite) {
    if (hosts.size() != 1
        || !LOCAL_HOST.matcher(hosts.getFirst().toLowerCase(Locale.ROOT)).matches()) {
      String shown = hosts.isEmpty() ? null : hosts.getFirst();
      return Optional.of("Host " + RequestReader.shown(shown) + " is not this host's loopback");
    }
    if (origin != null) {
      return Optional.of("the request comes from a page of " + RequestReader.shown(origin));
    }
    if (fetchSite != null && !"none".equals(fetchSite)) {
      return Optional.of("the request comes from a web page");
    }
    return Optional.empty();
  }
}
