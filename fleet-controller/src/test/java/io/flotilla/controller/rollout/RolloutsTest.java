package io.flotilla.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.rollout.RolloutRecords.Reading;
import io.flotilla.controller.rollout.RolloutRequest.Whom;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutInput;
import io.flotilla.rollout.engine.RolloutState;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WaveSize;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How rollouts begin, share devices and end. */
class RolloutsTest extends RolloutsFixture {
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
}
