package io.flotilla.registry.environment.codec;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Takes a parsed specification apart, key by key; a key of another type is refused by name. */
final class SpecReader {
  private final Map<String, Object> left;

  SpecReader(Map<String, ?> form) {
    left = new HashMap<>(form);
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(left.remove(key)).map(value -> asText(key, value));
  }

  Optional<Long> number(String key) {
    return Optional.ofNullable(left.remove(key)).map(value -> asNumber(key, value));
  }

  List<String> texts(String key) {
    Object value = left.remove(key);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(key, "a list of texts");
    }
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(asText(key, item)));
    return texts;
  }

  Set<String> set(String key) {
    return new TreeSet<>(texts(key));
  }

  Map<String, Long> numbers(String key) {
    Map<String, Long> numbers = new TreeMap<>();
    map(key).forEach((name, value) -> numbers.put(String.valueOf(name), asNumber(key, value)));
    return numbers;
  }

  Map<String, String> textsByKey(String key) {
    Map<String, String> texts = new TreeMap<>();
    map(key).forEach((name, value) -> texts.put(String.valueOf(name), asText(key, value)));
    return texts;
  }

  void requireAllRead() {
    left.keySet().stream()
        .sorted()
        .findFirst()
        .ifPresent(
            key -> {
              throw new FlotillaException(
                  ErrorCode.ENVIRONMENT_INVALID,
                  "an environment has no key \"%s\"".formatted(Printable.of(key)));
            });
  }

  private Map<?, ?> map(String key) {
    Object value = left.remove(key);
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(key, "an object");
  }

  private static String asText(String key, @Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw wrong(key, "text");
  }

  private static long asNumber(String key, @Nullable Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw wrong(key, "a whole number");
  }

  private static FlotillaException wrong(String key, String what) {
    return new FlotillaException(
        ErrorCode.ENVIRONMENT_INVALID, "an environment's %s must be %s".formatted(key, what));
  }
}
