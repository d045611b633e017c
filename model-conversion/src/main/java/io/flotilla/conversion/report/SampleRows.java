package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What the two models are compared on. */
public sealed interface SampleRows {
  /** Most rows of one comparison. */
  int MAX_ROWS = 10_000;

  /**
   * Real inputs.
   *
   * @param rows the inputs of one call each, by name; 1 to {@link #MAX_ROWS}
   * @param labels what is right for each, where that is known
   */
  record Given(List<Map<String, Tensor>> rows, Optional<Labels> labels) implements SampleRows {
    /**
     * Copies the list and checks the counts.
     *
     * @throws FlotillaException {@code INPUT_INVALID} if there are no rows or too many, or more or
     *     fewer labels than rows
     */
    public Given {
      rows = List.copyOf(rows);
      Objects.requireNonNull(labels, "labels");
      checkCount(rows.size());
      int wanted = rows.size();
      if (labels.filter(l -> l.expected().size() != wanted).isPresent()) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "there are %d rows and %d labels; give one label per row"
                .formatted(wanted, labels.orElseThrow().expected().size()));
      }
    }
  }

  /**
   * Random numbers: standard normal for floating-point inputs, 0 or 1 for 32-bit and wider integers
   * and truth values, all values for 8 and 16 bits. Open dimensions are 1 where one is an input's
   * first, else 8.
   *
   * @param seed the same seed gives the same rows
   * @param count 1 to {@link #MAX_ROWS}
   */
  record Seeded(long seed, int count) implements SampleRows {
    /**
     * Checks the count.
     *
     * @throws FlotillaException {@code INPUT_INVALID} if it is out of range
     */
    public Seeded {
      checkCount(count);
    }
  }

  private static void checkCount(int rows) {
    if (rows < 1 || rows > MAX_ROWS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a variant is compared on 1 to %d rows, not %d".formatted(MAX_ROWS, rows));
    }
  }
}
