package io.flotilla.simulator.app;

import io.flotilla.agent.app.Agent;
import io.flotilla.agent.app.AgentConfig;
import io.flotilla.agent.app.AgentHost;
import io.flotilla.agent.app.AgentParts;
import io.flotilla.agent.app.AgentSnapshot;
import io.flotilla.agent.app.RestartableAgent;
import io.flotilla.agent.app.ScoreResult;
import io.flotilla.agent.identity.Claim;
import io.flotilla.agent.identity.Enrolment;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.transport.paho.PahoTransport;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.command.FleetEvent.DeviceStatus;
import io.flotilla.simulator.digits.DigitRow;
import io.flotilla.simulator.digits.RowStream;
import io.flotilla.simulator.fleet.DeploymentTally;
import io.flotilla.simulator.fleet.FleetConfig;
import io.flotilla.simulator.fleet.ObservedTransport;
import io.flotilla.simulator.fleet.Seeds;
import io.flotilla.simulator.fleet.TruthLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device: the real agent with its own identity and folder, fed by a simulated camera. Enrolled,
 * then started, then fed by one thread at a time; its camera can be changed and its state read by
 * any thread.
 */
final class SimulatedDevice implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SimulatedDevice.class);

  /** Name of the input that digits models have; float32[1, 64] of pixels from 0 to 16. */
  static final String INPUT = "input";

  private static final List<Long> INPUT_SHAPE = List.of(1L, (long) DigitRow.PIXELS);
  private static final long ORDER_STREAM = 0;
  private static final long AGENT_STREAM = 1;

  // configuration
  private final String id;
  private final int number;
  private final Path folder;
  private final DeploymentTally tally = new DeploymentTally();

  // the run
  private volatile Camera camera = Camera.NONE;
  private @Nullable Running running;

  SimulatedDevice(int number, Path fleetFolder) {
    this.number = number;
    this.id = FleetConfig.deviceId(number);
    this.folder = fleetFolder.resolve(id);
  }

  String id() {
    return id;
  }

  boolean enrolled() {
    return Identity.exists(folder);
  }

  /** Gets an identity with a claim. */
  void enrol(FleetConfig config, Claim claim) {
    makeFolder();
    Enrolment.enrol(config.controller(), claim, id, folder);
  }

  /** What all devices of a process share. */
  record Surroundings(AgentStore.Factory stores, FleetLog log) {}

  /** Starts the agent with the identity in the folder. */
  synchronized void start(
      FleetConfig config, List<DigitRow> pool, Accelerator accelerator, Surroundings process) {
    if (running != null) {
      return;
    }
    makeFolder();
    long life = nextLife();
    Identity identity = Identity.load(folder);
    AgentConfig agentConfig = AgentConfig.of(folder, config.trustFolder(), identity);
    if (config.broker().isPresent()) {
      agentConfig = agentConfig.withBroker(config.broker().get());
    }
    Topics topics = new Topics(identity.tenant());
    AgentParts parts =
        new AgentParts(
            Clock.systemUTC(),
            Seeds.stream(config.seed(), number, life, AGENT_STREAM),
            accelerator,
            as -> new ObservedTransport(new PahoTransport(as), topics, tally),
            process.stores(),
            AgentHost.NONE);
    RowStream rows = new RowStream(pool, Seeds.stream(config.seed(), number, life, ORDER_STREAM));
    TruthLog truth = TruthLog.open(folder.resolve("truth.ndjson"));
    running =
        new Running(
            RestartableAgent.start(
                agentConfig, parts, lines -> process.log().recent("agent-" + id, lines)),
            rows,
            truth);
  }

  /**
   * Scores the next rows that the camera sees. A version that does not take them, since it is of
   * another model, fails on each: the agent counts that against it, and the camera goes on.
   *
   * @throws FlotillaException as {@link Agent#score} does, but for {@code INPUT_INVALID} and {@code
   *     SCORING_FAILED}
   */
  void feed(int rows) {
    Running now = running();
    for (int i = 0; i < rows; i++) {
      DigitRow seen = camera.see(now.rows().next());
      try {
        ScoreResult result = now.score(Map.of(INPUT, Tensor.ofFloats(INPUT_SHAPE, seen.pixels())));
        now.truth().record(result.id(), Integer.toString(seen.label()));
      } catch (FlotillaException e) {
        if (e.code() != ErrorCode.INPUT_INVALID && e.code() != ErrorCode.SCORING_FAILED) {
          throw e;
        }
        LOG.debug("{} cannot score a row: {}", id, e.getMessage());
      }
    }
    now.truth().flush();
  }

  /** Sends what is waiting for its batch to fill. */
  void flush() {
    running().agent().flush();
  }

  void degrade(Camera other) {
    camera = other;
  }

  /** Whether a committed version scores. */
  boolean scoring() {
    return running().agent().snapshot().running().isPresent();
  }

  DeviceStatus status() {
    AgentSnapshot snapshot = running().agent().snapshot();
    return new DeviceStatus(
        id,
        snapshot.running().map(VersionRef::toString),
        snapshot.totals().made(),
        snapshot.totals().captured(),
        snapshot.totals().refused(),
        snapshot.spool().last() - snapshot.spool().released(),
        tally.ended());
  }

  /** Records of the spool that the controller has not acknowledged. */
  long unacknowledged() {
    AgentSnapshot snapshot = running().agent().snapshot();
    return snapshot.spool().last() - snapshot.spool().released();
  }

  /** Appends the true labels of all predictions; returns how many. */
  long labels(OutputStream out) {
    return running().truth().copyTo(out);
  }

  @Override
  public synchronized void close() {
    Running now = running;
    running = null;
    if (now != null) {
      try (TruthLog truth = now.truth()) {
        now.restartable().close();
        truth.flush();
      }
    }
  }

  private synchronized Running running() {
    if (running == null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "device %s does not run; start the fleet first".formatted(id));
    }
    return running;
  }

  /** Counts the starts: a second life must not repeat the random ids of the first. */
  private long nextLife() {
    Path file = folder.resolve("starts");
    try {
      long life = Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) + 1 : 0;
      Path written = folder.resolve("starts.new");
      Files.writeString(written, Long.toString(life));
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      return life;
    } catch (IOException | NumberFormatException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "cannot count the starts of %s in %s".formatted(id, file), e);
    }
  }

  private void makeFolder() {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.STORAGE_FAILED, "cannot make " + folder, e);
    }
  }

  private record Running(RestartableAgent restartable, RowStream rows, TruthLog truth) {
    Agent agent() {
      return restartable.agent();
    }

    /** Scores; again if the agent was closed meanwhile to be started anew. */
    ScoreResult score(Map<String, Tensor> inputs) {
      Agent agent = agent();
      try {
        return agent.score(inputs);
      } catch (FlotillaException e) {
        Agent next = agent();
        if (e.code() != ErrorCode.NO_MODEL || next == agent) {
          throw e;
        }
        return next.score(inputs);
      }
    }
  }
}
