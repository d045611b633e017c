package io.flotilla.controller.rollout;

import io.flotilla.controller.device.Selector;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Gates;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A rollout as an operator wants it, before its versions and devices are looked up.
 *
 * @param what which versions
 * @param whom which devices
 * @param waves how they have their turns; 1 or more
 * @param pace how fast
 * @param schedule when
 * @param tolerance what it puts up with
 * @param gates what must not get worse
 */
public record RolloutRequest(
    What what,
    Whom whom,
    List<WantedWave> waves,
    Pace pace,
    Schedule schedule,
    Tolerance tolerance,
    Gates gates) {
  /** Copies the waves. */
  public RolloutRequest {
    waves = List.copyOf(waves);
  }

  /** The simplest one: this version, for these devices, in these waves. */
  public static RolloutRequest of(
      What what, Whom whom, List<WantedWave> waves, Tolerance tolerance) {
    return new RolloutRequest(
        what, whom, waves, Pace.UNLIMITED, Schedule.NOW, tolerance, Gates.NONE);
  }

  /** The same with other selectors in place of those that it has. */
  RolloutRequest selecting(UnaryOperator<String> change) {
    return new RolloutRequest(
        what,
        whom.selecting(change),
        waves.stream().map(wave -> wave.selecting(change)).toList(),
        pace,
        schedule,
        tolerance,
        gates);
  }

  /** The same for no other devices than these, whoever joins later. */
  RolloutRequest within(Selector scope) {
    return new RolloutRequest(
        what,
        whom.selecting(selector -> Selector.parse(selector).and(scope).toString()),
        waves,
        pace,
        schedule,
        tolerance,
        gates);
  }

  /**
   * Which versions.
   *
   * @param model name of the model
   * @param arms its versions and their shares, 1 or more
   */
  public record What(String model, List<WantedArm> arms) {
    /** Copies the arms. */
    public What {
      arms = List.copyOf(arms);
    }

    /** One version. */
    public static What of(String model, int version) {
      return new What(model, List.of(new WantedArm(Arm.ONLY, version, 1, false)));
    }
  }

  /** One of several versions, as {@link Arm} says. */
  public record WantedArm(String name, int version, double share, boolean control) {}

  /**
   * Which devices.
   *
   * @param selector those that it matches; empty if they are named
   * @param named these, at most {@value #MAX_NAMED}; none if a selector tells
   * @param expected how many the operator expects; empty if that was not said
   * @param skipUnfit whether devices that cannot run their version are passed by
   * @param lateJoiners whether devices that match later are taken in
   * @param priority as {@link io.flotilla.rollout.plan.Audience} says
   */
  public record Whom(
      Optional<String> selector,
      List<String> named,
      Optional<Integer> expected,
      boolean skipUnfit,
      boolean lateJoiners,
      int priority) {
    /** Most devices named one by one. */
    public static final int MAX_NAMED = 10_000;

    /** Copies the names. */
    public Whom {
      named = List.copyOf(named);
    }

    /** Those that a selector matches. */
    public static Whom of(String selector) {
      return new Whom(Optional.of(selector), List.of(), Optional.empty(), false, false, 0);
    }

    Whom selecting(UnaryOperator<String> change) {
      return new Whom(selector.map(change), named, expected, skipUnfit, lateJoiners, priority);
    }

    /** The same, passing those by that cannot run the version. */
    public Whom skippingUnfit() {
      return new Whom(selector, named, expected, true, lateJoiners, priority);
    }
  }

  /**
   * One wave.
   *
   * @param plan its size and what has to happen before it opens
   * @param selector the devices that it chooses; empty if none this way
   * @param list the devices that it chooses; none if none this way
   */
  public record WantedWave(WavePlan plan, Optional<String> selector, List<String> list) {
    /** Copies the list. */
    public WantedWave {
      list = List.copyOf(list);
    }

    WantedWave selecting(UnaryOperator<String> change) {
      return new WantedWave(plan, selector.map(change), list);
    }

    /** A wave of this size. */
    public static WantedWave of(WaveSize size) {
      return new WantedWave(WavePlan.of(size), Optional.empty(), List.of());
    }
  }
}
