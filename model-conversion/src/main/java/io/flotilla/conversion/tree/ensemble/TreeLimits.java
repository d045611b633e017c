package io.flotilla.conversion.tree.ensemble;

/** Limits of what is read of a tree ensemble; a file over one of them is refused. */
public final class TreeLimits {
  /** Largest file in bytes: 512 MiB. */
  public static final long FILE_BYTES = 512L << 20;

  /** Longest line of a text file in bytes: 32 MiB. */
  public static final int LINE_BYTES = 32 << 20;

  /** Most trees. */
  public static final int TREES = 100_000;

  /** Most nodes of all trees, leaves included. */
  public static final int NODES = 2_000_000;

  /**
   * Most nodes on a way from a root to a leaf; the runtime walks down recursively when it loads.
   */
  public static final int DEPTH = 1_000;

  /** Most input columns. */
  public static final int FEATURES = 100_000;

  /** Most classes or regression targets. */
  public static final int TARGETS = 10_000;

  /** Largest category that a split may name, and one more. */
  public static final int CATEGORIES = 1 << 20;

  /** Most cells of the tables that hold all splits by category: 16 Mi, thus 64 MiB of floats. */
  public static final long CATEGORY_CELLS = 16L << 20;

  /** Longest name of a feature or class in characters. */
  public static final int NAME_CHARS = 256;

  private TreeLimits() {}
}
