package io.flotilla.agent.scoring;

import io.flotilla.bundle.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a model said about one input.
 *
 * @param outputs every output by name, the caller's own
 * @param category index of the most likely category; empty if the model has none or the input was
 *     no single row
 * @param label the category's name
 * @param score the category's value, or the first value of the first output
 */
public record Answer(
    Map<String, Tensor> outputs, OptionalInt category, Optional<String> label, float score) {}
