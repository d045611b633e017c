package io.flotilla.registry.search;

import io.flotilla.bundle.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keys of the index. All are ASCII and end in {@code /model/0000000003}, but for the descending
 * order of names, where each character stands for its opposite.
 */
final class IndexKeys {
  /** Begins every key of the index. */
  static final String ROOT = "model-index/";

  /** Documents, in the order of names. */
  static final String DOCUMENTS = ROOT + "name/";

  /** Comes after every reference that begins with what stands before it. */
  static final String LAST = "~";

  /** The least that {@link #ordered} gives. */
  static final String SMALLEST = "0000000000000000";

  /** The greatest that {@link #ordered} gives. */
  static final String GREATEST = "ffffffffffffffff";

  private static final String FACETS = ROOT + "facet/";
  private static final String ORDERS = ROOT + "order/";
  private static final String NAME_CHARS = "-./0123456789_abcdefghijklmnopqrstuvwxyz";
  private static final int FACET_DIGITS = 32;

  private IndexKeys() {}

  /** {@code model/0000000003}: references in this order are in the order of names. */
  static String reference(String model, int version) {
    return "%s/%010d".formatted(model, version);
  }

  static String modelOf(String reference) {
    return reference.substring(0, reference.indexOf('/'));
  }

  static String document(String reference) {
    return DOCUMENTS + reference;
  }

  /** Prefix of the references that have a facet; facets are of any text, hence hashed. */
  static String facet(String facet) {
    return FACETS
        + Digest.of(facet.getBytes(StandardCharsets.UTF_8)).hex().substring(0, FACET_DIGITS)
        + "/";
  }

  /** Prefix of the positions in an order other than that of names. */
  static String order(Sort sort) {
    return ORDERS + sort + "/";
  }

  /** All keys of a document but its own. */
  static Set<String> of(SearchDocument document) {
    Set<String> keys = new TreeSet<>();
    document.facets().forEach(facet -> keys.add(facet(facet) + document.reference()));
    addOrder(keys, Sort.NAME.opposite(), document);
    addOrder(keys, Sort.REGISTERED, document);
    addOrder(keys, Sort.REGISTERED.opposite(), document);
    for (String metric : document.metrics().keySet()) {
      Sort sort = Sort.byMetric(metric);
      addOrder(keys, sort, document);
      addOrder(keys, sort.opposite(), document);
    }
    return keys;
  }

  /** A number in 16 digits whose order is that of the numbers. */
  static String ordered(double value) {
    long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
    return ordered(bits ^ ((bits >> 63) & Long.MAX_VALUE));
  }

  /** The same for a whole number. */
  static String ordered(long value) {
    return "%016x".formatted(value ^ Long.MIN_VALUE);
  }

  /** The digits that stand in the opposite order. */
  static String opposite(String digits) {
    return "%016x".formatted(~Long.parseUnsignedLong(digits, 16));
  }

  /** A reference, or what stands for it in the descending order of names, into the other. */
  static String mirrored(String reference) {
    StringBuilder mirrored = new StringBuilder(reference.length());
    for (int i = 0; i < reference.length(); i++) {
      int at = NAME_CHARS.indexOf(reference.charAt(i));
      mirrored.append(NAME_CHARS.charAt(NAME_CHARS.length() - 1 - at));
    }
    return mirrored.toString();
  }

  private static void addOrder(Set<String> keys, Sort sort, SearchDocument document) {
    sort.position(document).ifPresent(position -> keys.add(order(sort) + position));
  }
}
