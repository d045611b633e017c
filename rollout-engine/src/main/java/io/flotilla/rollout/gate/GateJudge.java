package io.flotilla.rollout.gate;

import io.flotilla.rollout.gate.Verdict.Outcome;
import io.flotilla.rollout.plan.Cargo;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.Gates;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Judges arms by what their gates know. Pure.
 *
 * <p>What is tested: the mean of the units' differences, each limited to ±{@link #limit}, is at
 * most the margin. The limit keeps one odd device from deciding, and lets small differences of many
 * devices count; for a version that changes nothing, differences are as often positive as negative,
 * so it costs no validity.
 */
public final class GateJudge {
  /** Evidence at which a wave is not left until all of its devices count: odds of 5 to 1. */
  public static final double SUSPICIOUS = 5;

  private static final double USUAL_LIMIT = 0.25;
  private static final double MAX_NUMBER = 1e300;

  private GateJudge() {}

  /**
   * The false-stop rate of one gate and arm: the rollout's, divided evenly. Waves take no part of
   * it, since a gate's evidence goes on from wave to wave.
   */
  public static double alpha(Gates gates, Cargo cargo) {
    long arms = cargo.arms().stream().filter(arm -> !arm.control()).count();
    return gates.falseStopRate() / Math.max(1, gates.gates().size() * arms);
  }

  /**
   * How much one device's difference counts at most: 1 where devices answer yes or no (success,
   * restarts, drift), 0.25 for shares of rows and of memory; at least twice the margin.
   */
  public static double limit(GatePlan plan) {
    double usual =
        switch (plan.metric()) {
          case SUCCESS, RESTARTS, DRIFT -> 1;
          case ERRORS, LATENCY_P99, MEMORY, PREDICTION, DISAGREEMENT, ACCURACY -> USUAL_LIMIT;
        };
    return Math.max(usual, 2 * plan.margin());
  }

  /**
   * Judges an arm.
   *
   * @param asked which arm and wave
   * @param alpha as {@link #alpha} gives it, above 0 to 1
   * @return with the numbers {@code devices} (units in all), {@link Verdict#WAVE_DEVICES}, {@link
   *     Verdict#NEEDED}, {@code difference} (mean of the limited differences, positive if worse),
   *     {@code margin}, {@code evidence} (the e-value now), {@code peak} (the largest so far) and
   *     {@code needed} (1/α: at a peak of that the gate stops)
   */
  public static Verdict judge(GatePlan plan, GateState state, Asked asked, double alpha) {
    if (!(alpha > 0 && alpha <= 1)) {
      throw new IllegalArgumentException("a false-stop rate is above 0 to 1, not " + alpha);
    }
    long units = state.units();
    double mean = units == 0 ? 0 : state.sum() / units;
    double evidence = number(state.evidence().logEvidence());
    long needed =
        evidence >= SUSPICIOUS
            ? asked.waveSize()
            : Math.min(plan.minimumDevices(), asked.waveSize());
    Map<String, Double> numbers = new TreeMap<>();
    numbers.put("devices", (double) units);
    numbers.put(Verdict.WAVE_DEVICES, (double) state.units(asked.wave()));
    numbers.put(Verdict.NEEDED, (double) needed);
    numbers.put("difference", mean);
    numbers.put("margin", plan.margin());
    numbers.put("evidence", evidence);
    numbers.put("peak", number(state.peak()));
    numbers.put("needed", 1 / alpha);
    Outcome outcome;
    if (state.peak() >= -Math.log(alpha)) {
      outcome = Outcome.STOP;
    } else if (state.units(asked.wave()) < needed || evidence >= SUSPICIOUS) {
      outcome = Outcome.CONTINUE;
    } else {
      outcome = Outcome.PASS;
    }
    String message =
        String.format(
            Locale.ROOT,
            "%s: %d devices of arm %s are worse by %.4f on average, margin %.4f; evidence %.3g, it"
                + " stops at %.3g; %d of %d devices of wave %d count",
            plan.name(),
            units,
            asked.arm(),
            mean,
            plan.margin(),
            evidence,
            1 / alpha,
            state.units(asked.wave()),
            needed,
            asked.wave() + 1);
    return new Verdict(plan.name(), asked.arm(), asked.wave(), outcome, numbers, message);
  }

  private static double number(double log) {
    return Math.min(Math.exp(log), MAX_NUMBER);
  }

  /**
   * What is asked.
   *
   * @param arm the arm
   * @param wave index of the wave, from 0
   * @param waveSize devices of this arm in this wave, 0 or more: no more than these can count
   */
  public record Asked(String arm, int wave, long waveSize) {}
}
