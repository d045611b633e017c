/**
 * Backups: the records as they were at one moment, every blob that they need, and the keys, in one
 * tar stream with the digest of each file; made while everything runs.
 */
@NullMarked
package io.flotilla.registry.backup;

import org.jspecify.annotations.NullMarked;
