package io.flotilla.conversion.report;

import io.flotilla.conversion.variant.Rewrite;
import io.flotilla.conversion.variant.VariantKind;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a variant is against its original.
 *
 * @param kind what was made
 * @param rewrite what changed in the graph, and what did not
 * @param sizeBytes of the two files, weights outside of the original's included
 * @param p50Micros median time of one call on this machine's CPU, one thread, both models in turn
 * @param samples what they were compared on
 * @param outputs how each output differs, in the model's order
 * @param accuracy share of labelled rows that each gets right; empty without labels
 * @param runtime the runtime that measured, as in {@code ONNX Runtime 1.29.0 CPU}
 */
public record VariantReport(
    VariantKind kind,
    Rewrite rewrite,
    Change sizeBytes,
    Change p50Micros,
    SampleSummary samples,
    List<OutputDifference> outputs,
    Optional<Change> accuracy,
    String runtime) {
  /** Copies the list. */
  public VariantReport {
    Objects.requireNonNull(accuracy, "accuracy");
    outputs = List.copyOf(outputs);
  }
}
