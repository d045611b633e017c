package io.flotilla.controller.device;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which devices are meant: {@code *} for all, or terms that must all hold, separated by commas:
 * {@code key=value} (has the label with this value), {@code key!=value} (has not), {@code id=…} and
 * {@code id!=…} (the device's id). Spaces around terms and operators mean nothing.
 *
 * @param terms what must hold; none for all devices
 */
public record Selector(List<Term> terms) {
  /** Most characters of a selector. */
  public static final int MAX_CHARS = 1024;

  /** Selects all devices. */
  public static final Selector ALL = new Selector(List.of());

  /** Copies the terms. */
  public Selector {
    terms = List.copyOf(terms);
  }

  /**
   * One condition.
   *
   * @param key a label's key, or {@code id}
   * @param value the value to compare with
   * @param equal true for {@code =}, false for {@code !=}
   */
  public record Term(String key, String value, boolean equal) {
    boolean matches(String id, Map<String, String> labels) {
      boolean same = value.equals(key.equals(Labels.ID) ? id : labels.get(key));
      return same == equal;
    }

    @Override
    public String toString() {
      return key + (equal ? "=" : "!=") + value;
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
    int at = part.indexOf('=');
    if (at < 1) {
      throw invalid(
          "a selector is * or terms like site=lyon, camera!=blurred or id=cam-1, separated by"
              + " commas");
    }
    boolean equal = part.charAt(at - 1) != '!';
    String key = part.substring(0, equal ? at : at - 1).strip();
    String value = part.substring(at + 1).strip();
    if (!Labels.isKey(key)) {
      throw invalid("a selector's key must be 1 to 63 of a-z 0-9 . _ / -");
    }
    if (!Labels.isValue(value)) {
      throw invalid("the value of " + key + " must be 1 to 63 of A-Z a-z 0-9 . _ : / -");
    }
    return new Term(key, value, equal);
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.SELECTOR_INVALID, message);
  }

  /** Whether this device is meant. */
  public boolean matches(DeviceRecord device) {
    return terms.stream().allMatch(term -> term.matches(device.id(), device.labels()));
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return terms.isEmpty() ? "*" : String.join(",", terms.stream().map(Term::toString).toList());
  }
}
