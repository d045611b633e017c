package io.flotilla.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.rollout.RolloutRequest;
import io.flotilla.controller.rollout.RolloutRequest.WantedWave;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.rollout.engine.Bucket;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutInput;
import io.flotilla.rollout.engine.RolloutState;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.plan.Gates;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WaveSize;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The controller cut off at 1,000 seeded moments of rollouts and their undoing: no device is
 * skipped, repeated or over the rate, and undo is whole. Every failure names its seed.
 */
class RolloutCrashTest {
  private static final int CUTS = 1_000;
  private static final int DEVICES = 10;
  private static final int MAX_STEPS = 4_000;
  private static final double PER_MINUTE = 120;
  private static final double MILLIS_A_MINUTE = 60_000;

  @Test
  void noCutSkipsRepeatsOrHurriesADeviceAndUndoIsWhole() {
    int kills = 0;
    long seed = 0;
    while (kills < CUTS) {
      seed++;
      SimulatedWorld world = new SimulatedWorld(seed, DEVICES, .12, version -> false);
      end(world, create(world, 1), seed);
      String id = create(world, 2);
      Rollout done = end(world, id, seed);
      assertThat(done.state()).as("seed %d", seed).isEqualTo(RolloutState.COMPLETED);
      world.decide(tx -> world.rollouts.act(tx, id, new RolloutInput.Undo("bad"), world.nowMs));
      Rollout undone = end(world, id, seed);

      assertThat(undone.state()).as("seed %d", seed).isEqualTo(RolloutState.UNDONE);
      assertThat(undone.tally().of(TargetState.UNDONE)).as("seed %d", seed).isEqualTo(DEVICES);
      for (SimulatedDevice device : world.devices.values()) {
        assertThat(device.accepted)
            .as("seed %d: %s", seed, device.id)
            .extracting(Assignment::target)
            .containsExactly(SimulatedWorld.V1, SimulatedWorld.V2, SimulatedWorld.V1);
        assertThat(device.accepted)
            .as("seed %d: %s", seed, device.id)
            .extracting(Assignment::number)
            .containsExactly(1L, 2L, 3L);
      }
      for (int turn = 0; turn < 3; turn++) {
        requireRate(world, turn, seed);
      }
      kills += world.kills;
    }
    System.out.printf("%d cuts in rollouts of seeds 1 to %d%n", kills, seed);
  }

  private static void requireRate(SimulatedWorld world, int turn, long seed) {
    List<Long> times =
        world.devices.values().stream()
            .map(device -> device.accepted.get(turn).validity().issuedAtMs())
            .sorted()
            .toList();
    for (int first = 0; first < times.size(); first++) {
      for (int last = first; last < times.size(); last++) {
        double allowed =
            Bucket.capacity(PER_MINUTE)
                + (times.get(last) - times.get(first)) * PER_MINUTE / MILLIS_A_MINUTE;
        assertThat((double) last - first + 1)
            .as("seed %d: turns of round %d", seed, turn)
            .isLessThanOrEqualTo(allowed + 1e-6);
      }
    }
  }

  private static String create(SimulatedWorld world, int version) {
    RolloutRequest request =
        new RolloutRequest(
            RolloutRequest.What.of("digits", version),
            RolloutRequest.Whom.of("*"),
            List.of(WantedWave.of(WaveSize.devices(2)), WantedWave.of(WaveSize.percent(100))),
            new Pace(Optional.of(Pace.Rate.steady(PER_MINUTE)), Pace.MAX_DEVICES),
            Schedule.NOW,
            Tolerance.of(0, 3600),
            Gates.NONE);
    return world
        .<Rollout>decide(tx -> world.rollouts.create(tx, request, "operator", world.nowMs))
        .id();
  }

  /** The rollout once nothing more is to come, and its devices have heard of that. */
  private static Rollout end(SimulatedWorld world, String id, long seed) {
    for (int step = 0; step < MAX_STEPS; step++) {
      world.step();
      Rollout rollout =
          world.<Optional<Rollout>>decide(tx -> world.rollouts.find(tx, id)).orElseThrow();
      if (!rollout.open()) {
        return rollout;
      }
    }
    throw new AssertionError("seed " + seed + ": the rollout does not end");
  }
}
