package io.flotilla.agent.app;

import io.flotilla.agent.capture.CaptureLog;
import io.flotilla.agent.deployment.ArchiveFetch;
import io.flotilla.agent.deployment.ContentVerifier;
import io.flotilla.agent.deployment.DeploymentEvent;
import io.flotilla.agent.deployment.DeploymentLimits;
import io.flotilla.agent.deployment.DeploymentMemory;
import io.flotilla.agent.deployment.FetchSchedule;
import io.flotilla.agent.deployment.Prover;
import io.flotilla.agent.deployment.Slots;
import io.flotilla.agent.deployment.TrustFolder;
import io.flotilla.agent.deployment.VersionLoader;
import io.flotilla.agent.health.HealthLog;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.profiling.Measurement;
import io.flotilla.agent.scoring.ActiveModel;
import io.flotilla.agent.scoring.ModelSwitch;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.bundle.signing.VerifiedBundle;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.hardware.profile.ModelProfiler;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.VersionRef;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a deployment is carried out with. The pieces of work run on the worker's thread. */
final class DeploymentTools {
  private static final double NANOS_PER_MILLI = 1_000_000;

  private final AgentConfig config;
  private final AgentParts parts;
  private final RandomGenerator jitter;
  private final VerifyingKey assignmentKey;
  private final DeploymentMemory memory;
  private final DeploymentReports reports;
  private final Measurement measurement;
  private final Slots slots;
  private final ContentVerifier verifier;
  private final VersionLoader loader;
  private final ModelSwitch models;
  private final Worker worker;
  private final DecisionThread decisions;

  /** What an agent is made of before it deploys anything. */
  record Base(
      AgentStore store, Spool spool, CaptureLog capture, HealthLog health, ModelSwitch models) {}

  DeploymentTools(
      AgentConfig config, AgentParts parts, Base base, Worker worker, DecisionThread decisions) {
    this.config = config;
    this.parts = parts;
    this.jitter = new SplittableRandom(parts.random().nextLong());
    this.assignmentKey = VerifyingKey.parsePem(config.identity().assignmentKey());
    this.memory = new DeploymentMemory(base.store());
    this.reports = new DeploymentReports(base.store(), base.spool(), parts.clock());
    this.slots = new Slots(config.directory());
    this.verifier = new ContentVerifier(slots, new TrustFolder(config.trust(), base.store()));
    this.loader =
        new VersionLoader(
            parts.accelerator(),
            slots,
            new VersionLoader.Logs(base.capture(), base.health()),
            config.deployment().threads());
    this.measurement =
        new Measurement(parts.accelerator(), verifier, new ModelProfiler(System::nanoTime));
    this.models = base.models();
    this.worker = worker;
    this.decisions = decisions;
  }

  DeploymentMemory memory() {
    return memory;
  }

  DeploymentReports reports() {
    return reports;
  }

  Slots slots() {
    return slots;
  }

  ContentVerifier verifier() {
    return verifier;
  }

  VersionLoader loader() {
    return loader;
  }

  Measurement measurement() {
    return measurement;
  }

  ModelSwitch models() {
    return models;
  }

  Worker worker() {
    return worker;
  }

  Identity identity() {
    return config.identity();
  }

  DeploymentLimits limits() {
    return config.deployment();
  }

  Clock clock() {
    return parts.clock();
  }

  String provider() {
    return parts.accelerator().info().provider();
  }

  /** Milliseconds of a clock that no one sets. */
  long steadyMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  FetchSchedule newSchedule() {
    return new FetchSchedule(jitter, limits().fetchTimeoutMs(), steadyMs());
  }

  /**
   * Opens a signed assignment.
   *
   * @throws FlotillaException {@code ASSIGNMENT_SIGNATURE_INVALID} or {@code ASSIGNMENT_MALFORMED}
   */
  Assignment open(byte[] envelope) {
    return open("assignment", envelope, Assignment.PAYLOAD_TYPE, Assignment.class);
  }

  /**
   * Opens a signed profile command.
   *
   * @throws FlotillaException {@code ASSIGNMENT_SIGNATURE_INVALID} or {@code ASSIGNMENT_MALFORMED}
   */
  ProfileCommand openProfile(byte[] envelope) {
    return open("profile command", envelope, ProfileCommand.PAYLOAD_TYPE, ProfileCommand.class);
  }

  /**
   * Opens a signed command.
   *
   * @throws FlotillaException {@code ASSIGNMENT_SIGNATURE_INVALID} or {@code ASSIGNMENT_MALFORMED}
   */
  DeviceCommand openCommand(byte[] envelope) {
    return open("command", envelope, DeviceCommand.PAYLOAD_TYPE, DeviceCommand.class);
  }

  AgentHost host() {
    return parts.host();
  }

  private <T> T open(String what, byte[] envelope, String payloadType, Class<T> type) {
    byte[] payload;
    try {
      payload = Dsse.verify(envelope, payloadType, List.of(assignmentKey));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.ASSIGNMENT_SIGNATURE_INVALID,
          "a message is no %s signed by this device's controller: %s"
              .formatted(what, e.getMessage()),
          e);
    }
    try {
      return MessageCodec.decode(payload, type);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.ASSIGNMENT_MALFORMED,
          "a signed %s cannot be read: %s".formatted(what, e.getMessage()),
          e);
    }
  }

  Worker.Outcome openFetch(Assignment assignment) {
    Digest bundle = Digest.parse(assignment.target().bundle());
    return new Worker.Outcome.Opened(
        ArchiveFetch.open(slots.fetch(bundle), assignment, slots.freeBytes()));
  }

  Worker.Outcome verify(Assignment assignment) {
    return verifier
        .verify(assignment, Instant.ofEpochMilli(parts.clock().millis()))
        .<Worker.Outcome>map(Worker.Outcome.Checked::new)
        .orElse(new Worker.Outcome.Happened(new DeploymentEvent.ContentMissing()));
  }

  Worker.Outcome load(VersionRef version, VerifiedBundle bundle) {
    long from = System.nanoTime();
    ActiveModel model = loader.load(version, bundle);
    return new Worker.Outcome.Ready(model, (System.nanoTime() - from) / NANOS_PER_MILLI);
  }

  Worker.Outcome prove(ActiveModel model, VerifiedBundle bundle) {
    return new Worker.Outcome.Happened(
        new DeploymentEvent.Proved(Prover.of(bundle.directory()).prove(model)));
  }

  Worker.Outcome makeUp(ActiveModel model, VerifiedBundle bundle, long scores) {
    Prover.of(bundle.directory()).score(model, scores);
    return new Worker.Outcome.MadeUp(scores);
  }

  /** Brings an outcome to the decision thread; discards it if that has stopped. */
  void arrive(Runnable arrival, Worker.Outcome outcome) {
    if (!decisions.put(arrival)) {
      outcome.discard();
    }
  }

  /** What must be there at this stage. */
  static <T> T require(@Nullable T thing) {
    if (thing == null) {
      throw new IllegalStateException("a deployment's stage lacks what the one before left");
    }
    return thing;
  }
}
