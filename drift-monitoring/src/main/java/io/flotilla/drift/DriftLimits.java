package io.flotilla.drift;

/** Limits on the size of baselines and counters; beyond one, input is refused whole. */
public final class DriftLimits {
  /** Most cells of one feature, not counting below, above, non-finite and null. */
  public static final int MAX_CELLS = 64;

  /** Most features of one model that are watched. */
  public static final int MAX_FEATURES = 1024;

  /** Most categories of one model's predictions. */
  public static final int MAX_CATEGORIES = 4096;

  /** Most cohorts of one baseline. */
  public static final int MAX_COHORTS = 256;

  /** Fewest rows that a cohort's baseline may be built from. */
  public static final int MIN_COHORT_ROWS = 50;

  /** Most rows of one window. */
  public static final int MAX_WINDOW_ROWS = 1_000_000;

  /** Most characters of a feature's, category's or cohort's name. */
  public static final int MAX_NAME_CHARS = 200;

  private DriftLimits() {}
}
