package io.flotilla.agent.app;

import io.flotilla.agent.capture.CaptureLimits;
import io.flotilla.agent.deployment.DeploymentLimits;
import io.flotilla.agent.deployment.TrustFolder;
import io.flotilla.agent.health.HealthLimits;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.spool.SpoolLimits;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an agent is told at its start.
 *
 * @param directory the agent's folder: identity, store, slots
 * @param trust the folder with the owner's {@code root.pem} and {@code trust.json}
 * @param identity who it is and where it connects
 * @param spool bounds of the disk spool
 * @param capture bounds of capture
 * @param deployment bounds of deployments
 * @param health when health is reported
 */
public record AgentConfig(
    Path directory,
    Path trust,
    Identity identity,
    SpoolLimits spool,
    CaptureLimits capture,
    DeploymentLimits deployment,
    HealthLimits health) {
  /** Name of the trust folder in the agent's folder. */
  public static final String TRUST_FOLDER = "trust";

  /**
   * Collects everything that is wrong and says it at once.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public AgentConfig {
    List<String> problems = new ArrayList<>();
    URI broker = identity.broker();
    if (!"mqtts".equals(broker.getScheme()) || broker.getHost() == null || broker.getPort() < 1) {
      problems.add("the broker must read mqtts://host:port, not " + broker);
    }
    for (String file : List.of(TrustFolder.ROOT_FILE, TrustFolder.POLICY_FILE)) {
      if (!Files.isRegularFile(trust.resolve(file))) {
        problems.add("the trust folder lacks " + trust.resolve(file));
      }
    }
    if (!problems.isEmpty()) {
      throw new FlotillaException(ErrorCode.CONFIGURATION_INVALID, String.join("; ", problems));
    }
  }

  /**
   * Defaults for an enrolled folder with the trust folder in it.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}, or as for {@link Identity#load}
   */
  public static AgentConfig of(Path directory) {
    return of(directory, directory.resolve(TRUST_FOLDER), Identity.load(directory));
  }

  /**
   * Defaults.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public static AgentConfig of(Path directory, Path trust, Identity identity) {
    return new AgentConfig(
        directory,
        trust,
        identity,
        SpoolLimits.DEFAULT,
        CaptureLimits.DEFAULT,
        DeploymentLimits.DEFAULT,
        HealthLimits.DEFAULT);
  }

  /** The same at another broker. */
  public AgentConfig withBroker(URI broker) {
    return new AgentConfig(
        directory, trust, identity.withBroker(broker), spool, capture, deployment, health);
  }

  /** The same with other bounds of the spool. */
  public AgentConfig withSpool(SpoolLimits other) {
    return new AgentConfig(directory, trust, identity, other, capture, deployment, health);
  }

  /** The same with other bounds of capture. */
  public AgentConfig withCapture(CaptureLimits other) {
    return new AgentConfig(directory, trust, identity, spool, other, deployment, health);
  }

  /** The same with other bounds of deployments. */
  public AgentConfig withDeployment(DeploymentLimits other) {
    return new AgentConfig(directory, trust, identity, spool, capture, other, health);
  }

  /** The same with another period of health reports. */
  public AgentConfig withHealth(HealthLimits other) {
    return new AgentConfig(directory, trust, identity, spool, capture, deployment, other);
  }
}
