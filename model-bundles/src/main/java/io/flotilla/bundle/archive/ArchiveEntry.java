package io.flotilla.bundle.archive;

import io.flotilla.bundle.Digest;

/**
 * One file of an archive.
 *
 * @param path its path
 * @param offset where its content begins in the archive, in bytes
 * @param sizeBytes size of its content
 * @param digest SHA-256 of its content
 */
public record ArchiveEntry(String path, long offset, long sizeBytes, Digest digest) {}
