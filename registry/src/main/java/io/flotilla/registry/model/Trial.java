package io.flotilla.registry.model;

/**
 * How the runtime fared with a model, in a process of its own.
 *
 * @param runtimeVersion version of ONNX Runtime
 * @param provider execution provider that was tried
 * @param outcome {@code RAN}; {@code LOADED} if the runtime took the model and refused the made-up
 *     inputs, which honest models may do; {@code REFUSED} if it did not take the model
 * @param message what the runtime said; empty text if it ran
 * @param loadMillis time to load, in milliseconds
 * @param runMillis time of the one run, in milliseconds; 0 if it did not come to that
 * @param peakRssBytes most resident memory of the process
 */
public record Trial(
    String runtimeVersion,
    String provider,
    String outcome,
    String message,
    double loadMillis,
    double runMillis,
    long peakRssBytes) {}
