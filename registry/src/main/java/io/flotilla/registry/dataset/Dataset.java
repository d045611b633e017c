package io.flotilla.registry.dataset;

import io.flotilla.bundle.Digest;
import io.flotilla.registry.dataset.table.ColumnType;
import java.util.List;
import java.util.Map;

/**
 * One version of a dataset.
 *
 * @param name of the dataset
 * @param version counted from 1 without a gap
 * @param digest SHA-256 of the file as it was given, in hex: the identity of the content
 * @param sizeBytes of the file
 * @param rows of the table; the header of a CSV file is none
 * @param columns names in the order of the file
 * @param registeredAtMs Unix time in milliseconds
 * @param details what a version says besides
 */
public record Dataset(
    String name,
    int version,
    String digest,
    long sizeBytes,
    long rows,
    List<String> columns,
    long registeredAtMs,
    DatasetDetails details) {
  /** Copies the collection. */
  public Dataset {
    columns = List.copyOf(columns);
  }

  /** How the file is written. */
  public DatasetFormat format() {
    return details.format();
  }

  /**
   * The type of each column; empty for a version from before types were kept, whose profile tells.
   */
  public List<ColumnType> types() {
    return details.types();
  }

  /** What it is, in the words of its publisher; "" if nothing was said. */
  public String description() {
    return details.description();
  }

  /** Free text that came with it. */
  public Map<String, String> tags() {
    return details.tags();
  }

  /** {@code name:version@sha256:…}, as a bundle's lineage names it. */
  public String reference() {
    return "%s:%d@%s".formatted(name, version, new Digest(digest));
  }
}
