package io.flotilla.controller.device;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which devices are meant: {@code *} for all, or terms that must all hold, separated by commas:
 * {@code key=value} (has the label with this value), {@code key!=value} (has not), {@code id=…} and
 * {@code id!=…} (the device's id); {@code <}, {@code <=}, {@code >} and {@code >=} compare dotted
 * numbers, such as {@code firmware>=2.10}. A key that is no label of the device may be a fact:
 * {@code arch}, {@code cpus}, {@code cpu-feature}, {@code drift}, {@code fpga}, {@code gpu}, {@code
 * memory} (bytes, or with KiB, MiB, GiB), {@code npu}, {@code online}, {@code os}, {@code
 * provider}, {@code running}, {@code runtime}; no term holds about a fact that the device has not
 * told. Spaces around terms and operators mean nothing.
 *
 * @param terms what must hold; none for all devices
 */
public record Selector(List<Term> terms) {
  /** Most characters of a selector. */
  public static final int MAX_CHARS = 1024;

  /** Selects all devices. */
  public static final Selector ALL = new Selector(List.of());

  private static final Pattern TERM = Pattern.compile("([^=!<>]+)(=|!=|<=|>=|<|>)([^=!<>]*)");

  /** Copies the terms. */
  public Selector {
    terms = List.copyOf(terms);
  }

  /** How a term compares. */
  public enum Comparison {
    EQUAL("="),
    UNEQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String sign;

    Comparison(String sign) {
      this.sign = sign;
    }

    /** Whether it holds of two values of which the first is so much more than the second. */
    boolean holds(int order) {
      return switch (this) {
        case EQUAL -> order == 0;
        case UNEQUAL -> order != 0;
        case LESS -> order < 0;
        case AT_MOST -> order <= 0;
        case GREATER -> order > 0;
        case AT_LEAST -> order >= 0;
      };
    }

    static Comparison of(String sign) {
      return Arrays.stream(values()).filter(c -> c.sign.equals(sign)).findFirst().orElseThrow();
    }

    boolean ordered() {
      return this != EQUAL && this != UNEQUAL;
    }
  }

  /**
   * One condition.
   *
   * @param key a label's key, a fact's name, or {@code id}
   * @param comparison how they compare
   * @param value the value to compare with
   */
  public record Term(String key, Comparison comparison, String value) {
    boolean matches(DeviceRecord device) {
      if (key.equals(Labels.ID)) {
        return holds(device.id());
      }
      String label = device.labels().get(key);
      if (label != null) {
        return holds(label);
      }
      if (!DeviceFacts.isFact(key)) {
        return comparison == Comparison.UNEQUAL;
      }
      Optional<List<String>> told = DeviceFacts.of(device, key);
      return comparison == Comparison.UNEQUAL
          ? told.filter(values -> values.stream().allMatch(this::holds)).isPresent()
          : told.filter(values -> values.stream().anyMatch(this::holds)).isPresent();
    }

    private boolean holds(String actual) {
      boolean measures = comparison.ordered() || DeviceFacts.ORDERED.contains(key);
      OptionalInt order = measures ? Quantity.compare(actual, value) : OptionalInt.empty();
      if (order.isPresent()) {
        return comparison.holds(order.getAsInt());
      }
      // What is no quantity is neither less nor more.
      return !comparison.ordered() && comparison.holds(actual.equals(value) ? 0 : 1);
    }

    @Override
    public String toString() {
      return key + comparison.sign + value;
    }
  }

  /**
   * Reads a selector.
   *
   * @throws FlotillaException {@code SELECTOR_INVALID} if it cannot be read
   */
  public static Selector parse(String text) {
    if (text.length() > MAX_CHARS) {
      throw invalid("a selector has at most " + MAX_CHARS + " characters");
    }
    String trimmed = text.strip();
    if (trimmed.equals("*")) {
      return ALL;
    }
    List<Term> terms = new ArrayList<>();
    for (String part : trimmed.split(",", -1)) {
      terms.add(term(part.strip()));
    }
    return new Selector(terms);
  }

  private static Term term(String part) {
    Matcher found = TERM.matcher(part);
    if (!found.matches()) {
      throw invalid(
          "a selector is * or terms like site=lyon, camera!=blurred, runtime>=1.29 or id=cam-1,"
              + " separated by commas");
    }
    String key = found.group(1).strip();
    Comparison comparison = Comparison.of(found.group(2));
    String value = found.group(3).strip();
    if (!Labels.isKey(key)) {
      throw invalid("a selector's key must be 1 to 63 of a-z 0-9 . _ / -");
    }
    if (!Labels.isValue(value)) {
      throw invalid("the value of " + key + " must be 1 to 63 of A-Z a-z 0-9 . _ : / -");
    }
    if (comparison.ordered() && !Quantity.isQuantity(value)) {
      throw invalid(
          "the value of %s must be a number such as 8, 1.29 or 4GiB to be compared".formatted(key));
    }
    return new Term(key, comparison, value);
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.SELECTOR_INVALID, message);
  }

  /** Whether this device is meant. */
  public boolean matches(DeviceRecord device) {
    return terms.stream().allMatch(term -> term.matches(device));
  }

  /** Devices that both mean. */
  public Selector and(Selector other) {
    List<Term> both = new ArrayList<>(terms);
    both.addAll(other.terms);
    return new Selector(both);
  }

  /**
   * Returns if only labels and ids decide, which operators give, and nothing that devices tell.
   *
   * @throws FlotillaException {@code SELECTOR_INVALID}
   */
  public void requireLabelsOnly() {
    terms.stream()
        .map(Term::key)
        .filter(DeviceFacts::isFact)
        .findFirst()
        .ifPresent(
            key -> {
              throw invalid(
                  "%s is what a device says of itself: a grant goes by labels and ids"
                      .formatted(key));
            });
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return terms.isEmpty() ? "*" : String.join(",", terms.stream().map(Term::toString).toList());
  }
}
