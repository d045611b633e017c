package io.flotilla.rollout.engine;

import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.plan.Audience;
import io.flotilla.rollout.plan.Cargo;
import io.flotilla.rollout.plan.Gates;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.Placement;
import io.flotilla.rollout.plan.RolloutPlan;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Plans for tests, changed part by part. */
record Plans(RolloutPlan plan) {
  static final VersionRef NEW = new VersionRef("digits", 2, "2".repeat(64));
  static final int TIMEOUT_SECONDS = 60;
  static final WaveSize ALL = WaveSize.percent(100);

  static Plans waves(WaveSize... sizes) {
    return new Plans(
        RolloutPlan.simple(
            Cargo.of(NEW),
            "*",
            Arrays.stream(sizes).map(WavePlan::of).toList(),
            Tolerance.of(0, TIMEOUT_SECONDS)));
  }

  static List<String> devices(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(Plans::device).toList();
  }

  static String device(int number) {
    return String.format(Locale.ROOT, "sim-%05d", number);
  }

  MemoryFleet fleet(int devices) {
    Placement placement = Placement.of(plan.waves(), devices(devices), Map.of());
    return new MemoryFleet(plan, placement, new Rollout.Origin(0, "ann"));
  }

  Plans cargo(Cargo value) {
    return with(value, plan.audience(), plan.waves());
  }

  Plans audience(Audience value) {
    return with(plan.cargo(), value, plan.waves());
  }

  Plans wavePlans(WavePlan... value) {
    return with(plan.cargo(), plan.audience(), List.of(value));
  }

  private Plans with(Cargo cargo, Audience audience, List<WavePlan> waves) {
    return new Plans(
        new RolloutPlan(
            cargo, audience, waves, plan.pace(), plan.schedule(), plan.tolerance(), plan.gates()));
  }

  Plans pace(Pace value) {
    return rest(value, plan.schedule(), plan.tolerance(), plan.gates());
  }

  Plans schedule(Schedule value) {
    return rest(plan.pace(), value, plan.tolerance(), plan.gates());
  }

  Plans tolerance(Tolerance value) {
    return rest(plan.pace(), plan.schedule(), value, plan.gates());
  }

  Plans gates(Gates value) {
    return rest(plan.pace(), plan.schedule(), plan.tolerance(), value);
  }

  private Plans rest(Pace pace, Schedule schedule, Tolerance tolerance, Gates gates) {
    return new Plans(
        new RolloutPlan(
            plan.cargo(), plan.audience(), plan.waves(), pace, schedule, tolerance, gates));
  }
}
