package io.flotilla.registry.store;

import java.nio.file.Path;

/** A record store that can copy itself while it is used. */
public interface CheckpointStore extends RecordStore {
  /**
   * Copies the store as it is at one moment: every batch is in the copy whole or not at all, and
   * every batch written before this call is in it. The copy is a store's folder of its own, which
   * can be opened, and shares files with this one where the file system allows that. Writers are
   * not held up for longer than one batch takes.
   *
   * <p>Then all of the copy is read from the disk and compared with its checksums, past every
   * cache: what a store still serves from memory may be damaged on the disk. Takes O(bytes of the
   * store).
   *
   * @param newDirectory the folder to make; on the same file system as the store, so that its large
   *     files are linked and not copied
   * @throws io.flotilla.bundle.failure.FlotillaException {@code CONFLICT} if the folder exists;
   *     {@code STORE_CORRUPT}, naming the file, if something in the store cannot be read any more,
   *     and the copy is of no use; else as every method of a store
   */
  void checkpoint(Path newDirectory);
}
