package io.flotilla.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.rollout.RolloutRequest.Whom;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WaveSize;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;

/** Rollouts over a store in memory, with what their tests say and ask. */
abstract class RolloutsFixture {
  static final long NOW = 1_000_000;
  static final HardwareFacts HARDWARE =
      new HardwareFacts(
          "linux",
          "amd64",
          1,
          1 << 28,
          "1.29.0",
          List.of(new HardwareFacts.AcceleratorFacts("CPU", "CPUExecutionProvider", false)),
          Optional.empty());
  static final Whom ALL = Whom.of("*");

  static final Unfit TOO_LITTLE = new Unfit(Unfit.Kind.MEMORY, "too little");

  /** What the gate says of devices. */
  final Map<String, List<Unfit>> unfit = new TreeMap<>();

  /** What is published to the only device, in order; no bytes clear it. */
  final List<byte[]> published = new ArrayList<>();

  final MemoryStore store = new MemoryStore();
  final BatchRunner runner = new BatchRunner(store);
  final DeviceDirectory devices = new DeviceDirectory(store);
  final Assignments assignments =
      new Assignments(
          "default",
          devices,
          (model, version) -> known(version),
          MessageCodec::encode,
          (device, envelope) -> published.add(envelope));
  final Rollouts rollouts =
      new Rollouts(
          devices,
          (model, version) -> known(version),
          assignments,
          new EventLog(store, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)),
          (tx, version, matched) -> unfit);

  @BeforeEach
  void enrol() {
    enrol("cam-1");
  }

  void enrol(String id) {
    runner.decide(
        tx -> {
          devices.put(
              tx, DeviceRecord.enrolled(id, Map.of(), DeviceRecord.Identity.of(1, "1", "00")));
          return true;
        });
  }

  Assignment assigned(String rollout) {
    runner.decide(
        tx -> {
          assignments.issue(
              tx,
              "cam-1",
              1,
              new Assignments.Order(
                  known(1).orElseThrow(), rollout, Optional.empty(), 60_000, false),
              NOW);
          return true;
        });
    return last();
  }

  Rollout create(int version) {
    return create(version, ALL);
  }

  Rollout create(int version, Whom whom) {
    return create(request(version, whom));
  }

  static RolloutRequest request(int version, Whom whom) {
    return RolloutRequest.of(
        RolloutRequest.What.of("digits", version),
        whom,
        List.of(RolloutRequest.WantedWave.of(WaveSize.percent(100))),
        Tolerance.of(0, 60));
  }

  Rollout create(RolloutRequest request) {
    return runner.decide(tx -> rollouts.create(tx, request, "ann", NOW));
  }

  Optional<Target> target(String rollout, String device) {
    return runner.decide(tx -> rollouts.target(tx, rollout, device));
  }

  Rollout find(String id) {
    return runner.decide(tx -> rollouts.find(tx, id)).orElseThrow();
  }

  void hello(long lastAssignment, long nowMs) {
    hello(lastAssignment, Optional.empty(), false, nowMs);
  }

  /** What a device says that runs what its last assignment asked for. */
  void hello(long lastAssignment, Optional<VersionRef> last, boolean forgot, long nowMs) {
    runner.decide(
        tx -> {
          rollouts.hello(
              tx,
              "cam-1",
              new Hello(
                  1,
                  "t",
                  "b",
                  "s",
                  HARDWARE,
                  last,
                  lastAssignment,
                  Optional.of(new Hello.Past(0, last))),
              forgot,
              nowMs);
          return true;
        });
  }

  void progress(Assignment assignment, DeploymentState state) {
    Optional<Progress.Failure> failure =
        state == DeploymentState.REFUSED
            ? Optional.of(new Progress.Failure("LOAD_FAILED", "no"))
            : Optional.empty();
    Progress progress =
        new Progress(1, assignment.number(), assignment.target(), state, failure, Map.of(), NOW);
    runner.decide(
        tx -> {
          rollouts.progress(tx, "cam-1", progress, NOW);
          if (state == DeploymentState.COMMITTED) {
            devices.put(
                tx, devices.require(tx, "cam-1").withRunning(Optional.of(assignment.target())));
          }
          return true;
        });
  }

  Assignment last() {
    return MessageCodec.decode(published.getLast(), Assignment.class);
  }

  static Optional<KnownVersion> known(int version) {
    return version > 2
        ? Optional.empty()
        : Optional.of(
            new KnownVersion(
                ref(version), new Assignment.Archive(1, "a", "b"), true, Optional.empty()));
  }

  static VersionRef ref(int version) {
    return new VersionRef("digits", version, Integer.toString(version).repeat(64));
  }

  static void assertCode(Runnable action, ErrorCode code) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
