package io.flotilla.registry.environment;

import io.flotilla.bundle.failure.Printable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which versions of the runtime will do: {@code *} for all, {@code =1.29.0} for one, or a lower
 * end, an upper end or both, as in {@code >=1.20 <2}. Versions are compared number by number;
 * missing numbers are zero.
 *
 * @param text the range in its one normal form: the lower end first, one space between, no zeros at
 *     the end of a version
 */
public record RuntimeRange(String text) {
  /** Every version. */
  public static final RuntimeRange ANY = new RuntimeRange("*");

  private static final int MAX_CHARS = 128;
  private static final Pattern BOUND = Pattern.compile("(>=|<=|>|<|=)\\s*([0-9][0-9.]*)[\\s,]*");
  private static final String FORM = "a range of runtime versions is *, =1.29.0 or like >=1.20 <2";

  /**
   * Reads the range and puts it into its normal form.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ENVIRONMENT_INVALID} if it is not a
   *     range, or no version is within it
   */
  public RuntimeRange {
    text = Ends.parse(text.strip()).toString();
  }

  /**
   * Whether a machine's version is within.
   *
   * @param version as the machine reports it; what follows a hyphen or a plus sign is ignored
   * @return empty if that is not a version
   */
  public Optional<Boolean> admits(String version) {
    return RuntimeVersion.reported(version).map(Ends.parse(text)::admit);
  }

  /** Whether every version is within, those that cannot be read included. */
  public boolean any() {
    return text.equals("*");
  }

  @Override
  public String toString() {
    return text;
  }

  private record End(RuntimeVersion version, boolean included) {
    String text(String sign) {
      return sign + (included ? "=" : "") + version;
    }
  }

  private record Ends(Optional<End> lower, Optional<End> upper) {
    static Ends parse(String text) {
      Invalid.unless(text.length() <= MAX_CHARS, FORM);
      Ends ends = new Ends(Optional.empty(), Optional.empty());
      if (text.equals("*")) {
        return ends;
      }
      Matcher bounds = BOUND.matcher(text);
      int read = 0;
      while (bounds.find() && bounds.start() == read) {
        ends = ends.with(bounds.group(1), version(bounds.group(2)));
        read = bounds.end();
      }
      Invalid.unless(
          read > 0 && read == text.length(), FORM + ", not \"" + Printable.of(text) + "\"");
      ends.requireSome();
      return ends;
    }

    private static RuntimeVersion version(String text) {
      Optional<RuntimeVersion> version = RuntimeVersion.parse(text);
      Invalid.unless(version.isPresent(), "a version has 1 to 4 numbers, not " + text);
      return version.orElseThrow();
    }

    private Ends with(String sign, RuntimeVersion version) {
      Optional<End> end = Optional.of(new End(version, sign.endsWith("=")));
      boolean low = sign.startsWith(">") || sign.equals("=");
      boolean high = sign.startsWith("<") || sign.equals("=");
      Invalid.unless(
          !(low && lower.isPresent()) && !(high && upper.isPresent()),
          "a range of runtime versions has one lower and one upper end");
      return new Ends(low ? end : lower, high ? end : upper);
    }

    private void requireSome() {
      if (lower.isEmpty() || upper.isEmpty()) {
        return;
      }
      int order = lower.get().version().compareTo(upper.get().version());
      Invalid.unless(
          order < 0 || (order == 0 && lower.get().included() && upper.get().included()),
          "no runtime version is within " + this);
    }

    boolean admit(RuntimeVersion version) {
      return lower.map(end -> order(version, end) > 0 || at(version, end)).orElse(true)
          && upper.map(end -> order(version, end) < 0 || at(version, end)).orElse(true);
    }

    private static int order(RuntimeVersion version, End end) {
      return version.compareTo(end.version());
    }

    private static boolean at(RuntimeVersion version, End end) {
      return end.included() && order(version, end) == 0;
    }

    @Override
    public String toString() {
      if (lower.isEmpty() && upper.isEmpty()) {
        return "*";
      }
      if (lower.equals(upper)) {
        return "=" + lower.get().version();
      }
      return (lower.map(end -> end.text(">")).orElse("")
              + " "
              + upper.map(end -> end.text("<")).orElse(""))
          .strip();
    }
  }
}
