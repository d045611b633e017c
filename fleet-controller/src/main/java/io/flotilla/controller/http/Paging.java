package io.flotilla.controller.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages as the API answers them: {@code {"items": […], "next": cursor or null}}. */
public final class Paging {
  private Paging() {}

  /** A page with what to ask for next. */
  public static Map<String, @Nullable Object> page(List<?> items, Optional<String> next) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("items", items);
    answer.put("next", next.orElse(null));
    return answer;
  }

  /**
   * A page of what was asked for: a full one has a next one, which may be empty.
   *
   * @param found at most {@code limit}
   * @param view as the API shows an item
   * @param cursor of an item, to go on after it
   */
  public static <T> Map<String, @Nullable Object> page(
      List<T> found, int limit, Function<? super T, ?> view, Function<? super T, String> cursor) {
    return page(
        found.stream().<Object>map(view).toList(),
        found.size() < limit ? Optional.empty() : Optional.of(cursor.apply(found.getLast())));
  }
}
