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
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RolloutsTest {
  private static final long NOW = 1_000_000;
  private static final HardwareFacts HARDWARE =
      new HardwareFacts(
          "linux",
          "amd64",
          1,
          1 << 28,
          "1.29.0",
          List.of(new HardwareFacts.AcceleratorFacts("CPU", "CPUExecutionProvider", false)),
          Optional.empty());
  private static final RolloutPlan ALL_AT_ONCE =
      new RolloutPlan("*", List.of(WaveSize.percent(100)), 0, 60);

  private static final Unfit TOO_LITTLE = new Unfit(Unfit.Kind.MEMORY, "too little");

  /** What the gate says of devices. */
  private final Map<String, List<Unfit>> unfit = new TreeMap<>();

  /** What is published to the only device, in order; no bytes clear it. */
  private final List<byte[]> published = new ArrayList<>();

  private final MemoryStore store = new MemoryStore();
  private final BatchRunner runner = new BatchRunner(store);
  private final DeviceDirectory devices = new DeviceDirectory(store);
  private final Assignments assignments =
      new Assignments(
          "default",
          devices,
          (model, version) -> known(version),
          MessageCodec::encode,
          (device, envelope) -> published.add(envelope));
  private final Rollouts rollouts =
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

  private void enrol(String id) {
    runner.decide(
        tx -> {
          devices.put(
              tx,
              DeviceRecord.enrolled(id, Map.of(), new DeviceRecord.Identity(1, "1", "00", false)));
          return true;
        });
  }

  @Test
  void anAssignmentSaysWhatItIsFor() {
    String id = create(1).id();

    Assignment assignment = last();
    assertThat(assignment.number()).isEqualTo(1);
    assertThat(assignment.deviceId()).isEqualTo("cam-1");
    assertThat(assignment.target()).isEqualTo(ref(1));
    assertThat(assignment.purpose()).isEqualTo(new Assignment.Purpose(id, false));
    assertThat(assignment.validity())
        .isEqualTo(new Assignment.Validity(NOW, NOW + Assignments.MIN_LIFETIME_MILLIS));
    assertThat(devices.require("cam-1").desired()).contains(new DeviceRecord.Desired(ref(1), 1));
  }

  @Test
  void helloGetsTheSameBytesWhileTheyAreValid() {
    create(1);
    byte[] first = published.getLast();
    hello(0, NOW + 1);

    assertThat(published).hasSize(2);
    assertThat(published.getLast()).isEqualTo(first);
    hello(1, NOW + 2);
    assertThat(published).hasSize(2);
  }

  @Test
  void anExpiredAssignmentComesAgainUnderTheNextNumberAndStillCounts() {
    String id = create(1).id();
    long later = NOW + Assignments.MIN_LIFETIME_MILLIS;
    hello(0, later);

    assertThat(last().number()).isEqualTo(2);
    assertThat(last().validity().issuedAtMs()).isEqualTo(later);
    progress(last(), DeploymentState.COMMITTED);
    assertThat(find(id).state()).isEqualTo(RolloutState.COMPLETED);
  }

  @Test
  void aFailedFirstVersionLeavesTheDeviceWithNothingToRun() {
    create(1);
    progress(last(), DeploymentState.REFUSED);

    assertThat(published.getLast()).isEmpty();
    assertThat(devices.require("cam-1").desired()).isEmpty();
  }

  @Test
  void aFailedSuccessorGivesTheRunningVersionBack() {
    create(1);
    progress(last(), DeploymentState.COMMITTED);
    String id = create(2).id();
    progress(last(), DeploymentState.REFUSED);

    assertThat(find(id).state()).isEqualTo(RolloutState.HALTED);
    assertThat(last().number()).isEqualTo(3);
    assertThat(last().target()).isEqualTo(ref(1));
    assertThat(last().purpose().downgradeAllowed()).isTrue();
  }

  @Test
  void goingBackToAnOlderVersionSaysSo() {
    create(2);
    progress(last(), DeploymentState.COMMITTED);
    create(1);

    assertThat(last().purpose().downgradeAllowed()).isTrue();
  }

  @Test
  void aDeviceBelongsToOneOpenRolloutAtATime() {
    String id = create(1).id();
    assertCode(() -> create(2), ErrorCode.CONFLICT);
    runner.decide(tx -> rollouts.act(tx, id, new RolloutInput.Abort("enough"), NOW));

    assertThat(create(2).state()).isEqualTo(RolloutState.RUNNING);
  }

  @Test
  void devicesThatCannotRunTheVersionStopTheRolloutBeforeItBegins() {
    enrol("cam-2");
    unfit.put("cam-2", List.of(TOO_LITTLE));
    assertThatThrownBy(() -> create(1))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_UNFIT))
        .hasMessageContainingAll(
            "1 of 2 devices", "digits:1", "cam-2 (MEMORY: too little)", "skipUnfit");
    assertThat(published).isEmpty();
    assertThat(runner.<Boolean>decide(tx -> rollouts.find(tx, "rollout-000001").isPresent()))
        .isFalse();
  }

  @Test
  void devicesThatCannotRunTheVersionAreLeftOutIfTheOperatorSaysSo() {
    enrol("cam-2");
    unfit.put("cam-2", List.of(TOO_LITTLE));
    Rollout rollout = create(ALL_AT_ONCE.leavingOut(LeftOut.NOBODY));

    assertThat(rollout.targets()).containsOnlyKeys("cam-1");
    assertThat(find(rollout.id()).plan().leftOut())
        .map(LeftOut::devices)
        .hasValueSatisfying(
            devices -> assertThat(devices).isEqualTo(Map.of("cam-2", List.of(TOO_LITTLE))));
    assertThat(RolloutRoutes.view(rollout))
        .containsEntry("skipUnfit", true)
        .containsEntry(
            "skipped", List.of(Map.of("device", "cam-2", "reasons", List.of(TOO_LITTLE))));
  }

  @Test
  void nobodyIsLeftWhereNoDeviceCanRunTheVersion() {
    for (int i = 2; i <= 9; i++) {
      enrol("cam-" + i);
      unfit.put("cam-" + i, List.of(TOO_LITTLE, TOO_LITTLE, TOO_LITTLE));
    }
    unfit.put("cam-1", List.of(TOO_LITTLE));
    assertThatThrownBy(() -> create(ALL_AT_ONCE.leavingOut(LeftOut.NOBODY)))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_UNFIT))
        .hasMessageContainingAll("9 of 9 devices", "cam-5", "and 4 more")
        .hasMessageNotContaining("cam-6");
  }

  private Rollout create(RolloutPlan plan) {
    return runner.decide(tx -> rollouts.create(tx, "digits", 1, plan, NOW));
  }

  @Test
  void refusesWhatCannotBeRolledOut() {
    assertCode(() -> create(7), ErrorCode.VERSION_NOT_FOUND);
    assertCode(
        () ->
            runner.decide(
                tx ->
                    rollouts.create(
                        tx,
                        "digits",
                        1,
                        new RolloutPlan("site=mars", ALL_AT_ONCE.waves(), 0, 60),
                        NOW)),
        ErrorCode.SELECTOR_EMPTY);
    assertCode(
        () -> runner.decide(tx -> rollouts.act(tx, "none", new RolloutInput.Pause(), NOW)),
        ErrorCode.ROLLOUT_NOT_FOUND);
    assertThat(published).isEmpty();
  }

  @Test
  void aWordAboutAnotherVersionUnderTheSameNumberIsRefused() {
    create(1);
    Assignment assignment = last();
    Progress lie =
        new Progress(
            1,
            assignment.number(),
            ref(2),
            DeploymentState.COMMITTED,
            Optional.empty(),
            Map.of(),
            NOW);

    assertCode(
        () ->
            runner.decide(
                tx -> {
                  rollouts.progress(tx, "cam-1", lie, NOW);
                  return true;
                }),
        ErrorCode.INPUT_INVALID);
  }

  private Rollout create(int version) {
    return runner.decide(tx -> rollouts.create(tx, "digits", version, ALL_AT_ONCE, NOW));
  }

  private Rollout find(String id) {
    return runner.decide(tx -> rollouts.find(tx, id)).orElseThrow();
  }

  private void hello(long lastAssignment, long nowMs) {
    runner.decide(
        tx -> {
          rollouts.hello(
              tx,
              "cam-1",
              new Hello(1, "t", "b", "s", HARDWARE, Optional.empty(), lastAssignment),
              nowMs);
          return true;
        });
  }

  private void progress(Assignment assignment, DeploymentState state) {
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

  private Assignment last() {
    return MessageCodec.decode(published.getLast(), Assignment.class);
  }

  private static Optional<KnownVersion> known(int version) {
    return version > 2
        ? Optional.empty()
        : Optional.of(
            new KnownVersion(
                ref(version), new Assignment.Archive(1, "a", "b"), true, Optional.empty()));
  }

  private static VersionRef ref(int version) {
    return new VersionRef("digits", version, Integer.toString(version).repeat(64));
  }

  private static void assertCode(Runnable action, ErrorCode code) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
