package io.flotilla.rollout.plan;

/** How far a wave reaches, counted from the first device of the rollout: sizes are cumulative. */
public sealed interface WaveSize {
  /**
   * A number of devices.
   *
   * @param devices from 1; more than there are means all
   */
  record Count(int devices) implements WaveSize {
    /**
     * Checks the number.
     *
     * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
     */
    public Count {
      PlanInvalid.range("a wave's \"devices\"", devices, 1, Integer.MAX_VALUE);
    }

    @Override
    public String toString() {
      return devices + " devices";
    }
  }

  /**
   * A part of the devices.
   *
   * @param percent above 0 to 100; rounded up to whole devices
   */
  record Percent(double percent) implements WaveSize {
    private static final double WHOLE = 100;

    /**
     * Checks the number.
     *
     * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
     */
    public Percent {
      if (!(percent > 0 && percent <= WHOLE)) {
        throw PlanInvalid.because(
            "a wave's \"percent\" is above 0 to 100, not %s".formatted(percent));
      }
    }

    int of(int total) {
      return Math.min(total, (int) Math.ceil(total * percent / WHOLE));
    }

    @Override
    public String toString() {
      return percent + " %";
    }
  }

  /**
   * Devices that the operator chose, after those of the waves before.
   *
   * @param what the selector, or how many devices were listed
   */
  record Chosen(String what) implements WaveSize {
    @Override
    public String toString() {
      return what;
    }
  }

  /** A wave of this many devices. */
  static WaveSize devices(int count) {
    return new Count(count);
  }

  /** A wave of this many percent of the devices. */
  static WaveSize percent(double percent) {
    return new Percent(percent);
  }
}
