package io.flotilla.agent.app;

import io.flotilla.agent.capture.CaptureLog;
import io.flotilla.agent.command.CommandMemory;
import io.flotilla.agent.deployment.Acceptance.Numbered;
import io.flotilla.agent.health.HealthCounter;
import io.flotilla.agent.health.HealthLog;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.scoring.ActiveModel;
import io.flotilla.agent.scoring.Answer;
import io.flotilla.agent.scoring.ModelSwitch;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.capability.HostCapabilities;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One device's agent: takes its controller's assignments, keeps the committed version ready to
 * score, and streams back what it is told to record.
 *
 * <p>One decision thread, named for the device, owns the deployment and the connection; a worker
 * thread does what takes long; scoring happens on the callers' threads and never waits for either.
 * Thread-safe.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final String VERSION = "0.1.0";
  private static final String STORE_FOLDER = "store";
  private static final long STOP_MS = 2_000;
  private static final long WORKER_STOP_MS = 10_000;

  // configuration
  private final String deviceId;
  private final AcceleratorInfo accelerator;
  private final DeviceCapabilities machine;

  // session
  private final BootId boot;
  private final AgentStore store;
  private final Spool spool;
  private final CaptureLog capture;
  private final HealthLog health;
  private final ModelSwitch models = new ModelSwitch();
  private final DecisionThread decisions;
  private final Worker worker;
  private final Uplink uplink;
  private final DeploymentTools tools;
  private final DeploymentDriver driver;
  private final ProfileDriver profiling;
  private final CommandDriver commands;
  private final AgentLoop loop;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Agent(AgentConfig config, AgentParts parts, AgentStore store) {
    Identity identity = config.identity();
    this.deviceId = identity.deviceId();
    this.accelerator = parts.accelerator().info();
    this.machine = HostCapabilities.of(List.of(parts.accelerator()));
    this.store = store;
    this.boot = BootId.next(store, parts.random());
    this.spool = Spool.open(store, config.spool(), BootId.spoolIds(parts.random()), boot.text());
    this.capture =
        new CaptureLog(
            store,
            spool,
            config.capture(),
            new CaptureLog.Sources(parts.clock(), new SplittableRandom(parts.random().nextLong())),
            deviceId + "/" + boot.text() + "/");
    this.health = new HealthLog(spool, config.health(), parts.clock(), boot.lives());
    this.worker = new Worker("agent-" + deviceId + "-work");
    this.decisions = new DecisionThread("agent-" + deviceId);
    this.tools =
        new DeploymentTools(
            config,
            parts,
            new DeploymentTools.Base(store, spool, capture, health, models),
            worker,
            decisions);
    this.uplink =
        new Uplink(
            identity, parts.transports().create(identity), boot.text(), spool, this::greeting);
    this.driver = new DeploymentDriver(tools, uplink);
    this.profiling = new ProfileDriver(tools, store, spool, uplink, decisions);
    this.commands =
        new CommandDriver(
            tools,
            new CommandMemory(store),
            new CommandDriver.Ways(spool, uplink, capture, driver));
    this.loop =
        new AgentLoop(
            tools,
            uplink,
            new AgentLoop.Drivers(driver, profiling, commands, new RenewalDriver(tools, uplink)),
            new AgentLoop.Records(spool, capture, health, config.capture().syncMs()),
            decisions);
  }

  /**
   * Starts an agent. It returns when the committed version, if there is one, is verified again and
   * ready to score; connecting goes on in the background.
   *
   * @throws FlotillaException {@code STORE_LOCKED} if another process runs an agent in this folder;
   *     {@code STORE_CORRUPT}, {@code STORE_FAILED}, {@code DISK_FULL}, {@code STORAGE_FAILED};
   *     {@code INPUT_INVALID} or {@code CONFIGURATION_INVALID} if the identity is damaged
   */
  public static Agent start(AgentConfig config, AgentParts parts) {
    AgentStore store = parts.stores().open(config.directory().resolve(STORE_FOLDER));
    boolean started = false;
    try {
      Agent agent = new Agent(config, parts, store);
      agent.begin();
      started = true;
      return agent;
    } finally {
      if (!started) {
        store.close();
      }
    }
  }

  /**
   * Scores on this device.
   *
   * @param inputs one tensor per model input
   * @throws FlotillaException {@code NO_MODEL} if no version is committed or on probation, or the
   *     agent is closed; {@code INPUT_INVALID} saying what the model takes; {@code SCORING_FAILED}
   */
  public ScoreResult score(Map<String, Tensor> inputs) {
    ActiveModel model =
        models
            .take()
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.NO_MODEL,
                        deviceId + " has no model version yet; roll one out to it"));
    try {
      Answer answer = score(model, inputs);
      String id = model.recorder().record(model.runner().row(inputs), answer);
      return new ScoreResult(id, model.version(), answer.outputs(), answer.label(), answer.score());
    } finally {
      model.release();
    }
  }

  /** Scores and counts the outcome. */
  private static Answer score(ActiveModel model, Map<String, Tensor> inputs) {
    HealthCounter health = model.health();
    long from = System.nanoTime();
    try {
      Answer answer = model.score(inputs);
      health.scored(System.nanoTime() - from, answer.category());
      return answer;
    } catch (FlotillaException e) {
      if (e.code() == ErrorCode.INPUT_INVALID) {
        health.refused();
      } else {
        health.failed();
      }
      throw e;
    }
  }

  /** Its state now. */
  public AgentSnapshot snapshot() {
    return new AgentSnapshot(
        deviceId,
        boot.text(),
        uplink.connected(),
        driver.running(),
        driver.status(),
        capture.totals(),
        spool.status());
  }

  /**
   * Closes the open capture batch and makes everything recorded so far durable; sending follows.
   *
   * @throws FlotillaException {@code DISK_FULL} or {@code STORE_FAILED}
   */
  public void flush() {
    capture.flush();
    health.flush();
    spool.sync();
  }

  /**
   * Says goodbye and ends within seconds: running scores finish, the open capture batch is written,
   * whatever is not acknowledged stays in the spool. Closing twice is harmless.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    decisions.stop(STOP_MS);
    if (!profiling.close(WORKER_STOP_MS)) {
      LOG.warn("{}: a profile did not end in time", deviceId);
    }
    if (!worker.close(WORKER_STOP_MS)) {
      LOG.warn("{}: a step of a deployment did not end in time", deviceId);
    }
    models.switchTo(null);
    driver.close();
    try {
      flush();
    } catch (FlotillaException e) {
      LOG.warn("{}: the last records are lost: {} {}", deviceId, e.code(), e.getMessage());
    }
    uplink.close();
    store.close();
  }

  private void begin() {
    boolean begun = false;
    try {
      driver.start();
      profiling.start();
      commands.start(boot.lives());
      begun = true;
    } finally {
      if (!begun) {
        worker.close(WORKER_STOP_MS);
        models.switchTo(null);
        driver.close();
      }
    }
    decisions.start(loop::tick);
    uplink.open(loop);
  }

  private Hello greeting() {
    HardwareFacts hardware =
        new HardwareFacts(
            System.getProperty("os.name", "unknown"),
            machine.architecture(),
            machine.cpuCount(),
            machine.memoryBytes(),
            machine.runtimeVersion(),
            List.of(
                new HardwareFacts.AcceleratorFacts(
                    accelerator.kind().name(), accelerator.provider(), accelerator.simulated())),
            machine.cpuFeatures().isEmpty() ? Optional.empty() : Optional.of(cpuFeatures()));
    Spool.Status spooled = spool.status();
    Optional<Numbered> last = tools.memory().last();
    return new Hello(
        1,
        VERSION,
        boot.text(),
        spooled.spoolId(),
        hardware,
        driver.running(),
        last.map(Numbered::number).orElse(0L),
        Optional.of(new Hello.Past(spooled.released(), last.map(Numbered::target))));
  }

  private List<String> cpuFeatures() {
    return machine.cpuFeatures().stream()
        .filter(feature -> feature.length() <= HardwareFacts.MAX_CPU_FEATURE_CHARS)
        .limit(HardwareFacts.MAX_CPU_FEATURES)
        .toList();
  }
}
