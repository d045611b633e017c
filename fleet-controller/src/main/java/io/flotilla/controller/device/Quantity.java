package io.flotilla.controller.device;

import io.flotilla.registry.environment.RuntimeVersion;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whole numbers, amounts of bytes such as {@code 4GiB}, and versions such as {@code 1.29.0}. */
final class Quantity {
  private static final Pattern AMOUNT = Pattern.compile("([0-9]+)(KiB|MiB|GiB)?");

  private Quantity() {}

  /** Whether a selector may compare with this. */
  static boolean isQuantity(String text) {
    return amount(text).isPresent() || RuntimeVersion.parse(text).isPresent();
  }

  /**
   * Compares what a device has with what a selector asks for. Of a version, what its build adds
   * counts for nothing, as in environments.
   *
   * @return nothing if one of them is no quantity
   */
  static OptionalInt compare(String actual, String asked) {
    Optional<BigInteger> one = amount(actual);
    Optional<BigInteger> other = amount(asked);
    if (one.isPresent() && other.isPresent()) {
      return OptionalInt.of(one.get().compareTo(other.get()));
    }
    Optional<RuntimeVersion> version = RuntimeVersion.reported(actual);
    Optional<RuntimeVersion> bound = RuntimeVersion.parse(asked);
    return version.isPresent() && bound.isPresent()
        ? OptionalInt.of(version.get().compareTo(bound.get()))
        : OptionalInt.empty();
  }

  private static Optional<BigInteger> amount(String text) {
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches()) {
      return Optional.empty();
    }
    int shift =
        switch (Optional.ofNullable(amount.group(2)).orElse("")) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    return Optional.of(new BigInteger(amount.group(1)).shiftLeft(shift));
  }
}
