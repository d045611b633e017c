package io.flotilla.controller.app;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.protocol.topic.Topics;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a controller runs.
 *
 * @param data its folder, made if it is not there; nothing else may use it
 * @param httpHost address that the API binds, default {@value #DEFAULT_HOST}
 * @param httpPort port of the API, 0 to 65535; 0 takes a free one at the first start and the same
 *     ever after
 * @param broker where the fleet meets
 * @param tenant first part of all topics, default {@code default}
 * @param trust folder with {@code trust.json} and {@code root.pem}, which say whose bundles may be
 *     registered
 * @param acceptUnverified drill mode: registers bundles that fail verification, so that a drill can
 *     show that devices refuse them by themselves; default false
 * @param inspection what the processes may use that try models before they are registered, default
 *     {@link ProbeLimits#DEFAULT}: the time is that of all variants of a bundle together, the
 *     memory that of each process
 */
public record ControllerConfig(
    Path data,
    String httpHost,
    int httpPort,
    BrokerChoice broker,
    String tenant,
    Path trust,
    boolean acceptUnverified,
    ProbeLimits inspection) {
  /** The address that is bound where nobody asks for another. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /** File of the signed trust policy within {@link #trust}. */
  public static final String TRUST_POLICY = "trust.json";

  /** File of the root's public key within {@link #trust}. */
  public static final String TRUST_ROOT = "root.pem";

  private static final int MAX_PORT = 65_535;

  /** Only this machine, free ports, the embedded broker, no drill. */
  public static ControllerConfig local(Path data, Path trust) {
    return new ControllerConfig(
        data,
        DEFAULT_HOST,
        0,
        new BrokerChoice.Embedded(DEFAULT_HOST, 0),
        Topics.DEFAULT_TENANT,
        trust,
        false,
        ProbeLimits.DEFAULT);
  }

  /**
   * Everything that is wrong, one sentence each; nothing if it can be used. What only shows when it
   * is used, such as a taken port, is not among it.
   */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (Files.exists(data) && !Files.isDirectory(data)) {
      problems.add("the data folder %s is a file".formatted(data));
    }
    requireHost(problems, "the API's address", httpHost);
    requirePort(problems, "the API's port", httpPort);
    switch (broker) {
      case BrokerChoice.Embedded embedded -> {
        requireHost(problems, "the broker's address", embedded.host());
        requirePort(problems, "the broker's port", embedded.port());
        if (embedded.port() != 0 && embedded.port() == httpPort) {
          problems.add("the API and the broker cannot both have port " + httpPort);
        }
      }
      case BrokerChoice.External external -> requireAddress(problems, external.address());
    }
    try {
      Topics.requireName("tenant", tenant);
    } catch (FlotillaException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    requireFile(problems, trust.resolve(TRUST_POLICY));
    requireFile(problems, trust.resolve(TRUST_ROOT));
    return problems;
  }

  /**
   * Returns if there are no {@link #problems()}.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} with all of them
   */
  void requireSound() {
    List<String> problems = problems();
    if (!problems.isEmpty()) {
      throw new FlotillaException(ErrorCode.CONFIGURATION_INVALID, String.join("; ", problems));
    }
  }

  private static void requireHost(List<String> problems, String what, String host) {
    if (host.isBlank()) {
      problems.add(what + " is missing");
    }
  }

  private static void requirePort(List<String> problems, String what, int port) {
    if (port < 0 || port > MAX_PORT) {
      problems.add("%s is 0 to %d, not %d".formatted(what, MAX_PORT, port));
    }
  }

  private static void requireAddress(List<String> problems, URI address) {
    if (!"mqtts".equals(address.getScheme()) || address.getHost() == null) {
      problems.add("the broker's address must be mqtts://host:port, not " + address);
    }
  }

  private static void requireFile(List<String> problems, Path file) {
    if (!Files.isReadable(file)) {
      problems.add(
          "%s is missing or cannot be read: make it with \"flotilla trust init\"".formatted(file));
    }
  }
}
