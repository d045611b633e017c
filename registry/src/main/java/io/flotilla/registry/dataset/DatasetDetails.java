package io.flotilla.registry.dataset;

import io.flotilla.registry.dataset.table.ColumnType;
import java.util.List;
import java.util.Map;

/**
 * What a version of a dataset says besides its content.
 *
 * @param format how the file is written
 * @param types one for each column, or none
 * @param description "" if nothing was said
 * @param tags free text
 */
public record DatasetDetails(
    DatasetFormat format, List<ColumnType> types, String description, Map<String, String> tags) {
  /** Copies the collections. */
  public DatasetDetails {
    types = List.copyOf(types);
    tags = Map.copyOf(tags);
  }
}
