package io.flotilla.registry.dataset;

import io.flotilla.bundle.Digest;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.dataset.profile.DatasetProfile;

/**
 * A dataset that was read and profiled but is not registered: nobody sees it yet. Closing it
 * removes what is left of it. Confined to one thread at a time.
 */
public final class PreparedDataset implements AutoCloseable {
  private final NewDataset request;
  private final DatasetFormat format;
  private final long sizeBytes;
  private final DatasetProfile profile;
  private final BlobStore.Staged staged;
  private boolean kept;

  PreparedDataset(
      NewDataset request,
      DatasetFormat format,
      long sizeBytes,
      DatasetProfile profile,
      BlobStore.Staged staged) {
    this.request = request;
    this.format = format;
    this.sizeBytes = sizeBytes;
    this.profile = profile;
    this.staged = staged;
  }

  /** What was said of it. */
  public NewDataset request() {
    return request;
  }

  /** The format that was named or detected. */
  public DatasetFormat format() {
    return format;
  }

  /** Size of the file in bytes. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** What is in it. */
  public DatasetProfile profile() {
    return profile;
  }

  /** SHA-256 of the file. */
  public Digest digest() {
    return staged.digest();
  }

  /** Makes the file a blob; a second call does nothing. */
  void keep() {
    if (!kept) {
      staged.keep();
      kept = true;
    }
  }

  @Override
  public void close() {
    staged.close();
  }
}
