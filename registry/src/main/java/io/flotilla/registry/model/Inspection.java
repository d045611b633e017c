package io.flotilla.registry.model;

import java.util.List;

/**
 * What was found in the models of a version when it was registered.
 *
 * @param variants one for each variant that was inspected, in the manifest's order
 */
public record Inspection(List<VariantInspection> variants) {
  /** Copies the list. */
  public Inspection {
    variants = List.copyOf(variants);
  }
}
