package io.flotilla.cli.bench;

import io.flotilla.cli.codec.Json;

/**
 * One figure of a benchmark beside the bar asked for.
 *
 * @param bench name of the benchmark
 * @param benchCase what was measured
 * @param name the figure's name
 * @param value its value
 * @param unit its unit: {@code x} for ratios, else an SI unit
 * @param bar the bar
 */
public record Figure(
    String bench, String benchCase, String name, double value, String unit, Bar bar) {
  /** True if the value is within the bar, or no bar was asked for. */
  public boolean holds() {
    return bar.holds(value);
  }

  /** The line that is printed for programs. */
  public Json json() {
    return Json.object()
        .put("bench", bench)
        .put("case", benchCase)
        .put("figure", name)
        .put("value", rounded())
        .put("unit", unit)
        .put("bar", bar.text())
        .put("holds", holds());
  }

  /** Four significant digits: more would pretend. */
  double rounded() {
    return new java.math.BigDecimal(value).round(new java.math.MathContext(4)).doubleValue();
  }

  /** What was asked of a figure. */
  public sealed interface Bar {
    /** As printed, such as {@code <=1.05}; empty if nothing was asked. */
    String text();

    /** True if the value is within it. */
    boolean holds(double value);

    /**
     * Not above this.
     *
     * @param limit the highest value that holds
     */
    record AtMost(double limit) implements Bar {
      @Override
      public String text() {
        return "<=" + limit;
      }

      @Override
      public boolean holds(double value) {
        return value <= limit;
      }
    }

    /**
     * Not below this.
     *
     * @param limit the lowest value that holds
     */
    record AtLeast(double limit) implements Bar {
      @Override
      public String text() {
        return ">=" + limit;
      }

      @Override
      public boolean holds(double value) {
        return value >= limit;
      }
    }

    /** Nothing was asked: the figure is there to read the others by. */
    record None() implements Bar {
      @Override
      public String text() {
        return "";
      }

      @Override
      public boolean holds(double value) {
        return true;
      }
    }
  }
}
