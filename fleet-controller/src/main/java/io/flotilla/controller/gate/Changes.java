package io.flotilla.controller.gate;

import io.flotilla.rollout.gate.Badness;
import io.flotilla.rollout.gate.Unit.Change;
import io.flotilla.rollout.plan.GatePlan.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** What two blocks of a device say about a metric. */
final class Changes {
  private Changes() {}

  /**
   * The change from one block to the next.
   *
   * @param machineBytes memory of the device's machine; 0 if it does not tell
   * @return empty if the blocks say nothing about the metric
   */
  static Optional<Change> of(Metric metric, Track.Pair pair, long machineBytes) {
    Block now = pair.now();
    Block before = pair.before();
    Block.AgentState agent = now.agent();
    Block.AgentState was = before.agent();
    return switch (metric) {
      case ERRORS, ACCURACY ->
          Optional.of(Badness.share(now.bad(), now.rows(), before.bad(), before.rows()));
      case LATENCY_P99 ->
          counted(now.latency()) && counted(before.latency())
              ? Optional.of(Badness.slow(now.latency(), before.latency()))
              : Optional.empty();
      case MEMORY ->
          machineBytes > 0 && agent.memoryBytes() > 0 && was.memoryBytes() > 0
              ? Optional.of(Badness.memory(agent.memoryBytes(), was.memoryBytes(), machineBytes))
              : Optional.empty();
      case RESTARTS ->
          Optional.of(
              Badness.happened(
                  agent.lastLives() > was.lastLives(), was.lastLives() > was.firstLives()));
      case PREDICTION -> moved(now.predictions(), before.predictions());
      case DRIFT -> Optional.of(Badness.happened(agent.drifting(), was.drifting()));
      case SUCCESS, DISAGREEMENT -> Optional.empty();
    };
  }

  private static Optional<Change> moved(Map<String, Long> now, Map<String, Long> before) {
    TreeSet<String> labels = new TreeSet<>(now.keySet());
    labels.addAll(before.keySet());
    List<Long> left = new ArrayList<>();
    List<Long> right = new ArrayList<>();
    for (String label : labels) {
      left.add(now.getOrDefault(label, 0L));
      right.add(before.getOrDefault(label, 0L));
    }
    return counted(left) && counted(right)
        ? Optional.of(Badness.moved(left, right))
        : Optional.empty();
  }

  private static boolean counted(List<Long> counts) {
    return counts.stream().anyMatch(count -> count > 0);
  }
}
