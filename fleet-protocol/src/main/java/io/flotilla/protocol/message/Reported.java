package io.flotilla.protocol.message;

import java.util.Optional;

/**
 * What a device runs.
 *
 * @param schema version of this message; 1
 * @param running the committed version, if any
 * @param accelerator provider that scores it; empty if nothing runs
 * @param assignment number of the last assignment accepted; 0 if none
 * @param sinceMs Unix time in milliseconds on the device since when it runs
 */
public record Reported(
    int schema, Optional<VersionRef> running, String accelerator, long assignment, long sinceMs) {}
