package io.flotilla.controller.catalog;

import io.flotilla.drift.Baseline;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import java.util.Optional;

/**
 * A version that is or was registered.
 *
 * @param ref its name, number and bundle
 * @param archive how devices fetch it
 * @param available whether it can be rolled out; false once it was deleted
 * @param baseline what its input looks like; empty if its bundle has none that can be read, or was
 *     deleted
 */
public record KnownVersion(
    VersionRef ref, Assignment.Archive archive, boolean available, Optional<Baseline> baseline) {}
