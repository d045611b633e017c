package io.flotilla.registry.model;

import java.util.Optional;

/**
 * What was found in one model file.
 *
 * @param variant id of the variant
 * @param contents what the file holds
 * @param trial how the runtime fared with it; empty if it was not tried
 */
public record VariantInspection(String variant, ModelContents contents, Optional<Trial> trial) {}
