package io.flotilla.drift;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Arrays;

/**
 * The cells of one numeric feature. Cell 0 holds the values equal to {@code edges[0]}, cell {@code
 * i} the values in {@code (edges[i-1], edges[i]]}; what is less than the first edge counts as
 * below, what is more than the last as above. So a feature with at most 64 distinct values has one
 * cell for each, and the two-sample Kolmogorov–Smirnov distance on the counters is that of the raw
 * values.
 *
 * @param name the feature's name, 1 to 200 characters
 * @param edges 1 to 64 upper edges, finite, strictly increasing, each exactly a 32-bit float
 */
@SuppressWarnings("ArrayRecordComponent")
public record FeatureBins(String name, double[] edges) {
  /**
   * Checks the edges.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a limit or the order is broken
   */
  public FeatureBins {
    edges = edges.clone();
    if (name.isEmpty() || name.length() > DriftLimits.MAX_NAME_CHARS) {
      throw invalid(
          "a feature's name must have 1 to %d characters".formatted(DriftLimits.MAX_NAME_CHARS));
    }
    if (edges.length == 0 || edges.length > DriftLimits.MAX_CELLS) {
      throw invalid("feature %s must have 1 to %d edges".formatted(name, DriftLimits.MAX_CELLS));
    }
    for (int i = 0; i < edges.length; i++) {
      if (!Double.isFinite(edges[i]) || (float) edges[i] != edges[i]) {
        throw invalid("edge %d of feature %s is not a finite 32-bit float".formatted(i, name));
      }
      if (i > 0 && edges[i] <= edges[i - 1]) {
        throw invalid("the edges of feature %s do not increase at %d".formatted(name, i));
      }
    }
  }

  /** A copy of the upper edges. */
  @Override
  public double[] edges() {
    return edges.clone();
  }

  /** Number of cells, 1 to 64. */
  public int cells() {
    return edges.length;
  }

  double edge(int cell) {
    return edges[cell];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureBins that
        && name.equals(that.name)
        && Arrays.equals(edges, that.edges);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(edges);
  }

  @Override
  public String toString() {
    return "FeatureBins[" + name + ", " + edges.length + " cells]";
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
