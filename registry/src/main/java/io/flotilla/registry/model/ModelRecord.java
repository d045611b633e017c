package io.flotilla.registry.model;

import java.util.Map;

/**
 * A model, of which there are versions.
 *
 * @param name its name
 * @param description what it is; empty text if nobody said
 * @param tags free text by key
 * @param lastVersion the greatest number given so far, deleted versions included
 */
public record ModelRecord(
    String name, String description, Map<String, String> tags, int lastVersion) {
  /** Copies the tags. */
  public ModelRecord {
    tags = Map.copyOf(tags);
  }
}
