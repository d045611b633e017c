package io.flotilla.registry.environment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The version of a runtime, compared number by number: {@code 1.9} is before {@code 1.20}, and
 * {@code 1.20} is the same as {@code 1.20.0}.
 *
 * @param parts 1 to 4 numbers from 0 to 999,999,999, without zeros at the end beyond the first
 */
public record RuntimeVersion(List<Integer> parts) implements Comparable<RuntimeVersion> {
  private static final Pattern FORM = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){0,3}");

  /** What builds add to a version, such as {@code +cuda12} or {@code -rc1}. */
  private static final Pattern SUFFIX = Pattern.compile("[-+].*");

  /** Copies the parts. */
  public RuntimeVersion {
    parts = List.copyOf(parts);
  }

  /** Reads a version as an environment states it; empty if it is none. */
  public static Optional<RuntimeVersion> parse(String text) {
    if (!FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    List<Integer> parts = new ArrayList<>();
    for (String part : text.split("\\.", -1)) {
      parts.add(Integer.parseInt(part));
    }
    while (parts.size() > 1 && parts.getLast() == 0) {
      parts.removeLast();
    }
    return Optional.of(new RuntimeVersion(parts));
  }

  /** Reads a version as a machine reports it, without what its build adds; empty if it is none. */
  public static Optional<RuntimeVersion> reported(String text) {
    return parse(SUFFIX.matcher(text.strip()).replaceFirst(""));
  }

  @Override
  public int compareTo(RuntimeVersion other) {
    for (int i = 0; i < Math.max(parts.size(), other.parts.size()); i++) {
      int order = Integer.compare(part(i), other.part(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private int part(int index) {
    return index < parts.size() ? parts.get(index) : 0;
  }

  @Override
  public String toString() {
    return String.join(".", parts.stream().map(String::valueOf).toList());
  }
}
