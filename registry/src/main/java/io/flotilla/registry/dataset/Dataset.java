package io.flotilla.registry.dataset;

import io.flotilla.bundle.Digest;
import java.util.List;
import java.util.Map;

/**
 * One version of a dataset.
 *
 * @param name of the dataset
 * @param version counted from 1 without a gap
 * @param digest SHA-256 of the CSV file, in hex: the identity of the content
 * @param sizeBytes of the CSV file
 * @param rows the header not counted
 * @param columns names in the order of the header
 * @param tags free text that came with it
 * @param registeredAtMs Unix time in milliseconds
 */
public record Dataset(
    String name,
    int version,
    String digest,
    long sizeBytes,
    long rows,
    List<String> columns,
    Map<String, String> tags,
    long registeredAtMs) {
  /** Copies the collections. */
  public Dataset {
    columns = List.copyOf(columns);
    tags = Map.copyOf(tags);
  }

  /** {@code name:version@sha256:…}, as a bundle's lineage names it. */
  public String reference() {
    return "%s:%d@%s".formatted(name, version, new Digest(digest));
  }
}
