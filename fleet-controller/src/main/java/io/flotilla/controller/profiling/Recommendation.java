package io.flotilla.controller.profiling;

import io.flotilla.protocol.message.ProfileReport;

/**
 * What to run a version with on devices of a class.
 *
 * @param deviceClass the class
 * @param threads how many threads
 * @param point what was measured with these
 * @param profile number of the profile that says so: the last one of this class
 * @param atMs when it was measured, Unix time in milliseconds of the machine
 */
public record Recommendation(
    String deviceClass, int threads, ProfileReport.Point point, long profile, long atMs) {}
