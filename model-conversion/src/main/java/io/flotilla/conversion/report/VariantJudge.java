package io.flotilla.conversion.report;

import java.util.ArrayList;
import java.util.List;

/** Decides whether a variant is tolerable. Pure. */
public final class VariantJudge {
  private VariantJudge() {}

  /** All figures of a report that are beyond their bounds, outputs first, in the report's order. */
  public static List<Excess> excesses(VariantReport report, Tolerance tolerance) {
    List<Excess> excesses = new ArrayList<>();
    for (OutputDifference output : report.outputs()) {
      judge(output, tolerance, excesses);
    }
    report
        .accuracy()
        .ifPresent(
            accuracy ->
                add(
                    excesses,
                    "drop of accuracy",
                    accuracy.before() - accuracy.after(),
                    tolerance.accuracyDrop()));
    return List.copyOf(excesses);
  }

  /**
   * Refuses a variant beyond tolerance.
   *
   * @throws IntolerableVariantException {@code CONVERSION_INTOLERABLE} with each figure and its
   *     bound
   */
  public static void require(VariantReport report, Tolerance tolerance) {
    List<Excess> excesses = excesses(report, tolerance);
    if (!excesses.isEmpty()) {
      throw new IntolerableVariantException(report, excesses);
    }
  }

  private static void judge(OutputDifference output, Tolerance tolerance, List<Excess> excesses) {
    String name = output.output();
    add(excesses, "broken values of " + name, (double) output.broken(), 0);
    if (output.counted()) {
      add(
          excesses,
          "share of other values of " + name,
          output.difference().meanAbsolute(),
          tolerance.maxAbsolute());
      return;
    }
    double unit = output.unit();
    add(
        excesses,
        "largest difference of " + name,
        output.difference().maxAbsolute() / unit,
        tolerance.maxAbsolute());
    add(
        excesses,
        "mean difference of " + name,
        output.difference().meanAbsolute() / unit,
        tolerance.meanAbsolute());
  }

  private static void add(List<Excess> excesses, String figure, double found, double bound) {
    if (!(found <= bound)) {
      excesses.add(new Excess(figure, found, bound));
    }
  }
}
