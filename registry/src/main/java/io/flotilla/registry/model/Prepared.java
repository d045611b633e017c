package io.flotilla.registry.model;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.registry.blob.BlobStore;
import java.util.Optional;

/**
 * A bundle that was read, verified and inspected, lies on the disk, and is registered by {@link
 * ModelRegistry#commit}. Its archive is kept from being collected until this is closed: close it
 * only when the transaction that committed it is on the disk, or if it shall not be registered.
 * Confined to one thread at a time.
 */
public final class Prepared implements AutoCloseable {
  private RegistrationRequest request;
  private final BlobStore.Staged staged;
  private final ChunkTable chunks;
  private final Checked checked;
  private final Optional<Inspection> inspection;
  private boolean kept;

  Prepared(
      RegistrationRequest request,
      BlobStore.Staged staged,
      ChunkTable chunks,
      Checked checked,
      Optional<Inspection> inspection) {
    this.request = request;
    this.staged = staged;
    this.chunks = chunks;
    this.checked = checked;
    this.inspection = inspection;
  }

  /** What was asked for. */
  public RegistrationRequest request() {
    return request;
  }

  /**
   * Says something else about the same bundle: for what is only known once its manifest was read.
   *
   * @throws IllegalArgumentException if it is about another model
   */
  public void amend(RegistrationRequest other) {
    if (!other.model().equals(request.model())) {
      throw new IllegalArgumentException("this bundle is of " + request.model());
    }
    request = other;
  }

  /** Root digest of the bundle's content. */
  public Digest bundle() {
    return checked.digest();
  }

  /** What the bundle says about itself. */
  public Manifest manifest() {
    return checked.manifest();
  }

  /** Whether its signature held and its publisher was allowed. */
  public boolean verified() {
    return checked.verified();
  }

  /** What was found in its models; empty if they were not inspected. */
  public Optional<Inspection> inspection() {
    return inspection;
  }

  /** Removes what was not registered. */
  @Override
  public void close() {
    staged.close();
  }

  Checked checked() {
    return checked;
  }

  ModelVersion.ArchiveRef archive() {
    return new ModelVersion.ArchiveRef(
        chunks.sizeBytes(), staged.digest().hex(), chunks.listDigest().hex());
  }

  /** Makes the archive a blob; again is nothing. */
  void keep() {
    if (!kept) {
      staged.keep();
      kept = true;
    }
  }
}
