package io.flotilla.controller.http;

import io.vertx.core.http.HttpServerResponse;

/** Headers that every answer carries. */
final class ResponseHeaders {
  private ResponseHeaders() {}

  /** Nothing is cached, framed, guessed at, or loaded from elsewhere. */
  static void secure(HttpServerResponse response) {
    response
        .putHeader("Cache-Control", "no-store")
        .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Strict-Transport-Security", "max-age=31536000")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Frame-Options", "DENY");
  }
}
