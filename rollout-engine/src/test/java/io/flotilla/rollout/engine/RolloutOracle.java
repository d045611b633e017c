package io.flotilla.rollout.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.rollout.engine.RolloutEngine.Step;
import io.flotilla.rollout.plan.FailureClass;
import io.flotilla.rollout.plan.RolloutPlan;
import io.flotilla.rollout.window.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold of a rollout, told in the plainest way: it looks at every step from outside, keeps
 * its own books and knows nothing of how the engine decides.
 */
final class RolloutOracle {
  private static final int FULL_LOOK_EVERY = 40;

  private final MemoryFleet fleet;
  private final RolloutPlan plan;
  private final Map<String, Integer> assigned = new HashMap<>();
  private final Map<String, Integer> retried = new HashMap<>();
  private final Map<String, Long> givenBack = new HashMap<>();
  private final Set<String> succeeded = new HashSet<>();
  private final List<Long> turns = new ArrayList<>();
  private final List<Long> returns = new ArrayList<>();
  private RolloutState last;
  private int looks;

  RolloutOracle(MemoryFleet fleet) {
    this.fleet = fleet;
    this.plan = fleet.rollout.plan();
    this.last = fleet.rollout.state();
  }

  /** Looks at a step before it is stored. */
  void before(Step step, Moment now) {
    RolloutState next = step.rollout().state();
    for (RolloutAction action : step.actions()) {
      switch (action) {
        case RolloutAction.Assign assign -> assigns(assign, now);
        case RolloutAction.GiveBack back -> givesBack(back, next, now);
        case RolloutAction.Announce announce -> {}
        case RolloutAction.Keep keep -> {}
      }
    }
    if (last.over()) {
      assertThat(next.over()).as("%s then %s", last, next).isTrue();
      assertThat(step.actions()).noneMatch(RolloutAction.Assign.class::isInstance);
    }
    last = next;
  }

  private void assigns(RolloutAction.Assign assign, Moment now) {
    String device = assign.device();
    assertThat(assign.number()).as(device).isEqualTo(fleet.nextNumber(device));
    assertThat(succeeded).as("repeated").doesNotContain(device);
    assertThat(fleet.barred).doesNotContainKey(device);
    assigned.merge(device, 1, Integer::sum);
    assertThat(assigned.getOrDefault(device, 0) - 1)
        .as("attempts of %s beyond those it may", device)
        .isLessThanOrEqualTo(retried.getOrDefault(device, 0));
    assertThat(assign.version()).isEqualTo(plan.cargo().of(fleet.rollout.id(), device).version());
    Window window = plan.schedule().window().orElse(null);
    if (window != null) {
      int hour = java.time.Instant.ofEpochMilli(now.wallMs()).atZone(fleet.zone(device)).getHour();
      assertThat(hour).as("hour of %s", device).isBetween(2, 3);
    }
    turns.add(now.steadyMs());
    requireRate(turns);
  }

  private void givesBack(RolloutAction.GiveBack back, RolloutState state, Moment now) {
    assertThat(back.number()).isEqualTo(fleet.numbers.get(back.device()));
    assertThat(state.over()).isTrue();
    if (state == RolloutState.UNDOING || state == RolloutState.UNDONE) {
      returns.add(now.steadyMs());
      requireRate(returns);
    }
    assertThat(givenBack.put(back.device(), back.number())).as(back.device()).isNull();
  }

  private void requireRate(List<Long> times) {
    plan.pace()
        .rate()
        .ifPresent(
            rate -> {
              long to = times.getLast();
              for (int first = 0; first < times.size(); first++) {
                double allowed =
                    Bucket.capacity(rate.maxPerMinute())
                        + (to - times.get(first)) * rate.maxPerMinute() / 60_000;
                assertThat((double) times.size() - first)
                    .as("turns within %d ms", to - times.get(first))
                    .isLessThanOrEqualTo(allowed + 1e-6);
              }
            });
  }

  /** Looks at what is stored after a step. */
  void after(Step step) {
    for (Target target : step.changed()) {
      if (target.state() == TargetState.SUCCEEDED) {
        succeeded.add(target.device());
      }
      int retries = 0;
      for (FailureClass failure : FailureClass.values()) {
        int tried = target.retries(failure);
        assertThat(tried).isLessThanOrEqualTo(plan.tolerance().retries().getOrDefault(failure, 0));
        retries += tried;
      }
      retried.put(target.device(), retries);
    }
    if (looks++ % FULL_LOOK_EVERY == 0) {
      recount();
    }
  }

  private void recount() {
    List<Target> all = fleet.all();
    Tally recounted = Tally.EMPTY;
    for (Target target : all) {
      recounted = recounted.plus(target.state(), 1);
    }
    assertThat(fleet.rollout.tally()).isEqualTo(recounted);
    assertThat(recounted.of(TargetState.ASSIGNED)).isLessThanOrEqualTo(plan.pace().maxInFlight());
    requireWavesInOrder(all);
  }

  private void requireWavesInOrder(List<Target> all) {
    int first = Integer.MAX_VALUE;
    for (Target target : all) {
      if (target.state() == TargetState.PENDING) {
        first = Math.min(first, target.place().position());
      } else {
        assertThat(target.place().position()).as("nobody is skipped").isLessThan(first);
        assertThat(target.place().wave()).isLessThan(fleet.rollout.progress().openWaves());
      }
    }
  }

  /** Looks at a rollout that has come to its end. */
  void end() {
    recount();
    List<Target> all = fleet.all();
    RolloutState state = fleet.rollout.state();
    if (state == RolloutState.COMPLETED || state == RolloutState.FOLLOWING) {
      assertThat(all)
          .allSatisfy(
              target -> {
                assertThat(target.state())
                    .isIn(TargetState.SUCCEEDED, TargetState.FAILED, TargetState.SKIPPED);
                boolean barred = fleet.barred.containsKey(target.device());
                assertThat(assigned.containsKey(target.device())).isNotEqualTo(barred);
              });
    }
    if (state == RolloutState.UNDONE) {
      assertThat(all)
          .allSatisfy(
              target ->
                  assertThat(target.state())
                      .as(target.device())
                      .isIn(
                          assigned.containsKey(target.device())
                              ? Set.of(
                                  TargetState.UNDONE, TargetState.UNDO_FAILED, TargetState.SKIPPED)
                              : Set.of(
                                  TargetState.PENDING, TargetState.WAITING, TargetState.SKIPPED)));
      assertThat(all.stream().filter(target -> target.state() == TargetState.UNDONE))
          .allSatisfy(
              target ->
                  assertThat(fleet.runs.get(target.device()))
                      .as("what %s runs", target.device())
                      .contains(MemoryFleet.OLD));
    }
  }
}
