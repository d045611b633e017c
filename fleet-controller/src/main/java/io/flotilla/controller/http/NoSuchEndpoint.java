package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/** The answer where there is nothing. */
final class NoSuchEndpoint {
  private NoSuchEndpoint() {}

  static FlotillaException failure() {
    return new FlotillaException(
        ErrorCode.NOT_FOUND,
        "there is no such endpoint: see GET " + HttpApi.BASE + "/openapi.json");
  }
}
