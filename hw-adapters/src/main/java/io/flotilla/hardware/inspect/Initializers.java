package io.flotilla.hardware.inspect;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The constant tensors of a model's graphs, subgraphs included: its weights. Their values are not
 * read.
 *
 * @param count number of tensors
 * @param bytes their size as the file declares it, wherever the values lie; texts count with the
 *     bytes that they have in the file; at most {@link Long#MAX_VALUE}
 * @param byType the same by element type, such as {@code FP32}, sorted
 */
public record Initializers(long count, long bytes, Map<String, Total> byType) {
  /** None. */
  public static final Initializers NONE = new Initializers(0, 0, Map.of());

  /** Copies the map. */
  public Initializers {
    byType = Collections.unmodifiableMap(new TreeMap<>(byType));
  }

  /**
   * Those of one element type.
   *
   * @param count number of tensors
   * @param bytes their size; at most {@link Long#MAX_VALUE}
   */
  public record Total(long count, long bytes) {
    /** The sum, which stops at the largest number. */
    Total plus(Total other) {
      long sum = bytes + other.bytes;
      return new Total(count + other.count, sum < 0 ? Long.MAX_VALUE : sum);
    }
  }
}
