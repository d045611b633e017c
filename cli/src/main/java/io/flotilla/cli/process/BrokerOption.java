package io.flotilla.cli.process;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that sends a device to another broker than the controller named. */
final class BrokerOption {
  @Option(
      names = "--broker",
      paramLabel = "URL",
      description = "Connect here instead of where the controller said, mqtts://host:port.")
  private @Nullable URI broker;

  Optional<URI> url() {
    return Optional.ofNullable(broker);
  }
}
