package io.flotilla.registry.model;

import java.util.List;
import java.util.Map;

/**
 * A version with what can change about it.
 *
 * @param version what never changes
 * @param tags as they are now
 * @param metrics as they are now
 * @param aliases that point to it now, in order
 */
public record VersionDetails(
    ModelVersion version,
    Map<String, String> tags,
    Map<String, Double> metrics,
    List<String> aliases) {
  /** Copies the collections. */
  public VersionDetails {
    tags = Map.copyOf(tags);
    metrics = Map.copyOf(metrics);
    aliases = List.copyOf(aliases);
  }
}
