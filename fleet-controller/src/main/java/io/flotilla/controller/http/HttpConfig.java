package io.flotilla.controller.http;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the API listens.
 *
 * @param host address to bind, such as {@code 127.0.0.1}
 * @param port 0 to 65535; 0 takes a free one
 * @param certificate PEM file of the server's certificate chain
 * @param key PEM file of its key
 * @param uploads folder for bodies on their way; its content belongs to the API
 * @param requestTimeout longest time from a request's head to its answer; 20 times as long for
 *     uploads
 */
public record HttpConfig(
    String host, int port, Path certificate, Path key, Path uploads, Duration requestTimeout) {
  /** The timeout where nobody asks for another: 30 s. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** Checks the ranges. */
  public HttpConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("not a port: " + port);
    }
    if (!requestTimeout.isPositive()) {
      throw new IllegalArgumentException("a timeout must be positive");
    }
  }
}
