package io.flotilla.controller.link;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.net.URI;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * How to reach the broker.
 *
 * @param broker {@code mqtts://host:port}; the port is 8883 where none is given
 * @param clientId the MQTT client id, equal to the common name of the certificate
 * @param filters what to subscribe to, never shared
 * @param keys the client's certificate and key
 * @param trust the authority that the broker's certificate must lead to
 */
public record LinkConfig(
    URI broker,
    String clientId,
    List<String> filters,
    KeyManagerFactory keys,
    TrustManagerFactory trust) {
  private static final int DEFAULT_PORT = 8883;

  /**
   * Checks the address.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} unless it is {@code mqtts://host:port}
   */
  public LinkConfig {
    if (!"mqtts".equals(broker.getScheme()) || broker.getHost() == null) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "the broker's address must be mqtts://host:port, not " + broker);
    }
    filters = List.copyOf(filters);
  }

  String host() {
    String host = broker.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  int port() {
    return broker.getPort() < 0 ? DEFAULT_PORT : broker.getPort();
  }
}
