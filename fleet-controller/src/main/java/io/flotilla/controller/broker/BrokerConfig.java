package io.flotilla.controller.broker;

import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.protocol.topic.Topics;
import java.nio.file.Path;

/**
 * How the embedded broker listens.
 *
 * @param host address to bind, such as {@code 127.0.0.1}
 * @param port 0 to 65535; 0 takes a free one
 * @param folder for its files, which belong to it
 * @param topics what its rules are about
 * @param identity its certificate, and the authority that clients' certificates must be of
 */
public record BrokerConfig(
    String host, int port, Path folder, Topics topics, TlsIdentity identity) {
  /** Checks the range. */
  public BrokerConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("not a port: " + port);
    }
  }
}
