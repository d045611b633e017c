package io.flotilla.agent.spool;

/**
 * What a spool remembers beside its entries; written with every change of them.
 *
 * <p>Entries are stored under positions that never repeat in a folder's life. A sequence number is
 * a position less {@code base}, so that a spool can be renamed and renumbered without touching its
 * entries.
 *
 * @param spoolId random id
 * @param base position before the one that has sequence number 1
 * @param released last position that the controller has stored
 * @param last last position written
 * @param bytes bytes of the entries not released
 */
record SpoolState(String spoolId, long base, long released, long last, long bytes) {
  static SpoolState fresh(String spoolId) {
    return new SpoolState(spoolId, 0, 0, 0, 0);
  }

  SpoolState appended(long size) {
    return new SpoolState(spoolId, base, released, last + 1, bytes + size);
  }

  SpoolState releasedThrough(long position, long size) {
    return new SpoolState(spoolId, base, position, last, bytes - size);
  }

  /** The same entries as another spool, numbered from 1. */
  SpoolState renamed(String newId) {
    return new SpoolState(newId, released, released, last, bytes);
  }
}
