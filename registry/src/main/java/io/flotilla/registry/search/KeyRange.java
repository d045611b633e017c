package io.flotilla.registry.search;

/**
 * A part of the index.
 *
 * @param prefix begins all its keys
 * @param after its keys come after this one
 * @param end its keys come before this one
 */
record KeyRange(String prefix, String after, String end) {
  /** All keys with a prefix. */
  static KeyRange all(String prefix) {
    return new KeyRange(prefix, "", prefix + IndexKeys.LAST);
  }

  /**
   * The positions of an order whose values lie between two.
   *
   * @param low the least, as digits in ascending order
   * @param high the greatest
   */
  static KeyRange between(Sort sort, String low, String high) {
    String first = sort.prefix() + sort.directed(sort.descending() ? high : low);
    String last = sort.prefix() + sort.directed(sort.descending() ? low : high);
    return new KeyRange(sort.prefix(), first, last + IndexKeys.LAST);
  }

  /** What is in both; of the same prefix. */
  KeyRange and(KeyRange other) {
    return new KeyRange(
        prefix,
        after.compareTo(other.after) >= 0 ? after : other.after,
        end.compareTo(other.end) <= 0 ? end : other.end);
  }

  /** The same from a position on, which is left out. */
  KeyRange from(String position) {
    String key = prefix + position;
    return position.isEmpty() || key.compareTo(after) <= 0 ? this : new KeyRange(prefix, key, end);
  }
}
