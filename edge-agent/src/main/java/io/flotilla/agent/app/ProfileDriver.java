package io.flotilla.agent.app;

import io.flotilla.agent.deployment.DeploymentMemory.Committed;
import io.flotilla.agent.profiling.ProfileAcceptance;
import io.flotilla.agent.profiling.ProfileAcceptance.Verdict;
import io.flotilla.agent.profiling.ProfileMemory;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.UpKind;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out profile commands, one at a time, on a thread that lives as long as the job. That a
 * job began and how it ended are each one atomic write together with the message that says so; a
 * job that the end of the process cut off is reported as failed by the next life.
 *
 * <p>Confined to the decision thread, but for {@link #close}.
 */
final class ProfileDriver {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileDriver.class);
  private static final long RETRY_MS = 5_000;

  private final DeploymentTools tools;
  private final ProfileMemory memory;
  private final Spool spool;
  private final Uplink uplink;
  private final DecisionThread decisions;

  /** The version being measured, or measured and not yet reported. */
  private Optional<VersionRef> busyWith = Optional.empty();

  // an end that could not be made durable yet
  private @Nullable ProfileReport unreported;
  private long retryMs;

  private volatile @Nullable Thread thread;

  ProfileDriver(
      DeploymentTools tools,
      AgentStore store,
      Spool spool,
      Uplink uplink,
      DecisionThread decisions) {
    this.tools = tools;
    this.memory = new ProfileMemory(store);
    this.spool = spool;
    this.uplink = uplink;
    this.decisions = decisions;
  }

  /** Reports what an earlier life left. Called once, before the decision thread starts. */
  void start() {
    memory
        .current()
        .ifPresent(
            command -> {
              busyWith = Optional.of(command.version());
              end(
                  failed(
                      command,
                      ErrorCode.PROFILE_FAILED,
                      "the agent was stopped before the profile was complete; ask for it again"));
            });
  }

  /** A signed command arrived, perhaps again. */
  void onCommand(byte[] envelope) {
    try {
      take(tools.openProfile(envelope));
    } catch (FlotillaException e) {
      switch (e.code()) {
        case ASSIGNMENT_MALFORMED, ASSIGNMENT_SIGNATURE_INVALID ->
            tools.reports().event(e.code(), String.valueOf(e.getMessage()));
        default -> throw e;
      }
    }
  }

  /** Looks at what is due. */
  void tick() {
    ProfileReport report = unreported;
    if (report != null && tools.steadyMs() >= retryMs) {
      end(report);
    }
  }

  /**
   * Interrupts the job at hand and waits for its end; the decision thread has stopped.
   *
   * @return whether it ended in time
   */
  boolean close(long waitMs) {
    Thread job = thread;
    if (job == null) {
      return true;
    }
    job.interrupt();
    try {
      job.join(waitMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !job.isAlive();
  }

  private void take(ProfileCommand command) {
    ProfileAcceptance.Known known =
        new ProfileAcceptance.Known(
            tools.identity().tenant(), tools.identity().deviceId(), memory.seen(), busyWith);
    switch (ProfileAcceptance.decide(command, known, tools.clock().millis())) {
      case Verdict.AlreadyKnown again -> LOG.debug("profile command {} is known", command.job());
      case Verdict.Ignore ignore -> tools.reports().event(ignore.code(), ignore.detail());
      case Verdict.Refuse refuse ->
          accept(command, ProfileReport.failed(command, refuse.failure(), tools.clock().millis()));
      case Verdict.Begin begin -> begin(command);
    }
    uplink.pump(tools.steadyMs());
  }

  private void begin(ProfileCommand command) {
    if (!tools.slots().present(Digest.parse(command.version().bundle()))) {
      String device = tools.identity().deviceId();
      accept(
          command,
          failed(
              command,
              ErrorCode.PROFILE_FAILED,
              "%s does not hold %s: roll it out to it, or profile it on a device that runs it"
                  .formatted(device, command.version())));
      return;
    }
    accept(command, ProfileReport.running(command, tools.clock().millis()));
    busyWith = Optional.of(command.version());
    Instant at = policyTime(command.version());
    thread =
        Thread.ofPlatform()
            .name("agent-" + tools.identity().deviceId() + "-profile")
            .daemon(true)
            .start(
                () -> {
                  Optional<ProfileReport> report = measured(command, at);
                  if (report.isEmpty() || !decisions.put(() -> end(report.get()))) {
                    LOG.info("profile job {} is cut off", command.job());
                  }
                });
  }

  /** The policy that let a committed version in is judged at that time, as at every start. */
  private Instant policyTime(VersionRef version) {
    long atMs =
        tools
            .memory()
            .committed()
            .filter(committed -> committed.version().equals(version))
            .map(Committed::sinceMs)
            .orElseGet(tools.clock()::millis);
    return Instant.ofEpochMilli(atMs);
  }

  /** Makes it durable that a command was accepted, and what came of it. */
  private void accept(ProfileCommand command, ProfileReport report) {
    long nowMs = tools.clock().millis();
    spool.offer(
        UpKind.PROFILES,
        MessageCodec.encode(report),
        (admitted, changes) -> {
          memory.accept(command, nowMs, changes);
          if (report.state() == ProfileReport.State.RUNNING) {
            ProfileMemory.begin(command, changes);
          }
        });
    spool.sync();
  }

  private void end(ProfileReport report) {
    thread = null;
    try {
      spool.offer(
          UpKind.PROFILES,
          MessageCodec.encode(report),
          (admitted, changes) -> ProfileMemory.end(changes));
      unreported = null;
      busyWith = Optional.empty();
      spool.sync();
    } catch (FlotillaException e) {
      LOG.warn("cannot report profile job {}: {} {}", report.job(), e.code(), e.getMessage());
      unreported = busyWith.isPresent() ? report : null;
      retryMs = tools.steadyMs() + RETRY_MS;
      return;
    }
    uplink.pump(tools.steadyMs());
  }

  /** Measures; empty if this agent is closing. */
  private Optional<ProfileReport> measured(ProfileCommand command, Instant at) {
    try {
      ProfileReport.Figures figures = tools.measurement().measure(command, at);
      return Optional.of(ProfileReport.succeeded(command, figures, tools.clock().millis()));
    } catch (InterruptedException e) {
      return Optional.empty();
    } catch (FlotillaException e) {
      // An interrupt closes the files being read, which shows as a failure of the disk.
      return Thread.interrupted()
          ? Optional.empty()
          : Optional.of(failed(command, e.code(), String.valueOf(e.getMessage())));
    } catch (OutOfMemoryError e) {
      return Optional.of(
          failed(
              command,
              ErrorCode.PROFILE_FAILED,
              "not enough memory for a second copy of " + command.version()));
    } catch (RuntimeException e) {
      LOG.error("INTERNAL: profile job {} failed; please report this", command.job(), e);
      return Optional.of(failed(command, ErrorCode.INTERNAL, "a bug: " + e));
    }
  }

  private ProfileReport failed(ProfileCommand command, ErrorCode code, String detail) {
    return ProfileReport.failed(
        command, new Progress.Failure(code.name(), detail), tools.clock().millis());
  }
}
