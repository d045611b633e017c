package io.flotilla.retraining.pipeline;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A promotion criterion that was fixed before the run, such as {@code clean.accuracy >=
 * champion.clean.accuracy - 0.02}: a metric, a comparison, then a number or another metric with or
 * without a number added or taken away.
 *
 * @param text as written, spaces normalised
 * @param metric left side
 * @param comparison between the sides
 * @param boundMetric metric of the right side; empty if it is a number alone
 * @param offset added to the right side's metric, or the number alone
 */
public record Criterion(
    String text,
    String metric,
    Comparison comparison,
    Optional<String> boundMetric,
    double offset) {
  private static final String METRIC = "[a-z][a-z0-9._-]*\\.[a-z][a-z0-9-]*";
  private static final String NUMBER = "[0-9]{1,12}(?:\\.[0-9]{1,12})?";
  private static final Pattern FORM =
      Pattern.compile(
          "(?<metric>%s) (?<op>>=|<=|>|<) (?:(?<number>-?%s)|(?<bound>%s)(?: (?<sign>[+-]) (?<offset>%s))?)"
              .formatted(METRIC, NUMBER, METRIC, NUMBER));

  /** How the sides compare. */
  public enum Comparison {
    /** At least. */
    AT_LEAST(">="),
    /** At most. */
    AT_MOST("<="),
    /** More than. */
    ABOVE(">"),
    /** Less than. */
    BELOW("<");

    private final String sign;

    Comparison(String sign) {
      this.sign = sign;
    }

    private static Comparison of(String sign) {
      for (Comparison comparison : values()) {
        if (comparison.sign.equals(sign)) {
          return comparison;
        }
      }
      throw new IllegalStateException("the pattern admits no " + sign);
    }

    /** False if either is NaN. */
    boolean holds(double actual, double bound) {
      return switch (this) {
        case AT_LEAST -> actual >= bound;
        case AT_MOST -> actual <= bound;
        case ABOVE -> actual > bound;
        case BELOW -> actual < bound;
      };
    }
  }

  /**
   * Reads a criterion.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code PIPELINE_INVALID} if it is not one
   */
  public static Criterion parse(String text) {
    String normal = text.strip().replaceAll("\\s+", " ");
    Matcher form = FORM.matcher(normal);
    if (!form.matches()) {
      throw Pipeline.invalid(
          "not a criterion like \"clean.accuracy >= champion.clean.accuracy - 0.02\": \"%s\""
              .formatted(normal));
    }
    Comparison comparison = Comparison.of(form.group("op"));
    String number = form.group("number");
    if (number != null) {
      return new Criterion(
          normal, form.group("metric"), comparison, Optional.empty(), Double.parseDouble(number));
    }
    String offset = form.group("offset");
    double amount = offset == null ? 0 : Double.parseDouble(offset);
    return new Criterion(
        normal,
        form.group("metric"),
        comparison,
        Optional.of(form.group("bound")),
        "-".equals(form.group("sign")) ? -amount : amount);
  }

  /** The metrics it needs. */
  public Set<String> metrics() {
    Set<String> names = new TreeSet<>(Set.of(metric));
    boundMetric.ifPresent(names::add);
    return names;
  }

  /**
   * Decides.
   *
   * @param metrics holds all of {@link #metrics}; a NaN among them never lets the criterion hold
   */
  public Result judge(Map<String, Double> metrics) {
    double actual = value(metrics, metric);
    double bound = boundMetric.map(name -> value(metrics, name)).orElse(0.0) + offset;
    return new Result(text, actual, bound, comparison.holds(actual, bound));
  }

  private static double value(Map<String, Double> metrics, String name) {
    Double value = metrics.get(name);
    if (value == null) {
      throw new IllegalStateException("the plan checked that the metric is there: " + name);
    }
    return value;
  }

  /**
   * What came of a criterion.
   *
   * @param text as written
   * @param actual the left side
   * @param bound the right side
   * @param holds whether it held
   */
  public record Result(String text, double actual, double bound, boolean holds) {}
}
