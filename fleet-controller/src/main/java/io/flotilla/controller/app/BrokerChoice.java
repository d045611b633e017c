package io.flotilla.controller.app;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Which MQTT broker the fleet meets at. */
public sealed interface BrokerChoice {
  /**
   * The broker in this process.
   *
   * @param host address to bind, such as {@code 127.0.0.1}
   * @param port 0 to 65535; 0 takes a free one at the first start and the same ever after
   */
  record Embedded(String host, int port) implements BrokerChoice {}

  /**
   * A broker that somebody else runs, with the rules of {@code docs/operating/brokers.md}.
   *
   * @param address {@code mqtts://host:port}, as controller and devices reach it
   * @param rules its access rules, if the controller is to keep them
   */
  record External(URI address, Optional<Rules> rules) implements BrokerChoice {}

  /**
   * The access rules of a mosquitto on this machine.
   *
   * @param file its {@code acl_file}, which the controller writes
   * @param reload shell command that has it read that again
   */
  record Rules(Path file, String reload) {}
}
