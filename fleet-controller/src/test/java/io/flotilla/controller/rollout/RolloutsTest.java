package io.flotilla.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.rollout.RolloutRecords.Reading;
import io.flotilla.controller.rollout.RolloutRequest.Whom;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutInput;
import io.flotilla.rollout.engine.RolloutState;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.engine.TargetState;
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
  private static final Whom ALL = Whom.of("*");

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
              tx, DeviceRecord.enrolled(id, Map.of(), DeviceRecord.Identity.of(1, "1", "00")));
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
  void aDeviceThatSawMoreThanThisControllerKnowsGetsWhatItShallRunAfterThat() {
    String id = create(1).id();
    progress(last(), DeploymentState.COMMITTED);
    hello(7, Optional.of(ref(2)), true, NOW);

    assertThat(last().number()).isEqualTo(8);
    assertThat(last().target()).isEqualTo(ref(1));
    assertThat(last().purpose()).isEqualTo(new Assignment.Purpose(id, true));
    hello(8, Optional.of(ref(1)), false, NOW);
    assertThat(published).hasSize(2);
    create(2);
    assertThat(last().number()).isEqualTo(9);
  }

  @Test
  void aDeviceThatShallRunNothingHereGetsLaterNumbersOnly() {
    hello(7, Optional.of(ref(2)), true, NOW);
    assertThat(published).isEmpty();
    create(1);

    assertThat(last().number()).isEqualTo(8);
  }

  @Test
  void aNumberThatWasGivenOutTwiceIsReplaced() {
    String id = create(1).id();
    hello(1, Optional.of(ref(2)), false, NOW);

    assertThat(last().number()).isEqualTo(2);
    assertThat(last().target()).isEqualTo(ref(1));
    progress(last(), DeploymentState.COMMITTED);
    assertThat(find(id).state()).isEqualTo(RolloutState.COMPLETED);
  }

  @Test
  void aDeploymentWhoseEndWasForgottenIsAskedForAgain() {
    String id = create(1).id();
    hello(1, Optional.of(ref(1)), false, NOW);
    assertThat(published).as("its end is still to come").hasSize(1);
    hello(1, Optional.of(ref(1)), true, NOW);

    assertThat(last().number()).isEqualTo(2);
    progress(last(), DeploymentState.COMMITTED);
    assertThat(find(id).state()).isEqualTo(RolloutState.COMPLETED);
    hello(2, Optional.of(ref(1)), true, NOW + Rollouts.CATCH_UP_PAUSE_MILLIS);
    assertThat(published).as("nothing is still to come").hasSize(2);
  }

  @Test
  void aLyingDeviceGetsOneAssignmentAMinuteAndCannotReachTheEndOfTheNumbers() {
    create(1);
    hello(Limits.MAX_CLAIMED_NUMBER + 1, NOW);
    hello(Long.MAX_VALUE, NOW);
    assertThat(published).as("not believed").hasSize(1);
    hello(100, NOW);
    assertThat(last().number()).isEqualTo(101);
    hello(200, NOW + Rollouts.CATCH_UP_PAUSE_MILLIS - 1);
    assertThat(published).as("too soon").hasSize(2);
    long limit = Limits.MAX_CLAIMED_NUMBER;
    hello(limit, NOW + Rollouts.CATCH_UP_PAUSE_MILLIS);
    hello(limit + 1, NOW + 2 * Rollouts.CATCH_UP_PAUSE_MILLIS);

    assertThat(last().number()).isEqualTo(limit + 1);
    progress(last(), DeploymentState.COMMITTED);
    create(2);
    assertThat(last().number()).isEqualTo(limit + 2);
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
    Rollout rollout = create(1, ALL.skippingUnfit());

    assertThat(rollout.devices()).isEqualTo(1);
    assertThat(target(rollout.id(), "cam-1")).isPresent();
    assertThat(new RolloutViews(Reading.of(new StoredRecords(store))).whole(rollout))
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
    assertThatThrownBy(() -> create(1, ALL.skippingUnfit()))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_UNFIT))
        .hasMessageContainingAll("9 of 9 devices", "cam-5", "and 4 more")
        .hasMessageNotContaining("cam-6");
  }

  @Test
  void refusesWhatCannotBeRolledOut() {
    assertCode(() -> create(7), ErrorCode.VERSION_NOT_FOUND);
    assertCode(() -> create(1, Whom.of("site=mars")), ErrorCode.SELECTOR_EMPTY);
    assertCode(
        () -> runner.decide(tx -> rollouts.act(tx, "none", new RolloutInput.Pause("no"), NOW)),
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

  @Test
  void aRolloutToEverybodyHasToBeConfirmedFromAHundredDevicesOn() {
    for (int i = 2; i <= RolloutDrafting.CONFIRM_FROM; i++) {
      enrol("cam-" + i);
    }
    assertThatThrownBy(() -> create(1))
        .hasMessageContaining("\"confirmDevices\": 100")
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIRMATION_REQUIRED));
    assertCode(() -> create(1, expecting(99)), ErrorCode.CONFIRMATION_REQUIRED);
    assertThat(create(1, expecting(100)).devices()).isEqualTo(100);
  }

  private static Whom expecting(int devices) {
    return new Whom(Optional.of("*"), List.of(), Optional.of(devices), false, false, 0);
  }

  @Test
  void aHigherPriorityTakesDevicesOverThatWereNotAssignedYet() {
    enrol("cam-2");
    Rollout low =
        create(
            RolloutRequest.of(
                RolloutRequest.What.of("digits", 1),
                ALL,
                List.of(
                    RolloutRequest.WantedWave.of(WaveSize.devices(1)),
                    RolloutRequest.WantedWave.of(WaveSize.percent(100))),
                Tolerance.of(0, 60)));
    Assignment canary = last();
    assertCode(() -> create(2, named("cam-2", 0)), ErrorCode.CONFLICT);
    assertCode(() -> create(2, named("cam-1", 1)), ErrorCode.CONFLICT);
    Rollout high = create(2, named("cam-2", 1));
    assertThat(target(high.id(), "cam-2")).isPresent();

    progress(canary, DeploymentState.COMMITTED);
    assertThat(find(low.id()).state()).isEqualTo(RolloutState.COMPLETED);
    assertThat(target(low.id(), "cam-2").orElseThrow().code()).contains("CONFLICT");
  }

  private static Whom named(String device, int priority) {
    return new Whom(Optional.empty(), List.of(device), Optional.empty(), false, false, priority);
  }

  @Test
  void aDeviceThatMatchesLaterJoins() {
    Whom welcoming = new Whom(Optional.of("*"), List.of(), Optional.empty(), false, true, 0);
    Rollout rollout = create(1, welcoming);
    progress(last(), DeploymentState.COMMITTED);
    assertThat(find(rollout.id()).state()).isEqualTo(RolloutState.FOLLOWING);

    enrol("cam-2");
    joins("cam-2", 0);
    assertThat(last().deviceId()).isEqualTo("cam-2");
    joins("cam-2", 1);
    assertThat(find(rollout.id()).devices()).isEqualTo(2);
  }

  private void joins(String device, long lastAssignment) {
    Hello hello =
        new Hello(1, "t", "b", "s", HARDWARE, Optional.empty(), lastAssignment, Optional.empty());
    runner.decide(
        tx -> {
          rollouts.hello(tx, device, hello, false, NOW + 1);
          return true;
        });
  }

  @Test
  void undoBringsTheVersionBefore() {
    create(1);
    progress(last(), DeploymentState.COMMITTED);
    String id = create(2).id();
    progress(last(), DeploymentState.COMMITTED);
    runner.decide(tx -> rollouts.act(tx, id, new RolloutInput.Undo("bad"), NOW));

    assertThat(last().target()).isEqualTo(ref(1));
    assertThat(last().purpose().downgradeAllowed()).isTrue();
    progress(last(), DeploymentState.COMMITTED);
    assertThat(find(id).state()).isEqualTo(RolloutState.UNDONE);
  }

  @Test
  void aDeviceThatIsGoneHoldsNoRolloutUp() {
    String id = create(1).id();
    runner.decide(
        tx -> {
          rollouts.gone(tx, "cam-1", ErrorCode.FORBIDDEN, NOW);
          return true;
        });
    assertThat(find(id).state()).isEqualTo(RolloutState.COMPLETED);
  }

  @Test
  void aPreviewTellsAndChangesNothing() {
    enrol("cam-2");
    unfit.put("cam-2", List.of(TOO_LITTLE));
    Map<String, Object> preview =
        runner.decide(tx -> rollouts.preview(tx, request(1, ALL.skippingUnfit())));

    assertThat(preview).containsEntry("devices", 1).containsEntry("bytes", 1L);
    assertThat(preview.get("refusals"))
        .isEqualTo(List.of(Map.of("device", "cam-2", "reasons", List.of(TOO_LITTLE))));
    assertThat(published).isEmpty();
  }

  @Test
  void aRolloutOfAnEarlierReleaseGoesOn() {
    RolloutMigration.FormerPlan plan =
        new RolloutMigration.FormerPlan(
            "*",
            List.of(
                new RolloutMigration.FormerSize("DEVICES", 1),
                new RolloutMigration.FormerSize("PERCENT", 100)),
            0,
            60,
            Optional.empty());
    enrol("cam-2");
    Assignment first = assigned("rollout-000007");
    RolloutMigration.Former former =
        new RolloutMigration.Former(
            "rollout-000007",
            ref(1),
            plan,
            RolloutState.RUNNING,
            1,
            NOW,
            Optional.empty(),
            new TreeMap<>(
                Map.of(
                    "cam-1",
                    new RolloutMigration.FormerTarget(
                        "cam-1", 0, TargetState.ASSIGNED, 1, NOW + 60_000, Optional.empty()),
                    "cam-2",
                    new RolloutMigration.FormerTarget(
                        "cam-2", 1, TargetState.PENDING, 0, 0, Optional.empty()))));
    runner.decide(
        tx -> {
          tx.put(RolloutMigration.FORMER, former.id(), former);
          rollouts.recovered(tx, NOW);
          return true;
        });
    assertCode(() -> create(2), ErrorCode.CONFLICT);
    progress(first, DeploymentState.COMMITTED);

    assertThat(last().deviceId()).isEqualTo("cam-2");
    assertThat(find(former.id()).progress().openWaves()).isEqualTo(2);
    assertThat(runner.<Boolean>decide(tx -> tx.get(RolloutMigration.FORMER, former.id()).isEmpty()))
        .isTrue();
  }

  private Assignment assigned(String rollout) {
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

  private Rollout create(int version) {
    return create(version, ALL);
  }

  private Rollout create(int version, Whom whom) {
    return create(request(version, whom));
  }

  private static RolloutRequest request(int version, Whom whom) {
    return RolloutRequest.of(
        RolloutRequest.What.of("digits", version),
        whom,
        List.of(RolloutRequest.WantedWave.of(WaveSize.percent(100))),
        Tolerance.of(0, 60));
  }

  private Rollout create(RolloutRequest request) {
    return runner.decide(tx -> rollouts.create(tx, request, "ann", NOW));
  }

  private Optional<Target> target(String rollout, String device) {
    return runner.decide(tx -> rollouts.target(tx, rollout, device));
  }

  private Rollout find(String id) {
    return runner.decide(tx -> rollouts.find(tx, id)).orElseThrow();
  }

  private void hello(long lastAssignment, long nowMs) {
    hello(lastAssignment, Optional.empty(), false, nowMs);
  }

  /** What a device says that runs what its last assignment asked for. */
  private void hello(long lastAssignment, Optional<VersionRef> last, boolean forgot, long nowMs) {
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
