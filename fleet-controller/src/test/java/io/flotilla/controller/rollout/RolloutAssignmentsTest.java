package io.flotilla.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.Limits;
import io.flotilla.rollout.engine.RolloutState;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What devices are told, again and after all. */
class RolloutAssignmentsTest extends RolloutsFixture {
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
}
