package io.flotilla.hardware.probe;

/**
 * What was tried, with what, and what came of it.
 *
 * @param runtimeVersion version of the runtime that tried, such as {@code 1.29.0}
 * @param provider execution provider that tried, such as {@code CPUExecutionProvider}
 * @param madeUp whether an input was made up, so that the run need not make sense to the model;
 *     false if it did not come to a run
 * @param result what came of it
 */
public record ProbeReport(
    String runtimeVersion, String provider, boolean madeUp, ProbeResult result) {}
