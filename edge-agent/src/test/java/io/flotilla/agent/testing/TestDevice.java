package io.flotilla.agent.testing;

import io.flotilla.agent.app.Agent;
import io.flotilla.agent.app.AgentConfig;
import io.flotilla.agent.app.AgentHost;
import io.flotilla.agent.app.AgentParts;
import io.flotilla.agent.app.RestartableAgent;
import io.flotilla.agent.capture.CaptureLimits;
import io.flotilla.agent.deployment.DeploymentLimits;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/** A device's folder with everything around it, and its agent's lives one after the other. */
public final class TestDevice implements AutoCloseable {
  /** Its id. */
  public static final String ID = "dev-1";

  private static final long HOUR_MS = 3_600_000;

  /** Where everything lies. */
  public final Path root;

  /** Signs bundles. */
  public final SigningKey publisher = SigningKey.generate();

  /** Signs assignments. */
  public final SigningKey controllerKey = SigningKey.generate();

  /** The network. */
  public final MemoryNetwork network = new MemoryNetwork();

  /** The controller. */
  public final ModelController controller = new ModelController(network, controllerKey);

  /** The stores. */
  public final RocksStores stores = new RocksStores();

  /** Bounds of deployments, to be changed before a start. */
  public DeploymentLimits limits = new DeploymentLimits(60_000, 20, 50, 1);

  /** What its process can do, to be changed before a start. */
  public AgentHost host = AgentHost.NONE;

  private int lives;

  /** A device whose owner trusts the publisher. */
  public TestDevice(Path root) {
    this.root = root;
    try {
      SigningKey owner = SigningKey.generate();
      Path trust = Files.createDirectories(root.resolve("agent/trust"));
      Files.writeString(trust.resolve("root.pem"), owner.verifyingKey().pem());
      TrustPolicy policy =
          new TrustPolicy(
              1,
              Instant.ofEpochSecond(4_000_000_000L),
              List.of(
                  new Publisher(
                      "tests", publisher.verifyingKey().pem(), List.of(TestBundle.MODEL))));
      Files.write(trust.resolve("trust.json"), TrustPolicies.sign(policy, owner));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The agent's folder. */
  public Path folder() {
    return root.resolve("agent");
  }

  /** Starts the agent. */
  public Agent start() {
    return start(stores, OnnxAccelerators.cpu());
  }

  /** Starts the agent with another store or accelerator. */
  public Agent start(AgentStore.Factory factory, Accelerator accelerator) {
    return Agent.start(config(), parts(factory, accelerator).in(host));
  }

  /** Starts an agent that can be started anew; its log is what {@code log} gives. */
  public RestartableAgent startRestartable(IntFunction<List<String>> log) {
    return RestartableAgent.start(config(), parts(stores, OnnxAccelerators.cpu()), log);
  }

  private AgentConfig config() {
    Identity identity =
        new Identity(
            ID,
            "default",
            URI.create("mqtts://memory:1"),
            controllerKey.verifyingKey().pem(),
            folder().resolve("identity"));
    return AgentConfig.of(folder(), folder().resolve("trust"), identity)
        .withDeployment(limits)
        .withCapture(new CaptureLimits(16, 200, 20, 1024));
  }

  private AgentParts parts(AgentStore.Factory factory, Accelerator accelerator) {
    lives++;
    return new AgentParts(
        Clock.systemUTC(),
        new SplittableRandom(1000 + lives),
        accelerator,
        me -> network.transport(),
        factory,
        AgentHost.NONE);
  }

  /** A bundle by the trusted publisher. */
  public TestBundle bundle(int version, float scale) {
    return TestBundle.make(root, version, TestBundle.Content.of(scale), publisher);
  }

  /** An assignment to this device that is good for an hour. */
  public Assignment assignment(long number, TestBundle bundle) {
    return assignment(number, bundle.version(), bundle.transport());
  }

  /** An assignment to this device that is good for an hour. */
  public Assignment assignment(long number, VersionRef target, Assignment.Archive archive) {
    long nowMs = Clock.systemUTC().millis();
    return new Assignment(
        1,
        "default",
        ID,
        number,
        target,
        archive,
        new Assignment.Validity(nowMs, nowMs + HOUR_MS),
        new Assignment.Purpose("rollout-1", false));
  }

  @Override
  public void close() {
    network.close();
    stores.close();
  }
}
