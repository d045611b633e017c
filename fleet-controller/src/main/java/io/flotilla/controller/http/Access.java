package io.flotilla.controller.http;

import io.vertx.core.http.HttpMethod;
import java.util.Set;

/** Who may call what: the operator may call everything, everyone else only what is listed here. */
public final class Access {
  /** Method and path of every endpoint that needs no token, and why it is safe. */
  private static final Set<String> OPEN =
      Set.of(
          // Say nothing but that the process runs.
          "GET /api/v1/livez",
          "GET /api/v1/readyz",
          // The one-time claim in the body is the credential.
          "POST /api/v1/enrolments");

  private Access() {}

  /** Whether a request needs no token. */
  public static boolean open(HttpMethod method, String path) {
    return OPEN.contains(method.name() + " " + path);
  }

  /** All endpoints without a token, as {@code METHOD /path}. */
  public static Set<String> openEndpoints() {
    return OPEN;
  }
}
