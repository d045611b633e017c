package io.flotilla.rollout.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RolloutModelTest {
  private static final long SEED = 20261123;
  private static final int WORLDS = 400;
  private static final int CUTS = 1_000;

  @Test
  void noDeviceIsSkippedRepeatedOverTheRateOrOutsideItsWindowAndUndoIsWhole() {
    Map<RolloutState, Integer> ends = new EnumMap<>(RolloutState.class);
    long decisions = 0;
    for (long seed = SEED; seed < SEED + WORLDS; seed++) {
      RolloutWorld world = run(new RolloutWorld(seed), seed);
      ends.merge(world.fleet.rollout.state(), 1, Integer::sum);
      decisions += world.decisions();
    }
    System.out.printf("rollouts from seed %d: %s in %d decisions%n", SEED, ends, decisions);
    assertThat(ends.keySet())
        .contains(
            RolloutState.COMPLETED,
            RolloutState.FOLLOWING,
            RolloutState.HALTED,
            RolloutState.ABORTED,
            RolloutState.UNDONE)
        .doesNotContain(RolloutState.UNDOING, RolloutState.RUNNING, RolloutState.SCHEDULED);
  }

  @Test
  void aCutAtAnyDecisionLeadsToTheSameEnd() {
    Random random = new Random(SEED);
    Map<Long, RolloutWorld> wholes = new HashMap<>();
    int after = 0;
    for (int cut = 0; cut < CUTS; cut++) {
      long seed = SEED + cut % (WORLDS / 2);
      RolloutWorld whole = wholes.computeIfAbsent(seed, s -> run(new RolloutWorld(s), s));
      int at = random.nextInt(whole.decisions());
      boolean stored = random.nextBoolean();
      after += stored ? 1 : 0;
      RolloutWorld resumed = run(new RolloutWorld(seed).cut(at, stored, 0), seed);
      assertThat(resumed.fleet.rollout)
          .as("seed %d cut at %d", seed, at)
          .isEqualTo(whole.fleet.rollout);
      assertThat(resumed.fleet.touched).isEqualTo(whole.fleet.touched);
    }
    System.out.printf("%d cuts from seed %d, %d of them after storing%n", CUTS, SEED, after);
  }

  @Test
  void aControllerThatWasAwayLeavesNobodyOut() {
    Random random = new Random(SEED + 1);
    for (long seed = SEED; seed < SEED + WORLDS / 2; seed++) {
      int at = random.nextInt(200);
      long awayMs = random.nextInt(3_600_000);
      run(new RolloutWorld(seed).cut(at, random.nextBoolean(), awayMs), seed);
    }
  }

  private static RolloutWorld run(RolloutWorld world, long seed) {
    try {
      return world.run();
    } catch (AssertionError | IllegalStateException e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }
}
