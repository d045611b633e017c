package io.flotilla.conversion.report;

import java.util.OptionalLong;

/**
 * What a variant was compared on.
 *
 * @param rows number of calls compared, ≥ 1
 * @param labelled how many of them came with a label
 * @param randomSeed the seed, if the inputs were random numbers and no real data; what such figures
 *     say about real data is little
 */
public record SampleSummary(int rows, int labelled, OptionalLong randomSeed) {}
