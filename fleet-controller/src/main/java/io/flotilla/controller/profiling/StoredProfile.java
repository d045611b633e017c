package io.flotilla.controller.profiling;

/**
 * A profile of a version.
 *
 * @param number counted from 1 for each version
 * @param profile what was measured
 * @param by who handed it in: the operator, or the device that measured it
 * @param receivedAtMs when the controller got it, Unix time in milliseconds
 */
record StoredProfile(long number, NewProfile profile, String by, long receivedAtMs) {}
