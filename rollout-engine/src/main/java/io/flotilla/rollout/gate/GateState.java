package io.flotilla.rollout.gate;

import io.flotilla.rollout.plan.GatePlan;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a gate knows about one arm. It grows with the number of waves and never with that of
 * devices.
 *
 * @param evidence evidence that the arm is worse
 * @param peak the largest {@link EProcess#logEvidence} so far, 0 or more: what was proved once
 *     stays so
 * @param sum sum of the units' differences, each as limited by {@link GateJudge#limit}
 * @param byWave number of units by the wave of their device, from 0
 */
public record GateState(EProcess evidence, double peak, double sum, Map<Integer, Long> byWave) {
  /** Before the first unit. */
  public static final GateState BEGIN = new GateState(EProcess.begin(), 0, 0, Map.of());

  /** Copies the map. */
  public GateState {
    byWave = Collections.unmodifiableMap(new TreeMap<>(byWave));
  }

  /**
   * After one more device.
   *
   * @param wave the wave that brought it the version, from 0
   */
  public GateState plus(GatePlan plan, int wave, Unit unit) {
    double limit = GateJudge.limit(plan);
    double difference = Math.clamp(unit.difference(), -limit, limit);
    EProcess next = evidence.next(value(plan, difference));
    Map<Integer, Long> counts = new TreeMap<>(byWave);
    counts.merge(wave, 1L, Long::sum);
    return new GateState(next, Math.max(peak, next.logEvidence()), sum + difference, counts);
  }

  /**
   * The same gate once its devices have had these last words. For what devices either did or did
   * not: one that failed is worse by 1, one that succeeded by 0. The peak so far stays.
   *
   * @param byWave last words by wave, from 0
   */
  public GateState withOutcomes(GatePlan plan, Map<Integer, Outcomes> byWave) {
    long failed = byWave.values().stream().mapToLong(Outcomes::failed).sum();
    long succeeded = byWave.values().stream().mapToLong(Outcomes::succeeded).sum();
    EProcess now = EProcess.begin().next(value(plan, 1), failed).next(value(plan, 0), succeeded);
    Map<Integer, Long> counts = new TreeMap<>();
    byWave.forEach((wave, words) -> counts.put(wave, words.failed() + words.succeeded()));
    return new GateState(now, Math.max(peak, now.logEvidence()), failed, counts);
  }

  private static double value(GatePlan plan, double difference) {
    return (difference - plan.margin()) / (GateJudge.limit(plan) + plan.margin());
  }

  /**
   * Last words of devices.
   *
   * @param failed how many failed, 0 or more
   * @param succeeded how many did not, 0 or more
   */
  public record Outcomes(long failed, long succeeded) {}

  /** Units of a wave, 0 or more. */
  public long units(int wave) {
    return byWave.getOrDefault(wave, 0L);
  }

  /** All units. */
  public long units() {
    return evidence.values();
  }
}
