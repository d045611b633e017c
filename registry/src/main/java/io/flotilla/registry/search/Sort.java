package io.flotilla.registry.search;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.registry.name.Names;
import java.util.Optional;

/**
 * An order of search results.
 *
 * @param field {@code name}, {@code registered} or {@code metric.M}; in the last one only versions
 *     with that metric appear. Where two are equal, the name decides
 * @param descending whether the greatest comes first
 */
public record Sort(String field, boolean descending) {
  /** By model and version, the default. */
  public static final Sort NAME = new Sort("name", false);

  /** By the time of registration, oldest first. */
  public static final Sort REGISTERED = new Sort("registered", false);

  private static final String METRIC = "metric.";

  /**
   * Checks the field.
   *
   * @throws FlotillaException {@code QUERY_INVALID} if it is none of those
   */
  public Sort {
    boolean known =
        field.equals("name")
            || field.equals("registered")
            || (field.startsWith(METRIC) && Names.isMetric(field.substring(METRIC.length())));
    if (!known) {
      throw new FlotillaException(
          ErrorCode.QUERY_INVALID,
          "results are sorted by name, registered or metric.NAME, a - before it for descending, not"
              + " by %s".formatted(Printable.of(field)));
    }
  }

  /**
   * Reads {@code name}, {@code -registered}, {@code metric.accuracy} and the like; empty text gives
   * {@link #NAME}.
   *
   * @throws FlotillaException {@code QUERY_INVALID} if it is none
   */
  public static Sort parse(String text) {
    if (text.isEmpty()) {
      return NAME;
    }
    boolean descending = text.startsWith("-");
    return new Sort(descending ? text.substring(1) : text, descending);
  }

  /** By a metric, smallest first. */
  public static Sort byMetric(String metric) {
    return new Sort(METRIC + metric, false);
  }

  /** The other direction. */
  public Sort opposite() {
    return new Sort(field, !descending);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return descending ? "-" + field : field;
  }

  boolean isByName() {
    return field.equals(NAME.field);
  }

  /** Prefix of the keys in this order. */
  String prefix() {
    return equals(NAME) ? IndexKeys.DOCUMENTS : IndexKeys.order(this);
  }

  /** Where a document stands; empty if it has no place in this order. */
  Optional<String> position(SearchDocument document) {
    if (isByName()) {
      return Optional.of(position(document.reference()));
    }
    return value(document).map(value -> directed(value) + "/" + document.reference());
  }

  /** Where a reference stands in the order of names. */
  String position(String reference) {
    return descending ? IndexKeys.mirrored(reference) : reference;
  }

  /** Whose position it is. */
  String referenceAt(String position) {
    return isByName() ? position(position) : position.substring(position.indexOf('/') + 1);
  }

  /** The digits of a value in this direction. */
  String directed(String digits) {
    return descending ? IndexKeys.opposite(digits) : digits;
  }

  private Optional<String> value(SearchDocument document) {
    if (field.equals(REGISTERED.field)) {
      return Optional.of(IndexKeys.ordered(document.origin().atMs()));
    }
    Double value = document.metrics().get(field.substring(METRIC.length()));
    return Optional.ofNullable(value).map(IndexKeys::ordered);
  }
}
